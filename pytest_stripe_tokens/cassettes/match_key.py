"""What a recording must have in common with a request to answer it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.request import key_kind
from pytest_stripe_tokens.redaction.messages import redact_params
from pytest_stripe_tokens.redaction.sensitive import hide, redact_account

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.request import StripeRequest


class MatchKey(NamedTuple):
    """What a request is matched by: never random or machine-dependent headers, never a secret.

    Args:
        method: upper case.
        path: decoded, without a final slash.
        token_type: of a request that creates a token; `None` for any other.
        params: the reduced parameters, flat and sorted.
        account: the reduced `Stripe-Account`; empty where there is none.
        key: the kind of key, as `api.request.key_kind` says it.
        host: of Stripe's hosts; empty for the API's own.
    """

    method: str
    path: str
    token_type: str | None
    params: tuple[tuple[str, str], ...]
    account: str
    key: str
    host: str = ""


# `read` gives the same object for equal requests, and a suite sends the same few in test after test.
@lru_cache(maxsize=256)
def match_key(understood: StripeRequest) -> MatchKey:
    """What a request is matched by."""
    request = understood.request
    account = understood.account or ""
    pairs = forms.pairs(redact_params(understood.params), with_empty=True)
    return MatchKey(
        method=request.method.upper(),
        path=hide(unquote(request.path)).rstrip("/"),
        token_type=understood.created_type,
        params=tuple(sorted((name, forms.boolean(value)) for name, value in pairs)),
        account=redact_account(account) if account else "",
        key=key_kind(request.headers),
        host="" if request.host == API_HOST else request.host,
    )
