"""`Request` and `Response`: HTTP messages to and from Stripe as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

API_HOST = "api.stripe.com"
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding"})


def is_stripe_host(host: str | None) -> bool:
    """Tell whether `host` is stripe.com or one of its subdomains, compared label by label.

    `api.stripe.com.evil.example` and `notstripe.com` are not Stripe's.
    """
    name = host or ""
    if not name.isascii():
        # What a resolver makes of full-width letters and dots is Stripe's name as well.
        try:
            name = name.encode("idna").decode("ascii")
        except ValueError:
            return False
    name = name.lower().rstrip(".")
    return name == "stripe.com" or name.endswith(".stripe.com")


V2 = "/v2/"
"""What the paths begin with whose requests and answers have another form than those of /v1."""


def is_v2(path: str) -> bool:
    """Tell whether a path is one of /v2."""
    return path.startswith(V2)


@dataclass(frozen=True)
class Request:
    """One HTTP request as a client sent it.

    Args:
        method: upper case, `"POST"`.
        url: absolute, `"https://api.stripe.com/v1/tokens"`.
        headers: names in lower case.
        body: the bytes of the body; empty where there is none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def __repr__(self) -> str:
        # All else may hold keys and card numbers, the path too, and a failing test's report shows its variables.
        return f"<Request {self.method} to {self.host}>"

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @cached_property
    def host(self) -> str:
        """The host's name in lower case, without a final dot."""
        return (self._parts.hostname or "").rstrip(".")

    @property
    def path(self) -> str:
        """The path, `"/v1/tokens"`; still percent-encoded."""
        return self._parts.path

    @property
    def query(self) -> str:
        """The query string without its question mark; still percent-encoded."""
        return self._parts.query


@dataclass(frozen=True)
class Response:
    """One HTTP answer: status, headers in the order they are sent, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"

    @property
    def reason(self) -> str:
        """The status line's phrase, `"OK"`; empty for a status that HTTP does not define."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    @cached_property
    def sent_headers(self) -> Mapping[str, str]:
        """The headers with the framing that the body has now, plain bytes of a known length; each in one line."""
        length = {"Content-Length": str(len(self.body))}
        lines: dict[str, str] = {}
        for name, value in self.headers.items():
            if name.lower() in _FRAMING:
                continue
            lines[name] = value if value.isprintable() else " ".join(value.split())
            if name.lower() == "content-type":
                lines |= length  # its place in real answers
        return lines | length

    @cached_property
    def data(self) -> Any:
        """What the body is as JSON, decoded once: it must not be changed; None where it is none."""
        try:
            return self.json()
        except (ValueError, RecursionError):
            return None

    def json(self) -> Any:
        """Decode the body.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body)

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
