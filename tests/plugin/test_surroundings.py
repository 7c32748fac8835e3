"""What suites put around a test: other mocks in every order, forbidden sockets, other files in place of the real ones."""

from __future__ import annotations

import sys

import pytest
from suites import QUIET, Suite

MOCKS = """
import asyncio, contextlib
import aiohttp, aioresponses, httpx, pook, pytest, requests, requests_mock, responses, respx, urllib3, vcr
from pytest_stripe_tokens import stripe_sandbox

AUTH = {"Authorization": "Bearer sk_test_mine"}
STRIPE = "https://api.stripe.com/v1/tokens/tok_none"
OTHER = "https://other.example/"

def by_requests(url): return requests.get(url, headers=AUTH, timeout=5).text
def by_retrying(url):
    with requests.Session() as session:
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=1))
        return session.get(url, headers=AUTH, timeout=5).text
def by_urllib3(url): return urllib3.PoolManager().request("GET", url, headers=AUTH, retries=False).data.decode()
def by_httpx(url):
    with httpx.Client(verify=False) as client: return client.get(url, headers=AUTH).text
def by_httpx_async(url):
    async def get():
        async with httpx.AsyncClient(verify=False) as client: return (await client.get(url, headers=AUTH)).text
    return asyncio.run(get())
def by_aiohttp(url):
    async def get():
        async with aiohttp.ClientSession(headers=AUTH) as session, session.get(url) as answer: return await answer.text()
    return asyncio.run(get())

@contextlib.contextmanager
def with_responses():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(OTHER, body="mock")
        yield [by_requests, by_retrying]

@contextlib.contextmanager
def with_requests_mock():
    with requests_mock.Mocker() as mock:
        mock.get(OTHER, text="mock")
        yield [by_requests, by_retrying]

@contextlib.contextmanager
def with_aioresponses():
    with aioresponses.aioresponses():
        yield [by_aiohttp]

@contextlib.contextmanager
def with_pook():
    with pook.use():
        pook.get(OTHER).persist().reply(200).body("mock")
        yield [by_requests, by_retrying, by_urllib3, by_httpx, by_httpx_async]

@contextlib.contextmanager
def with_respx(using):
    with respx.mock(using=using, assert_all_called=False) as mock:
        mock.get(OTHER).respond(text="mock")
        yield [by_httpx, by_httpx_async]

@contextlib.contextmanager
def with_vcrpy():
    with vcr.use_cassette("none.yaml", record_mode="none"):
        yield [by_requests, by_retrying, by_urllib3, by_httpx, by_httpx_async, by_aiohttp]

MOCKS = {
    "responses": with_responses, "requests-mock": with_requests_mock, "aioresponses": with_aioresponses, "pook": with_pook,
    "respx": lambda: with_respx("httpcore"), "respx over httpx": lambda: with_respx("httpx"), "vcrpy": with_vcrpy,
}
each_mock = pytest.mark.parametrize("name", MOCKS)

def check(name, clients, sandbox):
    before = len(sandbox.requests)
    for by in clients:
        assert "resource_missing" in by(STRIPE), (name, by)
        # aioresponses 0.7 can't answer aiohttp 3.14, and no cassette was recorded.
        assert name in {"aioresponses", "vcrpy"} or by(OTHER) == "mock", (name, by)
    assert len(sandbox.requests) - before == len(clients)

@pytest.fixture
def mocked(name):
    with MOCKS[name]() as clients: yield clients
"""
ORDERS = """
from mocks import *

@each_mock
def test_before(mocked, name):
    with stripe_sandbox() as sandbox: check(name, mocked, sandbox)

@each_mock
def test_in_a_fixture(mocked, stripe_tokens, name): check(name, mocked, stripe_tokens)

@each_mock
def test_after(stripe_tokens, name):
    with MOCKS[name]() as clients: check(name, clients, stripe_tokens)

@each_mock
def test_between_two(stripe_tokens, name):
    with MOCKS[name]() as clients:
        with stripe_sandbox() as inner: check(name, clients, inner)
        check(name, clients, stripe_tokens)

@each_mock
def test_gone(name):
    with stripe_sandbox(), MOCKS[name](): pass
    with MOCKS[name](), stripe_sandbox(): pass
    # A mock has its own again, Stripe's too.
    with responses.RequestsMock() as mock:
        mock.get(STRIPE, body="theirs")
        assert by_requests(STRIPE) == "theirs"
    with requests_mock.Mocker() as mock:
        mock.get(STRIPE, text="theirs")
        assert by_requests(STRIPE) == "theirs"
    with respx.mock as mock:
        mock.get(STRIPE).respond(text="theirs")
        assert by_httpx(STRIPE) == "theirs"

@pytest.mark.parametrize("order", ["httpx_mock, stripe_tokens", "stripe_tokens, httpx_mock"])
def test_pytest_httpx(request, order):
    found = {name: request.getfixturevalue(name) for name in order.split(", ")}
    found["httpx_mock"].add_response(url=OTHER, text="mock", is_reusable=True)
    check("pytest-httpx", [by_httpx, by_httpx_async], found["stripe_tokens"])

def test_an_adapter_that_the_suite_mounts_is_its_own(stripe_tokens):
    with requests.Session() as session:
        adapter = requests_mock.Adapter()
        adapter.register_uri("GET", STRIPE, text="theirs")
        session.mount("https://", adapter)
        assert session.get(STRIPE).text == "theirs"
"""


