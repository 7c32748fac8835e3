"""Every other host reaches what answered it before, and Stripe is answered whoever else mocks."""

from __future__ import annotations

import http.server
import threading

import pytest

# Each of these runs loads every client and every mock that is installed.
pytestmark = pytest.mark.slow

STRIPE = """
import aiohttp, asyncio, http.client, httpx, pytest, requests, urllib.request, urllib3
import responses, respx, vcr

AUTH = {"Authorization": "Bearer sk_test_mine"}
STRIPE = "https://api.stripe.com/v1/tokens/tok_none"

def by_requests(url): return requests.get(url, headers=AUTH, timeout=5).text
def by_urllib3(url): return urllib3.PoolManager().request("GET", url, headers=AUTH).data.decode()
def by_httpx(url):
    with httpx.Client(verify=False) as client: return client.get(url, headers=AUTH).text
def by_httpx_async(url):
    async def get():
        async with httpx.AsyncClient(verify=False) as client: return (await client.get(url, headers=AUTH)).text
    return asyncio.run(get())
def by_aiohttp(url):
    async def get():
        async with aiohttp.ClientSession() as session:
            async with session.get(url, headers=AUTH) as answer: return await answer.text()
    return asyncio.run(get())
def by_urllib(url):
    try: return urllib.request.urlopen(urllib.request.Request(url, headers=AUTH)).read().decode()
    except urllib.error.HTTPError as error: return error.read().decode()

EVERY = [by_requests, by_urllib3, by_httpx, by_httpx_async, by_aiohttp, by_urllib]

def is_stripe(text): return "resource_missing" in text
"""


@pytest.fixture(scope="module")
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"real")

        def log_message(self, *args): ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def _run(suite, server, *texts):
    """Run each text as a module of one suite: what a test leaves behind meets the next one."""
    suite.write("layers.py", STRIPE + f"\nOTHER = {server!r}\n")
    for number, text in enumerate(texts):
        suite.write(f"test_{number}.py", "from layers import *\n" + text)
    return suite.run()


def test_the_real_network(suite, server):
    text = """
@pytest.mark.parametrize("get", EVERY)
def test_it(get, stripe_tokens):
    assert get(OTHER) == "real"
    assert is_stripe(get(STRIPE))
    assert get(OTHER) == "real"
"""
    _run(suite, server, text).assert_outcomes(passed=6)


OUTER = """
@pytest.fixture
def outer(tmp_path):
    path = tmp_path / "outer.yaml"
    with vcr.use_cassette(str(path), record_mode="all"):
        for get in EVERY: get(OTHER)
    path.write_text(path.read_text().replace("real", "tape"))
    with vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True):
        yield

@pytest.mark.parametrize("get", EVERY)
def test_it({order}, get):
    assert get(OTHER) == "tape"
    assert is_stripe(get(STRIPE))
"""


def test_a_cassette_of_vcrpy_in_a_fixture(suite, server):
    orders = ("outer, stripe_tokens", "stripe_tokens, outer")
    _run(suite, server, *(OUTER.replace("{order}", order) for order in orders)).assert_outcomes(passed=12)


def test_a_cassette_of_vcrpy_inside_the_test_that_records_nothing_of_stripe(suite, server):
    text = """
@pytest.mark.parametrize("get", EVERY)
def test_it(stripe_tokens, get, tmp_path):
    path = tmp_path / "inner.yaml"
    with vcr.use_cassette(str(path)) as cassette:
        assert get(OTHER) == "real"
        assert is_stripe(get(STRIPE))
    assert "127.0.0.1" in path.read_text()
    assert "stripe.com" not in path.read_text()
"""
    _run(suite, server, text).assert_outcomes(passed=6)


def test_pytest_recording(suite, server):
    text = """
@pytest.mark.vcr
@pytest.mark.parametrize("get", EVERY)
def test_it(stripe_tokens, get):
    assert get(OTHER) == "real"
    assert is_stripe(get(STRIPE))
"""
    suite.write("layers.py", STRIPE + f"\nOTHER = {server!r}\n").write("test_it.py", "from layers import *\n" + text)
    suite.run("--record-mode=once").assert_outcomes(passed=6)
    text = text.replace('"real"', '"tape"')
    suite.write("test_it.py", "from layers import *\n" + text)
    for path in suite.path.rglob("cassettes/test_it/*.yaml"):
        assert "stripe.com" not in path.read_text()
        path.write_text(path.read_text().replace("real", "tape"))
    suite.run().assert_outcomes(passed=6)


