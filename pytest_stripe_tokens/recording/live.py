"""`LiveAPI`: sends requests to Stripe's test mode, few and patiently.

Built on http.client, whose classes are taken when this module is loaded: a mock or cassette that the suite puts in
their place afterwards does not see what is recorded.
"""

from __future__ import annotations

import ssl
from contextlib import nullcontext
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, InvalidURL
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

from pytest_stripe_tokens.api import bodies
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.request import key_kind
from pytest_stripe_tokens.recording.timed_socket import TimedSocket

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pytest_stripe_tokens.recording.environment import RecordSettings

# An allow-list: what describes the machine, the client or its last requests stays here.
_SENT_HEADERS = ("accept", "content-type", "idempotency-key", "stripe-account", "stripe-context", "stripe-version")
_CONFLICT, _TOO_MANY, _SERVER_ERROR = 409, 429, 500
_CHUNK = 65536
# More than any of Stripe's answers; what stores one keeps no more.
_DEEPEST = 50
_TOO_DEEP = f"the server answered with JSON that is nested deeper than {_DEEPEST} levels"


@dataclass(frozen=True)
class Limits:
    """How patient the recorder is; times in seconds.

    Args:
        connect: for a connection to be made.
        answer: for a request to be sent, and then for its whole answer, from the request's last byte on.
        request: for a request with all its tries and pauses: other processes wait for their turn meanwhile.
        tries: of one request that is answered with 409, 429 or 5xx.
        losses: of one request whose connection is lost.
        timeouts: of one request that is not answered in time, by a server that has answered another.
        pause: before the second try; doubled before each further one.
        longest: pause; a server that asks for a longer one is given up.
    """

    connect: float = 10.0
    answer: float = 15.0
    request: float = 120.0
    tries: int = 5
    losses: int = 3
    timeouts: int = 2
    pause: float = 0.5
    longest: float = 30.0


LIMITS = Limits()


