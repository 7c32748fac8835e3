"""Processes that a test starts with multiprocessing: what they ask of Stripe is answered by the test's own sandbox.

A forked process has the sandbox in it. One that is spawned, or comes from a fork server, has nothing of it: it is sent
a `Passage`, which opens a sandbox there that asks back.
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.wire import Outcome, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.api.messages import Request
    from pytest_stripe_tokens.interception.gate import Gate

_OVER = (
    "pytest-stripe-tokens can't answer this process: the test that started it is over, or allows no sockets; "
    "let the test wait for its processes"
)


class Children(NamedTuple):
    """multiprocessing, and concurrent.futures' pools of processes.

    Args:
        join: called in the new process with what `asking` takes; what it gives lives as long as the process.
    """

    join: Callable[[Any, bytes], object]
    module: str = "multiprocessing.process"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        process: Any = import_module("multiprocessing.process").BaseProcess
        return [Target.of(process, "start", functools.partial(_start, self.join))]


def _start(join: Callable[[Any, bytes], object], gate: Gate, previous: Any) -> Any:
    passage = Passage(gate, join)

    def start(self: Any) -> Any:
        # A sandbox inside this one has put its own there.
        if gate.is_open and not hasattr(self, "_stripe_tokens"):
            self._stripe_tokens = passage
        try:
            return previous(self)
        finally:
            if getattr(self, "_stripe_tokens", None) is passage:
                del self._stripe_tokens

    return start


class Passage:
    """The way from a process back to the sandbox of the test that started it, made when a process is sent it."""

    def __init__(self, gate: Gate, join: Callable[[Any, bytes], object] | None = None) -> None:
        self._gate = gate
        self._join = join
        self._lock = threading.Lock()
        self._listener: Any = None
        self._key = b""

    def __reduce__(self) -> tuple[Any, ...]:
        return self._join, self.way()

    def way(self) -> tuple[Any, bytes]:
        """Listen from now on; gives what `asking` takes, the address being None where no sockets are allowed."""
        with self._lock, contextlib.suppress(Exception):
            if self._listener is None:
                self._key = secrets.token_bytes(32)
                self._listener = import_module("multiprocessing.connection").Listener(authkey=self._key)
                threading.Thread(target=self._listen, daemon=True).start()
                self._gate.closing.append(self._close)
        address = None if self._listener is None else self._listener.address
        return address, self._key

    def _listen(self) -> None:
        while self._gate.is_open:
            try:
                connection = self._listener.accept()
            except Exception:  # noqa: BLE001, S112 - one process that is gone must not keep the others waiting
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        self._listener.close()

    def _serve(self, connection: Any) -> None:
        with connection, contextlib.suppress(EOFError, OSError):
            kind, *arguments = connection.recv()
            if kind == "note":
                self._gate.noter(*arguments)
                connection.send(None)
            elif kind == "answer":
                connection.send(self._answer(*arguments))

    def _answer(self, request: Request) -> Outcome:
        import pickle  # noqa: PLC0415 - few suites start a process

        try:
            outcome = self._gate.answerer(request)
            pickle.dumps(outcome)
        except BaseException as error:  # noqa: BLE001 - the sandbox has taken it down; the process must go on
            return Outcome(exception=ConnectionError(f"{type(error).__name__}: {said(error)}"))
        return outcome

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            # Nothing else wakes it on all systems.
            ask(self._listener.address, self._key, "over")


def ask(address: Any, key: bytes, kind: str, *arguments: Any) -> Any:
    """Ask the sandbox of the test; None where it closes.

    Raises:
        OSError: it is gone.
    """
    with import_module("multiprocessing.connection").Client(address, authkey=key) as connection:
        connection.send((kind, *arguments))
        with contextlib.suppress(EOFError):
            return connection.recv()
    return None


def asking(address: Any, key: bytes) -> tuple[Callable[[Request], Outcome], Callable[[str, str], None]]:
    """Answer requests, and note refusals, by asking the sandbox of the test."""

    def answer(request: Request) -> Outcome:
        try:
            outcome = ask(address, key, "answer", request)
        except Exception:  # noqa: BLE001 - whatever it is, nothing answers
            outcome = None
        return outcome if isinstance(outcome, Outcome) else Outcome(exception=ConnectionError(_OVER))

    def note(host: str, message: str) -> None:
        with contextlib.suppress(Exception):
            ask(address, key, "note", host, message)

    return answer, note
