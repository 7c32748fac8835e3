"""Whatever way a request takes, it does not leave the test: every host leads to a trap here, which must see nothing."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import urllib.error
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3
from clients import CLIENTS

from pytest_stripe_tokens import stripe_sandbox

KEY = "sk_test_mine"
HEADERS = {"Authorization": f"Bearer {KEY}"}
QUERY = "/v1/charges?note=https://shop.example"
NOTE = {"note": "https://shop.example"}


class Trap:
    """Answers any request, keeps the connection, and remembers what it was sent."""

    def __init__(self):
        self.seen = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            while data := connection.recv(65536):
                self.seen.append(data)
                line = data.split(b"\r\n")[0]
                start = b"HTTP/1.1 200 OK\r\n"
                if b"/redirect" in line:
                    to = f"http://api.stripe.com:{self.port}{QUERY}".encode()
                    start = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + to + b"\r\n"
                connection.sendall(start + (b"\r\n" if b"CONNECT" in line else b"Content-Length: 2\r\n\r\n{}"))


@pytest.fixture
def trap(monkeypatch):
    trap = Trap()
    genuine = socket.getaddrinfo

    def to_the_trap(_host, _port, *args, **kwargs):
        return genuine("127.0.0.1", trap.port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", to_the_trap)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield trap
    trap.socket.close()


def connected(host="api.stripe.com", tunnel=None):
    """A connection of http.client that is open before the test."""
    connection = http.client.HTTPConnection(host, 80, timeout=5)
    if tunnel:
        connection.set_tunnel(tunnel, 80)
    connection.request("GET", "/before")
    connection.getresponse().read()
    return connection


def over(connection, target, method="GET"):
    def call():
        connection.request(method, target, headers=HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return call


def by_hand(connection):
    def call():
        connection.send(f"GET {QUERY} HTTP/1.1\r\nHost: api.stripe.com\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
        return connection.response_class(connection.sock, method="GET").begin() or 200

    return call


def opened(client, url, *, before="http://api.stripe.com/before"):
    """A call of a client that has asked the host before."""
    if before:
        client("GET", before)
    return lambda: client("GET", url)


def session(**retries):
    made = requests.Session()
    if retries:
        made.mount("http://", requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(**retries)))
    return lambda method, url: made.request(method, url, headers=HEADERS, timeout=5).status_code


def pool(manager=None):
    manager = manager or urllib3.PoolManager()
    return lambda method, url: manager.request(method, url, headers=HEADERS).status


def opener(*handlers):
    made = urllib.request.build_opener(*handlers)

    def call(method, url):
        try:
            with made.open(urllib.request.Request(url, headers=HEADERS, method=method), timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    return call


def httpx_client(**options):
    made = httpx.Client(verify=False, headers=HEADERS, follow_redirects=True, **options)
    return lambda method, url: made.request(method, url).status_code


def aiohttp_session(**options):
    def call(method, url):
        async def ask():
            async with aiohttp.ClientSession(headers=HEADERS, **options) as made, made.request(method, url) as answer:
                return answer.status

        return asyncio.run(ask())

    return call


API = "http://api.stripe.com"
# Each is made before the sandbox opens, and called inside it.
OPEN = {
    "http.client": lambda: over(connected(), QUERY),
    "http.client, POST": lambda: over(connected(), QUERY, "POST"),
    "http.client, an absolute target": lambda: over(connected(), API + QUERY),
    "http.client, another host as the target": lambda: over(connected(), "https://shop.example/v1/charges"),
    "http.client, two slashes": lambda: over(connected(), f"/{QUERY}"),
    "http.client, *": lambda: over(connected(), "*", "OPTIONS"),
    "http.client, no slash": lambda: over(connected(), "v1/charges"),
    "http.client, an empty target": lambda: over(connected(), ""),
    "http.client, a scheme in the path": lambda: over(connected(), "/v1/https://shop.example"),
    "http.client, a target that is no URL": lambda: over(connected(), "http://[::1/v1"),
    "http.client, CONNECT": lambda: over(connected(), "api.stripe.com:443", "CONNECT"),
    "http.client, by hand": lambda: by_hand(connected()),
    "http.client, through a tunnel": lambda: over(connected("proxy.example", tunnel="api.stripe.com"), QUERY),
    "http.client, a proxy": lambda: over(connected("proxy.example"), API + QUERY),
    "http.client, a proxy in capitals": lambda: over(connected("proxy.example"), f"HTTP://API.STRIPE.COM{QUERY}"),
    "http.client, a proxy and a port": lambda: over(connected("proxy.example"), f"{API}:80{QUERY}"),
    "http.client, a proxy and a user": lambda: over(connected("proxy.example"), f"http://u:p@api.stripe.com{QUERY}"),
    "http.client, CONNECT to a proxy": lambda: over(connected("proxy.example"), "api.stripe.com:443", "CONNECT"),
    "http.client, a final dot": lambda: over(connected("api.stripe.com."), QUERY),
    "http.client, capitals": lambda: over(connected("API.STRIPE.COM"), QUERY),
    "http.client, full width": lambda: over(connected("\uff41\uff50\uff49.stripe.com"), QUERY),
    "http.client, another full stop": lambda: over(connected("api\u3002stripe\u3002com"), QUERY),
    "http.client, files": lambda: over(connected("files.stripe.com"), QUERY),
    "urllib3": lambda: opened(pool(), API + QUERY),
    "urllib3, a proxy": lambda: opened(pool(urllib3.ProxyManager("http://proxy.example")), API + QUERY),
    "requests": lambda: opened(session(), API + QUERY),
    "requests with retries": lambda: opened(session(total=2), API + QUERY),
    "requests, bytes": lambda: opened(session(), (API + QUERY).encode()),
    "httpx": lambda: opened(httpx_client(), API + QUERY),
    "httpx, a proxy": lambda: opened(httpx_client(proxy="http://proxy.example"), API + QUERY),
    "httpx, a base": lambda: opened(httpx_client(base_url=API), QUERY),
    "urllib.request": lambda: opened(opener(), API + QUERY),
    "urllib.request, a proxy": lambda: opened(
        opener(urllib.request.ProxyHandler({"http": "http://proxy.example"})), API + QUERY
    ),
}
NEW = {"urllib3": pool, "requests": session, "requests with retries": lambda: session(total=2)}
NEW |= {"httpx": httpx_client, "aiohttp": aiohttp_session, "urllib.request": opener}
URLS = {
    "http": API + QUERY,
    "https": f"https://api.stripe.com{QUERY}",
    "a port": f"https://api.stripe.com:8443{QUERY}",
    "capitals": f"HTTPS://API.STRIPE.COM{QUERY}",
    "a final dot": f"https://api.stripe.com.{QUERY}",
    "full width": f"https://\uff41\uff50\uff49.stripe.com{QUERY}",
    "two slashes": f"https://api.stripe.com/{QUERY}",
    "a redirect": "http://shop.example/redirect",
    "two questions": f"{API}{QUERY}/?x=://y",
}
# Most clients know no such name, and aiohttp's redirects are refused: nothing is answered, and nothing leaves.
UNANSWERED = {f"new {client}, full width" for client in NEW}
UNANSWERED |= {"new aiohttp, a redirect", "http.client, a target that is no URL"}
PARAMS = ([NOTE], [{"note": "https://shop.example/?x=://y"}], [{}])
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"}


def _ways():
    ways = dict(OPEN)
    for client, make in NEW.items():
        for kind, url in URLS.items():
            ways[f"new {client}, {kind}"] = lambda make=make, url=url: opened(make(), url, before=None)
    return ways


def _check(ways, trap):
    """Say which ways led to the trap, or were not answered here."""
    wrong = {}
    for name, make in ways.items():
        call = make()
        trap.seen.clear()
        with stripe_sandbox() as tokens:
            try:
                status = call()
            except Exception as error:  # noqa: BLE001 - of any client
                status = repr(error)
        left = [data for data in trap.seen if not data.startswith(b"GET /redirect ")]
        params = [request.params for request in tokens.requests]
        is_answered = isinstance(status, int) and params in PARAMS
        if left or not (is_answered or name in UNANSWERED):
            wrong[name] = (status, params, left)
    return wrong


@pytest.mark.filterwarnings("ignore")
def test_no_way_leads_out(trap):
    ways = _ways()
    wrong = _check(ways, trap)
    assert len(ways) > 80
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())


@pytest.mark.filterwarnings("ignore")
def test_no_way_leads_out_through_a_proxy_of_the_environment(trap, monkeypatch):
    for name in PROXIES:
        monkeypatch.setenv(name, "http://proxy.example")
    new = {**NEW, "aiohttp": lambda: aiohttp_session(trust_env=True)}
    ways = {
        f"{client}, {kind}": lambda make=make, kind=kind: opened(make(), URLS[kind], before=None)
        for client, make in new.items()
        for kind in ("http", "https")
    }
    wrong = _check(ways, trap)
    assert not wrong, "\n".join(f"{name}: {seen}" for name, seen in wrong.items())


@pytest.mark.filterwarnings("ignore")
def test_another_host_on_the_same_connection_to_a_proxy_is_left_alone(trap):
    connection = connected("proxy.example")
    through_urllib3 = pool(urllib3.ProxyManager("http://proxy.example"))
    with stripe_sandbox() as tokens:
        for call in (lambda url: over(connection, url)(), lambda url: through_urllib3("GET", url)):
            trap.seen.clear()
            assert call(f"http://shop.example/?to={API}") == 200
            call(API + QUERY)
            assert call("http://shop.example/again") == 200
            assert [data.split(b" ")[1] for data in trap.seen] == [
                f"http://shop.example/?to={API}".encode(),
                b"http://shop.example/again",
            ]
    assert [request.params for request in tokens.requests] == [NOTE, NOTE]


@pytest.mark.filterwarnings("ignore")
def test_a_url_in_a_query_is_a_parameter_in_every_client(stripe_tokens):
    asked = [name for name in CLIENTS if not name.lower().startswith("stripe")]
    for name in asked:
        CLIENTS[name]("GET", f"https://api.stripe.com{QUERY}", {}, KEY)
    seen = {name: request.params for name, request in zip(asked, stripe_tokens.requests, strict=True)}
    assert seen == dict.fromkeys(asked, NOTE)
