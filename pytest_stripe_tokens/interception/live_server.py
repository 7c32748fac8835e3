"""pytest-flask's `live_server`: a process forked before any sandbox opens, which asks the one that is open later."""

from __future__ import annotations

import contextlib
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.children import Passage, asking
from pytest_stripe_tokens.interception.gate import Gate
from pytest_stripe_tokens.interception.wire import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from pytest_stripe_tokens.api.messages import Request

_BETWEEN = (
    "pytest-stripe-tokens lets nothing reach Stripe from live_server, and can't answer it now: "
    "no test with a sandbox is running; let the test that sends the request ask for a fixture such as stripe_tokens"
)


@contextlib.contextmanager
def answered(
    open_sandbox: Callable[..., AbstractContextManager[None]],
    innermost: Callable[[], Gate | None],
    around: Callable[[], AbstractContextManager[None]],
) -> Generator[None]:
    """Let a `live_server` that starts in the block, and outlives tests, be answered by the sandbox of each in turn.

    Args:
        open_sandbox: opens one, from what `asking` gives.
        innermost: gives the gate of the sandbox that is open in this process.
        around: what the new process is to have besides.
    """
    server: Any = sys.modules["pytest_flask.live_server"].LiveServer
    is_starting = False

    def of_test() -> Gate | None:
        # While it starts, the sandbox that asks is open in this process too.
        return None if is_starting else innermost()

    def answer(request: Request) -> Outcome:
        gate = of_test()
        return gate.answerer(request) if gate else Outcome(exception=ConnectionError(_BETWEEN))

    def note(host: str, message: str) -> None:
        gate = of_test()
        if gate:
            gate.noter(host, message)

    gate = Gate(answer, ContextVar("bypass", default=False), note)
    passage = Passage(gate)
    start: Any = server.start

    def start_answered(self: Any) -> Any:
        nonlocal is_starting
        is_starting = True
        try:
            # What is open while it forks stays open in the new process.
            with open_sandbox(*asking(*passage.way())), around():
                return start(self)
        finally:
            is_starting = False

    server.start = start_answered
    try:
        yield
    finally:
        server.start = start
        gate.close()
