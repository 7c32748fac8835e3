"""A socket that speaks HTTP/1.1 to a client and hands its requests to a sandbox."""

from __future__ import annotations

import io
import re
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pytest_stripe_tokens.api.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LENGTH = re.compile("[0-9]{1,15}")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class Outcome(NamedTuple):
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


def as_clients(
    exception: BaseException | type[BaseException],
    *,
    timed_out: Callable[[BaseException], BaseException],
    lost: Callable[[BaseException], BaseException],
) -> BaseException:
    """Give a client's own kind for a connection that was lost, and any other exception as it is.

    Args:
        exception: what the test asked for.
        timed_out: makes the client's kind of a TimeoutError.
        lost: makes the client's kind of a ConnectionError.
    """
    raised = exception() if isinstance(exception, type) else exception
    if not is_lost(raised):
        return raised
    return timed_out(raised) if isinstance(raised, TimeoutError) else lost(raised)


def said(exception: BaseException) -> str:
    """What an exception says; its type's name where it says nothing."""
    return str(exception) or type(exception).__name__


class AsGiven(BaseException):
    """Carries an exception through a client that would make another of it; whoever calls the client takes it out."""

    def __init__(self, exception: BaseException | type[BaseException]) -> None:
        self.exception = exception
        super().__init__(exception)


class StubRaised(Exception):  # noqa: N818 - it carries the error
    """A stub of another tool's answers with an exception, which the client is to see as it is."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(error)


class SandboxSocket:
    """Stands where a client's connection to Stripe would be.

    Args:
        origin: scheme and host of the requests, `"https://api.stripe.com"`.
        answerer: answers one request.
        fileno: a descriptor that is never readable, for clients that poll an idle connection.
        gate: of the sandbox that the socket leads to.
        lost_early: exception types that are raised from `sendall`; all others are raised when the answer is read.
        wraps: whether the client makes an exception of its own out of any OSError.
    """

    def __init__(  # noqa: PLR0913 - what a client needs, by keyword
        self,
        origin: str,
        answerer: Callable[[Request], Outcome],
        fileno: int,
        *,
        gate: object = None,
        lost_early: tuple[type[OSError], ...] = (ConnectionError, TimeoutError),
        wraps: bool = False,
    ) -> None:
        self._reader = Reader(origin)
        self._answerer = answerer
        self._fileno = fileno
        self._outcome: Outcome | None = None
        self._timeout: float | None = None
        self.gate = gate
        self._lost_early = lost_early
        self._wraps = wraps

    def sendall(self, data: Any, _flags: int = 0) -> None:
        """Take bytes of a request; a broken connection shows here, as urllib.request expects."""
        self._outcome = None
        request = self._reader.feed(bytes(data))
        if request is not None:
            # urllib3 has set how long it connects, and sets how long it reads later.
            timeout = self._timeout if TimeoutError in self._lost_early else None
            self._outcome = outcome = self._answerer(request).within(timeout)
            if outcome.exception is not None and is_lost(outcome.exception, *self._lost_early):
                outcome.wait()
                # urllib3 goes on after a BrokenPipeError and reads the answer.
                self._outcome = outcome._replace(delay=0)
                raise outcome.exception

    def send(self, data: Any, _flags: int = 0) -> int:
        """Take bytes of a request."""
        self.sendall(data)
        return len(data)

    def makefile(self, *_args: Any, **_kwargs: Any) -> io.BufferedReader:
        """Give the answer to what was sent; what went wrong is raised when it is read."""
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            request = self._reader.finish()
            if request is None:
                return _broken(ConnectionResetError("the request was not HTTP/1.1: nothing can answer it"))
            outcome = self._answerer(request)
        outcome = outcome.within(self._timeout)
        outcome.wait()
        if outcome.exception is not None:
            is_given = self._wraps and not is_lost(outcome.exception)
            return _broken(AsGiven(outcome.exception) if is_given else outcome.exception)
        response = outcome.response or Response(500, {}, b"")
        return io.BufferedReader(io.BytesIO(render(response)))

    def fileno(self) -> int:
        """A descriptor that is never readable: the connection is idle, not dropped."""
        return self._fileno

    def settimeout(self, value: float | None) -> None:
        """Take the client's timeout, in seconds; a longer delay of `fail_next` ends as a TimeoutError."""
        self._timeout = value

    def gettimeout(self) -> float | None:
        """The timeout that was set, in seconds."""
        return self._timeout

    def close(self) -> None:
        """Forget a request that was not finished."""
        self._reader.finish()

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


