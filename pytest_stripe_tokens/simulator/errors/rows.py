"""`ErrorRow`: status, message and code of one API error."""

from __future__ import annotations

from typing import NamedTuple

INVALID = "invalid_request_error"
CARD = "card_error"


class ErrorRow(NamedTuple):
    """One row: what the API answers in one case.

    Args:
        status: the HTTP status.
        message: the text, with `{name}` for what the case fills in.
        code: the documented code, where the API gives one.
        type: the error's `type`.
        param: the parameter that is always named, where the case does not name it.
        executed: the request got past the checks of its parameters: its answer is kept for its
            idempotency key and carries `Stripe-Should-Retry: false`.
        early: refused before the request got an id: no Request-Id, another order of keys.
        retry: what `Stripe-Should-Retry` says, where it is not the rule's.
    """

    status: int
    message: str
    code: str | None = None
    type: str = INVALID
    param: str | None = None
    executed: bool = False
    early: bool = False
    retry: str | None = None
