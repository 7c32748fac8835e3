"""What other tools have put in place in a test, asked for an answer to a request that nobody else here has one for.

Each tool that is loaded is asked itself, whatever client the request came from and whichever of the tools and sandboxes
came first: the request goes down through no client, so that it can't get out. A tool that holds no match is not told of
the request: what it counts, and what it complains of at its end, is as without us.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from importlib import import_module
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.interception.gate import underneath
from pytest_stripe_tokens.interception.wire import StubRaised

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping

    from pytest_stripe_tokens.api.messages import Request


def answer(request: Request) -> Response | None:
    """Give the answer of the first tool that holds a match for a request; None where none does.

    Raises:
        StubRaised: the match is an exception.
    """
    for module, ask in _TOOLS.items():
        if module in sys.modules:
            try:
                response = ask(request)
            except Exception as error:
                raise StubRaised(error) from error
            if response is not None:
                return response
    return None


def _placed(function: Any, kind: type[Any]) -> Iterator[Any]:
    """Find the tools of a kind that have replaced a client's function, by what they have put there; the latest first.

    Others may have replaced it in between: what each has put in place holds what was there before.
    """
    seen: set[int] = set()
    left: list[Any] = [function]
    while left:
        at = left.pop(0)
        if id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, kind):
            yield at
            held = vars(cast("object", at))
            left += [each for each in held.values() if isinstance(each, FunctionType)]
            left += [getattr(held.get(name), "temp_original", None) for name in ("patcher", "_patcher")]
        elif isinstance(at, MethodType):
            left.append(at.__self__)
        elif isinstance(at, FunctionType):
            # unittest.mock keeps what a function with a specification calls beside it.
            left.append(getattr(vars(at).get("mock"), "side_effect", None))
            left += [cell.cell_contents for cell in at.__closure__ or () if _is_filled(cell)]


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _theirs(owner: Any, name: str) -> Any:
    """A function of a tool as it is without the sandboxes that are open."""
    return underneath(getattr(owner, name))


def _response(status: int, headers: Mapping[str, str], body: bytes | str) -> Response:
    given = dict(headers)
    # requests-mock leaves it out, and aiohttp reads no JSON without it.
    if not any(name.lower() == "content-type" for name in given):
        given["Content-Type"] = "application/json"
    return Response(status, given, body.encode() if isinstance(body, str) else body)


def _prepared(request: Request) -> Any:
    """Make a request of requests'."""
    made: Any = import_module("requests").Request(
        request.method, request.url, headers=dict(request.headers), data=request.body or None
    )
    return made.prepare()


def _of_responses(request: Request) -> Response | None:
    adapters: Any = import_module("requests.adapters")
    kind: Any = import_module("responses").RequestsMock
    for mock in _placed(adapters.HTTPAdapter.send, kind):
        prepared = _prepared(request)
        prepared.params = mock._parse_request_params(prepared.path_url)  # noqa: SLF001 - where it looks a request up
        prepared.req_kwargs = {}
        matches = [stub for stub in mock.registered() if stub.matches(prepared)[0]]
        if matches and not any(stub.passthrough for stub in matches):
            found = _theirs(kind, "_on_request")(mock, adapters.HTTPAdapter(), prepared)
            return _response(found.status_code, found.headers, found.content)
    return None


def _of_requests_mock(request: Request) -> Response | None:
    session: Any = import_module("requests").Session
    adapter: Any = import_module("requests_mock.adapter")
    mocker: Any = import_module("requests_mock.mocker").MockerCore
    for mock in _placed(session.send, mocker):
        inner = mock._adapter  # noqa: SLF001 - its own `send` counts what it has no match for
        sent = adapter._RequestObjectProxy(_prepared(request), case_sensitive=mock.case_sensitive)  # noqa: SLF001
        for matcher in reversed(inner._matchers):  # noqa: SLF001
            try:
                found = matcher(sent)
            except adapter._RunRealHTTP:  # noqa: SLF001
                break
            except Exception:
                inner._add_to_history(sent)  # noqa: SLF001
                raise
            if found is not None:
                inner._add_to_history(sent)  # noqa: SLF001
                return _response(found.status_code, found.headers, found.content)
    return None


def _of_pytest_httpx(request: Request) -> Response | None:
    httpx: Any = import_module("httpx")
    kind: Any = import_module("pytest_httpx").HTTPXMock
    for mock in _placed(httpx.HTTPTransport.handle_request, kind):
        sent = _httpx_request(request)
        transport = httpx.AsyncHTTPTransport(verify=False)
        fitting = [pair for pair in mock._callbacks if pair[0].match(transport, sent)]  # noqa: SLF001
        first = next((pair for pair in fitting if not pair[0].nb_calls), None)
        found = first or next((pair for pair in fitting[-1:] if pair[0].is_reusable), None)
        if found is not None and mock._options.should_mock(sent):  # noqa: SLF001
            handled = mock._handle_async_request(transport, sent)  # noqa: SLF001
            return _of_httpx(handled, waits=inspect.iscoroutinefunction(found[1]))
    return None


