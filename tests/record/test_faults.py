"""What goes wrong at the other end: the old cassette stays byte for byte, the run fails, and one line says why."""

from __future__ import annotations

import pytest
import server as test_mode
from suites import ALONE_AND_BY_TWO

IMPATIENT = """
from pytest_stripe_tokens.recording import live
live.LIMITS = live.Limits(answer=0.5, pause=0.01)
"""
TESTS = """
def test_card(card_token): assert card_token.card.last4 == "4242"
def test_bank(bank_token): assert bank_token.bank_account.country == "US"
"""
OTHER = "  bank_account  unchanged"


@pytest.fixture
def recorded(suite, recordings):
    """A suite with two cassettes to lose."""
    suite.write("conftest.py", IMPATIENT).write("test_it.py", TESTS)
    suite.give(recordings, "card", "bank_account")
    return suite


def _show_that_it_is_kept(suite, status, reason, *, code=1, other=OTHER):
    before = suite.hashes()
    result = suite.record()
    result.assert_outcomes(passed=2)
    lines = [line for line in result.outlines if line.startswith("  card ")]
    assert len(lines) == 1
    assert lines[0].split()[:2] == ["card", status]
    assert reason in lines[0]
    assert lines[0].endswith("the old cassette is kept")
    assert suite.hashes() == before
    assert result.ret == code
    if other:
        assert other in result.outlines
    if code:
        result.stdout.fnmatch_lines(["ERROR: could not be recorded: *card*"])


BROKEN_BODY = "JSON that is cut short or broken"
KEPT = {
    "403": (test_mode.error(403, "You may not do this."), "the API answered 403: You may not do this."),
    "409": (test_mode.error(409, "busy"), "the API answered 409: busy"),
    "400": (test_mode.error(400, "Invalid integer: abc"), "the API answered 400: Invalid integer: abc"),
    "429": (test_mode.error(429, test_mode.RATE_LIMIT), "rate limited: 429: Testmode request rate limit exceeded"),
    "500": (test_mode.error(500, "An unknown error occurred"), "the server fails: 500: An unknown error occurred"),
    "302": (test_mode.error(302, "elsewhere", Location="https://elsewhere.example/"), "the API answered 302"),
    "reset": (test_mode.reset, "unreachable: localhost"),
    "cut": (test_mode.cut, "20 bytes of the answer are missing (tried 3 times)"),
    "hang": (test_mode.hang, "did not answer in 0.5 s (tried 2 times)"),
    "truncated": (test_mode.truncated, f"answered 200 with {BROKEN_BODY}"),
    "html": (test_mode.html, "answered 200 with text/html, not JSON"),
}


@pytest.mark.parametrize("kind", sorted(KEPT.keys() - {"hang"}))
def test_a_create_that_fails_keeps_the_cassette_and_the_others_are_recorded(recorded, server, kind):
    act, reason = KEPT[kind]
    server.fail(act, method="POST", only="card")
    _show_that_it_is_kept(recorded, "kept", reason)


@pytest.mark.parametrize("kind", ["403", "500", "reset", "truncated", "html"])
def test_a_retrieve_that_fails_keeps_the_cassette_too(recorded, server, kind):
    act, reason = KEPT[kind]
    server.fail(lambda handler, right: act(handler, right) if b'"card"' in right.body else right, method="GET")
    _show_that_it_is_kept(recorded, "kept", reason)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (test_mode.error(403, test_mode.PERMISSION), "rak_token_write"),
        (
            test_mode.error(402, test_mode.RAW_CARDS),
            "this account may not send raw card numbers: ask Stripe for the raw card data APIs: https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis",
        ),
        (test_mode.error(400, test_mode.CONNECT), "enable it: https://dashboard.stripe.com/connect"),
    ],
)
def test_what_the_account_may_not_do_is_refused_and_the_run_may_pass(recorded, server, act, reason):
    server.fail(act, only="card")
    _show_that_it_is_kept(recorded, "refused", reason, code=0)


@pytest.mark.parametrize(
    ("change", "drift"),
    [
        (lambda token: token.update(used="no"), "! used: is a string, not boolean (error)"),
        (lambda token: token["card"].update(exp_year="2050"), "! card.exp_year: is a string, not integer (error)"),
        (lambda token: token.pop("created"), "'created' is a required property"),
    ],
)
@pytest.mark.parametrize("level", ["error", "never"])
def test_an_answer_outside_the_schema_is_drift_and_not_written(recorded, server, change, drift, level):
    server.fail(test_mode.changed(change), only="card")
    recorded.write("pytest.ini", f"[pytest]\naddopts = --fail-on-drift={level}\n")
    _show_that_it_is_kept(recorded, "drifted", drift)


