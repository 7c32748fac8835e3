"""The error that a test asks for by its status, code or type, in the API's words."""

from __future__ import annotations

from http import HTTPStatus
from string import Formatter
from typing import Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.errors.rows import CARD, INVALID, ErrorRow
from pytest_stripe_tokens.simulator.errors.table import ERRORS
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES, declined

# What the API most often means by a status or a type: a decline, or a row of the tables.
_BY_STATUS = {
    400: "not_a_form",
    401: "invalid_key",
    402: "generic_decline",
    403: "no_permission",
    404: "resource_missing",
    409: "idempotency_key_in_use",
    429: "rate_limit",
    502: "backend",
    503: "unavailable",
}
_BY_TYPE = {
    "api_error": "api_error",
    "authentication_error": "invalid_key",
    "card_error": "generic_decline",
    "idempotency_error": "idempotency_parameters",
    "invalid_request_error": "not_a_form",
    "rate_limit_error": "rate_limit",
}
# What the messages name that a test does not.
_WORDS = {
    "account": "acct_...",
    "action": "update",
    "amount": "$6.00",
    "charge": "ch_...",
    "currency": "usd",
    "customer": "cus_...",
    "example": "000123456789",
    "first": "/v1/charges",
    "funding": "credit",
    "hint": "",
    "id": "tok_...",
    "intent": "pi_...",
    "key": "sk_test_****",
    "least": "$0.50",
    "left": "$5.00",
    "limit": "1",
    "noun": "token",
    "params": "card, bank_account",
    "reason": "already succeeded after being previously confirmed",
    "second": "/v1/customers",
    "status": "succeeded",
    "value": "x",
    "values": "a, or b",
}
_PARAM = "source"
_SERVER = HTTPStatus.INTERNAL_SERVER_ERROR
# stripe-python repeats a 429 only if it is told to (16.1), and real ones tell it to (2023, 2024).
_REPEATED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})


def error_for(
    status: int | None = None,
    *,
    code: str | None = None,
    type: str | None = None,  # noqa: A002 - Stripe's own name
    message: str | None = None,
) -> ApiError:
    """Build what the API answers with a status, code or type; what is given stands in the answer as it is.

    Args:
        status: the HTTP status; by default the one that the code or the type has at Stripe, or 500.
        code: a code, or the decline code of a card (`"insufficient_funds"`), which then stands in both fields.
        type: the error's type; by default that of the code or the status.
        message: by default the API's own, or the code in words where that is not known.
    """
    error = _known(status, code, type) or _unknown(status, code, type)
    status = status or error.row.status
    is_servers = status >= _SERVER
    error.row = error.row._replace(
        status=status,
        type=type or error.row.type,
        executed=error.row.executed and not is_servers,
        retry="true" if status in _REPEATED else None,
    )
    error.message = error.message if message is None else message
    if code is not None and "code" in error.more:
        error.more["code"] = code
    return error


def _known(status: int | None, code: str | None, type_: str | None) -> ApiError | None:
    if code is not None:
        if code in DECLINES:
            return declined(code)
        if code == "card_declined":
            return declined("generic_decline")
        row = next((row for row in ERRORS.values() if row.code == code), None)
        return _decline_of(code) if row is None else _filled(row)
    by_status = _named(None if status is None else _BY_STATUS.get(status, "api_error" if status >= _SERVER else None))
    if type_ is None or (by_status is not None and by_status.row.type == type_):
        return by_status
    return _named(_BY_TYPE.get(type_))


def _decline_of(code: str) -> ApiError | None:
    """Decline as no test card does; the words of such a decline are not known. None where the code is none."""
    from pytest_stripe_tokens.simulator.errors.codes import DECLINE_CODES, ERROR_CODES  # noqa: PLC0415 - seldom asked for

    if code in ERROR_CODES or code not in DECLINE_CODES:
        return None
    error = declined("generic_decline")
    error.more = {"code": code, "decline_code": code}
    return error


def _named(name: str | None) -> ApiError | None:
    if name is None:
        return None
    return declined(name) if name in DECLINES else _filled(ERRORS[name])


def _filled(row: ErrorRow) -> ApiError:
    param = _PARAM if "{param}" in row.message else "token" if row.code == "resource_missing" else None
    names = [name for _, name, _, _ in Formatter().parse(row.message) if name and name != "param"]
    words: dict[str, Any] = {name: _WORDS.get(name, "...") for name in names}
    return ApiError(row, param=param, **words)


def _unknown(status: int | None, code: str | None, type_: str | None) -> ApiError:
    """Build an error that the tables do not have, of the type that its status has at Stripe."""
    if status is None:
        status = HTTPStatus.PAYMENT_REQUIRED if type_ == CARD else HTTPStatus.BAD_REQUEST if code else _SERVER
    usual = CARD if status == HTTPStatus.PAYMENT_REQUIRED else INVALID if status < _SERVER else "api_error"
    text = ERRORS["api_error"].message if code is None else f"{code.replace('_', ' ').capitalize()}."
    return ApiError(ErrorRow(status, "{text}", code, type_ or usual), text=text)
