"""What the API answers under /v2 where a request is refused: every published code, and what no page gives a code for.

The codes stand in `tables/v2_errors.json` with their statuses (API reference, 2026-01; stripe/openapi 2026-09-30). The
text is the reference's description of the code: where a real message is known it begins with the same words.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors import by_code, codes
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNKNOWN_FIELD = "unknown_field"
# Of what is wrong with a body only the first words of one message are known ("Unknown field"), and no code.
_OF_BODIES: Mapping[str, tuple[int, str]] = {
    _UNKNOWN_FIELD: (400, 'Unknown field "{param}"{hint}'),
    "missing_field": (400, 'Missing required field "{param}".'),
    "invalid_type": (400, 'Invalid value for field "{param}": expected {kind}.'),
    "invalid_value": (400, 'Invalid value for field "{param}": expected one of {values}.'),
    "too_many_metadata_keys": (400, 'Field "{param}" can have up to {limit} keys.'),
    "too_long": (400, 'Invalid value for field "{param}": expected at most {limit} characters.'),
    "invalid_json": (400, "The body of the request is not a JSON object."),
    "unsupported_content_type": (
        400,
        "The body of a request to /v2 is JSON: send it with Content-Type: application/json, not {kind}.",
    ),
    "invalid_page": (400, "The page token is none that this list has given."),
    "idempotency_key_too_long": (400, "Invalid Idempotency-Key: must be at most 255 characters."),
    "api_error": (500, "An unknown error occurred."),
}
# What the API most often means by a status.
_BY_STATUS: Mapping[int, str] = {
    400: _UNKNOWN_FIELD,
    403: "invalid_account_token",
    404: "not_found",
    409: "idempotency_error",
    429: "account_rate_limit_exceeded",
}
_WORDS: Mapping[str, Any] = {
    "param": "contact_emial",
    "hint": ".",
    "kind": "a string",
    "values": "a, b",
    "limit": "500",
}


class V2Row(ErrorRow):
    """A row whose answer has the form of /v2: code and message, and a `type` for a few codes only."""


def refusal(code: str, *, param: str | None = None, **words: Any) -> ApiError:
    """Refuse with a code of /v2.

    Args:
        code: one of `rows()`.
        param: the field it is about, its parents before it: `"identity.individual.email"`.
        words: what fills the message's `{name}` places.
    """
    return ApiError(rows()[code], param=param, **words)


@cache
def rows() -> Mapping[str, V2Row]:
    """Give every row by its code."""
    known = {
        code: V2Row(int(said["status"]), str(said.get("text") or _in_words(code)), code, str(said.get("type") or ""))
        for code, said in codes.of_v2().items()
    }
    return MappingProxyType(
        known | {code: V2Row(status, text, code, "") for code, (status, text) in _OF_BODIES.items()}
    )


def error_for(status: int | None, code: str | None, type_: str | None, message: str | None) -> ApiError:
    """Build what a path of /v2 answers with a status, code or type; what is given stands in the answer as it is.

    Args:
        status: the HTTP status; by default the one that the code has, or 500.
        code: by default what the status most often means.
        type_: by default that of the code; most have none.
        message: by default the reference's text, or the code in words.
    """
    if code is None:
        code = "idempotency_error" if type_ == "idempotency_error" else _BY_STATUS.get(status or 0)
        code = code or ("account_rate_limit_exceeded" if type_ == "rate_limit" else "api_error")
    known = rows().get(code) or V2Row(by_code.error_for(code=code).row.status, _in_words(code), code, "")
    row = known._replace(status=status or known.status, type=type_ or known.type)
    error = ApiError(row, **_WORDS)
    error.message = error.message if message is None else message
    return error


def _in_words(code: str) -> str:
    return f"{code.replace('_', ' ').capitalize()}."
