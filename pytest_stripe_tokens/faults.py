"""The failures that a test asks for with `fail_next`; pure."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.errors import UsageError
from pytest_stripe_tokens.exchange import Response

if TYPE_CHECKING:
    import builtins

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS

# Texts of the API as its users have pasted them; the fact book gives each one's source.
_KNOWN = {
    HTTPStatus.BAD_REQUEST: ("invalid_request_error", None, "Invalid request."),
    _UNAUTHORIZED: ("invalid_request_error", None, "Invalid API Key provided: sk_test_****"),
    HTTPStatus.PAYMENT_REQUIRED: ("card_error", "card_declined", "Your card was declined."),
    _FORBIDDEN: (
        "invalid_request_error",
        None,
        "The provided key 'sk_test_****' does not have the required permissions for this endpoint.",
    ),
    HTTPStatus.NOT_FOUND: ("invalid_request_error", "resource_missing", "No such resource."),
    HTTPStatus.CONFLICT: (
        "idempotency_error",
        "idempotency_key_in_use",
        (
            "There is currently another in-progress request using this Idempotent Key (that probably means you "
            "submitted twice, and the other request is still going through). Please try again later."
        ),
    ),
    _TOO_MANY: (
        "invalid_request_error",
        "rate_limit",
        (
            "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn "
            "more about rate limits here https://stripe.com/docs/rate-limits."
        ),
    ),
}
_SERVER_ERROR = ("api_error", None, "An unknown error occurred")
_STATUS_OF_TYPE = {
    "api_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "card_error": HTTPStatus.PAYMENT_REQUIRED,
    "idempotency_error": HTTPStatus.BAD_REQUEST,
    "invalid_request_error": HTTPStatus.BAD_REQUEST,
}
_STATUS_OF_CODE = {
    "rate_limit": _TOO_MANY,
    "lock_timeout": _TOO_MANY,
    "idempotency_key_in_use": HTTPStatus.CONFLICT,
    "resource_missing": HTTPStatus.NOT_FOUND,
    "secret_key_required": _FORBIDDEN,
    "account_invalid": _FORBIDDEN,
    "api_key_expired": _UNAUTHORIZED,
}
# Codes whose type is card_error; what a card's issuer or its number is to blame for.
_CARD_CODES = frozenset(
    {
        "authentication_required",
        "card_declined",
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "incorrect_zip",
        "invalid_cvc",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "invalid_number",
        "processing_error",
    }
)


@dataclass(frozen=True)
class Fault:
    """What the next requests meet: an error body or an exception, after `delay` seconds."""

    status: int = 500
    code: str | None = None
    type: str | None = None
    message: str | None = None
    exception: BaseException | builtins.type[BaseException] | None = None
    delay: float = 0.0

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer, `{"error": {...}}`, its keys in the API's order."""
        known_type, known_code, text = _KNOWN.get(HTTPStatus(self.status), _SERVER_ERROR)
        is_known = self.code is None or self.code == known_code
        code = self.code or (known_code if self.type in (None, known_type) else None)
        message = self.message or (text if is_known else f"{str(self.code).replace('_', ' ').capitalize()}.")
        error: dict[str, Any] = {}
        if code:
            error["code"] = code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        error["message"] = message
        error["type"] = self.type or ("card_error" if code in _CARD_CODES else known_type)
        return {"error": error}

    def response(self, request_id: str) -> Response:
        """The answer; the API asks to retry a 429 and a 409, and leaves a 5xx to the client."""
        headers = {"Content-Type": "application/json", "Request-Id": request_id}
        if self.status in (HTTPStatus.CONFLICT, _TOO_MANY):
            headers["Stripe-Should-Retry"] = "true"
        return Response(self.status, headers, json.dumps(self.body(), indent=2).encode() + b"\n")


class Faults:
    """The failures to come, first in first out."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault, times: int) -> None:
        """Let the next `times` requests meet `fault`."""
        self._waiting.extend([fault] * times)

    def next(self) -> Fault | None:
        """Take the failure that the next request meets; None where it meets none."""
        return self._waiting.popleft() if self._waiting else None


def fault(fault: Fault, *, status: int | None, times: int) -> Fault:
    """Complete a failure with the status that its code or type has at Stripe.

    Raises:
        UsageError: arguments that no failure can have.
    """
    if times < 1 or isinstance(times, bool):
        raise UsageError(f"fail_next: times={times!r}; it is the number of requests to fail, 1 or more")
    if fault.delay < 0:
        raise UsageError(f"fail_next: delay={fault.delay!r}; it is in seconds, 0 or more")
    if fault.exception is not None:
        if status is not None or fault.code or fault.type or fault.message:
            raise UsageError("fail_next: an exception has no status, code, type or message; give one or the other")
        return fault
    if status is None:
        by_type = _STATUS_OF_TYPE.get(fault.type or "", HTTPStatus.INTERNAL_SERVER_ERROR)
        if fault.code in _CARD_CODES:
            by_type = HTTPStatus.PAYMENT_REQUIRED
        elif fault.code and fault.type is None:
            by_type = HTTPStatus.BAD_REQUEST
        status = int(_STATUS_OF_CODE.get(fault.code or "", by_type))
    try:
        is_error = HTTPStatus(status) >= HTTPStatus.BAD_REQUEST
    except ValueError:
        is_error = False
    if not is_error:
        raise UsageError(f"fail_next: status={status!r}; it is that of an error answer, 400 to 599")
    return replace(fault, status=int(status))
