"""A socket that speaks HTTP/1.1 to a client and hands its requests to a sandbox; opens no connection itself."""

from __future__ import annotations

import io
import sys
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Outcome:
    """What became of a request: an answer, or the exception its client is to see, after `delay` seconds."""

    response: Response | None = None
    exception: BaseException | type[BaseException] | None = None
    delay: float = 0.0

    def within(self, timeout: object) -> Outcome:
        """What a client sees that waits at most `timeout` seconds: that its time is up, where the delay is longer.

        Anything but a number, None or a client's own mark for its default, is no limit.
        """
        if not isinstance(timeout, (int, float)) or self.delay <= timeout:
            return self
        return Outcome(exception=TimeoutError("timed out"), delay=timeout)

    def wait(self) -> None:
        """Let the delay pass; `time.sleep` is the test's, to control the retries of its code."""
        if self.delay:
            threading.Event().wait(self.delay)


def is_lost(exception: BaseException | type[BaseException], *kinds: type[OSError]) -> bool:
    """Whether an exception stands for a connection that was lost, which each client has a kind of its own for.

    Those are Python's own ConnectionErrors and TimeoutErrors, or of `kinds` alone where these are given; any other
    exception, a client's or a suite's own subclass of them, is raised as it is.
    """
    kind = exception if isinstance(exception, type) else type(exception)
    is_pythons = kind.__module__.partition(".")[0] in sys.stdlib_module_names
    return is_pythons and issubclass(kind, kinds or (ConnectionError, TimeoutError))


class AsGiven(BaseException):
    """Carries an exception through a client that would make another of it; whoever calls the client takes it out."""

    def __init__(self, exception: BaseException | type[BaseException]) -> None:
        self.exception = exception
        super().__init__(exception)


class SandboxSocket:
    """Stands where a client's connection to Stripe would be.

    Args:
        origin: scheme and host of the requests, `"https://api.stripe.com"`.
        exchange: answers one request.
        fileno: a descriptor that is never readable, for clients that poll an idle connection.

    The others are for whoever put the socket in place: `lost_early` names what is raised while a request is sent and
    not when its answer is read, and `wraps` tells that the client makes an exception of its own out of any OSError.
    """

    def __init__(self, origin: str, exchange: Callable[[Request], Outcome], fileno: int) -> None:
        self._origin = origin
        self._exchange = exchange
        self._fileno = fileno
        self._received = bytearray()
        self._outcome: Outcome | None = None
        self._timeout: float | None = None
        self.gate: object = None
        self.lost_early: tuple[type[OSError], ...] = (ConnectionError, TimeoutError)
        self.wraps = False

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Take bytes of a request; a broken connection shows here, as urllib.request expects."""
        if self._outcome is not None:
            self._outcome = None
            self._received.clear()
        self._received += bytes(data)
        request = parse(bytes(self._received), self._origin)
        if request is not None:
            # urllib3 has set how long it connects, and sets how long it reads later.
            timeout = self._timeout if TimeoutError in self.lost_early else None
            self._outcome = outcome = self._exchange(request).within(timeout)
            if outcome.exception is not None and is_lost(outcome.exception, *self.lost_early):
                outcome.wait()
                # urllib3 goes on after a BrokenPipeError and reads the answer.
                self._outcome = replace(outcome, delay=0)
                raise outcome.exception

    def send(self, data: Any, _flags: int = 0) -> int:
        """Take bytes of a request."""
        self.sendall(data)
        return len(data)

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        """Give the answer to what was sent; what went wrong is raised when it is read."""
        outcome, self._outcome = self._outcome, None
        request_bytes = bytes(self._received)
        self._received.clear()
        if outcome is None:
            request = parse(request_bytes, self._origin, is_finished=True)
            if request is None:
                return _broken(ConnectionResetError("the request was not HTTP/1.1: nothing can answer it"))
            outcome = self._exchange(request)
        outcome = outcome.within(self._timeout)
        outcome.wait()
        if outcome.exception is not None:
            is_given = self.wraps and not is_lost(outcome.exception)
            return _broken(AsGiven(outcome.exception) if is_given else outcome.exception)
        response = outcome.response or Response(500, {}, b"")
        return io.BufferedReader(io.BytesIO(render(response)))

    def fileno(self) -> int:
        """A descriptor that is never readable: the connection is idle, not dropped."""
        return self._fileno

    def settimeout(self, value: float | None) -> None:
        """Remember the timeout, in seconds: answers come at once."""
        self._timeout = value

    def gettimeout(self) -> float | None:
        """The timeout that was set, in seconds."""
        return self._timeout

    def close(self) -> None:
        """Forget a request that was not finished."""
        self._received.clear()

    def shutdown(self, _how: int) -> None:
        """There is no peer to tell."""

    def setsockopt(self, *_args: Any) -> None:
        """There is no connection to tune."""


class _Broken(io.RawIOBase):
    """A connection that breaks when it is read.

    http.client closes an answer whose reading failed; one that failed while it was made has nothing to close, which
    Python 3.13 complains about.
    """

    def __init__(self, exception: BaseException | type[BaseException]) -> None:
        self._exception = exception

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise self._exception


def _broken(exception: BaseException | type[BaseException]) -> io.BufferedReader:
    return io.BufferedReader(_Broken(exception))


def parse(data: bytes, origin: str, *, is_finished: bool = False) -> Request | None:
    """Read one HTTP/1.1 request; None while its end has not been sent yet."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if not separator or len(parts) < 2:  # noqa: PLR2004 - method and target
        return None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    body = _body(rest, headers, is_finished=is_finished)
    if body is None:
        return None
    target = parts[1]
    return Request(parts[0].upper(), target if "://" in target else origin + target, headers, body)


def _body(rest: bytes, headers: dict[str, str], *, is_finished: bool) -> bytes | None:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _unchunk(rest)
    length = headers.get("content-length", "0").strip()
    if length.isdecimal() and len(rest) < int(length) and not is_finished:
        return None
    return rest


def _unchunk(data: bytes) -> bytes | None:
    body = bytearray()
    while data:
        size_line, separator, data = data.partition(b"\r\n")
        try:
            size = int(size_line.partition(b";")[0], 16)
        except ValueError:
            return None
        if not separator or len(data) < size + 2:
            return None
        if size == 0:
            return bytes(body)
        body += data[:size]
        data = data[size + 2 :]
    return None


def render(response: Response) -> bytes:
    """Write an answer as HTTP/1.1; its length is what it is, whatever a recording said."""
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.sent_headers.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + response.body
