"""Whether an answer can be recorded, is refused to this account, or must not be kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.recording import drift

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.cassettes.file_format import RedactedInteraction
    from pytest_stripe_tokens.recording.drift import Drift

Status = Literal["refreshed", "unchanged", "drifted", "refused", "kept"]
Cause = Literal["", "unreachable", "answer", "schema", "refused", "test", "disk", "leak", "error"]


@dataclass(frozen=True)
class Problem:
    """Why a cassette is not replaced.

    Args:
        status: `"refused"`, `"drifted"` or `"kept"`.
        cause: what kind of reason it is, by which a report groups them.
        reason: one line, without a secret.
        drift: where the answer breaks the schema.
        halts: whether any other request would fare no better.
        interaction: whose answer can't be stored, where what else drifted in it can be told.
        need: of one that is refused, what the account lacks: `"raw_cards"`, `"connect"`, `"permission"`; else empty.
    """

    status: Status
    cause: Cause
    reason: str
    drift: tuple[Drift, ...] = field(default=())
    halts: bool = False
    interaction: RedactedInteraction | None = None
    need: str = ""


@dataclass(frozen=True)
class _Refusal:
    """What an account may not do: how the API says it, and what its owner does about it."""

    need: str
    said: re.Pattern[str]
    what: str
    advice: str


# Texts of errors.md, sections 3 and 4; where a text is not known, the last row takes what sends the reader to Stripe.
_REFUSALS = (
    _Refusal(
        "raw_cards",
        re.compile(r"generally unsafe|raw (?:credit )?card (?:data|number)", re.IGNORECASE),
        "this account may not send raw card numbers",
        "ask Stripe for the raw card data APIs: "
        "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis",
    ),
    _Refusal(
        "connect",
        re.compile(r"signed up for connect|platform_account_required|\bconnect platform", re.IGNORECASE),
        "Connect is not enabled for this account",
        "enable it: https://dashboard.stripe.com/connect",
    ),
    _Refusal(
        "permission",
        re.compile(r"required permissions?\b|more_permissions_required|\brak_\w+", re.IGNORECASE),
        "this key lacks a permission",
        "give the restricted key the permission that the message names: https://dashboard.stripe.com/test/apikeys",
    ),
    _Refusal(
        "",
        re.compile(
            r"(?:your|this) account (?:is not|isn't|cannot|can't|may not|must)"
            r"|(?:not|n't) (?:been )?(?:enabled|authori[sz]ed|permitted|allowed|available) (?:for|on|to)"
            r"|contact (?:us|stripe|support)|request access",
            re.IGNORECASE,
        ),
        "this account may not do that",
        "ask Stripe to enable it: https://support.stripe.com/contact",
    ),
)
_REFUSING = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN})
# Of the request, not of the account.
_NOT_REFUSING = frozenset({"account_invalid", "parameter_unknown", "resource_missing", "secret_key_required"})
_NEVER_STORED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT})
_SERVER_ERROR = 500
_ANSWERED = {
    HTTPStatus.UNAUTHORIZED: Problem("kept", "answer", "the key is not accepted"),
    HTTPStatus.TOO_MANY_REQUESTS: Problem("kept", "unreachable", "rate limited"),
    _SERVER_ERROR: Problem("kept", "unreachable", "the server fails"),
}


def problem_of(response: Response, *, is_error_good: bool) -> Problem | None:
    """Tell why an answer can't be recorded; None where it can.

    Args:
        response: decoded.
        is_error_good: whether an error answer may be what the test is about.
    """
    if response.is_success:
        return None
    message, code = _error(response)
    said = f"{response.status}: {message}" if message else f"{response.status} {response.reason}".rstrip()
    known = _ANSWERED.get(500 if response.status >= _SERVER_ERROR else response.status)
    if known is not None:
        return replace(known, reason=f"{known.reason}: {said}")
    refusal = _refusal(f"{message} {code}") if response.status in _REFUSING and code not in _NOT_REFUSING else None
    if refusal is not None:
        reason = f"{refusal.what}: {refusal.advice} - the API says: {message}"
        return Problem("refused", "refused", reason, need=refusal.need)
    if response.status in _NEVER_STORED or response.status < HTTPStatus.BAD_REQUEST or not is_error_good:
        return Problem("kept", "answer", f"the API answered {said}")
    return None


def _refusal(said: str) -> _Refusal | None:
    return next((refusal for refusal in _REFUSALS if refusal.said.search(said)), None)


def schema_problem(
    answer: Any, request: str = "", accepted: frozenset[str] = frozenset(), *, kind: str = "token"
) -> Problem | None:
    """Tell where a token contradicts the documented schema; None where it does not.

    Args:
        answer: its JSON.
        request: that it answers, `POST /v1/tokens`.
        accepted: the paths whose drift the user accepts.
        kind: the `object` that it should be.
    """
    found = [replace(item, request=request) for item in drift.breaks_schema(answer, kind) if item.path not in accepted]
    return Problem("drifted", "schema", "the answer breaks the documented schema", tuple(found)) if found else None


def _error(response: Response) -> tuple[str, str]:
    error = as_object(as_object(response.data).get("error"))
    return str(error.get("message") or ""), str(error.get("code") or "")
