"""aiohttp, answered through vcrpy's stub."""

from __future__ import annotations

import asyncio
import base64
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.vcrpy import Answer
from pytest_stripe_tokens.interception.wire import as_clients, said

if TYPE_CHECKING:
    from pytest_stripe_tokens.interception.gate import Gate


class Aiohttp:
    """aiohttp."""

    module = "aiohttp"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        import aiohttp  # noqa: PLC0415 - loaded by whoever uses it

        return [Target.of(aiohttp.ClientSession, "_request", _request, vcr_name="_AiohttpClientSessionRequest")]


def _request(gate: Gate, previous: Any) -> Any:
    async def request(self: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
        url = absolute(self, str_or_url)
        if not gate.takes(url.host):
            return await previous(self, method, str_or_url, **kwargs)
        if self.closed:
            raise RuntimeError("Session is closed")
        raise_for_status = kwargs.pop("raise_for_status", None)
        sent = _encoded(self, kwargs, url)
        stubs: Any = import_module("vcr.stubs.aiohttp_stubs")
        answer = Answer(gate.answerer)
        stub = stubs.vcr_request(answer, previous)
        response = _as_read(self, await stub(self, method, url.with_user(None), raise_for_status=False, **sent))
        outcome = answer.outcome.within(_timeout(self, kwargs.get("timeout")))
        if outcome.delay:
            await asyncio.sleep(outcome.delay)
        if outcome.exception is not None:
            raise _as_aiohttp(outcome.exception)
        if raise_for_status is None:
            raise_for_status = self.raise_for_status
        if callable(raise_for_status):
            check: Any = raise_for_status
            await check(response)
        elif raise_for_status:
            response.raise_for_status()
        return response

    return request


def absolute(session: Any, str_or_url: Any) -> Any:
    """Give the URL that a session asks for, below its base URL where it has one."""
    import yarl  # noqa: PLC0415

    url = yarl.URL(str_or_url)
    base = getattr(session, "_base_url", None)
    return url if base is None or url.absolute else base.join(url)


def _as_read(session: Any, response: Any) -> Any:
    """Make vcrpy's answer one of aiohttp's, which is read from its stream, once, and as its headers say."""
    import aiohttp  # noqa: PLC0415

    response.__class__ = getattr(session, "_response_class", aiohttp.ClientResponse)
    response.version = aiohttp.HttpVersion11
    # What vcrpy sets for its own class: it gives the body whatever else was read of the stream.
    response._body, response._released, response._traces = None, False, []  # noqa: SLF001
    return response


def _timeout(session: Any, given: Any) -> Any:
    """Take the seconds for an answer out of a request's own timeout, a number or a ClientTimeout, or its session's."""
    if isinstance(given, (int, float)):
        return given
    limits = given if hasattr(given, "sock_read") else session.timeout
    return min((limit for limit in (limits.total, limits.sock_read) if limit is not None), default=None)


def _encoded(session: Any, kwargs: dict[str, Any], url: Any) -> dict[str, Any]:
    """Encode body and credentials as aiohttp would: the stub keeps them as they were passed."""
    import aiohttp  # noqa: PLC0415

    sent = dict(kwargs)
    headers = dict(sent.pop("headers", None) or {})
    auth = sent.pop("auth", None) or getattr(session, "_default_auth", None)
    if auth is not None:
        headers["Authorization"] = auth.encode()
    elif url.user is not None:
        pair = f"{url.user}:{url.password or ''}".encode("latin-1", "replace")
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    data: Any = sent.get("data")
    content_type: str | None = None
    if sent.get("json") is not None:
        data, content_type = json.dumps(sent.pop("json")).encode(), "application/json"
    elif isinstance(data, (dict, list, tuple, aiohttp.FormData)):
        form: Any = data if isinstance(data, aiohttp.FormData) else aiohttp.FormData(cast("Any", data))
        payload: Any = form()
        if isinstance(payload, aiohttp.BytesPayload):
            # Before aiohttp 3.11 a payload has no method that gives its bytes.
            data, content_type = bytes(cast("Any", payload)._value), payload.content_type  # noqa: SLF001
    if content_type is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = content_type
    return {**sent, "data": data, "headers": headers}


def _as_aiohttp(exception: BaseException | type[BaseException]) -> BaseException:
    import aiohttp  # noqa: PLC0415

    return as_clients(
        exception,
        timed_out=lambda raised: aiohttp.ServerTimeoutError(said(raised)),
        lost=lambda raised: aiohttp.ClientOSError(said(raised)),
    )
