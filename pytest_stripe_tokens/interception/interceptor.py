"""Puts a sandbox between HTTP clients and Stripe's hosts, and leaves every other host to what answered it before.

Only this package touches the inner parts of vcrpy and of the clients; it knows nothing of tokens or cassettes.

httpx and aiohttp are answered through vcrpy's stubs, which take the function to fall back on. http.client, and with
it urllib.request, urllib3 and requests, gets a socket instead: vcrpy's connection stubs put the real classes back for
the whole process while they work, which in another thread lets a request out.
"""

from __future__ import annotations

import contextlib
import sys
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

from pytest_stripe_tokens.interception.gate import Answerer, Gate, Target
from pytest_stripe_tokens.interception.imports import on_import

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Interceptor:
    """Answers Stripe's hosts from sandboxes, the innermost first.

    Only clients that are loaded are touched; one that is imported while a sandbox is open is touched then. vcrpy,
    which imports every installed client, is not loaded before a request needs its stubs.
    """

    def __init__(self) -> None:
        from pytest_stripe_tokens.interception import aiohttp_client, httpx_client, sockets, vcrpy  # noqa: PLC0415 - a suite that needs none must not pay

        self._bypass: ContextVar[bool] = ContextVar("bypass", default=False)
        self._sources = {**sockets.sources(), **httpx_client.SOURCES, **aiohttp_client.SOURCES, **vcrpy.SOURCES}
        self._known: dict[str, list[Target]] = {}
        self._repair = vcrpy.repair
        for name in self._sources:
            if name in sys.modules:
                self._targets(name)

    def _targets(self, name: str) -> list[Target]:
        if name not in self._known:
            self._known[name] = self._sources[name]()
        return self._known[name]

    @contextlib.contextmanager
    def open(self, answerer: Answerer) -> Generator[None]:
        """Answer Stripe's hosts with `answerer`, in every client, thread and task, until the block ends."""
        gate = Gate(answerer, self._bypass)
        late: dict[str, Callable[[], None]] = {
            name: partial(self._place, gate, name) for name in self._sources if name not in sys.modules
        }
        if "vcr.patch" not in sys.modules:
            late["vcr.patch"] = self._repair_vcr
        try:
            with on_import(late):
                for name in self._sources:
                    if name not in late:
                        self._place(gate, name)
                yield
        finally:
            gate.close()

    def _place(self, gate: Gate, name: str) -> None:
        for target in self._targets(name):
            gate.place(target)

    def _repair_vcr(self) -> None:
        self._repair([target for targets in self._known.values() for target in targets])

    @contextlib.contextmanager
    def bypassed(self) -> Generator[None]:
        """Let this thread or task reach Stripe's hosts: for recording alone."""
        mark = self._bypass.set(True)
        try:
            yield
        finally:
            self._bypass.reset(mark)
