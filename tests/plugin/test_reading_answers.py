"""An answer of a sandbox is read as one that came over a connection: every attribute and way of reading, compared."""

from __future__ import annotations

import asyncio
import http.client
import io
import itertools
import json
import socketserver
import threading
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3

from pytest_stripe_tokens import stripe_sandbox

KEY = {"Authorization": "Bearer sk_test_mine"}
HOST = "https://api.stripe.com"
PATH = "/v1/tokens/tok_read"
BODY = '{\n  "id": "tok_read",\n  "name": "Zoë"\n}'
HEADERS = {"Server": "nginx", "Content-Type": "application/json", "Set-Cookie": "one=1; Path=/; Secure", "X-Two": "2"}
CASSETTE = {
    "version": 1,
    "interactions": [
        {
            "request": {"method": "GET", "uri": HOST + PATH, "body": None, "headers": {}},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {name: [value] for name, value in HEADERS.items()},
                "body": {"string": BODY},
            },
        }
    ],
}


@pytest.fixture(params=[False, True], ids=["plain", "with a cookie"])
def answered(request, tmp_path):
    """The answer as a sandbox gives it and, at the URL that is yielded, as a server on this machine sends it."""
    cassette = json.loads(json.dumps(CASSETTE))
    headers = cassette["interactions"][0]["response"]["headers"]
    if not request.param:
        del headers["Set-Cookie"]
    (tmp_path / "any.yaml").write_text(json.dumps(cassette))
    (tmp_path / "card.yaml").write_text(json.dumps(cassette))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(sent)

    with stripe_sandbox(cassettes=tmp_path) as sandbox:
        seen = urllib3.request("GET", HOST + PATH, headers=KEY)
        assert sandbox.requests[0].origin == "recorded"
        head = "".join(f"{name}: {value}\r\n" for name, value in seen.headers.items())
        sent = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + seen.data
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()


# What tells of the connection, which a sandbox has none of, and of what was sent.
OF_CONNECTION = {"connection", "host", "output_size", "request_info"}


def attributes(answer):
    """All that an answer shows, what is neither text nor number by its type."""
    found = {}
    for name in dir(answer):
        if not name.startswith("_") and name not in OF_CONNECTION:
            try:
                found[name] = plain(getattr(answer, name))
            except Exception as error:  # noqa: BLE001 - also a thing that it shows
                found[name] = type(error).__name__
    return found


def plain(value):
    if isinstance(value, (str, bytes, int, float, type(None))):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "items") and not isinstance(value, type):
        return sorted((str(name), str(item)) for name, item in value.items() if name != "network_stream")
    return type(value).__name__


def joined(parts):
    # One that never ends shows as one that is too long.
    return b"".join(itertools.islice(parts, 500))


def filled(raw):
    buffer = bytearray(9)
    return [bytes(buffer[: raw.readinto(buffer)]), raw.read()]


RAW = {
    "read": lambda raw: raw.read(),
    "read twice": lambda raw: [raw.read(), raw.read()],
    "read(5)": lambda raw: [raw.read(5), raw.tell(), raw.read(500), raw.read(5)],
    "data": lambda raw: raw.data,
    "json": lambda raw: raw.json() if hasattr(raw, "json") else None,
    "stream(None)": lambda raw: joined(raw.stream(None)),
    "stream(7)": lambda raw: joined(raw.stream(7)),
    "lines": list,
    "readinto": filled,
    "buffered": lambda raw: io.BufferedReader(raw).read(),
    "drained": lambda raw: raw.drain_conn(),
    "closed": lambda raw: raw.close(),
}
REQUESTS = {
    "content": lambda answer: answer.content,
    "text": lambda answer: answer.text,
    "json": lambda answer: answer.json(),
    "iter_content(None)": lambda answer: joined(answer.iter_content(None)),
    "iter_content(7)": lambda answer: joined(answer.iter_content(7)),
    "iter_content, as text": lambda answer: "".join(answer.iter_content(7, decode_unicode=True)),
    "iter_lines": lambda answer: list(itertools.islice(answer.iter_lines(), 500)),
    "iter_lines(None)": lambda answer: list(itertools.islice(answer.iter_lines(None), 500)),
    "closed": lambda answer: answer.close(),
    **{f"raw, {name}": lambda answer, way=way: way(answer.raw) for name, way in RAW.items()},
}
HTTPX = {
    "read": lambda answer: answer.read(),
    "text": lambda answer: (answer.read(), answer.text, answer.json()),
    "iter_bytes": lambda answer: joined(answer.iter_bytes()),
    "iter_bytes(7)": lambda answer: list(answer.iter_bytes(7)),
    "iter_text": lambda answer: "".join(answer.iter_text()),
    "iter_lines": lambda answer: list(answer.iter_lines()),
    "iter_raw": lambda answer: joined(answer.iter_raw()),
    "closed": lambda answer: answer.close(),
}
HTTP_CLIENT = {
    "read": lambda answer: answer.read(),
    "read(5)": lambda answer: [answer.read(5), answer.read1(5), answer.peek(3)[:3], answer.read(), answer.read()],
    "lines": list,
    "readinto": filled,
}