def _of_respx(request: Request) -> Response | None:
    mockers: Iterable[Any] = import_module("respx.mocks").Mocker.registry.values()
    for router in [router for mocker in mockers for router in mocker.routers]:
        sent = _httpx_request(request)
        route = next((each for each in router.routes if each.pattern is None or each.pattern.match(sent)), None)
        if route is not None and not route.is_pass_through:
            return _of_httpx(router.async_handler(sent), waits=inspect.iscoroutinefunction(route.side_effect))
    return None


def _httpx_request(request: Request) -> Any:
    httpx: Any = import_module("httpx")
    return httpx.Request(request.method, request.url, headers=dict(request.headers), content=request.body)


def _of_httpx(handled: Coroutine[Any, Any, Any], *, waits: bool) -> Response:
    async def read() -> Response:
        found = await handled
        body = found.read() if isinstance(found.stream, httpx.SyncByteStream) else await found.aread()
        return _response(found.status_code, found.headers, body)

    httpx: Any = import_module("httpx")
    response: Response = _finished(read(), waits=waits)
    return response


def _of_pook(request: Request) -> Response | None:
    pook: Any = import_module("pook")
    engine: Any = pook.engine()
    if not engine.active:
        return None
    sent: Any = pook.Request(request.method)
    sent.url, sent.headers, sent.body = request.url, dict(request.headers), request.body
    unmatched = list(engine.unmatched_reqs)
    try:
        mock: Any = _theirs(import_module("pook.engine").Engine, "match")(engine, sent)
    except import_module("pook.exceptions").PookNoMatches:
        return None
    if not mock:
        engine.unmatched_reqs = unmatched
        return None
    found = mock._response  # noqa: SLF001
    return _response(found._status, found._headers, found._body or b"")  # noqa: SLF001


def _of_aioresponses(request: Request) -> Response | None:
    core: Any = import_module("aioresponses.core")
    session: Any = import_module("aiohttp").ClientSession
    url: Any = import_module("aioresponses.compat").normalize_url(request.url)
    for mock in _placed(session._request, core.aioresponses):  # noqa: SLF001
        found: Any = None
        if not any(str(url).startswith(prefix) for prefix in mock._passthrough):  # noqa: SLF001
            matches = cast("dict[str, Any]", mock._matches)  # noqa: SLF001
            found = next((key for key, each in matches.items() if each.match(request.method, url)), None)
        if found is not None:
            return _matched_by_aioresponses(mock, found, url, request)
    return None


def _matched_by_aioresponses(mock: Any, key: str, url: Any, request: Request) -> Response:
    # Its own way ends in a response that newer versions of aiohttp don't take.
    found: Any = mock._matches[key]  # noqa: SLF001
    sent: dict[str, Any] = {"data": request.body, "headers": dict(request.headers)}
    call = mock._build_request_call(request.method, **sent)  # noqa: SLF001
    mock.requests.setdefault((request.method, url), []).append(call)
    if not isinstance(found.repeat, bool):
        found.repeat -= 1
    if not found.repeat:
        del mock._matches[key]  # noqa: SLF001
    made: Any = None
    if found.callback is not None:
        made = found.callback(url, allow_redirects=True, **sent)
        made = _finished(made, waits=True) if inspect.iscoroutine(made) else made
    if found.exception is not None:
        raise found.exception() if isinstance(found.exception, type) else found.exception
    made = made or found
    body = import_module("json").dumps(made.payload) if made.payload is not None else made.body
    return _response(made.status, {"Content-Type": made.content_type, **(made.headers or {})}, body)


def _of_vcrpy(request: Request) -> Response | None:
    kind: Any = import_module("vcr.cassette").Cassette
    # While a cassette is in use, the classes of connections are its own.
    connections: list[Any] = [import_module("http.client").HTTPSConnection]
    if "urllib3.connectionpool" in sys.modules:
        connections.append(import_module("urllib3.connectionpool").HTTPSConnectionPool.ConnectionCls)
    sent: Any = import_module("vcr.request").Request(
        request.method, request.url, request.body or None, dict(request.headers)
    )
    for cassette in dict.fromkeys(getattr(connection, "cassette", None) for connection in connections):
        if isinstance(cassette, kind) and _theirs(kind, "can_play_response_for")(cassette, sent):
            played: Any = _theirs(kind, "play_response")(cassette, sent)
            found: Any = import_module("vcr.filters").decode_response(played)
            headers = {
                name: value if isinstance(value, str) else ", ".join(value) for name, value in found["headers"].items()
            }
            return _response(found["status"]["code"], headers, found["body"]["string"])
    return None


def _finished(coroutine: Coroutine[Any, Any, Any], *, waits: bool) -> Any:
    """Give what a coroutine returns: at once, or in a loop of its own where it may wait for something.

    A loop may run here already, and one may need sockets, which a suite may forbid.
    """
    if not waits:
        try:
            while True:
                coroutine.send(None)
        except StopIteration as done:
            return done.value
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(coroutine))
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asked
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for error in errors:
        raise error
    return results[0]


_TOOLS: Mapping[str, Callable[[Request], Response | None]] = {
    "responses": _of_responses,
    "requests_mock.mocker": _of_requests_mock,
    "pytest_httpx": _of_pytest_httpx,
    "respx.mocks": _of_respx,
    "pook.engine": _of_pook,
    "aioresponses.core": _of_aioresponses,
    "vcr.cassette": _of_vcrpy,
}
"""By the module that is loaded where the tool is in use."""
