"""Requests to the Tokens API, as a client sends them."""

from __future__ import annotations

from pytest_stripe_tokens.api.messages import Request

URL = "https://api.stripe.com/v1/tokens"
KEY = {"authorization": "Bearer sk_test_x"}
VISA = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=123"


def post(body: str, url: str = URL, **headers: str) -> Request:
    return Request(
        "POST", url, {**KEY, **{name.replace("_", "-"): value for name, value in headers.items()}}, body.encode()
    )
