"""What a test sees of the requests that were sent to Stripe; imports no HTTP client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from pytest_stripe_tokens import redaction
from pytest_stripe_tokens.catalogue import CATALOGUE

if TYPE_CHECKING:
    from pytest_stripe_tokens.exchange import Request, Response
    from pytest_stripe_tokens.token import Origin

TOKENS_PATH = "/v1/tokens"
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-stripe-client-user-agent"})


@dataclass(frozen=True)
class Asked:
    """How a request came about.

    Args:
        is_unchanged: a fixture or `create` sends the built-in parameters.
        is_fixtures: a fixture sends them, or `create` without parameters of its own; `stripe_tokens_params` may have
            changed them.
    """

    is_unchanged: bool = False
    is_fixtures: bool = False


BY_CODE = Asked()


class Headers(Mapping[str, str]):
    """Headers, whose names are found in any case."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


@dataclass
class SeenRequest:
    """One request that a test, its fixtures or its code under test sent to Stripe.

    Args:
        method: `"POST"`.
        path: `"/v1/tokens"`.
        params: nested, decoded from the form and the query, as they were sent: their values are strings.
        headers: without those that hold secrets.
        token_type: of the token that the request makes or reads; None for any other request.
        response_status: the HTTP status of the answer; None while there is none, and where a connection broke.
        origin: where the answer came from; None where there is none, and for a failure that the test asked for.
    """

    method: str
    path: str
    params: dict[str, Any] = field(repr=False)
    headers: Headers = field(repr=False)
    token_type: str | None = None
    response_status: int | None = None
    origin: Origin | None = None

    def __repr__(self) -> str:
        type_ = f" ({self.token_type})" if self.token_type else ""
        status = "no answer" if self.response_status is None else str(self.response_status)
        shown = redaction.reduce_params(self.params)
        return f"<{self.method} {self.path}{type_} {shown} -> {status}, {self.origin or 'no origin'}>"


def seen(request: Request) -> SeenRequest:
    """Start a request's entry."""
    shown = {name: value for name, value in request.headers.items() if name.lower() not in _SECRET_HEADERS}
    params = redaction.params_of(request)
    return SeenRequest(request.method, request.path, params, Headers(shown), created_type(request, params))


def created_type(request: Request, params: Mapping[str, Any]) -> str | None:
    """The type of token that a request asks the API to make; None where it makes none, or several."""
    if request.method != "POST" or request.path.rstrip("/") != TOKENS_PATH:
        return None
    named = [row.name for row in CATALOGUE.values() if row.parameter in params]
    return named[0] if len(named) == 1 else None


def retrieved_id(request: Request) -> str | None:
    """The id in `GET /v1/tokens/:id`; None for any other request."""
    start, _, token_id = request.path.rstrip("/").rpartition("/")
    return unquote(token_id) if request.method == "GET" and start == TOKENS_PATH and token_id else None


def token_in(response: Response) -> dict[str, Any] | None:
    """The token that an answer is; None where it is none."""
    try:
        data: Any = response.json()
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    found = cast("dict[str, Any]", data)
    return found if found.get("object") == "token" and {"id", "type", "used"} <= found.keys() else None
