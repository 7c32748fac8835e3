"""No message of ours repeats a secret, recording or not: a key that was given by mistake, a number in a path."""

from __future__ import annotations

import pytest

from pytest_stripe_tokens import stripe_sandbox
from pytest_stripe_tokens.api.errors import RequestMissed
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.recording.levels import checked_level
from pytest_stripe_tokens.recording.report import checked_report
from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.seen import SeenRequest
from pytest_stripe_tokens.sandbox.settings import (
    checked_locale,
    checked_mode,
    checked_seed,
    marker_arguments,
)

LIVE = "sk_" + "live_" + "Canary4eC39HqLyj"
SECRETS = (LIVE, "sk_test_Canary4eC39HqLyj", "whsec_Canary4eC39HqLyj", "4000056655665556", "acct_1CanaryAccount00")


def _shows(text):
    return "Canary" in text or "400005665566" in text


def _create(secret):
    with stripe_sandbox() as tokens:
        tokens.create(secret)


def _sandbox(**arguments):
    with stripe_sandbox(**arguments):
        pass


MISTAKES = {
    "mode": lambda secret: checked_mode(secret, "--stripe-tokens"),
    "seed": lambda secret: checked_seed(secret + "x", "--stripe-tokens-seed"),
    "level": lambda secret: checked_level(secret, "--fail-on-drift"),
    "locale": lambda secret: checked_locale(secret, "ini option"),
    "report": lambda secret: checked_report(f"report.{secret}", "--record-report"),
    "marker mode": lambda secret: marker_arguments([((), {"mode": secret})], "test"),
    "marker seed": lambda secret: marker_arguments([((), {"seed": secret + "x"})], "test"),
    "marker positional": lambda secret: marker_arguments([((secret,), {})], "test"),
    "marker name": lambda secret: marker_arguments([((), {secret: 1})], "test"),
    "marker cassette": lambda secret: marker_arguments([((), {"cassette": [secret]})], "test"),
    "sandbox mode": lambda secret: _sandbox(mode=secret),
    "sandbox seed": lambda secret: _sandbox(seed=secret + "x"),
    "create": _create,
}


def test_no_usage_error_repeats_a_secret_given_by_mistake():
    bad = []
    for name, make in MISTAKES.items():
        for secret in SECRETS:
            with pytest.raises(UsageError) as error:
                make(secret)
            if _shows(str(error.value)) or _shows(repr(error.value)):
                bad.append((name, secret))
    assert bad == []


@pytest.mark.parametrize(
    ("arguments", "test"),
    [
        ((f"--stripe-tokens={LIVE}", f"--stripe-tokens-seed={LIVE}"), ""),
        ((f"--stripe-tokens-seed={LIVE}",), ""),
        ((f"--fail-on-drift={LIVE}",), ""),
        (("-o", f"stripe_tokens_mode={LIVE}"), ""),
        ((), f"import pytest\n@pytest.mark.stripe_tokens(cassette='../{LIVE}')\ndef test_it(): ..."),
        ((), f"import pytest\n@pytest.mark.stripe_tokens(mode='{LIVE}')\ndef test_it(): ..."),
    ],
    ids=["mode", "seed", "level", "ini", "cassette", "marker"],
)
def test_no_run_repeats_a_key_given_by_mistake(run_test, arguments, test):
    result = run_test(test or "def test_it(): ...", *arguments)
    shown = result.stdout.str() + result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "sk_live_***" in shown
    assert not _shows(shown)


def test_a_miss_shows_no_secret_of_the_path():
    bad = []
    for secret in (*SECRETS, "4000-0566-5566-5556", "4000%200566%205566%205556", "x%0A::error::" + SECRETS[1]):
        for path in (f"/v1/tokens/{secret}", f"/v1/charges/{secret}/refunds", f"/{secret}"):
            with stripe_sandbox(mode="replay") as tokens, pytest.raises(RequestMissed) as error:
                tokens.respond(Request("GET", f"https://api.stripe.com{path}"))
            if _shows(str(error.value)) or "no cassette holds GET /" not in str(error.value):
                bad.append(str(error.value))
            if any(line.startswith("::") for line in str(error.value).split("\n")):
                bad.append(path)
            bad += [path for shown in (tokens.requests, tokens.shown_requests) if _shows(str(shown))]
    assert bad == []


SENT = {
    "authorization": f"Bearer {LIVE}",
    "cookie": "Canary",
    "proxy-authorization": "Canary",
    "x-auth-token": "Canary",
    "x-stripe-client-telemetry": "Canary",
    "x-stripe-client-user-agent": "Canary",
    "x-api-key": "Canary",
    "x-session": "Canary",
    "idempotency-key": "Canary-idempotency",
    "stripe-account": "acct_1CanaryAccount00",
    "stripe-context": "acct_1CanaryAccount00",
    "x-note": SECRETS[1],
    "user-agent": "mine/1.0",
}


def test_printed_headers_show_no_secret_and_a_test_reads_what_it_needs():
    request = Request("POST", "https://api.stripe.com/v1/tokens", SENT)
    headers = SeenRequest(request, read(request)).headers
    assert not _shows(repr(headers))
    assert not _shows(repr(request))
    assert headers["Idempotency-Key"] == "Canary-idempotency"
    assert headers["Stripe-Account"] == "acct_1CanaryAccount00"
    assert set(headers) == {"idempotency-key", "stripe-account", "stripe-context", "x-note", "user-agent"}
    assert "mine/1.0" in repr(headers)


@pytest.mark.parametrize("more", [(), ("--full-trace",)], ids=" ".join)
def test_no_frame_of_ours_shows_its_variables(run_test, more):
    """The number is the test's own only where the test names it, as in a file beside it."""
    result = run_test(
        """
        import json, os, pathlib, pytest, requests, stripe

        def made():
            return json.loads((pathlib.Path(__file__).parent / "card.json").read_text())

        def test_refused(stripe_tokens):
            stripe_tokens.create("card", **made())

        def test_unknown(stripe_tokens):
            stripe_tokens.create("caard", **made())

        def test_odd(stripe_tokens):
            stripe_tokens.create("card", **made() | {"exp_month": made})

        def test_given(stripe_tokens):
            stripe_tokens.fail_next(exception=KeyError("mine"))
            stripe_tokens.create("card", **made())

        @pytest.mark.stripe_tokens(mode="replay")
        def test_missed(stripe_tokens):
            stripe_tokens.create("card", **made())

        def test_chained(stripe_tokens):
            try:
                stripe_tokens.create("caard", **made())
            except Exception as error:
                raise ExceptionGroup("x", [error]) from error
        """,
        "--showlocals",
        *more,
        card__json='{"number": "4000056655665556", "cvc": "73", "exp_month": 1, "exp_year": 2050}',
    )
    shown = result.stdout.str()
    assert "stripe_tokens = <StripeTokens" in shown
    assert "4000056655665556" not in shown
    assert "'73'" not in shown
