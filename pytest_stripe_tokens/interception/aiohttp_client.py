"""aiohttp, answered at its connector: the session makes the request and reads the answer as it always does."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.wire import AsGiven, Reader, as_clients, render, said

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterable

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.interception.gate import Answerer, Gate

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Aiohttp:
    """aiohttp."""

    module = "aiohttp"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        import aiohttp  # noqa: PLC0415 - loaded by whoever uses it

        session = aiohttp.ClientSession
        return [
            Target.of(session, "_request", _request(_genuine(session)), vcr_name="_AiohttpClientSessionRequest"),
            Target.of(aiohttp.BaseConnector, "connect", _connect),
        ]


def _genuine(session: Any) -> Any:
    """Give what sends a request, also where aioresponses or pook had it replaced before the first sandbox opened."""
    patches: list[Any] = getattr(getattr(sys.modules.get("unittest.mock"), "_patch", None), "_active_patches", [])
    replaced = (patch.temp_original for patch in patches if (patch.target, patch.attribute) == (session, "_request"))
    return next(replaced, session._request)  # noqa: SLF001


def _request(genuine: Any) -> Any:
    """Go past what a mock has put in place, and take out an exception that was carried through aiohttp."""

    def wrap(gate: Gate, previous: Any) -> Any:
        async def request(self: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
            if not gate.takes(absolute(self, str_or_url).host):
                return await previous(self, method, str_or_url, **kwargs)
            try:
                return await genuine(self, method, str_or_url, **kwargs)
            except AsGiven as carried:
                given = carried.exception
            raise given

        return request

    return wrap


def absolute(session: Any, str_or_url: Any) -> Any:
    """Give the URL that a session asks for, below its base URL where it has one."""
    import yarl  # noqa: PLC0415

    url = yarl.URL(str_or_url)
    base = getattr(session, "_base_url", None)
    return url if base is None or url.absolute else base.join(url)


def _connect(gate: Gate, previous: Any) -> Any:
    """Give a connection that leads here, in each hop of a redirect."""

    async def connect(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        if not gate.takes(req.url.host):
            return await previous(self, req, *args, **kwargs)
        import asyncio  # noqa: PLC0415 - a run without aiohttp need not load it

        import aiohttp.connector  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        protocol = self._factory()
        protocol.connection_made(_Transport(protocol, f"{req.url.scheme}://{req.url.host}", gate.answerer, loop))
        # The pool, which outlives the sandbox, is not to keep it.
        protocol._should_close = True  # noqa: SLF001 - older versions have no function for it
        return aiohttp.connector.Connection(self, req.connection_key, protocol, loop)

    return connect


class _Transport:
    """Stands where the bytes would go out: hands a request to a sandbox, and its answer to the protocol.

    It has no more of asyncio's transport than aiohttp asks for.
    """

    def __init__(self, protocol: Any, origin: str, answerer: Answerer, loop: AbstractEventLoop) -> None:
        self._protocol = protocol
        self._reader = Reader(origin)
        self._answerer = answerer
        self._loop = loop
        self._is_closing = False

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        """There is no socket to tell of."""
        return default

    def write(self, data: Any) -> None:
        """Take bytes of a request."""
        piece = bytes(data)
        request = self._reader.feed(piece)
        if request is not None:
            self._answer(request)
        elif b"\r\nexpect: 100-continue\r\n" in piece.lower():
            self._protocol.data_received(_CONTINUE)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Take bytes of a request."""
        self.write(b"".join(list_of_data))

    def _answer(self, request: Request) -> None:
        try:
            outcome = self._answerer(request)
        except BaseException as raised:  # noqa: BLE001 - the session raises it
            self._protocol.set_exception(AsGiven(raised))
            return
        # Older versions stop the task that writes as soon as there is an answer: it is to end first.
        wait = partial(self._loop.call_later, outcome.delay) if outcome.delay else self._loop.call_soon
        wait(self._deliver, outcome.response, outcome.exception)

    def _deliver(self, response: Response | None, exception: BaseException | type[BaseException] | None) -> None:
        if self._is_closing:
            return
        if response is not None:
            self._protocol.data_received(render(response))
        elif exception is not None:
            # As it is: aiohttp asks again by itself where a connection was lost that it may have used before.
            self._protocol.set_exception(AsGiven(_as_aiohttp(exception)))

    def is_closing(self) -> bool:
        """Whether nothing is delivered any more."""
        return self._is_closing

    def close(self) -> None:
        """Deliver nothing any more."""
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None:
        """All of an answer comes at once."""

    def resume_reading(self) -> None:
        """All of an answer comes at once."""


def _as_aiohttp(exception: BaseException | type[BaseException]) -> BaseException:
    import aiohttp  # noqa: PLC0415

    return as_clients(
        exception,
        timed_out=lambda raised: aiohttp.ServerTimeoutError(said(raised)),
        lost=lambda raised: aiohttp.ClientOSError(said(raised)),
    )
