"""A short cut for a plain requests session: half of a request's time goes to urllib3, proxies and certificates.

What hangs on it: an answer must read as one from urllib3 does, and a session of the suite's own must not come here.
"""

from __future__ import annotations

import http.client
import io
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.interception.wire import as_clients, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.interception.gate import Gate


class Direct:
    """A plain adapter, whose way through urllib3 only costs time: half of a request's."""

    def __init__(self, inner: Any, gate: Gate) -> None:
        self.inner = inner
        self.close = inner.close
        self._answerer = gate.answerer

    def send(self, request: Any, **options: Any) -> Any:
        """Answer at once; a body that is yet to be read goes through urllib3."""
        __tracebackhide__ = True  # pytest's --showlocals would show what was sent
        body = request.body or b""
        if not isinstance(body, (str, bytes)):
            return self.inner.send(request, **options)
        headers = {
            (name if isinstance(name, str) else _text(name)).lower(): value if isinstance(value, str) else _text(value)
            for name, value in request.headers.items()
        }
        sent = body.encode() if isinstance(body, str) else body
        outcome = self._answerer(Request(request.method.upper(), request.url, headers, sent))
        outcome = outcome.within(read_timeout(options.get("timeout")))
        outcome.wait()
        if outcome.exception is not None:
            raise as_requests(outcome.exception, request)
        response: Any = outcome.response
        names = set(map(str.lower, response.sent_headers))
        # A hook may read the raw answer itself, and requests takes cookies out of http.client's own.
        is_read = not (options.get("stream") or request.hooks["response"] or "set-cookie" in names)
        raw = _raw(io.BytesIO(response.body) if is_read else _begun(response, request), response, request)
        raw.retries = self.inner.max_retries
        answer = self.inner.build_response(request, raw)
        if not options.get("stream") and not request.hooks["response"]:
            # What requests reads chunk by chunk.
            answer._content, answer._content_consumed = raw.read(), True  # noqa: SLF001
            raw.close()
        return answer


def _begun(response: Response, request: Any) -> http.client.HTTPResponse:
    """Let http.client read the answer's head: what is streamed then ends as it does on a connection."""
    begun = http.client.HTTPResponse(cast("Any", _Sent(render(response))), method=request.method)
    begun.begin()
    return begun


def _raw(body: io.BytesIO | http.client.HTTPResponse, response: Response, request: Any) -> Any:
    urllib3: Any = import_module("urllib3")
    raw = urllib3.HTTPResponse(
        body,
        headers=response.sent_headers,
        status=response.status,
        reason=response.reason,
        version=11,
        preload_content=False,
        decode_content=False,
        original_response=body if isinstance(body, http.client.HTTPResponse) else None,
        request_method=request.method,
        request_url=request.path_url,
    )
    if hasattr(raw, "version_string"):  # urllib3 has it from 2.3 on
        raw.version_string = "HTTP/1.1"
    return raw


class _Sent:
    """What a connection has brought."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_args: Any) -> io.BytesIO:
        """Give it to http.client."""
        return io.BytesIO(self._data)


def get_netrc_auth(gate: Gate, previous: Any) -> Any:
    """Leave out `~/.netrc`, which is the machine's: a test gives the key, or is refused, on all machines alike."""

    def replacement(url: Any, *args: Any, **kwargs: Any) -> Any:
        is_machines = "NETRC" not in os.environ and gate.takes_url(url)
        return None if is_machines else previous(url, *args, **kwargs)

    return replacement


def merge_settings(is_direct: Callable[[Any, str], bool]) -> Callable[[Gate, Any], Any]:
    """Leave out the environment's proxies and certificates without a connection: nearly half of requests' time."""
    merge: Any = import_module("requests.sessions").merge_setting

    def wrap(gate: Gate, previous: Any) -> Any:
        def merge_environment_settings(self: Any, url: str, *settings: Any, **named: Any) -> Any:
            names = ("proxies", "stream", "verify", "cert")
            # A hook is shown the settings, and a session of the suite's own may do anything with them.
            is_plain = len(settings) == len(names) and not named and not self.hooks.get("response")
            if not (is_plain and gate.takes_url(url) and is_direct(self, url)):
                return previous(self, url, *settings, **named)
            return {name: merge(given, getattr(self, name)) for name, given in zip(names, settings, strict=True)}

        return merge_environment_settings

    return wrap


def read_timeout(timeout: Any) -> Any:
    """Take the seconds for reading out of what requests is given: a number, a pair, or urllib3's Timeout."""
    read: Any = cast("Any", timeout)[1] if isinstance(timeout, tuple) else timeout
    return getattr(read, "read_timeout", read)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def as_requests(exception: BaseException | type[BaseException], request: Any) -> BaseException:
    """Give requests' own kind for a connection that was lost, and any other exception as it is."""
    errors: Any = import_module("requests.exceptions")

    def lost(raised: BaseException) -> BaseException:
        cause: Any = import_module("urllib3.exceptions").ProtocolError("Connection aborted.", raised)
        error: BaseException = errors.ConnectionError(cause, request=request)
        return error

    return as_clients(exception, timed_out=lambda raised: errors.ReadTimeout(raised, request=request), lost=lost)
