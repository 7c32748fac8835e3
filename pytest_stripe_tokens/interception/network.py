"""The way out of this process, as Python's audit events show it: what no interceptor has caught is refused here."""

from __future__ import annotations

import socket
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.messages import is_stripe_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.interception.gate import Gate


def _named(arguments: tuple[Any, ...]) -> Any:
    return arguments[0]


def _addressed(arguments: tuple[Any, ...]) -> Any:
    address: Any = arguments[1]
    return cast("Any", address)[0] if isinstance(address, tuple) and address else None


# Some clients look names up only to choose a proxy, urllib.request on Windows for one, and go on when it fails: a name
# that is only looked up this way is refused, and fails no test.
_LOOK_UPS = frozenset({"socket.gethostbyname", "socket.gethostbyaddr"})
_HOSTS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "socket.connect": _addressed,
    "socket.getaddrinfo": _named,
    "socket.gethostbyaddr": _named,
    "socket.gethostbyname": _named,
    "socket.sendmsg": _addressed,
    "socket.sendto": _addressed,
}


def text_of(host: object) -> str | None:
    """A host's name as a text, from any of the forms that sockets take; None where there is none."""
    if isinstance(host, (bytes, bytearray)):
        return host.decode("ascii", "replace")
    return host if isinstance(host, str) else None


class Network:
    """Refuses Stripe's hosts while a sandbox is open, and later in the threads that were started in it.

    Python has no way to take an audit hook away: there is one in a process, which does nothing while there is nothing
    to refuse.
    """

    def __init__(self) -> None:
        self._gates: list[Gate] = []
        self._threads: set[threading.Thread] = set()
        # A resolver may work in a thread of its own, which knows nothing of the context that asked.
        self.passing = 0
        sys.addaudithook(self._hook())

    def _hook(self) -> Callable[[str, tuple[Any, ...]], None]:
        gates, threads, hosts = self._gates, self._threads, _HOSTS

        def audit(event: str, arguments: tuple[Any, ...]) -> None:
            if event in hosts and (gates or threads):
                self._check(event, text_of(hosts[event](arguments)))

        return audit

    def _check(self, event: str, host: str | None) -> None:
        if self.passing or not is_stripe_host(host):
            return
        for gate in reversed(self._gates):
            if gate.takes(host):
                raise gate.refusal(str(host), is_noted=event not in _LOOK_UPS)
        if not self._gates and threading.current_thread() in self._threads:
            raise socket.gaierror(
                socket.EAI_NONAME,
                f"pytest-stripe-tokens lets nothing reach {host} from this thread: the test that started it is over; "
                "let the test wait for its threads",
            )

    @property
    def innermost(self) -> Gate | None:
        """The gate of the sandbox that was opened last, of those that are open."""
        return self._gates[-1] if self._gates else None

    def enter(self, gate: Gate) -> list[threading.Thread]:
        """Refuse what `gate` takes; gives the threads that there are, for `leave`."""
        self._gates.append(gate)
        return threading.enumerate()

    def leave(self, gate: Gate, before: list[threading.Thread]) -> None:
        """Refuse it no longer, but in threads that were started meanwhile and go on."""
        self._gates.remove(gate)
        now = threading.enumerate()
        if self._threads:
            # In place: the hook holds on to it.
            self._threads.intersection_update(now)
        if now != before:
            self._threads.update(thread for thread in now if thread not in before and not _is_loops(thread))


def _is_loops(thread: threading.Thread) -> bool:
    """Whether an event loop keeps the thread for whatever comes: it is no test's."""
    return thread.name.startswith("asyncio_")


@cache
def network() -> Network:
    """The one of this process."""
    return Network()
