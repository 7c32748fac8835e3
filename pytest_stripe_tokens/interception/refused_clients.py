"""Clients that a sandbox does not answer, refused where they can be reached before anything leaves.

Most clients need no row here: the audit hook refuses them. These look names up without Python (curl, uvloop), by
themselves (eventlet), or leave it to a proxy of the environment (httpcore, urllib3-future), which would be asked for
Stripe's host.
"""

from __future__ import annotations

import socket
import ssl
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from pytest_stripe_tokens.interception.interceptor import Target
from pytest_stripe_tokens.interception.network import text_of
from pytest_stripe_tokens.interception.programs import with_watched_environ
from pytest_stripe_tokens.interception.wire import host_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.interception.gate import Gate
    from pytest_stripe_tokens.interception.interceptor import Interceptor

_COULDNT_RESOLVE_HOST = 6  # curl's own number


class Refused(NamedTuple):
    """One client.

    Args:
        module: the module whose import means that the client is there.
        find: gives what is replaced, from that module.
    """

    module: str
    find: Callable[[Any], list[Target]]

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return self.find(sys.modules[self.module])


def refused() -> tuple[Interceptor, ...]:
    """Every client that is refused by name."""
    return (
        Refused("httpcore", _httpcore),
        Refused("httpcore2", _httpcore),
        Refused("urllib3._async.connectionpool", pool),
        Refused("urllib3_future.connectionpool", pool),
        Refused("urllib3_future._async.connectionpool", pool),
        Refused("uvloop", _uvloop),
        Refused("eventlet.green.socket", _eventlet),
        Refused("pycurl", _pycurl),
        Refused("curl_cffi.curl", _curl_cffi),
        Refused("curl_cffi.aio", _curl_cffi_async),
        Refused("tornado.curl_httpclient", _tornado),
    )


def refusing(
    host_of_call: Callable[..., Any], error: Callable[[OSError], BaseException] = lambda refusal: refusal
) -> Callable[[Gate, Any], Any]:
    """Refuse calls for Stripe's hosts, and let others through.

    Args:
        host_of_call: takes a call's arguments and gives the host that it is for.
        error: makes the client's own kind of the refusal.
    """

    def wrap(gate: Gate, previous: Any) -> Any:
        def replacement(*args: Any, **kwargs: Any) -> Any:
            host = text_of(host_of_call(*args, **kwargs))
            if gate.takes(host):
                raise error(gate.refusal(str(host)))
            return previous(*args, **kwargs)

        return replacement

    return wrap


def _url_host(url: Any) -> str | None:
    text = url.decode("latin-1") if isinstance(url, bytes) else str(url)
    try:
        return urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return None


def _addressed(_self: Any, address: Any, *_: Any) -> Any:
    return cast("Any", address)[0] if isinstance(address, tuple) and address else None


def _looked_up(host: Any = None, *_: Any, **__: Any) -> Any:
    return host


def _at(place: int, name: str) -> Callable[..., Any]:
    def found(*args: Any, **kwargs: Any) -> Any:
        return args[place] if len(args) > place else kwargs.get(name)

    return found


def sockets() -> list[Target]:
    """What every client of Python's own sockets passes through, where the audit hook sees too little or too late."""
    return [
        # What gevent or eventlet have put in its place tells the hook nothing.
        Target.of(socket, "getaddrinfo", refusing(_looked_up)),
        # Python resolves the name of an address before it tells the hook.
        Target.of(socket.socket, "connect", refusing(_addressed)),
        # What was resolved before the sandbox, or is reached through a proxy, still names its host here.
        Target.of(ssl.SSLContext, "wrap_socket", refusing(_at(5, "server_hostname"))),
        Target.of(ssl.SSLContext, "wrap_bio", refusing(_at(4, "server_hostname"))),
    ]


def _httpcore(module: Any) -> list[Target]:
    # respx looks at the names of the arguments, and at which function is a coroutine's.
    def handle(gate: Gate, previous: Any) -> Any:
        def handle_request(self: Any, request: Any) -> Any:
            _raise_refused(gate, request)
            return previous(self, request)

        return handle_request

    def handle_async(gate: Gate, previous: Any) -> Any:
        async def handle_async_request(self: Any, request: Any) -> Any:
            _raise_refused(gate, request)
            return await previous(self, request)

        return handle_async_request

    def _raise_refused(gate: Gate, request: Any) -> None:
        host = text_of(request.url.host)
        if gate.takes(host):
            raise module.ConnectError(str(gate.refusal(str(host))))

    return [
        Target.of(module.ConnectionPool, "handle_request", handle),
        Target.of(module.AsyncConnectionPool, "handle_async_request", handle_async),
    ]