def test_a_wrong_key_is_said_and_not_tried_again(recorded, server):
    recorded.monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_wrong1234567890")
    _show_that_it_is_kept(recorded, "kept", "the key is not accepted: 401: Invalid API Key provided", other=None)
    assert len(server.requests) == 2, "one for each cassette"


def test_live_mode_is_refused_and_the_other_cassette_still_recorded(recorded, server):
    server.fail(test_mode.changed(lambda token: token.update(livemode=True)), only="card")
    _show_that_it_is_kept(recorded, "kept", "livemode: true; only test mode is recorded")


def test_nobody_at_the_address_is_said_and_asked_once(recorded, server):
    server.close()
    _show_that_it_is_kept(recorded, "kept", "Connection refused (tried 3 times)", other=None)


def test_a_rate_limit_that_passes_is_no_fault(recorded, server):
    server.fail(test_mode.error(429, test_mode.RATE_LIMIT, Retry_After="0"), only="card", times=2)
    before = recorded.hashes()
    result = recorded.record()
    assert (result.ret, recorded.hashes()) == (0, before)
    assert server.creates().count("card") == 3


def test_a_first_recording_that_fails_writes_nothing(suite, server):
    suite.write("conftest.py", IMPATIENT).write("test_it.py", TESTS)
    server.fail(test_mode.html, only="card")
    result = suite.record()
    assert result.ret == 1
    assert list(suite.hashes()) == ["bank_account.yaml"]
    result.stdout.fnmatch_lines(["  card          kept *; no cassette is written"])


FLOW = """
import pytest, stripe

@pytest.mark.stripe_tokens(cassette="flow")
def test_it(card_token, stripe_tokens):
    charge = stripe.Charge.create(amount=500, currency="usd", source=card_token.id)
    assert charge.paid
    assert stripe_tokens.retrieve(card_token.id).used
"""


@pytest.mark.parametrize("kind", ["403", "409", "500", "reset", "hang", "html"])
def test_a_fault_in_the_middle_of_a_named_cassette_keeps_it_and_the_test_goes_on(suite, server, kind):
    act, reason = KEPT[kind]
    suite.write("conftest.py", IMPATIENT).write("test_it.py", FLOW)
    suite.record().assert_outcomes(passed=1)
    before = suite.hashes()
    server.fail(act, only="amount")
    result = suite.record()
    result.assert_outcomes(passed=1)
    assert (result.ret, suite.hashes()) == (1, before)
    (line,) = [line for line in result.outlines if line.startswith("  flow ")]
    assert reason in line


def test_a_cassette_that_cant_be_read_is_left_alone_and_named(recorded, server):
    (recorded.cassettes / "card.yaml").write_text("- something else")
    result = recorded.record()
    assert result.ret == 1
    assert (recorded.cassettes / "card.yaml").read_text() == "- something else"
    result.stdout.fnmatch_lines(["  card          kept *card.yaml, line 1: *"])
    assert "card" not in server.creates()


@ALONE_AND_BY_TWO
def test_a_server_that_never_answers_is_asked_once_in_a_run(recorded, server, workers):
    server.fail(test_mode.hang)
    before = recorded.hashes()
    sent = len(server.requests)
    result = recorded.record(*workers)
    assert (result.ret, recorded.hashes()) == (1, before)
    assert len(server.requests) == sent + 1
    kept = [line for line in result.outlines if " kept " in line]
    assert sum("skipped, because another" in line for line in kept) == 1
    assert sum("unreachable: localhost" in line for line in kept) == 2
    result.stdout.fnmatch_lines(["1 request sent in * s"])


def test_one_request_that_hangs_keeps_its_cassette_and_a_second_one_ends_the_recording(recorded, server):
    recorded.write("test_it.py", "def test_pii(pii_token): ...\n" + TESTS + "def test_cvc(cvc_update_token): ...\n")
    server.fail(test_mode.hang, method="POST", only="card")
    result = recorded.record()
    result.stdout.fnmatch_lines(
        [OTHER, "  card *kept *did not answer in 0.5 s (tried 2 times)*", "  cvc_update *refreshed*"]
    )
    server.fail(test_mode.hang, method="GET")
    kept = [line for line in recorded.record().outlines if " kept " in line]
    assert sum("did not answer in 0.5 s (tried 2 times)" in line for line in kept) == 2 + 2
    assert sum("skipped, because another" in line for line in kept) == 2
