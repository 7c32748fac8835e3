"""What a recorded request costs, in counts that are the same on every machine: passes over it, files, calls."""

from __future__ import annotations

import json

import pytest

# Counts the package's functions that are called, the files that are opened and the waits for the disk: of each test,
# and of what is done at the end of the run.
COUNTING = """
    import collections, json, os, pathlib, sys
    import pytest, pytest_stripe_tokens

    ours = str(pathlib.Path(pytest_stripe_tokens.__file__).parent)
    parts, counts, is_counting = [], collections.Counter(), False

    def called(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(ours):
            counts["calls"] += 1
            counts[frame.f_code.co_qualname] += 1

    def audited(event, arguments):
        if event == "open" and is_counting and not isinstance(arguments[0], int):
            counts["files"] += 1

    def synced(*arguments, real=os.fsync):
        counts["waits"] += 1
        return real(*arguments)

    sys.addaudithook(audited)
    os.fsync = synced

    def count():
        global is_counting
        counts.clear()
        is_counting = True
        sys.setprofile(called)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            is_counting = False
            parts.append(dict(counts))
            pathlib.Path("counts.json").write_text(json.dumps(parts))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol():
        return (yield from count())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish():
        return (yield from count())
"""
RECORDED = """
    import pytest, stripe

    stripe.api_key = "sk_test_x"
    CARD = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2050, "cvc": "123"}

    @pytest.mark.parametrize("number", range(5))
    @pytest.mark.stripe_tokens(cassette="all/{number}")
    def test_it(number):
        token = stripe.Token.create(card=CARD)
        assert stripe.Token.retrieve(token.id).card.last4 == "4242"
"""
TESTS = 5
REQUESTS = 2


@pytest.fixture
def counted(suite):
    """Record a suite; what its first test cost, what its last one did, and what the end of the run did."""

    def record():
        suite.write("conftest.py", COUNTING).write("test_it.py", RECORDED)
        suite.record().assert_outcomes(passed=TESTS)
        *tests, end = json.loads((suite.path / "counts.json").read_text())
        return tests[0], tests[-1], end

    return record


def of(counts, *names):
    return {name: counts.get(name, 0) for name in names}


def test_each_request_is_redacted_searched_and_written_once_and_each_cassette_once_more_as_a_whole(counted):
    _, test, end = counted()
    once = (
        "redact_request",
        "redact_response",
        "RedactedInteraction.written",
        "Search.by_look",
        "LiveAPI.send",
    )
    assert of(test, *once) == dict.fromkeys(once, REQUESTS)
    # What is written is what was searched.
    assert of(end, *once) == {**dict.fromkeys(once, 0), "Search.by_look": TESTS}
    # An answer is read as it came and as it is stored, and one that is generated beside a create.
    assert of(test, "Response.json", "parse_json") == {"Response.json": 2 * REQUESTS + 1, "parse_json": 0}
    # A token is held to its schema when it is made; what reads it back gives the same.
    assert of(test, "schema_problem", "dump") == {"schema_problem": 1, "dump": REQUESTS}
    # The few lines of a cassette's head are left, to be searched and to be stored.
    assert end["dump"] == 2 * TESTS
    assert (end["Library.write"], end["waits"], test.get("waits", 0)) == (TESTS, TESTS + 1, 0)


def test_a_recording_costs_the_same_for_each_test(counted):
    first, last, end = counted()
    assert last["calls"] <= min(2800, first["calls"])
    assert last["files"] <= 14
    assert end["calls"] <= 3800
    assert end["files"] <= 22
