"""A server that answers as Stripe's test mode does, over real sockets, and can be told to fail; made for these tests.

What it creates is new each time: ids, times, fingerprints, the client's address. It knows one account, by its keys.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET_KEY = "sk_test_" + "CanaryKey4eC39HqLyjWDarjtT1"
PUBLISHABLE_KEY = "pk_test_" + "CanaryPub4eC39HqLyjWDarjtT1"
VERSION = "2026-10-28.endive"
CLIENT_IP = "203.0.113.77"
ACCOUNT = "acct_" + "1CanaryAccount00"
RAW_CARDS = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map "
    "to the test card you are using, see https://stripe.com/docs/testing. To enable raw card data APIs in test mode, see "
    "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
PERMISSION = (
    f"The provided key 'rk_test_****' does not have the required permissions for this endpoint on account '{ACCOUNT}'. "
    "Having the 'rak_token_write' permission would allow this request to continue."
)
CONNECT = (
    "You can only create new accounts if you've signed up for Connect, which you can learn how to do at "
    "https://stripe.com/docs/connect."
)
RATE_LIMIT = "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode."


@dataclass
class Fault:
    """What befalls the requests that it is for.

    `act` gets the handler and the right answer; it gives an answer to send, or None where it has seen to it.
    """

    act: Callable[[Any, Response], Response | None]
    only: str | None = None
    method: str | None = None
    times: float = float("inf")

    def takes(self, method: str, body: str) -> bool:
        is_meant = (self.method in (None, method)) and (self.only is None or body.startswith(self.only))
        if not is_meant or self.times <= 0:
            return False
        self.times -= 1
        return True


def error(status: int, message: str, *, code: str | None = None, **headers: str):
    body = {"error": {"message": message, "type": "invalid_request_error", **({"code": code} if code else {})}}
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = Response(status, sent, json.dumps(body, indent=2).encode() + b"\n")
    return lambda _handler, _right: answer


def invalid_key(_handler, _right):
    return error(401, "Invalid API Key provided: sk_test_" + "*" * 20 + "jtT1")(None, None)


def changed(change: Callable[[dict[str, Any]], object]):
    """Let the answer's JSON be changed."""

    def act(_handler, right):
        token = json.loads(right.body)
        change(token)
        return Response(right.status, right.headers, json.dumps(token, indent=2).encode())

    return act


def reset(handler, right):
    """Break the connection in the middle of the body."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(right.body)))
    handler.end_headers()
    handler.wfile.write(right.body[: len(right.body) // 2])
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def cut(handler, right):
    """End the body before its announced length, in good manners."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(right.body)))
    handler.end_headers()
    handler.wfile.write(right.body[:-20])
    handler.close_connection = True


def hang(handler, _right):
    handler.server.stopped.wait(60)
    handler.close_connection = True


def truncated(_handler, right):
    return Response(200, {"Content-Type": "application/json"}, right.body[:-20])


def html(_handler, _right):
    return Response(
        200, {"Content-Type": "text/html; charset=utf-8"}, b"<html><body>Sign in to this network</body></html>"
    )


def gzipped(_handler, right):
    import gzip

    return Response(right.status, {**right.headers, "Content-Encoding": "gzip"}, gzip.compress(right.body))


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def token_type(self) -> str:
        return self.body.partition("[")[0].partition("%5B")[0]


@dataclass
class Server:
    """Serves until it is closed; `faults` may be changed while it does."""

    certificate: tuple[Path, Path] | None = None
    faults: list[Fault] = field(default_factory=list)
    requests: list[Seen] = field(default_factory=list)
    delay: float = 0.0

    def __post_init__(self) -> None:
        self._simulator = Simulator(GeneratorFactory().generator(secrets.randbits(60), "server"))
        self._lock = threading.Lock()
        self._http = _HTTPServer(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://localhost:{self._http.server_address[1]}"

    def fail(self, act, **when: Any) -> None:
        self.faults.append(Fault(act, **when))

    def creates(self) -> list[str]:
        """The types of token that were asked for, in order; a create that was sent twice counts twice."""
        return [seen.token_type for seen in self.requests if seen.method == "POST" and seen.path == "/v1/tokens"]

    def close(self) -> None:
        self._http.stopped.set()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler: Any, method: str, path: str, headers: dict[str, str], body: bytes) -> Response | None:
        text = body.decode("utf-8", "replace")
        with self._lock:
            self.requests.append(Seen(method, path, headers, text))
            time.sleep(self.delay)
            if _key(headers) not in (SECRET_KEY, PUBLISHABLE_KEY):
                right = invalid_key(None, None)
            else:
                right = self._right(Request(method, f"https://api.stripe.com{path}", headers, body))
            fault = next((fault for fault in self.faults if fault.takes(method, text)), None)
        return right if fault is None else fault.act(handler, right)

    def _right(self, request: Request) -> Response:
        response = self._simulator.answer(request)
        data = json.loads(response.body)
        if data.get("object") == "token":
            data["client_ip"] = CLIENT_IP
        if "error" in data:
            data["error"]["request_log_url"] = (
                f"https://dashboard.stripe.com/{ACCOUNT}/test/workbench/logs?object=req_1"
            )
        headers = {name: value for name, value in response.headers.items() if name.lower() not in _FRAMING}
        headers |= {"Stripe-Version": VERSION, "Set-Cookie": "session=CanaryCookie12345", "Stripe-Account": ACCOUNT}
        return Response(response.status, headers, json.dumps(data, indent=2).encode())


_FRAMING = frozenset({"content-length", "connection", "stripe-version"})


def _key(headers: dict[str, str]) -> str:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return base64.b64decode(credentials).decode().partition(":")[0] if scheme == "Basic" else credentials


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    owner: Server

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stopped = threading.Event()

    def handle_error(self, _request, _client_address):
        """A client that went away is none of this server's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.owner.answer(self, self.command, self.path, headers, body)
        if answer is None:
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - http.server's names

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""