def test_no_mock_takes_stripes_requests_in_any_order(suite):
    suite.write("mocks.py", MOCKS).write("test_it.py", ORDERS)
    suite.run("-p", "pytest_httpx", "--tb=short").assert_outcomes(passed=5 * 7 + 3)


LATE = """
def test_it(stripe_tokens):
    # Nothing here was loaded when the sandbox opened.
    from mocks import MOCKS, check
    for name, mock in MOCKS.items():
        with mock() as clients: check(name, clients, stripe_tokens)
"""


def test_a_mock_that_is_loaded_inside_the_test(suite):
    suite.write("mocks.py", MOCKS).write("test_it.py", LATE).run("--tb=short").assert_outcomes(passed=1)


SOCKETS = """
import http.client, urllib.request, json
import httpx, pytest, requests, stripe, urllib3

AUTH = {"Authorization": "Bearer sk_test_mine"}

def by_retrying(url):
    with requests.Session() as session:
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=2))
        return session.get(url, headers=AUTH).json()

def by_http_client(url):
    connection = http.client.HTTPSConnection("api.stripe.com")
    for _ in range(2):  # the second one looks whether the connection is still there
        connection.request("GET", url.removeprefix("https://api.stripe.com"), headers=AUTH)
        answer = json.load(connection.getresponse())
    connection.close()
    return answer

def by_urllib3(url):
    with urllib3.PoolManager() as pool:
        return [pool.request("GET", url, headers=AUTH).json() for _ in range(2)][1]

@pytest.mark.parametrize("by", [
    lambda url: requests.get(url, headers=AUTH).json(), by_retrying, by_http_client, by_urllib3,
    lambda url: httpx.get(url, headers=AUTH).json(),
    lambda url: json.load(urllib.request.urlopen(urllib.request.Request(url, headers=AUTH))),
    lambda url: stripe.Token.retrieve(url.rpartition("/")[2]).to_dict(),
])
def test_it(by, card_token): assert by(f"https://api.stripe.com/v1/tokens/{card_token}") == card_token
"""


def test_where_sockets_are_forbidden_none_is_made(suite):
    suite.write("test_it.py", SOCKETS).run("-p", "pytest_socket", "--disable-socket").assert_outcomes(passed=7)


CARD = """\
version: 1
interactions:
- request: {method: POST, uri: https://api.stripe.com/v1/tokens, headers: {}, body: "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=123"}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"id": "tok_1", "object": "token", "card": {"id": "card_1", "object": "card", "last4": "4242"}, "created": 1777000000, "livemode": false, "type": "card", "used": false}'}
"""
FILES = {
    "fake files": """
def test_other_files(fs, card_token, stripe_tokens):
    assert card_token.origin == "recorded"
    assert stripe.Customer.create(source=stripe_tokens.create("bank_account").id).id.startswith("cus_")

def test_the_real_ones_again(card_token): assert card_token.origin == "recorded"
""",
    "fake files before the sandbox": """
@pytest.fixture(scope="module")
def faked(fs_module): yield

def test_other_files(faked, stripe_tokens):
    stripe_tokens.create("card")
    assert stripe.Charge.create(amount=500, currency="usd", source="tok_visa").paid
""",
    "fake files before the sandbox, and another module": "def test_real(card_token): assert card_token.origin == 'recorded'",
    "patched reading": """
from pathlib import Path

def test_other_files(stripe_tokens, monkeypatch):
    for name in ("read_text", "read_bytes"):
        monkeypatch.setattr(Path, name, lambda *_, **__: "tok_visa")
    monkeypatch.setattr("builtins.open", None)
    assert stripe_tokens.create("card").origin == "recorded"
    bought = {"amount": 500, "currency": "usd", "expand": ["balance_transaction"]}
    assert stripe.Charge.create(**bought, source=Path("/run/secret").read_text()).balance_transaction.net
    with pytest.raises(stripe.CardError):
        stripe.Charge.create(**bought, source="tok_chargeDeclined")
    monkeypatch.undo()
""",
}


@pytest.mark.slow
def test_nothing_is_read_once_a_test_has_put_other_files_in_place(suite):
    suite.write("cassettes/card.yaml", CARD)
    modules = [f"test_{number}.py" for number, _ in enumerate(FILES)]
    for module, text in zip(modules, FILES.values(), strict=True):
        suite.write(module, "import pytest, stripe\n" + text)
    # With the plugins that are installed: pytest's own loader then reads the files of ours, by `open`.
    installed = Suite(suite.pytester, QUIET)
    # In one process, where one test's files could be taken for another's, and alone, with nothing read before.
    installed.run("--tb=short", *modules).assert_outcomes(passed=5)
    installed.run("--tb=short", modules[0]).assert_outcomes(passed=2)
    installed.run("--tb=short", modules[3]).assert_outcomes(passed=1)
    # What is loaded among fake files must not keep them.
    installed.run("--tb=short", *modules[1:3]).assert_outcomes(passed=2)


@pytest.mark.skipif(sys.platform == "win32", reason="a descriptor table of POSIX")
def test_a_sandbox_closes_what_it_opened(stripe_tokens):
    from pathlib import Path

    import urllib3

    from pytest_stripe_tokens import stripe_sandbox

    descriptors = Path("/dev/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        with stripe_sandbox(), urllib3.PoolManager() as pool:
            pool.request("GET", "https://api.stripe.com/v1/tokens/tok_none")
    assert len(list(descriptors.iterdir())) == before
