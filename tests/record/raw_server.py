"""A server that sends what it is told to, byte for byte, whether it is HTTP or not; made for these tests."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Act = Callable[[socket.socket, threading.Event], None]


@dataclass
class RawServer:
    """Does `act` with each connection, once its request is there where `reads` says so."""

    act: Act | bytes = b""
    reads: bool = True
    heads: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._stopped.set()
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self.reads:
                self.read(connection)
            if isinstance(self.act, bytes):
                connection.sendall(self.act)
            else:
                self.act(connection, self._stopped)
            connection.shutdown(socket.SHUT_WR)
            # Closed with something unread, it would be reset, and what was sent with it.
            while connection.recv(65536):
                pass

    def read(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        self.heads.append(head)
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        left = length - len(body)
        while left > 0:
            left -= len(connection.recv(65536))
