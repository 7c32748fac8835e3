"""A trap that plays api.stripe.com, with an authority of its own: what leaves without a sandbox leaves with none.

Each way is gone twice, in a run of its own: once without a sandbox, when its request must arrive, so that the trap is
known to see that way, and once with one, when nothing may. Names lead to the trap by a replaced resolver, and what
resolves in native code by a proxy of the environment.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from importlib.util import find_spec

import pytest
import trustme

pytestmark = pytest.mark.slow


class Trap:
    """Takes TLS as api.stripe.com, by itself or past a `CONNECT`, and keeps the names of the ways that it hears of."""

    def __init__(self, directory):
        authority = trustme.CA()
        self.authority = directory / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("api.stripe.com").configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.heard = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hear, args=(peer,), daemon=True).start()

    def _hear(self, peer):
        try:
            with peer:
                peer.settimeout(20)
                if peer.recv(1, socket.MSG_PEEK) == b"C":
                    head = peer.recv(4096)
                    self.heard += re.findall(rb"^CONNECT api.stripe.com", head)
                    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                with self._tls.wrap_socket(peer, server_side=True) as tunnel:
                    head = tunnel.recv(4096)
                    self.heard.append(re.search(rb" /v1/(\w+)[^ ]* HTTP", head)[1].decode())
                    tunnel.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        except (OSError, TypeError):
            return

    def close(self):
        self._listener.close()


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    trap = Trap(tmp_path_factory.mktemp("trap"))
    yield trap
    trap.close()


# What every run starts with. The resolver tells the audit hooks what Python's own would.
COMMON = """
import asyncio, concurrent.futures, http.client, importlib, multiprocessing, os, socket, ssl, subprocess, sys, threading
import time, urllib.request, warnings
import pytest

warnings.simplefilter("ignore")
HEADERS = {"Authorization": "Bearer sk_test_mine"}
URL = "https://api.stripe.com/v1/"
ADDRESS = ("127.0.0.1", PORT)
genuine = socket.getaddrinfo

def getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name != "api.stripe.com":
        return genuine(host, port, *args, **kwargs)
    sys.audit("socket.getaddrinfo", host, port, 0, 0, 0, 0)
    return genuine(*ADDRESS, socket.AF_INET, socket.SOCK_STREAM)

if not IS_PROXY:
    socket.getaddrinfo = getaddrinfo

def by_urllib(name): urllib.request.urlopen(urllib.request.Request(URL + name, headers=HEADERS), timeout=20).read()
def by_requests(name): importlib.import_module("requests").get(URL + name, headers=HEADERS, timeout=20, verify=CA)
def by_httpx(name, module="httpx"):
    importlib.import_module(module).get(URL + name, headers=HEADERS, verify=ssl.create_default_context())

def over(plain, name):
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.sendall(f"GET /v1/{name} HTTP/1.1\\r\\n\\r\\n".encode())
        tls.recv(100)

def by_socket(name): over(socket.create_connection(("api.stripe.com", 443), 20), name)
"""
TESTS = """
@pytest.mark.parametrize("way", WAYS)
def test_open(way):
    WAYS[way]("open_" + way)

def test_after_those(): time.sleep(PAUSE)

@pytest.mark.parametrize("way", WAYS)
def test_shut(way, stripe_tokens):
    WAYS[way]("shut_" + way)

def test_after_these(): time.sleep(PAUSE)
"""
PYTHON = """
PAUSE = 0.6

def by_http_client(name):
    connection = http.client.HTTPSConnection("api.stripe.com", timeout=20)
    connection.request("GET", "/v1/" + name, headers=HEADERS)
    connection.getresponse().read()

def by_address(name): over(socket.create_connection(ADDRESS, 20), name)

def by_streams(name):
    async def ask():
        reader, writer = await asyncio.open_connection("api.stripe.com", 443, ssl=True)
        writer.write(f"GET /v1/{name} HTTP/1.1\\r\\n\\r\\n".encode())
        await reader.read(100)
        writer.close()
    asyncio.run(ask())

