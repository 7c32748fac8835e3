"""httpx and its fork httpx2, sync and async, answered at their own transport."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.wire import as_clients, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.interception.gate import Gate
    from pytest_stripe_tokens.interception.wire import Outcome


class Httpx(NamedTuple):
    """httpx, sync and async, or a fork with its interface.

    Args:
        module: its name.
    """

    module: str

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        httpx: Any = sys.modules[self.module]
        vcr_names = f"_{self.module.capitalize()}HttpTransport", f"_{self.module.capitalize()}AsyncHttpTransport"
        sync, asynchronous = httpx.HTTPTransport, httpx.AsyncHTTPTransport
        handle, handle_async = "handle_request", "handle_async_request"
        return [
            Target.of(sync, handle, _handle_request(httpx), vcr_name=f"{vcr_names[0]}_{handle}"),
            Target.of(
                asynchronous, handle_async, _handle_async_request(httpx), vcr_name=f"{vcr_names[1]}_{handle_async}"
            ),
            Target.of(httpx.Client, "_transport_for_url", _transport_for_url(sync, handle)),
            Target.of(httpx.AsyncClient, "_transport_for_url", _transport_for_url(asynchronous, handle_async)),
        ]


def _handle_request(httpx: Any) -> Callable[[Gate, Any], Any]:
    def wrap(gate: Gate, previous: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            if not gate.takes(request.url.host):
                return previous(self, request)
            outcome = gate.answerer(_read(httpx, request, b"".join(request.stream))).within(_read_timeout(request))
            outcome.wait()
            return _answer(httpx, outcome, request)

        return handle_request

    return wrap


def _handle_async_request(httpx: Any) -> Callable[[Gate, Any], Any]:
    def wrap(gate: Gate, previous: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            if not gate.takes(request.url.host):
                return await previous(self, request)
            sent = b"".join([part async for part in request.stream])
            outcome = gate.answerer(_read(httpx, request, sent)).within(_read_timeout(request))
            if outcome.delay:
                import anyio  # noqa: PLC0415 - httpx brings it, and it sleeps under trio too

                await anyio.sleep(outcome.delay)
            return _answer(httpx, outcome, request)

        return handle_async_request

    return wrap


def _read(httpx: Any, request: Any, sent: bytes) -> Request:
    # A body that can be read but once is there again for what looks at the request later.
    request.stream = httpx.ByteStream(sent)
    return Request(request.method.upper(), str(request.url), dict(request.headers.items()), sent)


def _answer(httpx: Any, outcome: Outcome, request: Any) -> Any:
    if outcome.exception is not None:
        raise _as_httpx(httpx, outcome.exception, request)
    response = cast("Response", outcome.response)
    return httpx.Response(
        response.status,
        headers=list(response.sent_headers.items()),
        # Not its content, since an answer is open until it has been read.
        stream=httpx.ByteStream(response.body),
        extensions={"http_version": b"HTTP/1.1", "reason_phrase": response.reason.encode("ascii", "replace")},
    )


def _read_timeout(request: Any) -> Any:
    return request.extensions.get("timeout", {}).get("read")


def _as_httpx(httpx: Any, exception: BaseException | type[BaseException], request: Any) -> BaseException:
    def lost(raised: BaseException) -> BaseException:
        is_broken = isinstance(raised, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError))
        error: BaseException = (httpx.ReadError if is_broken else httpx.ConnectError)(said(raised), request=request)
        return error

    return as_clients(exception, timed_out=lambda raised: httpx.ReadTimeout(said(raised), request=request), lost=lost)


def _transport_for_url(transport_type: Any, method: str) -> Callable[[Gate, Any], Any]:
    """Pin our handler, so that a mock put over the transport's class after us does not see Stripe's requests."""

    def wrap(gate: Gate, previous: Any) -> Any:
        ours = getattr(transport_type, method)

        def transport_for_url(self: Any, url: Any) -> Any:
            found: Any = previous(self, url)
            if not gate.takes(url.host):
                return found
            # A sandbox around this one has pinned its own.
            plain: Any = found.inner if isinstance(found, _Pinned) else found
            placed = getattr(transport_type, method)
            # A sandbox inside this one, with a mock between the two, has its own in place.
            inner = getattr(placed, "gate", gate)
            is_covered = type(plain) is transport_type and placed is not ours and (inner is gate or not inner.is_open)
            return _Pinned(plain, method, ours) if is_covered else plain

        return transport_for_url

    return wrap


class _Pinned:
    """A transport whose handler is the one that was in place when the sandbox opened."""

    def __init__(self, transport: Any, method: str, handler: Any) -> None:
        self.inner = transport
        setattr(self, method, functools.partial(handler, transport))
