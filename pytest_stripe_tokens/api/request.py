"""What a request asks, read once: its parameters, the token it makes or reads, what it is matched by; no HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.card_numbers import card_number
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.token_types import CATALOGUE
from pytest_stripe_tokens.redaction.messages import hide, key_kind, params_of, reduce_account, reduce_params

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS_PATH = "/v1/tokens"
_READ_HEADERS = ("authorization", "stripe-account", "content-type", "content-encoding")
_CARD_FIELDS = ("brand", "funding", "country")


@dataclass(frozen=True)
class MatchKey:
    """What a request is matched by: never random or machine-dependent headers, never a secret.

    Args:
        method: upper case.
        path: decoded, without a final slash.
        token_type: of a request that creates a token; `None` for any other.
        params: the reduced parameters, flat and sorted.
        account: the reduced `Stripe-Account`; empty where there is none.
        key: the kind of key, as `redaction.key_kind` says it.
    """

    method: str
    path: str
    token_type: str | None
    params: tuple[tuple[str, str], ...]
    account: str
    key: str


@dataclass(frozen=True)
class StripeRequest:
    """One request as it is understood; shared by all who read an equal one, so nothing of it may be changed.

    Args:
        request: with those headers alone that are read here.
    """

    request: Request

    @cached_property
    def params(self) -> Mapping[str, Any]:
        """The parameters as they were sent, nested."""
        return params_of(self.request)

    @cached_property
    def form(self) -> Mapping[str, Any]:
        """The parameters as a form gives them, also where they were sent as JSON: every leaf is a string."""
        return forms.decode(forms.encode(self.params))

    @cached_property
    def is_to_tokens(self) -> bool:
        """Whether it asks for a token to be made, of whatever kind."""
        return self.request.method.upper() == "POST" and self.request.path.rstrip("/") == TOKENS_PATH

    @cached_property
    def created_type(self) -> str | None:
        """The type of token that the API is asked to make; None where it is asked for none, or for several."""
        named = [row.name for row in CATALOGUE.values() if self.is_to_tokens and row.parameter in self.params]
        return named[0] if len(named) == 1 else None

    @cached_property
    def retrieved_id(self) -> str | None:
        """The id in `GET /v1/tokens/:id`; None for any other request."""
        start, _, token_id = self.request.path.rstrip("/").rpartition("/")
        is_read = self.request.method == "GET" and start == TOKENS_PATH and bool(token_id)
        return unquote(token_id) if is_read else None

    @cached_property
    def card(self) -> Mapping[str, str]:
        """What the answer to a published test number shows of the card; empty for any other request."""
        card = self.params.get("card") if self.is_to_tokens else None
        number = cast("dict[str, Any]", card).get("number") if isinstance(card, dict) else card
        known = card_number(re.sub(r"[ -]", "", number)) if isinstance(number, str) else None
        return {name: getattr(known, name) for name in _CARD_FIELDS} if known else {}

    @cached_property
    def key(self) -> MatchKey:
        """What the request is matched by."""
        headers = self.request.headers
        account = headers.get("stripe-account", "")
        return MatchKey(
            method=self.request.method.upper(),
            path=hide(unquote(self.request.path)).rstrip("/"),
            token_type=self.created_type,
            params=tuple(sorted(forms.pairs(reduce_params(self.params)))),
            account=reduce_account(account) if account else "",
            key=key_kind(headers),
        )


def read(request: Request) -> StripeRequest:
    """Read a request, sent or stored."""
    headers = tuple((name, request.headers[name]) for name in _READ_HEADERS if name in request.headers)
    reader = _read if len(request.body) <= forms.LONGEST_KEPT else _read.__wrapped__
    return reader(request.method, request.url, headers, request.body)


# A suite sends the same few requests in test after test: reading one costs 0.3 ms.
@lru_cache(maxsize=256)
def _read(method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> StripeRequest:
    return StripeRequest(Request(method, url, dict(headers), body))