class LiveError(Exception):
    """There is no answer that could be recorded.

    Args:
        reason: one line, without a secret.
        is_unreachable: whether the server did not answer, rather than answered nonsense.
        halts: whether any other request would fare no better.
        is_late: whether the server took the request and did not answer in time.
    """

    def __init__(
        self, reason: str, *, is_unreachable: bool = False, halts: bool = False, is_late: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unreachable = is_unreachable
        self.halts = halts
        self.is_late = is_late


class _LostError(Exception):
    """One attempt failed; `tries`: how often to attempt a request that fails this way."""

    def __init__(self, reason: str, tries: int, *, halts: bool = False, is_late: bool = False) -> None:
        super().__init__(reason)
        self.tries = tries
        self.halts = halts
        self.is_late = is_late


class LiveAPI:
    """Stripe's test mode, or the server that stands for it.

    Args:
        settings: keys, address and trust.
        limits: how long and how often it tries.
        pause: waits, in seconds.
        bypassed: opens the way past what answers Stripe's hosts in a test.
    """

    def __init__(
        self,
        settings: RecordSettings,
        limits: Limits | None = None,
        *,
        pause: Callable[[float], None] = sleep,
        bypassed: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self._settings = settings
        self._limits = limits or LIMITS
        self._pause = pause
        self._bypassed = bypassed
        self._base = urlsplit(settings.api_base)
        self._has_answered = False

    def send(self, request: Request, *, keeps_key: bool = False) -> Response:
        """Send a request with the environment's key in place of its own, and give the answer decoded.

        A request that is answered with 409, 429 or 5xx, or loses its connection, is sent again, a POST with the same
        idempotency key. What is answered after the last try is the answer, whatever its status.

        Args:
            request: of a test, or of a calibration.
            keeps_key: whether it goes with its own key, or with none: one that is known to open nothing.

        Raises:
            LiveError: no answer, one that is cut short or not JSON, or one from live mode.
        """
        try:
            return self._send(request, keeps_key=keeps_key)
        except LiveError as error:
            # What a server says is in it, a Content-Type for one.
            reason = self._settings.clean(error.reason)
            raise LiveError(
                reason, is_unreachable=error.is_unreachable, halts=error.halts, is_late=error.is_late
            ) from None
        except Exception as error:  # noqa: BLE001 - a recording that met one it did not know would count as complete
            # Without its message, which may show a header's value: http.client refuses what is no HTTP.
            raise LiveError(f"the request can't be sent as HTTP: {type(error).__name__}") from None

    def _send(self, request: Request, *, keeps_key: bool) -> Response:
        headers = self._headers(request, self._authorization(request, keeps_key=keeps_key))
        end = monotonic() + self._limits.request
        tries = 0
        while True:
            tries += 1
            try:
                with self._bypassed():
                    response = self._once(request, headers)
                self._has_answered = True
                wait = self._wait(response, tries)
                if wait is None or monotonic() + wait >= end:
                    return _checked(response if tries == 1 else _as_first(response))
            except _LostError as lost:
                wait = self._limits.pause * 2 ** (tries - 1)
                if tries >= lost.tries or monotonic() + wait >= end:
                    reason = f"{lost} (tried {tries} times)" if tries > 1 else str(lost)
                    raise LiveError(reason, is_unreachable=True, halts=lost.halts, is_late=lost.is_late) from None
            self._pause(wait)

    def _authorization(self, request: Request, *, keeps_key: bool) -> dict[str, str]:
        if keeps_key:
            return {name: value for name, value in request.headers.items() if name == "authorization"}
        is_publishable = key_kind(request.headers) == "publishable"
        key = self._settings.publishable_key if is_publishable else self._settings.secret_key
        if key is None:
            raise LiveError("the request carries a publishable key, and STRIPE_PUBLISHABLE_KEY is not set; export it")
        return {"authorization": f"Bearer {key}"}

    def _headers(self, request: Request, authorization: dict[str, str]) -> dict[str, str]:
        sent = {name: request.headers[name] for name in _SENT_HEADERS if name in request.headers}
        if request.method == "POST":
            sent.setdefault("idempotency-key", f"pytest-stripe-tokens-{uuid4()}")
        return {
            **sent,
            **authorization,
            "accept-encoding": "gzip",
            "user-agent": "pytest-stripe-tokens",
            "connection": "close",
        }

    def _once(self, request: Request, headers: dict[str, str]) -> Response:
        limits, server = self._limits, self._base.netloc
        connection = self._connection()
        sock = self._connected(connection)
        try:
            connection.sock = cast("Any", TimedSocket(sock, limits.answer))
            return self._send_and_read(connection, request, headers)
        except TimeoutError:
            tries = limits.timeouts if self._has_answered else 1
            raise _LostError(f"{server} did not answer in {limits.answer:g} s", tries, is_late=True) from None
        except InvalidURL:
            raise LiveError("the request can't be sent as HTTP: its path is none") from None
        except (OSError, HTTPException) as error:
            raise _LostError(f"{server} broke off the connection: {_why(error)}", limits.losses) from None
        finally:
            connection.close()
            sock.close()

    def _connected(self, connection: HTTPConnection) -> socket.socket:
        limits, server = self._limits, self._base.netloc
        try:
            connection.connect()
        except TimeoutError:
            raise _LostError(f"no connection to {server} in {limits.connect:g} s", 1, halts=True) from None
        except ssl.SSLCertVerificationError as error:
            hint = "name the file of trusted certificates in SSL_CERT_FILE or REQUESTS_CA_BUNDLE"
            raise _LostError(f"{server}: TLS: {error.verify_message}; {hint}", 1, halts=True) from None
        except OSError as error:
            raise _LostError(f"{server}: {_why(error)}", limits.losses, halts=True) from None
        except Exception as error:  # noqa: BLE001 - a host that is no name, or a plugin that lets this test not connect
            reason = f"no connection to {server}: {type(error).__name__}: {error}"
            raise _LostError(reason, 1, halts=isinstance(error, ValueError)) from None
        return cast("socket.socket", connection.sock)

    def _send_and_read(self, connection: HTTPConnection, request: Request, headers: dict[str, str]) -> Response:
        path = f"{self._base.path}{request.path}" + (f"?{request.query}" if request.query else "")
        connection.request(request.method, path, request.body or None, headers)
        answer = connection.getresponse()
        body = _read(answer)
        # A header may go on in the next line; what is stored has one.
        received = {
            name: " ".join(value.split()) for name, value in answer.getheaders() if name.lower() != "content-encoding"
        }
        plain = bodies.decompress(body, answer.getheader("content-encoding") or "")
        if plain is None:
            raise LiveError(
                "the answer's body is not encoded as its Content-Encoding says, or decodes to more than "
                f"{bodies.LONGEST} bytes"
            )
        return Response(answer.status, received, plain)

    def _connection(self) -> HTTPConnection:
        host, timeout = self._base.hostname or "", self._limits.connect
        if self._base.scheme == "http":
            return HTTPConnection(host, self._base.port, timeout=timeout)
        return HTTPSConnection(host, self._base.port, timeout=timeout, context=self._tls)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        if not self._settings.trusted:
            return ssl.create_default_context()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for trusted in self._settings.trusted:
            try:
                if trusted.is_dir():
                    context.load_verify_locations(capath=trusted)
                else:
                    context.load_verify_locations(cafile=trusted)
            except (OSError, ssl.SSLError) as error:
                reason = f"{trusted} holds no certificates that TLS can read: {_why(error)}"
                raise LiveError(reason, halts=True) from None
        return context

    def _wait(self, response: Response, tries: int) -> float | None:
        """How long to wait before the next try; None where there is none."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        advice = headers.get("stripe-should-retry", "").lower()
        is_worth_it = response.status in {_CONFLICT, _TOO_MANY} or response.status >= _SERVER_ERROR
        if response.is_success or advice == "false" or not (is_worth_it or advice == "true"):
            return None
        if tries >= self._limits.tries:
            return None
        wait = max(_retry_after(headers), self._limits.pause * 2 ** (tries - 1))
        return wait if wait <= self._limits.longest else None


def _read(answer: HTTPResponse) -> bytes:
    """Read the whole body.

    Raises:
        HTTPException: it ends before its time.
    """
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > bodies.LONGEST:
            raise LiveError(f"the answer is longer than {bodies.LONGEST} bytes")
    # At the end of a body of known length, read1 takes a connection that was cut for the end.
    missing: Any = getattr(answer, "length", None)
    if missing:
        raise HTTPException(f"{missing} bytes of the answer are missing")
    return bytes(body)


def _as_first(response: Response) -> Response:
    """Take away what tells that we asked before: the recording of a busy night is that of a quiet one."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != "idempotent-replayed"}
    return replace(response, headers=headers)


def _checked(response: Response) -> Response:
    try:
        # It is read once; what can't be read is tried again for the reason.
        value: Any = response.json() if response.data is None else response.data
    except RecursionError:
        raise LiveError(_TOO_DEEP) from None
    except ValueError:
        if response.status >= _SERVER_ERROR or response.status == _TOO_MANY:
            return response
        kind = next((value for name, value in response.headers.items() if name.lower() == "content-type"), "no type")
        what = "JSON that is cut short or broken" if "json" in kind else f"{kind.partition(';')[0]}, not JSON"
        raise LiveError(f"the server answered {response.status} with {what}") from None
    if not isinstance(value, dict):
        raise LiveError(f"the server answered {response.status} with JSON that is no object")
    if bodies.holds_surrogates(response.body.decode("utf-8", "replace")):
        raise LiveError(f"the server answered {response.status} with half of a character in its JSON")
    _check_values(value)
    return response


def _check_values(value: Any) -> None:
    """Refuse an answer from live mode, and one that could not be stored as it is."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                entries = cast("dict[str, Any]", item)
                if entries.get("livemode") is True:
                    raise LiveError("the server answered with livemode: true; only test mode is recorded")
                inner += entries.values()
            elif isinstance(item, list):
                inner += cast("list[object]", item)
        level = inner
    if level:
        raise LiveError(_TOO_DEEP)


def _retry_after(headers: dict[str, str]) -> float:
    """The pause that `Retry-After` asks for, in seconds; 0 where it asks for none."""
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        # Two dates of one server: its clock may be as wrong as it likes.
        return (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return 0.0


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
