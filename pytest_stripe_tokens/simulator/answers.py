"""The bytes and headers of an answer, in the order and form of real ones.

Headers of real answers, 2023 to 2026: those that tell nothing to a program (Access-Control-*, Content-Security-Policy,
Report-To, Strict-Transport-Security, Vary, X-Wc and their like) are left out, because each costs every client time.
"""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.simulator.pretty import encoded, pretty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.errors.refusal import ApiError
    from pytest_stripe_tokens.simulator.keys import Caller


class Envelope(NamedTuple):
    """What an answer says beside its body.

    Args:
        date: Unix seconds.
        method: the request's, upper case.
        request_id: `"req_..."`; None where the request was refused before it got one.
        caller: None where the request was refused before it was known.
        account_id: the account that answers.
        idempotency_key: as sent, or None.
        original: the request that first used the idempotency key, where this answer is a replay.
    """

    date: int
    method: str
    request_id: str | None
    caller: Caller | None = None
    account_id: str = ""
    idempotency_key: str | None = None
    original: str | None = None


def success(body: Mapping[str, Any], envelope: Envelope) -> Response:
    """Answer with an object: no final newline (2022 and later)."""
    return respond(200, encoded(pretty(dict(body))), envelope, retry="false")


def refusal(error: ApiError, envelope: Envelope) -> Response:
    """Answer with an error: a final newline, a link to the request's log (2023 and later)."""
    fields = error.fields()
    if envelope.request_id is not None and not error.row.early:
        fields["request_log_url"] = _log_url(envelope)
        fields = dict(sorted(fields.items()))
    row = error.row
    extra = {}
    if row.early:
        extra = {"X-Robots-Tag": "none"} if row.code else {"Www-Authenticate": 'Basic realm="Stripe"'}
    body = encoded(pretty({"error": fields})) + b"\n"
    retry = row.retry or ("false" if row.executed else None)
    return respond(row.status, body, envelope, retry=retry, extra=extra)


def respond(
    status: int, body: bytes, envelope: Envelope, *, retry: str | None, extra: Mapping[str, str] | None = None
) -> Response:
    """Put the headers around a body.

    Args:
        status: the HTTP status.
        body: the bytes to send.
        envelope: what else is known of the exchange.
        retry: what `Stripe-Should-Retry` says; on a GET only `"true"` is ever said (real answers).
        extra: headers of this case only.
    """
    writes = envelope.method != "GET"
    headers = {
        "Server": "nginx",
        "Date": formatdate(envelope.date, usegmt=True),
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "keep-alive",
        "Cache-Control": "no-cache, no-store",
        **(extra or {}),
    }
    if envelope.request_id is not None:
        if writes and envelope.idempotency_key is not None:
            if _can_be_sent(envelope.idempotency_key):
                headers["Idempotency-Key"] = envelope.idempotency_key
            if envelope.original is not None:
                headers["Idempotent-Replayed"] = "true"
            headers["Original-Request"] = envelope.original or envelope.request_id
        headers["Request-Id"] = envelope.request_id
    if envelope.caller is not None and envelope.caller.account is not None:
        headers["Stripe-Account"] = envelope.caller.account
    if retry is not None and (writes or retry == "true"):
        headers["Stripe-Should-Retry"] = retry
    # Who refuses before the request has an id does not tell the version (real answers of 403 account_invalid).
    if envelope.caller is not None and envelope.request_id is not None and _can_be_sent(envelope.caller.version):
        headers["Stripe-Version"] = envelope.caller.version
    return Response(status, headers, body)


def _can_be_sent(value: str) -> bool:
    """Tell whether a value may stand in a header; another character would break the client that reads it."""
    return value.isascii() and value.isprintable()


def _log_url(envelope: Envelope) -> str:
    mode = "/test" if envelope.caller is None or not envelope.caller.livemode else ""
    account = f"/{envelope.account_id}" if envelope.account_id else ""
    return f"https://dashboard.stripe.com{account}{mode}/workbench/logs?object={envelope.request_id}"
