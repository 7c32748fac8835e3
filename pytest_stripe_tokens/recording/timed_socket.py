"""A socket for one request and its answer, both in bounded time."""

from __future__ import annotations

import io
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class TimedSocket:
    """A connected socket whose whole request, and then whole answer, has `limit` seconds; its owner closes it.

    A timeout of its own is for one read: a server that sends a byte now and then would never meet it.
    """

    def __init__(self, sock: socket.socket, limit: float) -> None:
        self._sock = sock
        self._limit = limit
        self._deadline = monotonic() + limit

    def _wait_no_longer(self) -> None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def sendall(self, data: bytes) -> None:
        """Send all of it in time."""
        rest = memoryview(data)
        while rest:
            self._wait_no_longer()
            rest = rest[self._sock.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give the answer to what was sent: its time begins."""
        self._deadline = monotonic() + self._limit
        return io.BufferedReader(_TimedReader(self.receive))

    def receive(self, buffer: Any) -> int:
        """Read what has come, in time."""
        self._wait_no_longer()
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Leave it open: http.client closes its connection once the last answer begins."""


class _TimedReader(io.RawIOBase):
    def __init__(self, receive: Callable[[Any], int]) -> None:
        self._receive = receive

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._receive(buffer)
