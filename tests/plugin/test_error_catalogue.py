"""The error catalogue through the front door: each row by stripe-python, compared field by field."""

from __future__ import annotations

from functools import partial

import httpx
import pytest
import stripe
from error_catalogue import assert_is, each_row
from simulator_api import SECRET, Api
from simulator_rows import EXECUTED, UNTRIED, Row, card_error, get, post, refusal

from pytest_stripe_tokens import stripe_sandbox
from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import Response

# What stripe-python 16.1 raises for a status, and for a type where that decides.
RAISED = {
    400: stripe.InvalidRequestError,
    401: stripe.AuthenticationError,
    402: stripe.CardError,
    403: stripe.PermissionError,
    404: stripe.InvalidRequestError,
}


# Headers that stripe-python has options for.
OPTIONS = ("idempotency-key", "stripe-account", "stripe-version")
AGAIN = {"Stripe-Should-Retry": "true"}
# What the API answers for reasons of its own, or at moments that no test can bring about: a test asks for it.
FAILURES = [
    (
        {"status": 429},
        Row(
            "rate limit",
            post("/v1/tokens"),
            429,
            refusal(
                "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can"
                " learn more about rate limits here https://stripe.com/docs/rate-limits.",
                "rate_limit",
            ),
            headers=AGAIN,
        ),
    ),
    (
        {"code": "lock_timeout"},
        Row(
            "locked",
            get("/v1/tokens/tok_x"),
            429,
            refusal(
                "This object cannot be accessed right now because another API request or Stripe process is currently"
                " accessing it. If you see this error intermittently, retry the request. If you see this error"
                " frequently and are making multiple concurrent requests to a single object, make your requests serially"
                " or at a lower rate.",
                "lock_timeout",
            ),
            headers=AGAIN,
        ),
    ),
    (
        {"code": "token_in_use"},
        Row(
            "token in use",
            post("/v1/charges"),
            400,
            refusal(
                "There is currently another in-progress request using this Stripe token (that probably means you clicked"
                " twice, and the other charge is still going through): tok_",
                "token_in_use",
            ),
            starts=True,
        ),
    ),
    (
        {"code": "api_key_expired"},
        Row(
            "expired key",
            get("/v1/tokens/tok_x"),
            401,
            refusal("Expired API Key provided: ", "api_key_expired"),
            starts=True,
        ),
    ),
    (
        {"status": 409},
        Row(
            "idempotency key in use",
            post("/v1/tokens"),
            409,
            refusal(
                "There is currently another in-progress request using this Idempotent Key (that probably means you"
                " submitted twice, and the other request is still going through): ",
                "idempotency_key_in_use",
                type="idempotency_error",
            ),
            starts=True,
        ),
    ),
    (
        {"code": "incorrect_zip"},
        Row(
            "postal code",
            post("/v1/charges"),
            402,
            card_error(
                "Your card could not be authorized using the postal code provided. Please update the postal code, or"
                " contact your card issuer for further details.",
                "incorrect_zip",
                "address_zip",
            ),
            headers=EXECUTED,
        ),
    ),
    (
        {"status": 500},
        Row("500", post("/v1/tokens"), 500, refusal("An unknown error occurred", type="api_error"), headers=UNTRIED),
    ),
    (
        {"status": 502},
        Row(
            "502",
            post("/v1/tokens"),
            502,
            refusal(
                "Error while communicating with one of our backends.  Sorry about that!  We have been notified of the"
                " problem.  If you have any questions, we can help at https://support.stripe.com/.",
                type="api_error",
            ),
            headers=UNTRIED,
        ),
    ),
    (
        {"status": 503},
        Row(
            "503",
            post("/v1/tokens"),
            503,
            refusal(
                "Test mode requests are temporarily disabled due to exceptionally high traffic. Please contact us via"
                " https://support.stripe.com/contact for more information if this problem persists.",
                type="api_error",
            ),
            headers=UNTRIED,
        ),
    ),
]
each_failure = pytest.mark.parametrize(
    ("failure", "row"), [pytest.param(failure, row, id=row.name) for failure, row in FAILURES]
)


class StripeApi(Api):
    """Sends what the rows send with stripe-python; keeps the last exception."""

    def __init__(self):
        self.client = stripe.StripeClient(SECRET)
        self.raised = None

    def send(self, method, path, params=None, *, key=SECRET, authorization=None, **options):
        if key is None or authorization is not None:
            # stripe-python sends no request without a key: it is taken away from the one it makes.
            options["headers"] = {"Authorization": authorization or ""}
        send = partial(self.client.raw_request, method.lower(), path, api_key=key or SECRET)
        try:
            answer = send(**options, **(params or {}))
        except stripe.StripeError as error:
            self.raised = error
            return Response(error.http_status, httpx.Headers(error.headers), error.http_body.encode())
        return Response(answer.code, httpx.Headers(dict(answer.headers)), answer.body.encode())

    def exchange(self, request):
        """Send what a fact's request asks for."""
        options = {name.replace("-", "_"): request.headers[name] for name in OPTIONS if name in request.headers}
        authorization = request.headers.get("authorization")
        key = authorization.removeprefix("Bearer").strip() if authorization else None
        if key == "":
            options["authorization"] = authorization
        path = request.url.partition("api.stripe.com")[2]
        return self.send(request.method, path, forms.decode(request.body), key=key, **options)


@each_row
def test_stripe_python_raises_the_catalogues_error(row, headers):
    with stripe_sandbox() as stripe_tokens:
        api = StripeApi()
        response = row.send(api)
    assert_is(row, headers, response)
    assert response.headers["Content-Type"] == "application/json"
    last = stripe_tokens.requests[-1]
    assert last.response_status == row.status
    if "Request-Id" in response.headers and last.method == "POST":
        # It sends an idempotency key with each POST.
        assert response.headers["Original-Request"] == response.headers["Request-Id"]
    raised, error = api.raised, response.json()["error"]
    kind = stripe.IdempotencyError if error["type"] == "idempotency_error" else RAISED[row.status]
    assert type(raised) is kind
    shown = raised.error
    assert (raised.http_status, raised.user_message, shown.type) == (row.status, error["message"], error["type"])
    for name in ("code", "param", "doc_url", "decline_code", "advice_code", "network_decline_code", "charge"):
        assert getattr(shown, name, None) == error.get(name), name
    if kind in {stripe.CardError, stripe.InvalidRequestError}:
        assert (raised.code, raised.param) == (error.get("code"), error.get("param"))
    assert raised.request_id == response.headers.get("Request-Id")


@each_failure
def test_stripe_python_raises_the_error_that_is_asked_for(failure, row, stripe_tokens, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    stripe_tokens.fail_next(**failure, times=3)
    api = StripeApi()
    assert_is(row, row.headers, row.send(api))
    kinds = {429: stripe.RateLimitError, 409: stripe.APIError, **RAISED}
    assert type(api.raised) is kinds.get(row.status, stripe.APIError)