RESPONSES = {
    "decorator": """
@responses.activate
def test_it(stripe_tokens):
    responses.get("https://other.example/", body="mock")
    assert by_requests("https://other.example/") == "mock"
    assert is_stripe(by_requests(STRIPE))
""",
    "before": """
@pytest.fixture
def mock():
    with responses.RequestsMock() as mock: yield mock

def test_it(mock, stripe_tokens):
    mock.get("https://other.example/", body="mock")
    assert by_requests("https://other.example/") == "mock"
    assert is_stripe(by_requests(STRIPE))
""",
    "inside": """
def test_it(stripe_tokens):
    with responses.RequestsMock() as mock:
        mock.get("https://other.example/", body="mock")
        assert by_requests("https://other.example/") == "mock"
        assert is_stripe(by_requests(STRIPE))
    assert is_stripe(by_requests(STRIPE))
""",
}


def test_responses(suite, server):
    _run(suite, server, *RESPONSES.values()).assert_outcomes(passed=3)


RESPX = {
    "decorator": """
@respx.mock
def test_it(stripe_tokens):
    respx.get("https://other.example/").respond(text="mock")
    assert by_httpx("https://other.example/") == by_httpx_async("https://other.example/") == "mock"
    assert is_stripe(by_httpx(STRIPE)) and is_stripe(by_httpx_async(STRIPE))
""",
    "fixture": """
def test_it(respx_mock, stripe_tokens):
    respx_mock.get("https://other.example/").respond(text="mock")
    assert by_httpx("https://other.example/") == by_httpx_async("https://other.example/") == "mock"
    assert is_stripe(by_httpx(STRIPE)) and is_stripe(by_httpx_async(STRIPE))
""",
}


def test_respx(suite, server):
    _run(suite, server, *RESPX.values()).assert_outcomes(passed=2)


def test_pytest_httpx(suite, server):
    text = """
def test_it({order}):
    httpx_mock.add_response(url="https://other.example/", text="mock", is_reusable=True)
    assert by_httpx("https://other.example/") == by_httpx_async("https://other.example/") == "mock"
    assert is_stripe(by_httpx(STRIPE)) and is_stripe(by_httpx_async(STRIPE))
"""
    orders = ("httpx_mock, stripe_tokens", "stripe_tokens, httpx_mock")
    _run(suite, server, *(text.replace("{order}", order) for order in orders)).assert_outcomes(passed=2)


def test_a_sandbox_inside_a_sandbox_answers_and_then_the_outer_one_again(suite, server):
    text = """
from pytest_stripe_tokens import stripe_sandbox

def test_it(card_token, stripe_tokens):
    url = f"https://api.stripe.com/v1/tokens/{card_token}"
    with stripe_sandbox(mode="generate") as inner:
        assert card_token.id in by_requests(url)
        assert len(inner.requests) == 1
        number = len(stripe_tokens.requests)
    assert card_token.id in by_requests(url)
    assert len(stripe_tokens.requests) == number + 1
"""
    _run(suite, server, text).assert_outcomes(passed=1)


def test_every_client_is_answered_by_the_inner_sandbox(suite, server):
    text = """
from pytest_stripe_tokens import stripe_sandbox

@pytest.mark.parametrize("get", EVERY)
def test_it(stripe_tokens, get):
    with stripe_sandbox(mode="generate") as inner:
        get(STRIPE)
        assert len(inner.requests) == 1
    assert stripe_tokens.requests == []
    get(STRIPE)
    assert len(stripe_tokens.requests) == 1
"""
    _run(suite, server, text).assert_outcomes(passed=6)


def test_a_session_wide_sandbox_lies_around_the_tests_own(suite, server):
    text = """
from pytest_stripe_tokens import stripe_sandbox

@pytest.fixture(scope="session")
def wide():
    with stripe_sandbox(seed=3) as tokens: yield tokens

@pytest.mark.parametrize("turn", [1, 2])
def test_it(wide, card_token, turn):
    assert card_token.id in by_requests(f"https://api.stripe.com/v1/tokens/{card_token}")
    assert card_token.id not in wide.tokens
"""
    _run(suite, server, text).assert_outcomes(passed=2)


def test_what_a_wider_fixture_replaces_is_not_ours(suite, server):
    text = """
import stripe

@pytest.fixture(scope="module")
def key():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe, "api_key", "sk_test_theirs")
        yield

def test_first(key, card_token): assert stripe.api_key == "sk_test_theirs"
"""
    suite.write("test_second.py", "import stripe\ndef test_it(): assert stripe.api_key is None\n")
    _run(suite, server, text).assert_outcomes(passed=2)


def test_a_mock_of_stripe_in_a_test_that_does_not_ask_for_us_is_left_alone(suite, server):
    text = """
def test_first(stripe_tokens): ...

@responses.activate
def test_it():
    responses.get(STRIPE, body="theirs")
    assert by_requests(STRIPE) == "theirs"
"""
    _run(suite, server, text).assert_outcomes(passed=2)
