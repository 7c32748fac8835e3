from __future__ import annotations

import pytest

from pytest_stripe_tokens.simulator.asked import asked_for
from pytest_stripe_tokens.simulator.errors import ERRORS

CODES = sorted({row.code for row in ERRORS.values() if row.code})


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_tables_has_its_words(code):
    found = asked_for(code=code)
    assert found.code == code
    assert "{" not in found.message


@pytest.mark.parametrize(
    ("status", "code", "type_"),
    [
        (401, None, "invalid_request_error"),
        (402, "card_declined", "card_error"),
        (404, "resource_missing", "invalid_request_error"),
        (409, "idempotency_key_in_use", "idempotency_error"),
        (429, "rate_limit", "invalid_request_error"),
        (500, None, "api_error"),
        (502, None, "api_error"),
        (503, None, "api_error"),
    ],
)
def test_a_status_has_its_most_common_meaning(status, code, type_):
    found = asked_for(status)
    assert (found.status, found.code, found.type) == (status, code, type_)


@pytest.mark.parametrize(
    ("code", "start"),
    [
        ("lock_timeout", "This object cannot be accessed right now because another API request or Stripe process is"),
        ("rate_limit", "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode."),
        ("token_in_use", "There is currently another in-progress request using this Stripe token (that probably means"),
        ("api_key_expired", "Expired API Key provided: "),
        ("insufficient_funds", "Your card has insufficient funds."),
        ("card_declined", "Your card was declined."),
    ],
)
def test_a_codes_words_are_the_apis(code, start):
    assert asked_for(code=code).message.startswith(start)


def test_a_decline_code_is_a_card_errors():
    found = asked_for(code="expired_card")
    assert (found.status, found.code, found.type, found.param) == (402, "expired_card", "card_error", "exp_month")


@pytest.mark.parametrize(("status", "code"), [(418, None), (None, "nope"), (None, None), (429, "nope")])
def test_what_is_not_known_has_no_words(status, code):
    assert asked_for(status, code) is None
