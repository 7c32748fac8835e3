"""http.client and what is built on it (urllib.request, urllib3, requests), answered through a socket of ours."""

from __future__ import annotations

import functools
import http.client
import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pytest_stripe_tokens.interception.gate import Target

if TYPE_CHECKING:
    from pytest_stripe_tokens.interception.gate import Gate


def targets() -> list[Target]:
    """What is replaced while a sandbox is open."""
    return [
        Target(socket, "getaddrinfo", _getaddrinfo),
        Target(http.client.HTTPConnection, "putrequest", _putrequest),
        Target(http.client.HTTPConnection, "connect", _connect),
        Target(http.client.HTTPSConnection, "connect", _connect),
        *_urllib3_targets(),
        *_requests_targets(),
    ]


def _host_of(connection: Any) -> str:
    return str(getattr(connection, "_tunnel_host", None) or connection.host)


def _connect(gate: Gate, previous: Any) -> Any:
    @functools.wraps(previous)
    def connect(self: Any) -> Any:
        host = _host_of(self)
        return gate.connect(self, host=host) if gate.takes(host) else previous(self)

    return connect


def _putrequest(gate: Gate, previous: Any) -> Any:
    @functools.wraps(previous)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        # A forwarding proxy is sent the whole URL; otherwise the connection's host is the one that is asked.
        host = (urlsplit(url).hostname or "") if "://" in url else _host_of(self)
        if gate.takes(host) and not gate.has_connected(self):
            gate.connect(self, host=host)
        return previous(self, method, url, *args, **kwargs)

    return putrequest


def _getaddrinfo(gate: Gate, previous: Any) -> Any:
    @functools.wraps(previous)
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and gate.takes(name):
            raise socket.gaierror(
                socket.EAI_NONAME,
                f"pytest-stripe-tokens lets nothing reach {name} from this test, and can't answer this HTTP client: "
                "use requests, urllib3, httpx, aiohttp, urllib.request or http.client",
            )
        return previous(host, *args, **kwargs)

    return getaddrinfo


def _urllib3_targets() -> list[Target]:
    try:
        from urllib3 import connection  # noqa: PLC0415 - perhaps not installed
    except ImportError:
        return []
    return [
        Target(connection.HTTPConnection, "connect", _connect),
        Target(connection.HTTPSConnection, "connect", _connect),
    ]


def _requests_targets() -> list[Target]:
    try:
        import requests  # noqa: PLC0415 - perhaps not installed
    except ImportError:
        return []
    adapter: Any = import_module("requests.adapters").HTTPAdapter
    genuine: Any = adapter.send
    if genuine.__module__ != adapter.__module__:
        # responses was active when this was loaded; it keeps what it replaced.
        import responses  # noqa: PLC0415

        genuine = vars(responses)["_real_send"]

    def wrap(gate: Gate, previous: Any) -> Any:
        @functools.wraps(previous)
        def get_adapter(self: Any, url: str) -> Any:
            found: Any = previous(self, url)
            # responses replaces `send` for the whole class, often after us, by a decorator of the test.
            is_replaced = cast("Any", type(found)).send is adapter.send is not genuine
            return _Genuine(found, genuine) if is_replaced and gate.takes_url(url) else found

        return get_adapter

    return [Target(requests.Session, "get_adapter", wrap)]


class _Genuine:
    """An adapter of requests that sends as if nobody had replaced its class's `send`."""

    def __init__(self, adapter: Any, genuine: Any) -> None:
        self.send = functools.partial(genuine, adapter)
        self.close = adapter.close
