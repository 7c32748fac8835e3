"""`Endpoint`: the requests that a test means with `"POST /v1/subscriptions/:id"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from pytest_stripe_tokens.api import paths
from pytest_stripe_tokens.api.messages import API_HOST, is_stripe_host
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Request

METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD")
_EXAMPLE = "POST /v1/subscriptions"


class Endpoint(NamedTuple):
    """Some requests of Stripe's.

    Args:
        method: upper case; None for any.
        host: api.stripe.com, or another of Stripe's; None for any of them.
        path: its segments, of which `:id`, or any other name after a colon, stands for one of any text; None for any.
    """

    method: str | None = None
    host: str | None = None
    path: tuple[str, ...] | None = None

    def ids(self, request: Request) -> tuple[str, ...] | None:
        """Give what stands for the `:id` segments in a request's path, in their order; None where it does not fit."""
        if self.method not in {None, request.method.upper()} or self.host not in {None, request.host}:
            return None
        if self.path is None:
            return ()
        return paths.ids(self.path, paths.segments(unquote(request.path)))


def named(text: object, source: str) -> Endpoint:
    """Read `"POST /v1/subscriptions"`, or one with the whole URL of another host of Stripe's.

    Raises:
        UsageError: it is none; the message says what to type.
    """
    method, _, target = text.strip().partition(" ") if isinstance(text, str) else ("", "", "")
    if not target.strip():
        raise UsageError(f"{source}: expected a method and a path, such as {_EXAMPLE!r}")
    return of(method, target.strip(), source)


def of(method: object, path: object, source: str) -> Endpoint:
    """Read a method and a path, either of which may be None for any.

    Raises:
        UsageError: there is no such method, or it is no path of Stripe's.
    """
    if method is not None and not (isinstance(method, str) and method.upper() in METHODS):
        raise UsageError(f"{source}: unknown method {method!r}; the methods are {', '.join(METHODS)}")
    host, parts = (None, None) if path is None else _located(path, source)
    return Endpoint(None if method is None else method.upper(), host, parts)


def _located(path: object, source: str) -> tuple[str, tuple[str, ...]]:
    expected = "expected a path of Stripe's, such as '/v1/subscriptions/:id'"
    if not isinstance(path, str):
        raise UsageError(f"{source}: {expected}, not {path!r}")
    try:
        url = urlsplit(path)
        host = API_HOST if path.startswith("/") and not url.netloc else (url.hostname or "").rstrip(".")
    except ValueError:
        raise UsageError(f"{source}: {expected}, not {path!r}") from None
    if url.query or url.fragment or "?" in path:
        raise UsageError(f"{source}: {expected}, without a query: what a request sends is in its `params`")
    if any(sign.isspace() for sign in path) or not is_stripe_host(host):
        raise UsageError(f"{source}: {expected}, or a URL of one of Stripe's hosts, not {path!r}")
    return host, paths.segments(url.path)
