"""The words of an error that a test asks for by its status or code; imports the tables of errors and declines."""

from __future__ import annotations

from dataclasses import replace

from pytest_stripe_tokens.simulator.errors import ERRORS
from pytest_stripe_tokens.simulator.instruments import DECLINES
from pytest_stripe_tokens.simulator.kinds import CARD, Kind

# What the API most often means by a status, by row.
_BY_STATUS = {
    401: "invalid_key",
    404: "resource_missing",
    409: "idempotency_key_in_use",
    429: "rate_limit",
    500: "api_error",
    502: "backend",
    503: "unavailable",
}
# What the messages name that a test does not.
_WORDS = {
    "account": "acct_...",
    "customer": "cus_...",
    "example": "000123456789",
    "first": "/v1/charges",
    "funding": "credit",
    "hint": "",
    "id": "tok_...",
    "key": "sk_test_****",
    "limit": "1",
    "noun": "token",
    "param": "source",
    "params": "card, bank_account",
    "reason": "already succeeded after being previously confirmed",
    "second": "/v1/customers",
    "value": "x",
    "values": "a, or b",
}


def asked_for(status: int | None = None, code: str | None = None) -> Kind | None:
    """Find what the API answers with a status or a code, its message in full; None where that is not known.

    Args:
        status: the HTTP status; counts only where no code is given.
        code: a code, or the decline code of a card: `"insufficient_funds"` is a `card_declined` in the API's words.
    """
    if code is None:
        name = _BY_STATUS.get(status or 0)
        return _decline("generic_decline") if status == 402 else None if name is None else _filled(ERRORS[name])  # noqa: PLR2004
    if code in DECLINES:
        return _decline(code)
    row = next((row for row in ERRORS.values() if row.code == code), None)
    if row is not None:
        return _filled(row)
    return _decline("generic_decline") if code == "card_declined" else None


def _decline(name: str) -> Kind:
    row = DECLINES[name]
    return Kind(402, row.message, row.code, CARD, row.param, executed=True)


def _filled(row: Kind) -> Kind:
    return replace(row, message=row.message.format_map(_WORDS))