def pool(module: Any) -> list[Target]:
    """urllib3-future's module of connection pools, under either of its names."""
    kind: Any = getattr(module, "AsyncHTTPConnectionPool", None) or module.HTTPConnectionPool

    find_url = _at(2, "url")

    def host(*args: Any, **kwargs: Any) -> Any:
        # A forwarding proxy is sent the whole URL.
        return host_of(str(find_url(*args, **kwargs))) or args[0].host

    return [Target.of(kind, "urlopen", refusing(host))]


def _uvloop(module: Any) -> list[Target]:
    def connected(_self: Any, _factory: Any, host: Any = None, *_: Any, **__: Any) -> Any:
        return host

    def looked_up(_self: Any, host: Any = None, *_: Any, **__: Any) -> Any:
        return host

    return [
        Target.of(module.Loop, "create_connection", refusing(connected)),
        Target.of(module.Loop, "getaddrinfo", refusing(looked_up)),
        # It starts programs without subprocess.
        Target.of(module.Loop, "subprocess_exec", with_watched_environ),
        Target.of(module.Loop, "subprocess_shell", with_watched_environ),
    ]


def _eventlet(module: Any) -> list[Target]:
    return [Target.of(module, name, refusing(_looked_up)) for name in ("getaddrinfo", "gethostbyname")]


def _pycurl(module: Any) -> list[Target]:
    # Its types are immutable: they are replaced as a whole, for the handles that are made inside the sandbox.
    # pytest-recording puts an object of its own where the module was, which gives a class of its
    # own for `Curl`, and passes for the module wherever it is asked for its class.
    recording: Any = sys.modules.get("pytest_recording.network")
    pycurl: Any = module if type(module) is ModuleType else recording.pycurl

    def host(curl: Any, *_: Any) -> Any:
        return _url_host(curl.getinfo(pycurl.EFFECTIVE_URL))

    def added(_self: Any, curl: Any) -> Any:
        return host(curl)

    def error(refusal: OSError) -> Any:
        return pycurl.error(_COULDNT_RESOLVE_HOST, refusal.strerror)

    def curl(gate: Gate, previous: Any) -> Any:
        def getattribute(self: Any, name: str) -> Any:
            found: Any = previous.__getattribute__(self, name)
            return found if name != "perform" else refusing(lambda: host(self), error)(gate, found)

        return type(previous.__name__, (previous,), {"__getattribute__": getattribute})

    def multi(gate: Gate, previous: Any) -> Any:
        add = refusing(added, error)(gate, previous.add_handle)
        return type(previous.__name__, (previous,), {"add_handle": add})

    curls = [Target.of(owner, "Curl", curl) for owner in (pycurl, recording) if getattr(owner, "Curl", None)]
    return [*curls, Target.of(pycurl, "CurlMulti", multi)]


def _curl_cffi(module: Any) -> list[Target]:
    return [Target.of(module.Curl, "perform", refusing(_curl_cffi_host, _curl_cffi_error))]


def _curl_cffi_async(module: Any) -> list[Target]:
    def added(_self: Any, curl: Any) -> Any:
        return _curl_cffi_host(curl)

    return [Target.of(module.AsyncCurl, "add_handle", refusing(added, _curl_cffi_error))]


def _curl_cffi_host(curl: Any, *_: Any, **__: Any) -> Any:
    url: Any = sys.modules["curl_cffi.curl"].CurlInfo.EFFECTIVE_URL
    return _url_host(curl.getinfo(url))


def _curl_cffi_error(refusal: OSError) -> BaseException:
    error: Any = sys.modules["curl_cffi.curl"].CurlError
    made: BaseException = error(refusal.strerror, _COULDNT_RESOLVE_HOST)
    return made


def _tornado(module: Any) -> list[Target]:
    def host(_self: Any, request: Any, *_: Any) -> Any:
        return _url_host(request.url)

    return [Target.of(module.CurlAsyncHTTPClient, "fetch_impl", refusing(host))]
