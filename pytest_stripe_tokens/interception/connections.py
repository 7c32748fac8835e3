"""`Connections`: those that a server has open, bounded in number and in time, and closed with it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds that a connection is left alone for, however many there are: its peer may be about to send.
_NEW = 1.0


class Connection:
    """One peer's, served by a thread of its own.

    Args:
        peer: the socket.
    """

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self.since = time.monotonic()
        self.until: float | None = None

    def wait(self, seconds: float) -> None:
        """Note that the peer is waited for, and for how long at most."""
        self.since = time.monotonic()
        self.until = self.since + seconds

    def work(self) -> None:
        """Note that it is the peer that waits."""
        self.until = None

    def end(self, how: int) -> None:
        """Let whoever reads from it find its end, or writes to it fail (`socket.SHUT_RD`, `SHUT_RDWR`)."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(how)


class Connections:
    """The open ones.

    Args:
        most: how many there may be at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: dict[threading.Thread, Connection] = {}
        self._lock = threading.Lock()

    def serve(self, peer: socket.socket, run: Callable[[Connection], object]) -> None:
        """Serve a peer in a thread of its own until `run` returns."""
        connection = Connection(peer)

        def served() -> None:
            try:
                run(connection)
            finally:
                with self._lock:
                    self._threads.pop(threading.current_thread(), None)

        thread = threading.Thread(target=served, name="stripe-tokens-connection", daemon=True)
        with self._lock:
            self._threads[thread] = connection
        try:
            thread.start()
        except RuntimeError:
            with self._lock:
                del self._threads[thread]
            raise

    def has_room(self) -> bool:
        """Whether there may be another one; where not, half of those that wait for a peer are ended, oldest first."""
        now = time.monotonic()
        with self._lock:
            if len(self._threads) < self._most:
                return True
            idle = [one for one in self._threads.values() if one.until is not None and one.since < now - _NEW]
        for one in sorted(idle, key=lambda one: one.since)[: len(idle) // 2 + 1]:
            one.end(socket.SHUT_RDWR)
        return False

    def end_late(self) -> None:
        """End those whose peers have been waited for long enough."""
        now = time.monotonic()
        with self._lock:
            late = [one for one in self._threads.values() if one.until is not None and one.until < now]
        for one in late:
            one.end(socket.SHUT_RD)

    def close(self, patience: float) -> None:
        """End all: those that wait for a peer at once, those that answer one when they have, or after `patience`."""
        until = time.monotonic() + patience
        with self._lock:
            open_ = list(self._threads.items())
        for _, one in open_:
            if one.until is not None:
                one.end(socket.SHUT_RD)
        for thread, one in open_:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                one.end(socket.SHUT_RDWR)
                thread.join(_NEW)
