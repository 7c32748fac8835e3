"""`Loopback`: an HTTP server on this machine for what other processes and other languages send to Stripe.

It hands plain requests on, and keeps to the bounds of `connections.py` and `incoming.py`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import socket
import struct
import threading
from functools import partial
from http import HTTPStatus
from socketserver import StreamRequestHandler, TCPServer
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.messages import API_HOST, Request, Response, is_stripe_host
from pytest_stripe_tokens.interception.connections import Connection, Connections
from pytest_stripe_tokens.interception.incoming import Head, NotServed, check_body, read_body, read_head
from pytest_stripe_tokens.interception.wire import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedReader

    from pytest_stripe_tokens.interception.wire import Outcome

# At once: a browser has 6, and what opens more than these lets them hang.
_MOST_CONNECTIONS = 500
# Seconds: that a connection may be idle, that a request may take to come in, that one waits whose answer never comes,
# that a refused peer may go on sending, and that an answer is waited for when the server closes.
_IDLE, _WHOLE, _SILENT, _REFUSED, _CLOSING = 5.0, 30.0, 600.0, 5.0, 5.0
# Bytes that a refused peer may go on sending: one that is cut off meanwhile does not read why.
_MOST_REFUSED = 256 * 1024 * 1024
_METHODS = "GET, HEAD, PUT, PATCH, POST, DELETE"
# As api.stripe.com has them (real answers, 2026): a page asks it from anywhere.
_CORS: Mapping[str, str] = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, "
    "X-Stripe-External-Auth-Required, X-Stripe-Privileged-Session-Required",
    "Access-Control-Max-Age": "300",
}
_KNOWN_METHODS = frozenset({*_METHODS.split(", "), "OPTIONS"})
# What TLS begins with.
_TLS = b"\x16"
# What a connection is, and not an answer: a recording may say otherwise.
_HOP = frozenset({"connection", "keep-alive", "upgrade"})


class Loopback:
    """Serves until it is closed.

    Args:
        host: to listen on.
        port: to listen on; 0 for a free one.
        answer: gives what becomes of a request to Stripe.
        control: answers a request of another kind, by its method, path, body and the peer's address; None where it is
            a request to Stripe.
        log: is told of each request that was answered, with its status; for one that could not be read, why not.

    Raises:
        OSError: the port is taken, or the host is none of this machine's.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[Request], Outcome],
        control: Callable[[Request, str], Response | None],
        log: Callable[[Request | str, int | None], None],
    ) -> None:
        self._server = _Server((host, port), _Handler)
        self._server.answer, self._server.control, self._server.log = answer, control, log
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="stripe-tokens-server", args=(0.1,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, `"http://127.0.0.1:12111"`."""
        host, port = self._server.server_address[:2]
        name = str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}"

    def close(self) -> None:
        """Take no further request, finish those that are being answered, and close all connections."""
        self._server.is_closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.connections.close(_CLOSING)


class _Server(TCPServer):
    # Elsewhere it means that two servers may share a port.
    allow_reuse_address = os.name == "posix"
    # One that finds the queue full tries again after a second.
    request_queue_size = 1024
    answer: Callable[[Request], Outcome]
    control: Callable[[Request, str], Response | None]
    log: Callable[[Request | str, int | None], None]

    def __init__(self, address: tuple[str, int], handler: type[StreamRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.is_closed = threading.Event()
        self.connections = Connections(_MOST_CONNECTIONS)
        super().__init__(address, handler)
        self.names = frozenset({address[0].lower(), str(self.server_address[0])})
        # Who lets other machines in knows by what names; a page can lead any name of its own to this machine.
        self.is_for_all_names = not any(_is_this_machine(name) for name in self.names)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take the next connection.

        Raises:
            OSError: there are too many; it waits to be taken.
        """
        try:
            if self.connections.has_room():
                return super().get_request()
        except OSError:
            # This process has no descriptor left.
            self.is_closed.wait(0.05)
            raise
        self.is_closed.wait(0.05)
        raise BlockingIOError

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        self.connections.serve(request, partial(self._serve, request, client_address))

    def _serve(self, request: socket.socket, address: Any, connection: Connection) -> None:
        try:
            # A peer that goes away is no error of ours.
            with contextlib.suppress(OSError):
                _Handler(request, address, self, connection)
        finally:
            self.shutdown_request(request)

    def service_actions(self) -> None:
        """Look for peers that hang."""
        self.connections.end_late()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that no thread could be started for is closed."""


def _is_this_machine(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


class _Handler(StreamRequestHandler):
    timeout = _WHOLE
    disable_nagle_algorithm = True

    def __init__(self, request: socket.socket, address: Any, server: _Server, connection: Connection) -> None:
        self._state = connection
        self._is_kept = True
        self._method = ""
        super().__init__(request, address, server)

    @property
    def _served(self) -> _Server:
        return cast("_Server", self.server)

    def handle(self) -> None:
        """Answer one request after the other."""
        while self._is_kept and not self._served.is_closed.is_set():
            self._state.wait(_IDLE)
            first = cast("BufferedReader", self.rfile).peek(1)
            if not first:
                return
            self._state.wait(_WHOLE)
            self._is_kept, self._method = False, ""
            try:
                request = self._request(first)
            except NotServed as refused:
                self._refuse(refused)
                return
            self._state.work()
            self._serve(request)

    def _request(self, first: bytes) -> Request:
        if first.startswith(_TLS):
            # Its peer waits for an answer, and sends no line that could be read.
            raise NotServed(HTTPStatus.BAD_REQUEST, "this is HTTP without TLS; ask http:// and not https://")
        head = read_head(self.rfile)
        self._method = head.method.upper()
        self._check(head)
        length = check_body(head)
        if head.waits:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = read_body(self.rfile, length)
        self._is_kept = head.is_kept
        # The body was taken out of its framing.
        headers = {name: value for name, value in head.headers.items() if name != "transfer-encoding"}
        return Request(self._method, f"https://{API_HOST}{head.target}", headers | {"host": API_HOST}, body)

    def _check(self, head: Head) -> None:
        if self._method not in _KNOWN_METHODS:
            raise NotServed(HTTPStatus.NOT_IMPLEMENTED, f"a method is one of {_METHODS}")
        if not head.target.startswith("/") and (self._method, head.target) != ("OPTIONS", "*"):
            raise NotServed(HTTPStatus.BAD_REQUEST, "a path begins with /")
        if head.host is None or self._served.is_for_all_names or is_stripe_host(head.host):
            return
        if not _is_this_machine(head.host) and head.host not in self._served.names:
            raise NotServed(
                HTTPStatus.MISDIRECTED_REQUEST,
                "the Host of this request is another machine than the one that this server listens on; ask it as "
                "127.0.0.1 or localhost, or let it answer other machines (stripe-tokens serve --host 0.0.0.0)",
            )

    def _serve(self, request: Request) -> None:
        controlled = self._served.control(request, str(self.client_address[0]))
        if controlled is not None:
            # Not for a page: it may be anybody's.
            self._send(controlled, {})
            return
        if request.method == "OPTIONS":
            self._send(Response(HTTPStatus.OK, _preflight(request), b""))
            return
        outcome = self._served.answer(request)
        self._served.is_closed.wait(outcome.delay)
        if outcome.response is None:
            self._served.log(request, None)
            self._break(outcome.exception)
            return
        self._served.log(request, outcome.response.status)
        self._send(outcome.response)

    def _send(self, response: Response, more: Mapping[str, str] = _CORS) -> None:
        if self._served.is_closed.is_set():
            self._is_kept = False
        # How long, so that a client does not send when the connection is about to be closed.
        kept = {"Connection": "keep-alive", "Keep-Alive": f"timeout={_IDLE:.0f}"}
        ours = {**more, **(kept if self._is_kept else {"Connection": "close"})}
        replaced = _HOP | {name.lower() for name in ours}
        headers = {name: value for name, value in response.headers.items() if name.lower() not in replaced}
        data = render(Response(response.status, headers | ours, response.body))
        # In one piece: the second of two waits for the peer to say that it has the first, 40 ms.
        self.wfile.write(data[: len(data) - len(response.body)] if self._method == "HEAD" else data)

    def _refuse(self, refused: NotServed) -> None:
        if refused.status != HTTPStatus.REQUEST_TIMEOUT:
            # Of a peer that went away meanwhile nobody needs to know.
            self._served.log(str(refused), refused.status)
        body = {"error": {"message": f"pytest-stripe-tokens: {refused}", "type": "invalid_request_error"}}
        headers = {"Content-Type": "application/json", "Stripe-Should-Retry": "false"}
        self._send(Response(refused.status, headers, json.dumps(body, indent=2).encode() + b"\n"))
        self.connection.shutdown(socket.SHUT_WR)
        self._state.wait(_REFUSED)
        left = _MOST_REFUSED
        while left > 0 and (data := self.rfile.read(min(left, 65536))):
            left -= len(data)

    def _break(self, exception: BaseException | type[BaseException] | None) -> None:
        """Let the peer see a connection that was lost, or an answer that never comes."""
        self._is_kept = False
        kind = exception if isinstance(exception, type) else type(exception)
        if issubclass(kind, TimeoutError):
            self.connection.settimeout(_SILENT)
            self._state.wait(_SILENT)
            self.rfile.read(1)
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _preflight(request: Request) -> dict[str, str]:
    asked = request.headers.get("access-control-request-headers")
    return {} if asked is None else {"Access-Control-Allow-Headers": asked}