class Reader:
    """Reads HTTP/1.1 requests as they come in, each byte once: a file comes in thousands of pieces.

    Args:
        origin: scheme and host of a request whose target names none, `"https://api.stripe.com"`.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._begin()

    def _begin(self) -> None:
        # What was not understood yet, and how far the end of a line, or of the head, has been looked for.
        self._rest = bytearray()
        self._looked = 0
        self._head: Request | None = None
        self._length = 0
        # None where the body is not chunked; else what is still to come of the chunk, -1 where its size is.
        self._chunk: int | None = None
        self._is_at_trailers = False
        self._body = bytearray()

    def feed(self, data: bytes) -> Request | None:
        """Take a piece; give the request once it is whole, and begin anew."""
        self._rest += data
        if self._head is None:
            head = self._until(b"\r\n\r\n")
            self._head = self._read_head(head) if head is not None else None
        if self._head is None or not self._is_whole():
            return None
        return self._taken(self._head)

    def finish(self) -> Request | None:
        """Give a request whose client reads the answer before the body is as long as it said; begin anew."""
        head = self._head if self._chunk is None else None
        return self._taken(head)

    def _taken(self, head: Request | None) -> Request | None:
        body = bytes(self._rest if self._chunk is None else self._body)
        self._begin()
        return None if head is None else replace(head, body=body)

    def _until(self, mark: bytes) -> bytes | None:
        """Take what stands before `mark`; None while it has not come."""
        end = self._rest.find(mark, self._looked)
        if end < 0:
            self._looked = max(0, len(self._rest) - len(mark) + 1)
            return None
        found = bytes(self._rest[:end])
        del self._rest[: end + len(mark)]
        self._looked = 0
        return found

    def _read_head(self, head: bytes) -> Request | None:
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) < 2:  # noqa: PLR2004 - method and target
            return None
        values: dict[str, list[str]] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            values.setdefault(name.strip().lower(), []).append(value.strip())
        headers = {name: ", ".join(each) for name, each in values.items()}
        length = headers.get("content-length", "")
        self._length = int(length) if _LENGTH.fullmatch(length) else 0
        self._chunk = -1 if headers.get("transfer-encoding", "").lower() == "chunked" else None
        return Request(parts[0].upper(), _url(self._origin, parts[1]), headers)

    def _is_whole(self) -> bool:
        return len(self._rest) >= self._length if self._chunk is None else self._is_unchunked()

    def _is_unchunked(self) -> bool:
        while not self._is_at_trailers:
            if self._chunk == -1:
                line = self._until(b"\r\n")
                if line is None:
                    return False
                digits = line.partition(b";")[0].strip()
                self._chunk = int(digits, 16) if _SIZE.fullmatch(digits) else sys.maxsize
                self._is_at_trailers = self._chunk == 0
            else:
                size = self._chunk or 0
                if len(self._rest) < size + 2:
                    return False
                self._body += self._rest[:size]
                del self._rest[: size + 2]
                self._chunk = -1
        while (line := self._until(b"\r\n")) is not None:
            if not line:
                return True
        return False


def host_of(target: str) -> str | None:
    """The host that a request's target names: a forwarding proxy is sent the whole URL, CONNECT a host and a port.

    None where it names none, as most do; a URL in its query is a parameter.
    """
    is_url = _ABSOLUTE.match(target)
    if not is_url and (target.startswith("/") or ":" not in target):
        return None
    try:
        return urlsplit(target if is_url else f"//{target}").hostname
    except ValueError:
        return None


def _url(origin: str, target: str) -> str:
    if _ABSOLUTE.match(target) and host_of(target):
        return target
    return origin + target if target.startswith("/") else f"{origin}/{target}"


def render(response: Response) -> bytes:
    """Write an answer as HTTP/1.1; its length is what it is, whatever a recording said."""
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.sent_headers.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + response.body
