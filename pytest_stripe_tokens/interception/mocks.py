"""Mocks that a suite puts over a client: each leaves Stripe's requests to the sandbox, whichever of them came first.

pytest-httpx, and respx by default, replace what lies below the functions of httpx that a sandbox replaces. The others
replace the same functions or some above them, so each is told where it looks a request up.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.aiohttp_client import absolute
from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.requests_shortcut import Direct

if TYPE_CHECKING:
    from contextvars import ContextVar

    from pytest_stripe_tokens.interception.gate import Gate


class RequestsMock:
    """requests-mock, whose adapter stands in for each that a session has.

    Args:
        in_requests: the session that a request passes through.
    """

    module = "requests_mock.adapter"

    def __init__(self, in_requests: ContextVar[Any]) -> None:
        self._in_requests = in_requests

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [Target.of(import_module("requests_mock.adapter").Adapter, "send", self._send)]

    def _send(self, gate: Gate, previous: Any) -> Any:
        plain: Any = import_module("requests.adapters").HTTPAdapter

        def send(adapter: Any, request: Any, **options: Any) -> Any:
            mounted = getattr(self._in_requests.get(), "adapters", {})
            # One that a suite has mounted itself is its own client, as httpx.MockTransport is.
            if not gate.takes_url(request.url) or any(adapter is each for each in mounted.values()):
                return previous(adapter, request, **options)
            return Direct(plain(), gate).send(request, **options)

        return send


class Responses:
    """responses."""

    module = "responses"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [Target.of(import_module("responses").RequestsMock, "_on_request", _on_request)]


def _on_request(gate: Gate, previous: Any) -> Any:
    real_send: Any = vars(import_module("responses"))["_real_send"]

    def on_request(mock: Any, adapter: Any, request: Any, **options: Any) -> Any:
        if not gate.takes_url(request.url):
            return previous(mock, adapter, request, **options)
        options.pop("retries", None)
        return real_send(adapter, request, **options)

    return on_request


class Aioresponses:
    """aioresponses."""

    module = "aioresponses.core"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [Target.of(import_module("aioresponses.core").aioresponses, "_request_mock", _request_mock)]


def _request_mock(gate: Gate, previous: Any) -> Any:
    async def request_mock(mock: Any, session: Any, method: str, url: Any, *args: Any, **kwargs: Any) -> Any:
        is_stripes = gate.takes(absolute(session, url).host)
        asked: Any = mock.patcher.temp_original if is_stripes else previous.__get__(mock)
        return await asked(session, method, url, *args, **kwargs)

    return request_mock


class Respx:
    """respx, where it is to replace httpx and not httpcore."""

    module = "respx.mocks"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        mocker: Any = import_module("respx.mocks").HTTPXMocker
        return [Target.of(mocker, "handler", _handler), Target.of(mocker, "async_handler", _async_handler)]


def _handler(gate: Gate, previous: Any) -> Any:
    def handler(request: Any) -> Any:
        if gate.takes(request.url.host):
            raise _passed(request)
        return previous(request)

    return handler


def _async_handler(gate: Gate, previous: Any) -> Any:
    async def async_handler(request: Any) -> Any:
        if gate.takes(request.url.host):
            raise _passed(request)
        return await previous(request)

    return async_handler


def _passed(request: Any) -> Exception:
    """Make what tells respx to go on to what it has replaced."""
    passed: Exception = import_module("respx.models").PassThrough("Stripe's", request=request, origin=None)
    return passed


class Pook:
    """pook, in each of its clients."""

    module = "pook.engine"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [Target.of(import_module("pook.engine").Engine, "match", _match)]


def _match(gate: Gate, previous: Any) -> Any:
    def match(engine: Any, request: Any) -> Any:
        # Without a match, pook calls what it has replaced.
        return None if gate.takes_url(request.rawurl) else previous(engine, request)

    return match