async def listed(parts):
    return [part async for part in parts]


async def aiohttp_text(answer):
    return [await answer.text(), await answer.json(), await answer.read(), await answer.content.read()]


async def aiohttp_wrong_type(answer):
    with pytest.raises(aiohttp.ContentTypeError):
        await answer.json(content_type="text/plain")


async def aiohttp_by_five(answer):
    return [await answer.content.read(5), await answer.content.readline(), await answer.content.readexactly(3)]


async def aiohttp_released(answer):
    answer.release()
    with pytest.raises(aiohttp.ClientConnectionError):
        await answer.read()


HTTPX_ASYNC = {
    "aread": lambda answer: answer.aread(),
    "aiter_bytes": lambda answer: listed(answer.aiter_bytes()),
    "aiter_lines": lambda answer: listed(answer.aiter_lines()),
    "aiter_raw(7)": lambda answer: listed(answer.aiter_raw(7)),
    "aclose": lambda answer: answer.aclose(),
}
AIOHTTP = {
    "read": lambda answer: answer.read(),
    "text": aiohttp_text,
    "another type": aiohttp_wrong_type,
    "content": lambda answer: answer.content.read(),
    "read(5)": aiohttp_by_five,
    "lines": lambda answer: listed(answer.content),
    "iter_chunked": lambda answer: listed(answer.content.iter_chunked(7)),
    "released": aiohttp_released,
}


def use_requests(url, way, **options):
    with requests.Session() as session:
        answer = session.get(url + PATH, headers=KEY, timeout=5, **options)
        result = [plain(way(answer)), attributes(answer), attributes(answer.raw), plain(session.cookies)]
        answer.close()
        return result


def use_requests_stream(url, way):
    return use_requests(url, way, stream=True)


def use_requests_hook(url, way):
    seen = []
    return [
        use_requests(url, lambda _: None, hooks={"response": lambda answer, **_: seen.append(plain(way(answer)))}),
        seen,
    ]


def use_urllib3(url, way):
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url + PATH, headers=KEY, preload_content=False)
        result = [plain(way(answer)), attributes(answer)]
        answer.close()
        return result


def use_httpx(url, way):
    with httpx.Client(verify=False) as client, client.stream("GET", url + PATH, headers=KEY) as answer:
        return [plain(way(answer)), attributes(answer), answer.extensions["http_version"], plain(client.cookies)]


def use_httpx_async(url, way):
    async def call():
        async with httpx.AsyncClient(verify=False) as client, client.stream("GET", url + PATH, headers=KEY) as answer:
            return [plain(await way(answer)), attributes(answer), answer.extensions["http_version"]]

    return asyncio.run(call())


def use_aiohttp(url, way):
    async def call():
        async with aiohttp.ClientSession() as session, session.get(url + PATH, headers=KEY) as answer:
            return [plain(await way(answer)), attributes(answer), plain(answer.version)]

    return asyncio.run(call())


def use_http_client(url, way):
    scheme, _, host = url.partition("://")
    connection = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[scheme](host, timeout=5)
    connection.request("GET", PATH, headers=KEY)
    answer = connection.getresponse()
    result = [plain(way(answer)), attributes(answer)]
    answer.close()
    connection.close()
    return result


def use_urllib(url, way):
    with urllib.request.urlopen(urllib.request.Request(url + PATH, headers=KEY), timeout=5) as answer:
        return [plain(way(answer)), attributes(answer)]


CLIENTS = {
    use_requests: REQUESTS,
    use_requests_stream: REQUESTS,
    use_requests_hook: REQUESTS,
    use_urllib3: RAW,
    use_httpx: HTTPX,
    use_httpx_async: HTTPX_ASYNC,
    use_aiohttp: AIOHTTP,
    use_http_client: HTTP_CLIENT,
    use_urllib: HTTP_CLIENT,
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # every attribute is looked at, the old ones too
def test_an_answer_reads_as_one_from_a_connection(answered):
    differing = []
    for use, ways in CLIENTS.items():
        for name, way in ways.items():
            short = outcome(use, HOST, way)
            long = outcome(use, answered, way).replace(answered, HOST)
            differing += [f"{use.__name__}, {name}: {line}" for line in differences(short, long)]
    assert not differing, "\n".join(differing)


def outcome(use, url, way):
    try:
        found = use(url, way)
    except Exception as error:  # noqa: BLE001 - the other way must end alike
        return json.dumps(f"{type(error).__name__}: {error}")
    return json.dumps(found, default=repr)


def differences(short, long):
    return [] if short == long else list(_parts(json.loads(short), json.loads(long), ""))


def _parts(short, long, path):
    if isinstance(short, dict) and isinstance(long, dict):
        for name in short.keys() | long.keys():
            yield from _parts(short.get(name), long.get(name), f"{path}.{name}")
    elif isinstance(short, list) and isinstance(long, list) and len(short) == len(long):
        for place, (one, other) in enumerate(zip(short, long, strict=True)):
            yield from _parts(one, other, f"{path}[{place}]")
    elif short != long:
        yield f"{path} {short!r}, over a connection {long!r}"
