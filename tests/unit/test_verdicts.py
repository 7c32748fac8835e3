from __future__ import annotations

import json

import pytest

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.recording.verdicts import problem_of, schema_problem

RAW = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to "
    "the test card you are using, see https://stripe.com/docs/testing. To enable raw card data APIs in test mode, see "
    "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
CONNECT = (
    "You can only create new accounts if you've signed up for Connect, which you can learn how to do at "
    "https://stripe.com/docs/connect."
)
PERMISSION = (
    "The provided key 'rk_test_****' does not have the required permissions for this endpoint on account 'acct_x'. "
    "Having the 'rak_token_write' permission would allow this request to continue."
)
NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth. See "
    "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
)


def _error(status, message="", code=None):
    return Response(status, {}, json.dumps({"error": {"message": message, "code": code}}).encode())


def test_success_is_no_problem():
    assert problem_of(Response(200, {}, b"{}"), is_error_good=False) is None


@pytest.mark.parametrize("is_error_good", [True, False])
@pytest.mark.parametrize(
    ("response", "advice"),
    [
        (_error(402, RAW), "enabling-access-to-raw-card-data-apis"),
        (_error(400, RAW), "enabling-access-to-raw-card-data-apis"),
        (_error(400, CONNECT), "https://dashboard.stripe.com/connect"),
        (_error(400, "No.", "platform_account_required"), "https://dashboard.stripe.com/connect"),
        (_error(403, PERMISSION), "https://dashboard.stripe.com/test/apikeys"),
        (_error(400, "CVC update tokens are not enabled for your account."), "https://support.stripe.com/contact"),
        (_error(403, "Your account cannot do this; please contact us."), "https://support.stripe.com/contact"),
    ],
)
def test_what_the_account_may_not_do_is_refused_with_what_to_ask_for(response, advice, is_error_good):
    problem = problem_of(response, is_error_good=is_error_good)
    assert (problem.status, problem.cause) == ("refused", "refused")
    assert advice in problem.reason
    assert response.json()["error"]["message"] in problem.reason


@pytest.mark.parametrize("is_error_good", [True, False])
@pytest.mark.parametrize(
    ("response", "cause", "reason", "halts"),
    [
        (
            _error(401, "Invalid API Key provided: sk_test_****"),
            "answer",
            "the key is not accepted: 401: Invalid",
            False,
        ),
        (_error(401, NO_KEY), "answer", "the key is not accepted", False),
        (_error(403, "forbidden"), "answer", "the API answered 403: forbidden", False),
        (_error(403, "No access to your account", "account_invalid"), "answer", "the API answered 403", False),
        (_error(409, "busy"), "answer", "the API answered 409: busy", False),
        (_error(429, "slow down"), "unreachable", "rate limited: 429: slow down", False),
        (_error(500), "unreachable", "the server fails: 500 Internal Server Error", False),
        (Response(503, {}, b"<html>"), "unreachable", "the server fails: 503", False),
        (Response(302, {}, b"{}"), "answer", "the API answered 302 Found", False),
    ],
)
def test_what_is_never_stored_keeps_the_cassette(response, cause, reason, halts, is_error_good):
    problem = problem_of(response, is_error_good=is_error_good)
    assert (problem.status, problem.cause, problem.halts) == ("kept", cause, halts)
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize("status", [400, 402, 404])
def test_other_errors_are_good_where_a_test_is_about_them(status):
    response = _error(status, "Your card's security code is invalid.", "invalid_cvc")
    assert problem_of(response, is_error_good=True) is None
    assert problem_of(response, is_error_good=False).status == "kept"


def test_a_token_that_breaks_the_schema_is_drift():
    problem = schema_problem({"object": "token"})
    assert (problem.status, problem.cause) == ("drifted", "schema")
    assert all(str(drift.level) == "error" for drift in problem.drift)