def by_streams_to_an_address(name):
    async def ask():
        reader, writer = await asyncio.open_connection(*ADDRESS, ssl=True, server_hostname="api.stripe.com")
        writer.write(f"GET /v1/{name} HTTP/1.1\\r\\n\\r\\n".encode())
        await reader.read(100)
        writer.close()
    asyncio.run(ask())

def by_urllib3(name):
    importlib.import_module("urllib3").PoolManager(retries=False, ca_certs=CA).request("GET", URL + name, headers=HEADERS)

def by_httpcore(name):
    httpcore = importlib.import_module("httpcore")
    with httpcore.ConnectionPool(ssl.create_default_context()) as pool: pool.request("GET", URL + name, headers=HEADERS)

def by_aiohttp(name):
    async def ask():
        async with importlib.import_module("aiohttp").ClientSession(headers=HEADERS) as session:
            async with session.get(URL + name) as answer: await answer.read()
    asyncio.run(ask())

def by_stripe(name):
    stripe = importlib.import_module("stripe")
    client = stripe.RequestsClient(verify_ssl_certs=False)
    stripe.StripeClient("sk_test_mine", http_client=client).raw_request("get", "/v1/" + name)

def by_thread_pool(name):
    with concurrent.futures.ThreadPoolExecutor(1) as pool: pool.submit(by_urllib, name).result(20)

