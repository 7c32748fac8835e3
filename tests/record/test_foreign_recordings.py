"""Cassettes that pytest-recording wrote today, by each client and with each kind of filter, are replayed byte for byte.

They are recorded over TLS from a server of these tests: in the recording run alone, api.stripe.com is an address on
loopback.
"""

from __future__ import annotations

import pytest
import server as test_mode
from suites import Suite

CONFTEST = """
import socket
real = socket.getaddrinfo

def getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    return real("127.0.0.1", PORT, *args, **kwargs) if name == "api.stripe.com" else real(host, port, *args, **kwargs)

socket.getaddrinfo = getaddrinfo

# httpx connects to the address with the port of the URL.
import anyio
connect = anyio.connect_tcp
anyio.connect_tcp = lambda remote_host, remote_port, **kwargs: connect("127.0.0.1", PORT, **kwargs)
"""
SUITE = """
import asyncio, pathlib, re, ssl, urllib.parse, urllib.request, aiohttp, httpx, pytest, requests, urllib3

urllib3.disable_warnings()
AUTH = {"Authorization": f"Bearer {KEY}"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARAMS = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2050", "card[cvc]": "123"}
UNCHECKED = ssl._create_unverified_context()

def by_requests(method, url, data):
    return requests.request(method, url, data=data, headers=AUTH, verify=False).content

def by_urllib3(method, url, data):
    pool = urllib3.PoolManager(cert_reqs="CERT_NONE")
    body = urllib.parse.urlencode(data) if data else None
    return pool.request(method, url, body=body, headers=AUTH | (FORM if data else {})).data

def by_httpx(method, url, data):
    with httpx.Client(verify=False) as client: return client.request(method, url, data=data, headers=AUTH).content

def by_httpx_async(method, url, data):
    async def call():
        async with httpx.AsyncClient(verify=False) as client:
            return (await client.request(method, url, data=data, headers=AUTH)).content
    return asyncio.run(call())

def by_aiohttp(method, url, data):
    async def call():
        async with aiohttp.ClientSession() as session:
            async with session.request(method, url, data=data, headers=AUTH, ssl=False) as answer: return await answer.read()
    return asyncio.run(call())

def by_urllib(method, url, data):
    body = urllib.parse.urlencode(data).encode() if data else None
    request = urllib.request.Request(url, body, AUTH, method=method)
    return urllib.request.urlopen(request, context=UNCHECKED).read()

CLIENTS = [by_requests, by_urllib3, by_httpx, by_httpx_async, by_aiohttp, by_urllib]

def without_numbers(request):
    if isinstance(request.body, dict):
        request.body = {**request.body, "card[number]": "REDACTED"}
    elif request.body:
        body = request.body if isinstance(request.body, str) else bytes(request.body).decode()
        request.body = body.replace("4242424242424242", "REDACTED")
    return request

FILTERS = {
    "none": {},
    "removed": {"filter_headers": ["authorization", "stripe-account"]},
    "replaced": {"filter_headers": [("authorization", "DUMMY")]},
    "parameters": {"filter_post_data_parameters": ["card[number]", ("card[cvc]", "XXX")]},
    "function": {"before_record_request": without_numbers},
    "decoded": {"decode_compressed_response": True},
}

@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("filter", [pytest.param(name, marks=MARK(FILTERS[name])) for name in FILTERS])
def test_pay(filter, client, request):
    made = client("POST", "https://api.stripe.com/v1/tokens", PARAMS)
    identity = re.search(rb'"id": "(tok_\\w+)"', made)[1].decode()
    read = client("GET", f"https://api.stripe.com/v1/tokens/{identity}", None)
    path = pathlib.Path("answers", request.node.name)
    if RECORDS:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made + read)
    assert path.read_bytes() == made + read
"""
BY_PYTEST_RECORDING = "MARK, RECORDS = (lambda filters: pytest.mark.vcr(**filters)), True\n"
BY_US = "MARK, RECORDS = (lambda _filters: pytest.mark.stripe_tokens(mode='replay', cassette=True)), False\n"


@pytest.mark.slow
def test_what_pytest_recording_wrote_is_replayed_byte_for_byte(pytester, monkeypatch, tls_server):
    suite = Suite(pytester, ("-p", "pytest_recording.plugin", "-p", "stripe_tokens", "-p", "no:cacheprovider"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    port = tls_server.url.rpartition(":")[2]
    suite.write("conftest.py", CONFTEST.replace("PORT", port))
    head = f"import pytest\nKEY = {test_mode.SECRET_KEY!r}\n"
    suite.write("test_shop.py", head + BY_PYTEST_RECORDING + SUITE)
    suite.run("--record-mode=once").assert_outcomes(passed=36)
    assert len(list(suite.cassettes.rglob("*.yaml"))) == 36
    before = suite.hashes()
    tls_server.close()
    (suite.path / "conftest.py").unlink()
    suite.write("test_shop.py", head + BY_US + SUITE)
    result = suite.run()
    result.assert_outcomes(passed=36)
    result.stdout.no_fnmatch_line("*unused:*")
    assert suite.hashes() == before
