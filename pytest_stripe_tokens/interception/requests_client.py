"""requests: its own layers above urllib3, which other mocks replace and a plain session does not need."""

from __future__ import annotations

import functools
import io
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.exchange import Request
from pytest_stripe_tokens.interception.gate import Target
from pytest_stripe_tokens.interception.wire import AsGiven, is_lost

if TYPE_CHECKING:
    from contextvars import ContextVar

    from pytest_stripe_tokens.interception.gate import Gate


def targets(in_requests: ContextVar[bool]) -> list[Target]:
    """What is replaced while a sandbox is open.

    Args:
        in_requests: set while a request passes through requests.
    """
    session: Any = import_module("requests").Session
    adapter: Any = import_module("requests.adapters").HTTPAdapter
    genuine: Any = adapter.send
    if genuine.__module__ != adapter.__module__:
        # responses was active when this was loaded; it keeps what it replaced.
        genuine = vars(import_module("responses"))["_real_send"]

    def get_adapter(gate: Gate, previous: Any) -> Any:
        def replacement(self: Any, url: str) -> Any:
            found: Any = previous(self, url)
            if not gate.takes_url(url):
                return found
            # A sandbox around this one has put its own in place.
            plain: Any = found.inner if isinstance(found, _Adapter) else found
            # An adapter of the suite's own, and one that retries, does what it does through urllib3.
            if type(plain) is adapter and not plain.max_retries.total:
                return _Direct(plain, genuine, gate)
            # responses replaces `send` for the whole class, often after us, by a decorator of the test.
            is_replaced = cast("Any", type(plain)).send is adapter.send is not genuine
            return _Adapter(plain, genuine) if is_replaced else plain

        return replacement

    return [
        Target.of(session, "get_adapter", get_adapter),
        Target.of(session, "merge_environment_settings", _merge_environment_settings),
        Target.of(session, "prepare_request", _prepare_request),
        Target.of(session, "send", functools.partial(_send, in_requests)),
    ]


class _Adapter:
    """An adapter that sends as if nobody had replaced its class's `send`."""

    def __init__(self, inner: Any, genuine: Any) -> None:
        self.inner = inner
        self._genuine = genuine
        self.close = inner.close

    def send(self, request: Any, **options: Any) -> Any:
        """Send through urllib3."""
        return self._genuine(self.inner, request, **options)


class _Direct(_Adapter):
    """A plain adapter, whose way through urllib3 only costs time: half of a request's."""

    def __init__(self, inner: Any, genuine: Any, gate: Gate) -> None:
        super().__init__(inner, genuine)
        self._exchange = gate.exchange

    def send(self, request: Any, **options: Any) -> Any:
        """Answer at once; a body that is yet to be read goes through urllib3."""
        __tracebackhide__ = True  # pytest's --showlocals would show what was sent
        body = request.body or b""
        if not isinstance(body, (str, bytes)):
            return super().send(request, **options)
        headers = {
            (name if isinstance(name, str) else _text(name)).lower(): value if isinstance(value, str) else _text(value)
            for name, value in request.headers.items()
        }
        sent = body.encode() if isinstance(body, str) else body
        outcome = self._exchange(Request(request.method.upper(), request.url, headers, sent))
        outcome = outcome.within(_read_timeout(options.get("timeout")))
        outcome.wait()
        if outcome.exception is not None:
            raise _as_requests(outcome.exception, request)
        response: Any = outcome.response
        is_read = not options.get("stream")
        urllib3: Any = import_module("urllib3")
        raw = urllib3.HTTPResponse(
            io.BytesIO(b"" if is_read else response.body),
            headers=response.sent_headers,
            status=response.status,
            reason=response.reason,
            version=11,
            preload_content=False,
            request_method=request.method,
        )
        answer = self.inner.build_response(request, raw)
        if is_read:
            # What requests would read through urllib3 at once, chunk by chunk.
            answer._content, answer._content_consumed = response.body, True  # noqa: SLF001
        return answer


def _prepare_request(gate: Gate, previous: Any) -> Any:
    """Leave out `~/.netrc`, which is the machine's: a test gives the key, or is refused, on all machines alike."""

    def prepare_request(self: Any, request: Any) -> Any:
        return previous(_untrusting(self) if gate.takes_url(request.url) else self, request)

    return prepare_request


def _merge_environment_settings(gate: Gate, previous: Any) -> Any:
    """Leave out the environment's proxies and certificates where no connection is made: a third of requests' time."""

    def merge_environment_settings(self: Any, url: str, *args: Any, **kwargs: Any) -> Any:
        is_direct = gate.takes_url(url) and isinstance(self.get_adapter(url), _Direct)
        return previous(_untrusting(self) if is_direct else self, url, *args, **kwargs)

    return merge_environment_settings


def _untrusting(session: Any) -> Any:
    """Give the same session, as if it were told not to look at the environment."""
    twin: Any = object.__new__(session.__class__)
    twin.__dict__.update(vars(session), trust_env=False)
    return twin


def _read_timeout(timeout: Any) -> Any:
    """Take the seconds for reading out of what requests is given: a number, a pair, or urllib3's Timeout."""
    read: Any = cast("Any", timeout)[1] if isinstance(timeout, tuple) else timeout
    return getattr(read, "read_timeout", read)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _as_requests(exception: BaseException | type[BaseException], request: Any) -> Any:
    raised = exception() if isinstance(exception, type) else exception
    if not is_lost(raised):
        return raised
    errors: Any = import_module("requests.exceptions")
    if isinstance(raised, TimeoutError):
        return errors.ReadTimeout(raised, request=request)
    cause: Any = import_module("urllib3.exceptions").ProtocolError("Connection aborted.", raised)
    return errors.ConnectionError(cause, request=request)


def _send(in_requests: ContextVar[bool], _gate: Gate, previous: Any) -> Any:
    """Take out an exception that was carried through requests."""

    def send(*args: Any, **kwargs: Any) -> Any:
        mark = in_requests.set(True)
        try:
            return previous(*args, **kwargs)
        except AsGiven as carried:
            given = carried.exception
        finally:
            in_requests.reset(mark)
        raise given

    return send
