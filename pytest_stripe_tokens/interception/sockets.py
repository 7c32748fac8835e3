"""http.client and what is built on it (urllib.request, urllib3), answered through a socket of ours."""

from __future__ import annotations

import functools
import http.client
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.refused_clients import pool as refused_pool
from pytest_stripe_tokens.interception.refused_clients import sockets
from pytest_stripe_tokens.interception.wire import AsGiven, host_of

if TYPE_CHECKING:
    from contextvars import ContextVar

    from pytest_stripe_tokens.interception.gate import Gate


class HTTPClient:
    """http.client, and with it urllib.request."""

    module = "http.client"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [
            *sockets(),
            Target.of(http.client.HTTPConnection, "putrequest", _putrequest),
            Target.of(http.client.HTTPConnection, "send", _send),
            Target.of(http.client.HTTPConnection, "connect", _connect),
            Target.of(http.client.HTTPSConnection, "connect", _connect),
        ]


class Urllib3:
    """urllib3, which connects by classes of its own.

    Args:
        in_requests: set while a request passes through requests.
    """

    module = "urllib3.connectionpool"

    def __init__(self, in_requests: ContextVar[bool]) -> None:
        self._in_requests = in_requests

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        connection: Any = import_module("urllib3.connection")
        pools: Any = import_module("urllib3.connectionpool")
        if hasattr(import_module("urllib3"), "AsyncPoolManager"):
            # urllib3-future has taken urllib3's name, and connects in ways of its own.
            return refused_pool(pools)
        pool: Any = pools.HTTPConnectionPool
        return [
            Target.of(connection.HTTPConnection, "connect", _connect),
            Target.of(connection.HTTPSConnection, "connect", _connect),
            Target.of(pool, "urlopen", functools.partial(_urlopen, self._in_requests)),
        ]


def _host_of(connection: Any) -> str:
    return str(getattr(connection, "_tunnel_host", None) or connection.host)


def _connect(gate: Gate, previous: Any) -> Any:
    def connect(self: Any) -> Any:
        host = _host_of(self)
        return gate.connect(self, host=host) if gate.takes(host) else previous(self)

    return connect


def _putrequest(gate: Gate, previous: Any) -> Any:
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if not _enter(gate, self, host_of(str(url))) and gate.has_connected(self):
            # To a forwarding proxy, which was asked for Stripe before and is asked for another host now: it connects
            # anew when it sends. Closed, urllib3's would forget the request that it is about to send.
            self.sock.close()
            self.sock = None
        return previous(self, method, url, *args, **kwargs)

    return putrequest


def _send(gate: Gate, previous: Any) -> Any:
    def send(self: Any, data: Any) -> Any:
        # A connection that is open already takes a request that was written by hand, without putrequest.
        if self.sock is not None:
            _enter(gate, self)
        return previous(self, data)

    return send


def _enter(gate: Gate, connection: Any, named: str | None = None) -> bool:
    """Lead a connection here where Stripe is the host that it is to, or the one that its request names."""
    host = next((host for host in (named, _host_of(connection)) if gate.takes(host)), None)
    if host is not None and not gate.has_connected(connection):
        gate.connect(connection, host=host)
    return host is not None


def _urlopen(in_requests: ContextVar[bool], _gate: Gate, previous: Any) -> Any:
    """Take out an exception that was carried through urllib3, unless requests is around it, which would wrap it."""

    def urlopen(*args: Any, **kwargs: Any) -> Any:
        try:
            return previous(*args, **kwargs)
        except AsGiven as carried:
            if in_requests.get():
                raise
            given = carried.exception
        raise given

    return urlopen
