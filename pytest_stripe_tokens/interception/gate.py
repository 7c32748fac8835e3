"""One open sandbox, as the interceptors of the clients see it: which hosts it takes and what answers them."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pytest_stripe_tokens.api.messages import Request, is_stripe_host
from pytest_stripe_tokens.interception.wire import Outcome, SandboxSocket

if TYPE_CHECKING:
    from contextvars import ContextVar

    from pytest_stripe_tokens.interception.interceptor import Target


Answerer = Callable[[Request], Outcome]
Noter = Callable[[str, str], None]


def _unnoted(_host: str, _message: str) -> None:
    """Nobody wants to know."""


class _Idle:
    """A descriptor that is never readable: a pipe, since a suite may forbid sockets; select takes none on Windows."""

    def __init__(self) -> None:
        if os.name == "posix":
            self.fileno, other = os.pipe()
            self._ends: tuple[Callable[[], None], ...] = (lambda: os.close(self.fileno), lambda: os.close(other))
        else:
            ours, theirs = socket.socketpair()
            self.fileno = ours.fileno()
            self._ends = (ours.close, theirs.close)

    def close(self) -> None:
        """Give both ends back."""
        for end in self._ends:
            end()


class _Made(NamedTuple):
    """A replacement of a client's function."""

    target: Target
    previous: Any
    replacement: Any
    is_own: bool


def _over(_request: Request) -> Outcome:
    return Outcome(exception=ConnectionError("pytest-stripe-tokens can't answer: the test that sent this is over"))