def by_pool(name, method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool: pool.submit(by_urllib, name).result(60)

def by_fork(name): by_pool(name, "fork")
def by_spawn(name): by_pool(name, "spawn")
def by_forkserver(name): by_pool(name, "forkserver")

PROGRAM = [sys.executable, "-c", "import sys; sys.path.insert(0, ''); import test_it; test_it.by_urllib(sys.argv[1])"]
def by_program(name): subprocess.run([*PROGRAM, name], timeout=60)
def by_program_in_its_environment(name): subprocess.run([*PROGRAM, name], env=dict(os.environ), timeout=60)

def by_thread_after_the_test(name):
    def later():
        time.sleep(0.3)
        by_urllib(name)
    threading.Thread(target=later).start()

# The last one's thread asks when its test is over.
WAYS = {name.removeprefix("by_"): way for name, way in list(globals().items()) if name.startswith("by_") and name != "by_pool"}
"""
PROXIED = "WAYS = {'urllib': by_urllib, 'requests': by_requests, 'httpx': by_httpx}"
CURL = """
import pycurl
def by_pycurl(name):
    curl = pycurl.Curl()
    for option, value in ((pycurl.URL, URL + name), (pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)):
        curl.setopt(option, value)
    curl.setopt(pycurl.WRITEFUNCTION, lambda data: None)
    curl.perform()
def by_stripe(name):
    import stripe
    stripe.ca_bundle_path = CA
    client = stripe.PycurlClient(proxy=os.environ["HTTPS_PROXY"])
    stripe.StripeClient("sk_test_mine", http_client=client).raw_request("get", "/v1/" + name)
WAYS = {"pycurl": by_pycurl, "stripe": by_stripe}
"""
CURL_CFFI = """
import curl_cffi
WAYS = {"curl_cffi": lambda name: curl_cffi.get(URL + name, headers=HEADERS, verify=False, timeout=20)}
"""
TORNADO = """
import pycurl, tornado.curl_httpclient, urllib.parse
def by_tornado(name):
    async def ask():
        proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
        client = tornado.curl_httpclient.CurlAsyncHTTPClient()
        await client.fetch(URL + name, validate_cert=False, proxy_host=proxy.hostname, proxy_port=proxy.port)
    asyncio.run(ask())
WAYS = {"tornado": by_tornado}
"""
UVLOOP = """
import httpx, uvloop
def by_httpx(name):
    async def ask():
        async with httpx.AsyncClient(verify=ssl.create_default_context()) as client: await client.get(URL + name)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner: runner.run(ask())
def by_program(name):
    program = "import sys, urllib.request; urllib.request.urlopen('https://api.stripe.com/v1/' + sys.argv[1])"
    async def ask(): await (await asyncio.create_subprocess_exec(sys.executable, "-c", program, name)).wait()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner: runner.run(ask())
WAYS = {"httpx": by_httpx, "program": by_program}
"""
GREEN = "WAYS = {'urllib': by_urllib, 'requests': by_requests, 'socket': by_socket}"
# They resolve by themselves, and not by what stands in `socket`.
GEVENT = """
import gevent.resolver.thread
genuine = gevent.monkey.get_original("socket", "getaddrinfo")
gevent.resolver.thread.Resolver.getaddrinfo = lambda self, *args, **kwargs: getaddrinfo(*args, **kwargs)
"""
EVENTLET = """
import eventlet.green.socket
def unheard(host, *args, **kwargs): return genuine(*ADDRESS if host == "api.stripe.com" else (host, *args), **kwargs)
eventlet.green.socket.getaddrinfo = socket.getaddrinfo = unheard
"""
TWISTED = """
from twisted.internet import reactor, ssl as tls
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import Protocol, Factory

class Asking(Protocol):
    def connectionMade(self): self.transport.write(f"GET /v1/{self.factory.name} HTTP/1.1\\r\\n\\r\\n".encode())
    def dataReceived(self, data): self.factory.stop()

def by_twisted(name):
    if not reactor.running:
        threading.Thread(target=reactor.run, args=(False,), daemon=True).start()
    factory, is_over = Factory.forProtocol(Asking), threading.Event()
    factory.name, factory.stop = name, lambda *_: is_over.set()
    options = tls.optionsForClientTLS("api.stripe.com", tls.Certificate.loadPEM(open(CA).read()))
    endpoint = wrapClientTLS(options, HostnameEndpoint(reactor, b"api.stripe.com", 443))
    reactor.callFromThread(lambda: endpoint.connect(factory).addErrback(factory.stop))
    is_over.wait(20)

WAYS = {"twisted": by_twisted}
"""
HTTPX2 = "WAYS = {'httpx2': lambda name: by_httpx(name, 'httpx2')}"
# By what must be installed: whether through a proxy, what comes before all else, and the ways.
RUNS = {
    "python": (False, "", PYTHON),
    "python, a proxy": (True, "", PROXIED),
    "httpx2": (False, "", HTTPX2),
    "httpx2, a proxy": (True, "", HTTPX2),
    "pycurl": (True, "", CURL),
    "curl_cffi": (True, "", CURL_CFFI),
    "tornado": (True, "", TORNADO),
    "uvloop": (True, "", UVLOOP),
    "gevent": (False, "import gevent.monkey\ngevent.monkey.patch_all()\n", GEVENT + GREEN),
    "eventlet": (False, "import eventlet\neventlet.monkey_patch()\n", EVENTLET + GREEN),
    "twisted": (False, "", TWISTED),
}
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.mark.parametrize("run", RUNS)
def test_nothing_reaches_the_trap(run, suite, trap, monkeypatch):
    package = run.partition(",")[0]
    if package != "python" and not find_spec(package):
        pytest.skip(f"{package} is not installed")
    if package == "tornado" and not find_spec("pycurl"):
        pytest.skip("tornado's curl client needs pycurl")
    is_proxied, first, ways = RUNS[run]
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    if is_proxied:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(trap.authority))
    names = f"\nPORT, IS_PROXY, CA, PAUSE = {trap.port}, {is_proxied}, {str(trap.authority)!r}, 0\n"
    suite.write("test_it.py", first + names + COMMON + ways + TESTS)
    trap.heard.clear()
    result = suite.run("-p", "no:randomly")
    opened = re.findall(r"test_it.py::test_open\[(\w+)\]", suite.run("--collect-only", "-q").stdout.str())
    assert opened, result.stdout.str()
    heard = [name for name in trap.heard if isinstance(name, str)]
    assert sorted(heard) == sorted(f"open_{way}" for way in opened)
    # A proxy hears nothing more either, but from another program.
    connects = len(opened) + ("program" in opened) if is_proxied else 0
    assert len(trap.heard) - len(heard) == connects
