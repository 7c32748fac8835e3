"""The table of HTTP clients, and the sandboxes that are open in them.

Each is answered where it would send: httpx at its transport, aiohttp at its connector, http.client, and with it
urllib.request, urllib3 and requests, at its socket.
"""

from __future__ import annotations

import contextlib
import sys
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.aiohttp_client import Aiohttp
from pytest_stripe_tokens.interception.children import Children, asking
from pytest_stripe_tokens.interception.gate import Answerer, Gate, Noter
from pytest_stripe_tokens.interception.httpx_client import Httpx
from pytest_stripe_tokens.interception.imports import on_import
from pytest_stripe_tokens.interception.mocks import Aioresponses, Pook, RequestsMock, Responses, Respx
from pytest_stripe_tokens.interception.network import network
from pytest_stripe_tokens.interception.programs import Programs
from pytest_stripe_tokens.interception.refused_clients import refused
from pytest_stripe_tokens.interception.requests_client import Requests
from pytest_stripe_tokens.interception.sockets import HTTPClient, Urllib3
from pytest_stripe_tokens.interception.stripe_clients import StripeClients
from pytest_stripe_tokens.interception.vcrpy import Vcrpy, repair

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import ModuleType

    from pytest_stripe_tokens.interception.interceptor import Interceptor, Target


# It knows the clients' functions as they were when it was loaded, which may have been inside a sandbox.
_VCR = "vcr.patch"


def interceptors() -> tuple[Interceptor, ...]:
    """Every client that a sandbox answers or refuses; what is built on another one stands below it."""
    in_requests: ContextVar[Any] = ContextVar("in_requests", default=None)
    return (
        HTTPClient(),
        Urllib3(in_requests),
        Requests(in_requests),
        Httpx("httpx"),
        Httpx("httpx2"),
        Aiohttp(),
        StripeClients("stripe._http_client"),
        StripeClients("stripe.http_client"),
        Vcrpy(),
        Responses(),
        Respx(),
        RequestsMock(in_requests),
        Aioresponses(),
        Pook(),
        Children(join),
        Programs(),
        *refused(),
    )


class Clients:
    """Answers Stripe's hosts from sandboxes, the innermost first, and leaves other hosts to what answered them before.

    Only clients that are loaded are touched; one that is imported while a sandbox is open is touched then.
    """

    def __init__(self) -> None:
        self._bypass: ContextVar[bool] = ContextVar("bypass", default=False)
        self._network = network()
        self._interceptors = {interceptor.module: interceptor for interceptor in interceptors()}
        self._modules = {*self._interceptors, _VCR}
        self._known: dict[str, tuple[ModuleType, list[Target]]] = {}
        self._closed: list[Gate] = []
        for module in self._interceptors:
            if module in sys.modules:
                self._targets(module)

    def _targets(self, module: str) -> list[Target]:
        loaded = sys.modules[module]
        known = self._known.get(module)
        # pytest run inside pytest forgets the modules that were loaded there: the next one to load is another.
        if known is None or known[0] is not loaded:
            known = self._known[module] = loaded, self._interceptors[module].targets()
        return known[1]

    @contextlib.contextmanager
    def open(self, answerer: Answerer, noter: Noter) -> Generator[None]:
        """Answer Stripe's hosts, in every client, thread and task, until the block ends.

        Args:
            answerer: answers a request.
            noter: is told of a host that was refused, because its client can't be answered, and with what words.
        """
        try:
            gate = self._closed.pop()
        except IndexError:
            gate = Gate(answerer, self._bypass, noter)
        else:
            gate.open_again(answerer, noter)
        late = self._modules - sys.modules.keys()
        threads = self._network.enter(gate)
        try:
            with on_import(late, partial(self._place, gate)):
                for module in self._interceptors:
                    if module not in late:
                        self._place(gate, module)
                yield
        finally:
            gate.close()
            self._network.leave(gate, threads)
            if gate.can_open_again:
                self._closed.append(gate)

    def beside_live_server(
        self, around: Callable[[], contextlib.AbstractContextManager[None]]
    ) -> contextlib.AbstractContextManager[None]:
        """Answer what pytest-flask's `live_server` asks, until the block ends, from the sandbox that is open then.

        Args:
            around: what its process is to have besides, open while it is forked.
        """
        if "pytest_flask.live_server" not in sys.modules:
            return contextlib.nullcontext()
        from pytest_stripe_tokens.interception.live_server import answered  # noqa: PLC0415 - few suites have it

        return answered(self.open, lambda: self._network.innermost, around)

    def _place(self, gate: Gate, module: str) -> None:
        if module == _VCR:
            repair([target for _, targets in self._known.values() for target in targets])
            return
        for target in self._targets(module):
            gate.place(target)

    @contextlib.contextmanager
    def bypassed(self) -> Generator[None]:
        """Let this thread or task reach Stripe's hosts: for recording alone."""
        mark = self._bypass.set(True)
        self._network.passing += 1
        try:
            yield
        finally:
            self._network.passing -= 1
            self._bypass.reset(mark)


def join(address: Any, key: bytes) -> contextlib.ExitStack:
    """Open a sandbox in a new process, which asks that of the test, until what is given is closed."""
    stack = contextlib.ExitStack()
    stack.enter_context(Clients().open(*asking(address, key)))
    return stack
