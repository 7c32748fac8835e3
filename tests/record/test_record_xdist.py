"""`--record` under pytest-xdist: each cassette once in the run, whichever worker needs it first."""

from __future__ import annotations

import collections

import pytest
import server as test_mode

pytestmark = pytest.mark.slow

MANY = """
import pytest

@pytest.mark.parametrize("number", range(5))
def test_types(stripe_token, number): assert stripe_token.origin == "live"

@pytest.mark.stripe_tokens(cassette="shared")
@pytest.mark.parametrize("number", range(4))
def test_shared(card_token, number): assert card_token.origin == "live"
"""


@pytest.mark.parametrize("dist", ["load", "loadgroup", "worksteal"])
def test_each_cassette_is_recorded_once(suite, server, dist):
    server.delay = 0.05
    suite.write("test_it.py", MANY)
    result = suite.record("-n2", f"--dist={dist}")
    result.assert_outcomes(passed=34)
    assert collections.Counter(server.creates()) == {
        **dict.fromkeys(("account", "bank_account", "cvc_update", "person", "pii"), 1),
        "card": 2,
    }
    assert len(server.requests) == 13
    assert len(suite.hashes()) == 7
    assert result.ret == 0
    assert result.stdout.str().count("cassettes (recorded against") == 1


def test_requests_are_sent_one_after_the_other(suite, server):
    suite.write("test_it.py", MANY)
    running, most = [], []

    def act(_handler, right):
        return right

    server.fail(act)
    original = server.answer

    def counted(*args):
        running.append(1)
        most.append(len(running))
        try:
            return original(*args)
        finally:
            running.pop()

    server.answer = counted
    server.delay = 0.05
    suite.record("-n2").assert_outcomes(passed=34)
    assert max(most) == 1


def test_grouped_tests_are_known_by_their_names(suite):
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.xdist_group("together")
        def test_it(card_token): ...
        """,
    )
    result = suite.record("-n2", "--dist=loadgroup")
    result.stdout.fnmatch_lines(["  card  refreshed *"])
    assert result.ret == 0


def test_a_worker_that_dies_leaves_its_cassette(suite, server, recordings):
    suite.give(recordings, "card", "pii")
    before = suite.hashes()
    server.fail(test_mode.changed(lambda token: token.update(shiny=1)))
    suite.write("test_it.py", "import os\ndef test_it(card_token): os._exit(1)\ndef test_other(pii_token): ...\n")
    result = suite.record("-n2")
    assert result.ret == 1
    after = suite.hashes()
    assert after["card.yaml"] == before["card.yaml"]
    assert after["pii.yaml"] != before["pii.yaml"]
    result.stdout.fnmatch_lines(
        ["  card  kept       test_it.py::test_it recorded it and did not pass; the old cassette is kept"]
    )


def test_a_refusal_in_a_worker_is_in_the_table(suite, server):
    server.fail(test_mode.error(402, test_mode.RAW_CARDS), only="card")
    suite.write("test_it.py", "def test_a(card_token): ...\ndef test_b(card_token): ...\n")
    result = suite.record("-n2")
    result.stdout.fnmatch_lines(["  card  refused    this account may not send raw card numbers*"])
    assert server.creates() == ["card"]
    assert result.ret == 0
