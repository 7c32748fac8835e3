"""Puts a sandbox between HTTP clients and Stripe's hosts, and leaves every other host to what answered it before.

Only this package touches the inner parts of vcrpy and of the clients; it knows nothing of tokens or cassettes.

httpx and aiohttp are answered through vcrpy's stubs, which take the function to fall back on. http.client, and with
it urllib.request, urllib3 and requests, gets a socket instead: vcrpy's connection stubs put the real classes back for
the whole process while they work, which in another thread lets a request out.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.gate import Exchange, Gate
from pytest_stripe_tokens.interception.wire import Outcome

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Interceptor", "Outcome"]


class Interceptor:
    """Answers Stripe's hosts from sandboxes, the innermost first.

    Creating one imports every installed HTTP client, because vcrpy does; opening a sandbox is a few assignments.
    """

    def __init__(self) -> None:
        from pytest_stripe_tokens.interception import (  # noqa: PLC0415 - a suite that needs none must not pay
            aiohttp_client,
            httpx_client,
            sockets,
            vcrpy,
        )

        self._bypass: ContextVar[bool] = ContextVar("bypass", default=False)
        modules = (vcrpy, sockets, httpx_client, aiohttp_client)
        self._targets = [target for module in modules for target in module.targets()]

    @contextlib.contextmanager
    def open(self, exchange: Exchange) -> Generator[None]:
        """Answer Stripe's hosts with `exchange`, in every client, thread and task, until the block ends."""
        gate = Gate(exchange, self._bypass)
        placed: list[tuple[Any, str, Any, Any]] = []
        try:
            for target in self._targets:
                previous = getattr(target.owner, target.name)
                replacement = target.wrap(gate, previous)
                is_own = target.name in vars(target.owner)
                setattr(target.owner, target.name, replacement)
                placed.append((target.owner, target.name, replacement, previous if is_own else None))
            yield
        finally:
            gate.close()
            for owner, name, replacement, previous in reversed(placed):
                # What was put on top of ours and is still there will take itself away; ours is silent by now.
                if getattr(owner, name) is not replacement:
                    continue
                if previous is None:
                    delattr(owner, name)
                else:
                    setattr(owner, name, previous)

    @contextlib.contextmanager
    def bypassed(self) -> Generator[None]:
        """Let this thread or task reach Stripe's hosts: for recording alone."""
        mark = self._bypass.set(True)
        try:
            yield
        finally:
            self._bypass.reset(mark)
