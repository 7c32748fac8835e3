"""`Loopback`: an HTTP server on this machine for what other processes and other languages send to Stripe.

It reads HTTP/1.1 with the standard library, and hands plain requests on.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pytest_stripe_tokens.api.messages import API_HOST, Request, Response, is_stripe_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_stripe_tokens.interception.wire import Outcome

# Bytes of a body: the longest that the API takes is a file of some megabytes.
_LONGEST = 16 * 1024 * 1024
# Seconds that a connection may be idle, and that one waits whose answer never comes.
_IDLE, _SILENT = 60.0, 600.0
# As api.stripe.com has them (real answers, 2026): a page asks it from anywhere.
_CORS: Mapping[str, str] = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, "
    "X-Stripe-External-Auth-Required, X-Stripe-Privileged-Session-Required",
    "Access-Control-Max-Age": "300",
}
_MISDIRECTED = (
    b"The Host of this request names another machine than the one that this server listens on. `stripe-tokens serve"
    b" --host 0.0.0.0` answers any.\n"
)


class Loopback:
    """Serves until it is closed.

    Args:
        host: to listen on.
        port: to listen on; 0 for a free one.
        answer: gives what becomes of a request to Stripe.
        control: answers a request of another kind, by its method, path, body and the peer's address; None where it is
            a request to Stripe.
        log: is told of each request that was answered, with its status.

    Raises:
        OSError: the port is taken, or the host is none of this machine's.
    """

    def __init__(
        self,
        host: str,
        port: int,
        answer: Callable[[Request], Outcome],
        control: Callable[[Request, str], Response | None],
        log: Callable[[Request, int | None], None],
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
        """Take no further request, and break the connections that are open."""
        self._server.is_closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads that wait for a peer are not waited for.
    block_on_close = False
    request_queue_size = 128
    answer: Callable[[Request], Outcome]
    control: Callable[[Request, str], Response | None]
    log: Callable[[Request, int | None], None]

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.is_closed = threading.Event()
        self.is_open = not _is_of_this_machine(address[0])
        super().__init__(address, handler)

    def answers_to(self, host: str) -> bool:
        """Tell whether a request may name this host: anybody's name can be made to lead to this machine in a browser.

        Args:
            host: a request's header, `"127.0.0.1:12111"`; empty where it has none.
        """
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return self.is_open or name is None or _is_of_this_machine(name) or is_stripe_host(name)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that goes away is no error of ours."""


def _is_of_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class _TooLongError(Exception):
    """A body is longer than any that the API takes."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE

    @property
    def _served(self) -> _Server:
        return cast("_Server", self.server)

    def _serve(self) -> None:
        try:
            body = b"".join(self._body())
        except (ValueError, _TooLongError) as error:
            self.close_connection = True
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if isinstance(error, _TooLongError) else HTTPStatus.BAD_REQUEST
            self._send(Response(status, {"Connection": "close"}, b""))
            return
        if not self._served.answers_to(self.headers.get("Host", "")):
            self._send(Response(HTTPStatus.MISDIRECTED_REQUEST, {"Content-Type": "text/plain"}, _MISDIRECTED), {})
            return
        parts = urlsplit(self.path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        request = Request(self.command.upper(), f"https://{API_HOST}{target}", self._sent_headers(), body)
        controlled = self._served.control(request, str(self.client_address[0]))
        if controlled is not None:
            # Not for a page: it may be anybody's.
            self._send(controlled, {})
            return
        if self.command == "OPTIONS":
            self._send(Response(HTTPStatus.OK, self._preflight(), b""))
            return
        outcome = self._served.answer(request)
        self._served.is_closed.wait(outcome.delay)
        if outcome.response is None:
            self._served.log(request, None)
            self._break(outcome.exception)
            return
        self._served.log(request, outcome.response.status)
        self._send(outcome.response)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def _sent_headers(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
        # The body was taken out of its framing.
        found.pop("transfer-encoding", None)
        return found | {"host": API_HOST}

    def _body(self) -> Iterator[bytes]:
        """Read the body, in whichever framing.

        Raises:
            ValueError: the framing is none.
        """
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            yield self._read(int(self.headers.get("Content-Length") or 0), 0)
            return
        taken = 0
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            yield self._read(size, taken)
            taken += size
            self.rfile.readline(16)
        while self.rfile.readline(65536).strip():
            pass

    def _read(self, size: int, taken: int) -> bytes:
        if size < 0:
            raise ValueError(size)
        if size + taken > _LONGEST:
            raise _TooLongError
        data = self.rfile.read(size)
        if len(data) < size:
            raise ValueError(size)
        return data

    def _preflight(self) -> dict[str, str]:
        asked = self.headers.get("Access-Control-Request-Headers")
        return {} if asked is None else {"Access-Control-Allow-Headers": asked}

    def _send(self, response: Response, more: Mapping[str, str] = _CORS) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in {**response.sent_headers, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _break(self, exception: BaseException | type[BaseException] | None) -> None:
        """Let the peer see a connection that was lost, or an answer that never comes."""
        self.close_connection = True
        kind = exception if isinstance(exception, type) else type(exception)
        if issubclass(kind, TimeoutError):
            self.connection.settimeout(_SILENT)
            with contextlib.suppress(OSError):
                self.connection.recv(1)
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """What is logged is not http.server's to say: a path may hold what is secret."""