class Gate:
    """What an open sandbox takes; replacements that outlive it find it closed and step aside.

    One that leaves nothing behind opens again for the next sandbox, since making the replacements takes longer than all
    else that opening a sandbox takes; it holds nothing of the test before.

    Args:
        answerer: answers a request.
        bypass: set where Stripe's hosts are to be reached.
        noter: is told of a host that was refused, and with what words.

    `is_open` until the sandbox closes, since `opened_at`; what is in `closing` is called then.
    """

    def __init__(self, answerer: Answerer, bypass: ContextVar[bool], noter: Noter = _unnoted) -> None:
        self.answerer = answerer
        self.bypass = bypass
        self.noter = noter
        self.is_open = True
        self.closing: list[Callable[[], None]] = []
        self.opened_at = time.perf_counter()
        self._connections: weakref.WeakSet[Any] | None = None
        self._lock = threading.Lock()
        # By the target's id: to look one up by itself would compare all of it.
        self._made: dict[int, _Made] = {}
        self._placed: list[_Made] = []
        self._is_over_mock = False
        self._idle: _Idle | None = None

    @property
    def can_open_again(self) -> bool:
        """Whether no connection and no process of the test knows it."""
        return self._connections is None and not self.closing

    def open_again(self, answerer: Answerer, noter: Noter) -> None:
        """Take what another sandbox answers."""
        self.answerer, self.noter = answerer, noter
        self.opened_at = time.perf_counter()
        self.is_open = True

    def takes(self, host: str | None) -> bool:
        """Whether a request to `host` is answered here."""
        return is_stripe_host(host) and self.is_open and not self.bypass.get()

    def takes_url(self, url: object) -> bool:
        """Whether a request to the absolute `url` is answered here."""
        return _is_stripes(str(url)) and self.is_open and not self.bypass.get()

    def refusal(self, host: str, *, is_noted: bool = True) -> socket.gaierror:
        """Make what a client sees that asks for one of Stripe's hosts and can't be answered."""
        message = (
            f"pytest-stripe-tokens lets nothing reach {host} from this test, and can't answer this HTTP client "
            "or this redirect: use requests, urllib3, httpx, aiohttp, urllib.request or http.client"
        )
        if is_noted:
            self.noter(host, message)
        return socket.gaierror(socket.EAI_NONAME, message)

    def connect(self, connection: Any, *, host: str) -> None:
        """Give an http.client connection a socket that leads here; one that leads to Stripe is closed."""
        with self._lock:
            # Many a sandbox has none.
            if self._idle is None or self._connections is None:
                self._idle, self._connections = _Idle(), weakref.WeakSet[Any]()
            self._connections.add(connection)
        scheme = "https" if getattr(connection, "default_port", 443) == http.client.HTTPS_PORT else "http"
        old, connection.sock = connection.sock, None
        if old is not None:
            old.close()
        is_urllib3s = _is_urllib3s(connection)
        # urllib3 knows a timeout only while it reads; urllib.request has a kind of its own only for what fails earlier.
        lost_early = (ConnectionError,) if is_urllib3s else (ConnectionError, TimeoutError)
        connection.sock = SandboxSocket(
            f"{scheme}://{host}",
            self.answerer,
            self._idle.fileno,
            gate=self,
            lost_early=lost_early,
            wraps=is_urllib3s,
        )
        connection.sock.settimeout(getattr(connection, "timeout", None))
        # urllib3 warns about a connection whose certificate nobody looked at: here there is none to look at.
        connection.is_verified = True

    def has_connected(self, connection: Any) -> bool:
        """Whether the connection's socket leads here already, or to a sandbox inside this one."""
        gate = getattr(connection.sock, "gate", None)
        return isinstance(gate, Gate) and gate.is_open and gate.opened_at >= self.opened_at

    def place(self, target: Target) -> None:
        """Replace a client's function until the gate closes."""
        previous = getattr(target.owner, target.name)
        made = self._made.get(id(target))
        if made is None or made.previous is not previous:
            made = self._made[id(target)] = self._make(target, previous)
        setattr(target.owner, target.name, made.replacement)
        self._placed.append(made)

    def _make(self, target: Target, previous: Any) -> _Made:
        replacement = target.wrap(self, previous)
        # The part of `functools.wraps` that tells anything.
        replacement.__wrapped__, replacement.__name__, replacement.gate = previous, target.name, self
        replacement.__module__ = getattr(previous, "__module__", None)
        made = _Made(target, previous, replacement, target.name in vars(target.owner))
        self._is_over_mock = self._is_over_mock or _is_over_mock(made)
        return made

    def _take_away(self) -> None:
        if self._is_over_mock or len(self._made) > len(self._placed):
            # What lies over a mock of the test's would hold on to it, and so would that of a client loaded anew.
            self._made = {id(made.target): made for made in self._placed if not _is_over_mock(made)}
            self._is_over_mock = False
        while self._placed:
            made = self._placed.pop()
            owner, name = made.target.owner, made.target.name
            # Someone patched over our replacement and has not restored it yet. Ours stays below: closed, it forwards.
            if getattr(owner, name) is not made.replacement:
                continue
            if made.is_own:
                setattr(owner, name, made.previous)
            else:
                delattr(owner, name)

    def close(self) -> None:
        """Take nothing from now on; connections that led here open real ones when they are used again."""
        self.is_open = False
        self.answerer, self.noter = _over, _unnoted
        self._take_away()
        for close in self.closing:
            close()
        for connection in list(self._connections or ()):
            if getattr(connection.sock, "gate", None) is self:
                connection.close()
        if self._idle is not None:
            self._idle.close()


def _is_over_mock(made: _Made) -> bool:
    """Whether what was replaced is neither the client's own function nor another sandbox's replacement."""
    return made.previous is not made.target.genuine and gate_of(made.previous) is None


def gate_of(function: Any) -> Gate | None:
    """Give the gate of a replacement that a sandbox has put in place; None for any other function."""
    gate = getattr(function, "gate", None)
    # A mock has every attribute, and one with a specification passes for an instance of it.
    return gate if type(gate) is Gate else None


def underneath(function: Any) -> Any:
    """Give a function as it is without the sandboxes that have replaced it, one inside another."""
    while type(getattr(function, "gate", None)) is Gate:
        function = function.__wrapped__
    return function


def open_gates() -> list[Gate]:
    """Give the sandboxes that are open in this process, the innermost first, by what they have put over http.client."""
    function: Any = http.client.HTTPConnection.connect
    found: list[Gate] = []
    while function is not None:
        gate = gate_of(function)
        if gate is not None and gate.is_open and gate not in found:
            found.append(gate)
        function = getattr(function, "__wrapped__", None)
    return found


# Each layer of a client asks, for every request.
@lru_cache(maxsize=256)
def _is_stripes(url: str) -> bool:
    try:
        return is_stripe_host(urlsplit(url).hostname)
    except ValueError:
        return False


def _is_urllib3s(connection: object) -> bool:
    return any(kind.__module__.partition(".")[0] == "urllib3" for kind in type(connection).__mro__)
