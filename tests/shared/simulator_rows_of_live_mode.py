"""Rows of the error catalogue that only live mode gives, which no calibration asks."""

from __future__ import annotations

from typing import Any

from simulator_api import LIVE, Api
from simulator_rows import UNTRIED, Row, card_error, post, refusal

CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}
TEST_HINT = "; a similar object exists in test mode, but a live mode key was used to make this request."
LIVE_HINT = "; a similar object exists in live mode, but a test mode key was used to make this request."


def _live_link(api: Api) -> Any:
    account = api.post("/v1/accounts", {"type": "custom"}, key=LIVE)["id"]
    sent = {"account": account, "type": "account_onboarding", "refresh_url": "http://example.com"}
    return api.send("POST", "/v1/account_links", sent, key=LIVE)


def _test_token_charged(api: Api) -> Any:
    return api.send("POST", "/v1/charges", {"amount": 100, "currency": "usd", "source": api.token()}, key=LIVE)


LIVE_ROWS = [
    Row(
        "test card in live mode",
        post("/v1/tokens", {"card": CARD}, key=LIVE),
        402,
        card_error(
            "Your card was declined. Your request was in live mode, but used a known test card.",
            "card_declined",
            "",
            decline_code="live_mode_test_card",
        ),
    ),
    Row(
        "test token read live",
        lambda api: api.send("GET", f"/v1/tokens/{api.token()}", key=LIVE),
        400,
        {"code": "resource_missing", "param": "token", "message": TEST_HINT},
        headers=UNTRIED,
    ),
    Row(
        "live token read in test mode",
        lambda api: api.send("GET", f"/v1/tokens/{api.token('pii', key=LIVE)}"),
        400,
        {"code": "resource_missing", "param": "token", "message": LIVE_HINT},
        headers=UNTRIED,
    ),
    Row(
        "test token charged live",
        _test_token_charged,
        400,
        {"code": "resource_missing", "param": "source", "message": TEST_HINT},
    ),
    Row(
        "live link",
        _live_link,
        400,
        refusal("Livemode requests must always be redirected via HTTPS.", param="refresh_url"),
        headers=UNTRIED,
    ),
]
