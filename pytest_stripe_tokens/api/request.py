"""What a request asks of the API, read once: its key, its parameters, the token that it makes or reads."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from pytest_stripe_tokens.api import bodies, forms
from pytest_stripe_tokens.api.card_numbers import card_number, digits
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.token_types import made_at, read_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.token_types import TokenType

_READ_HEADERS = ("authorization", "stripe-account", "stripe-context", "content-type", "content-encoding")
ACCOUNT_HEADERS = frozenset({"stripe-account", "stripe-context"})
"""The headers that say whom a request is for: `account_of` reads them."""

_CARD_FIELDS = ("brand", "funding", "country")


@dataclass(frozen=True, eq=False)
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
    def account(self) -> str | None:
        """The connected account that it is for; None for the platform's own."""
        return account_of(self.request.headers)

    @cached_property
    def is_to_tokens(self) -> bool:
        """Whether it asks for a token to be made, of whatever kind."""
        return bool(self._made)

    @cached_property
    def created_type(self) -> str | None:
        """The type of token that the API is asked to make; None where it is asked for none, or for several."""
        named = [row.name for row in self._made if row.parameter is None or row.parameter in self.params]
        return named[0] if len(named) == 1 else None

    @cached_property
    def _made(self) -> tuple[TokenType, ...]:
        """The types of token that its endpoint makes."""
        return made_at(self.request.path) if self.request.method.upper() == "POST" else ()

    @cached_property
    def retrieved_id(self) -> str | None:
        """The id of the token that it reads, `GET /v1/tokens/:id`; None for any other request."""
        path = self.request.path
        is_read = self.request.method == "GET" and read_at(path) is not None
        return unquote(path.rstrip("/").rpartition("/")[2]) if is_read else None

    @property
    def token_object(self) -> str | None:
        """The `object` of the token that it makes or reads; None for any other request."""
        row = next(iter(self._made), read_at(self.request.path) if self.request.method == "GET" else None)
        return None if row is None else row.object

    @cached_property
    def card(self) -> Mapping[str, str]:
        """What the answer to a published test number shows of the card; empty for any other request."""
        card = self.params.get("card") if self.is_to_tokens else None
        number = cast("dict[str, Any]", card).get("number") if isinstance(card, dict) else card
        known = card_number(digits(number)) if isinstance(number, str) else None
        return {name: getattr(known, name) for name in _CARD_FIELDS} if known else {}


def read(request: Request) -> StripeRequest:
    """Read a request, sent or stored."""
    headers = tuple((name, request.headers[name]) for name in _READ_HEADERS if name in request.headers)
    reader = _read if len(request.body) <= forms.LONGEST_KEPT else _read.__wrapped__
    return reader(request.method, request.url, headers, request.body)


# A suite sends the same few requests in test after test: reading one costs 0.3 ms.
@lru_cache(maxsize=256)
def _read(method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> StripeRequest:
    return StripeRequest(Request(method, url, dict(headers), body))


def account_of(headers: Mapping[str, str]) -> str | None:
    """Tell whom a request is for, the id of a connected account; None for the platform itself.

    `Stripe-Context` takes the place of `Stripe-Account`: it holds an account's id, or a path of ids that ends with it,
    `org_.../acct_...` (stripe-python 16.1). An organisation alone is no connected account.
    """
    context = headers.get("stripe-context", "").strip()
    last = context.rpartition("/")[2]
    return (last if last.startswith("acct_") else None) if context else headers.get("stripe-account")


def key_kind(headers: Mapping[str, str]) -> str:
    """Tell the kind of key that a request carries: `"secret"` (restricted ones too), `"publishable"` or `"none"`."""
    key = api_key(headers)
    if key.startswith(("sk_", "rk_")):
        return "secret"
    return "publishable" if key.startswith("pk_") else "none"


def api_key(headers: Mapping[str, str]) -> str:
    """Return the key in `Authorization`, from Bearer or as Basic's user; empty where there is none."""
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(credentials.strip() + "==").decode("utf-8", errors="replace").partition(":")[0]
    except ValueError:
        return ""


def params_of(request: Request) -> dict[str, Any]:
    """Return the parameters of a request as they were sent, nested: those of its query and of its body together.

    The API takes a POST's parameters from the query too (token_params.md).
    """
    params = forms.decode(request.query) if request.query else {}
    body: Any = bodies.parse(request.body, request.headers) if request.body else None
    if isinstance(body, dict):
        params.update(cast("dict[str, Any]", body))
    return params
