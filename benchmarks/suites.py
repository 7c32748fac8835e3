"""The suites that are compared: the same tests, each answered by another library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pytest_stripe_tokens.cassettes import library

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://api.stripe.com/v1/tokens"
TOKEN = "tok_1N3T00LkdIwHu7ixt44h1F8k"
CARD = {"number": "4242424242424242", "exp_month": 5, "exp_year": 2026, "cvc": "123"}
EXAMPLE = (Path(library.__file__).parent / "builtin" / "card.yaml").read_text(encoding="utf-8")
BODY = yaml.safe_load(EXAMPLE)["interactions"][0]["response"]["body"]["string"]

HEAD = f"""
import pytest, stripe

stripe.api_key = "sk_test_bench"
CARD = {CARD!r}

def call():
    token = stripe.Token.create(card=CARD)
    assert stripe.Token.retrieve(token.id).card.last4 == "4242"
"""
MANY = '@pytest.mark.parametrize("number", range({tests}))\n'
CALLS = "def test_it(number{fixtures}): call()\n"
EMPTY = "def test_it(number{fixtures}): pass\n"


@dataclass(frozen=True)
class Case:
    """One suite.

    Args:
        name: what the table calls it.
        about: what it does.
        base: the case whose cost is taken off; empty for one that is a base itself.
        stubs: the case that it is held against.
        options: of pytest.
        text: the test module after `HEAD`; `{tests}` stands for their number.
        prepare: writes what else the suite needs, given its directory and the number of tests.
    """

    name: str
    about: str
    base: str = "empty"
    options: tuple[str, ...] = ()
    text: str = MANY + CALLS.format(fixtures="")
    prepare: Callable[[Path, int], None] | None = None
    head: str = HEAD
    stubs: str = "responses"

    def write(self, directory: Path, tests: int) -> None:
        """Write the suite."""
        directory.mkdir()
        text = self.head + self.text.replace("{tests}", str(tests))
        (directory / "test_it.py").write_text(text, encoding="utf-8")
        (directory / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        if self.prepare is not None:
            self.prepare(directory, tests)


def _served(port: int, *command: str) -> str:
    """Give the suite whose calls a server answers, a process of the run's own."""
    words = ", ".join([word if word == "sys.executable" else repr(word) for word in (*command, str(port))])
    text = SERVED.replace("{command}", f"[{words}]").replace("{port}", str(port))
    return text + MANY + CALLS.format(fixtures="")


def _thousand(directory: Path, _tests: int) -> None:
    for number in range(1000):
        folder = directory / "cassettes" / f"folder{number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"cassette{number}.yaml").write_text(EXAMPLE.replace("documented", "recorded"), encoding="utf-8")


def _vcr_cassettes(directory: Path, tests: int) -> None:
    folder = directory / "cassettes" / "test_it"
    folder.mkdir(parents=True)
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"], "Request-Id": ["req_bench"]},
        "body": {"string": BODY},
    }
    form = "&".join(f"card[{name}]={value}" for name, value in CARD.items())
    interactions = [
        {"request": {"method": "POST", "uri": API, "body": form, "headers": {}}, "response": answer},
        {"request": {"method": "GET", "uri": f"{API}/{TOKEN}", "body": None, "headers": {}}, "response": answer},
    ]
    text = yaml.safe_dump({"version": 1, "interactions": interactions})
    for number in range(tests):
        (folder / f"test_it[{number}].yaml").write_text(text, encoding="utf-8")


OURS = ("-p", "pytest_stripe_tokens.plugin")
RESPONSES = f"""
import responses

BODY = {json.loads(BODY)!r}

@responses.activate
def test_it(number):
    responses.post("{API}", json=BODY)
    responses.get("{API}/{TOKEN}", json=BODY)
    call()
"""
SDK = f"""
class Answering(stripe.HTTPClient):
    name = "none"
    def request(self, method, url, headers, post_data=None, **_):
        return BODY, 200, {{"Request-Id": "req_bench"}}
    def close(self): ...

BODY = {BODY!r}
stripe.default_http_client = Answering()
"""
SERVED = """
import socket, subprocess, sys, time

stripe.api_base = "http://127.0.0.1:{port}"

@pytest.fixture(scope="session", autouse=True)
def server():
    with subprocess.Popen({command}, stdout=subprocess.DEVNULL) as process:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", {port})).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
        process.terminate()
"""
HTTPX_HEAD = f"""
import httpx, pytest

FORM = {{f"card[{{name}}]": str(value) for name, value in {CARD!r}.items()}}
CLIENT = httpx.Client(headers={{"Authorization": "Bearer sk_test_bench"}})

def call():
    token = CLIENT.post("{API}", data=FORM).json()
    assert CLIENT.get(f"{API}/{{token['id']}}").json()["card"]["last4"] == "4242"
"""
AIOHTTP_HEAD = f"""
import aiohttp, asyncio, pytest

FORM = {{f"card[{{name}}]": str(value) for name, value in {CARD!r}.items()}}
KEY = {{"Authorization": "Bearer sk_test_bench"}}

async def ask():
    async with aiohttp.ClientSession(headers=KEY) as session:
        async with session.post("{API}", data=FORM) as answer:
            token = await answer.json()
        async with session.get(f"{API}/{{token['id']}}") as answer:
            assert (await answer.json())["card"]["last4"] == "4242"

def call():
    asyncio.run(ask())
"""
AIORESPONSES = f"""
from aioresponses import aioresponses

BODY = {json.loads(BODY)!r}

def test_it(number):
    with aioresponses() as mock:
        mock.post("{API}", payload=BODY)
        mock.get("{API}/{TOKEN}", payload=BODY)
        call()
"""
# The clients and plugins of a project that has grown: a sandbox puts something in place in each.
CROWDED_HEAD = HEAD + "import aiohttp, httpx, respx, vcr\n"
PLUGINS = ("pytest_asyncio.plugin", "pytest_httpx", "pytest_recording.plugin")
CROWDED = tuple(option for plugin in PLUGINS for option in ("-p", plugin))
RESPX = f"""
import respx

BODY = {json.loads(BODY)!r}

@respx.mock
def test_it(number):
    respx.post("{API}").respond(json=BODY)
    respx.get("{API}/{TOKEN}").respond(json=BODY)
    call()
"""
PYTEST_HTTPX = f"""
BODY = {json.loads(BODY)!r}

def test_it(number, httpx_mock):
    httpx_mock.add_response(method="POST", url="{API}", json=BODY)
    httpx_mock.add_response(method="GET", url="{API}/{TOKEN}", json=BODY)
    call()
"""

FIXTURES = """
@pytest.fixture
def one(): return {}
@pytest.fixture
def two(): return {}
@pytest.fixture
def three(one, two): yield 3
@pytest.fixture
def four(three): return 4

"""

_ALL = (
    Case(
        "empty", "the same suite without the calls and without a plugin", base="", text=MANY + EMPTY.format(fixtures="")
    ),
    # pytest itself looks at each file below rootdir.
    Case(
        "empty-thousand",
        "the same beside a thousand files",
        base="",
        text=MANY + EMPTY.format(fixtures=""),
        prepare=_thousand,
    ),
    Case("empty-httpx", "the same for httpx", base="", text=MANY + EMPTY.format(fixtures=""), head=HTTPX_HEAD),
    Case("empty-aiohttp", "the same for aiohttp", base="", text=MANY + EMPTY.format(fixtures=""), head=AIOHTTP_HEAD),
    Case(
        "empty-crowded",
        "the same where more is loaded",
        base="",
        text=MANY + EMPTY.format(fixtures=""),
        head=CROWDED_HEAD,
        options=CROWDED,
    ),
    Case(
        "replay",
        "ours: replayed from a cassette",
        options=(*OURS, "--stripe-tokens=replay"),
        text=MANY + CALLS.format(fixtures=", stripe_tokens"),
    ),
    Case(
        "generate",
        "ours: generated",
        options=(*OURS, "--stripe-tokens=generate"),
        text=(MANY + CALLS.format(fixtures=", stripe_tokens")),
        head=HEAD.replace("2026", "2050"),
    ),
    Case(
        "card_token",
        "ours: the fixture asked for, no request by the test",
        options=OURS,
        text=MANY + EMPTY.format(fixtures=", card_token"),
    ),
    Case("unused", "ours: the plugin loaded, none of it used", options=OURS, text=MANY + EMPTY.format(fixtures="")),
    Case(
        "fixtures", "four empty fixtures, as many as ours are", text=FIXTURES + MANY + EMPTY.format(fixtures=", four")
    ),
    Case("sdk", "stripe-python with its HTTP stack cut away", text=SDK + MANY + CALLS.format(fixtures="")),
    Case(
        "responses",
        "responses with hand-written stubs",
        text=RESPONSES.replace("\n@responses", "\n" + MANY + "@responses"),
    ),
    Case(
        "pytest-recording",
        "pytest-recording, a cassette a test",
        options=("-p", "pytest_recording.plugin"),
        text=MANY + "@pytest.mark.vcr\n" + CALLS.format(fixtures=""),
        prepare=_vcr_cassettes,
    ),
    Case(
        "cassetter",
        "cassetter, the same cassettes",
        options=("-p", "cassetter.pytest_plugin"),
        text=MANY + "@pytest.mark.vcr\n" + CALLS.format(fixtures=""),
        prepare=_vcr_cassettes,
    ),
    Case(
        "localstripe",
        "localstripe, one server for the run",
        text=_served(8421, "sys.executable", "-m", "localstripe", "--from-scratch", "--port"),
    ),
    Case(
        "server",
        "ours: stripe-tokens serve, one server for the run",
        text=_served(8422, "sys.executable", "-m", "pytest_stripe_tokens", "serve", "--port"),
        head=HEAD.replace("2026", "2050"),
    ),
    Case(
        "replay-httpx",
        "ours: replayed, the code under test on httpx",
        base="empty-httpx",
        stubs="respx",
        head=HTTPX_HEAD,
        options=(*OURS, "--stripe-tokens=replay"),
        text=MANY + CALLS.format(fixtures=", stripe_tokens"),
    ),
    Case(
        "replay-aiohttp",
        "ours: replayed, the code under test on aiohttp",
        base="empty-aiohttp",
        stubs="aioresponses",
        head=AIOHTTP_HEAD,
        options=(*OURS, "--stripe-tokens=replay"),
        text=MANY + CALLS.format(fixtures=", stripe_tokens"),
    ),
    Case(
        "aioresponses",
        "aioresponses with hand-written stubs, on aiohttp (before 3.14)",
        base="empty-aiohttp",
        stubs="aioresponses",
        head=AIOHTTP_HEAD,
        text=AIORESPONSES.replace("\ndef test", "\n" + MANY + "def test"),
    ),
    Case(
        "replay-crowded",
        "ours: replayed, where aiohttp, httpx and other plugins are loaded",
        base="empty-crowded",
        stubs="responses-crowded",
        head=CROWDED_HEAD,
        options=(*CROWDED, *OURS, "--stripe-tokens=replay"),
        text=MANY + CALLS.format(fixtures=", stripe_tokens"),
    ),
    Case(
        "generate-crowded",
        "ours: generated, there",
        base="empty-crowded",
        stubs="responses-crowded",
        head=CROWDED_HEAD.replace("2026", "2050"),
        options=(*CROWDED, *OURS, "--stripe-tokens=generate"),
        text=MANY + CALLS.format(fixtures=", stripe_tokens"),
    ),
    Case(
        "responses-crowded",
        "responses, there",
        base="empty-crowded",
        stubs="responses-crowded",
        head=CROWDED_HEAD,
        options=CROWDED,
        text=RESPONSES.replace("\n@responses", "\n" + MANY + "@responses"),
    ),
    Case(
        "thousand",
        "ours: none of it used, beside a thousand cassettes",
        base="empty-thousand",
        options=OURS,
        text=MANY + EMPTY.format(fixtures=""),
        prepare=_thousand,
    ),
    Case(
        "respx",
        "respx with hand-written stubs, on httpx",
        base="empty-httpx",
        stubs="respx",
        head=HTTPX_HEAD,
        text=RESPX.replace("\n@respx", "\n" + MANY + "@respx"),
    ),
    Case(
        "pytest-httpx",
        "pytest-httpx with hand-written stubs, on httpx",
        base="empty-httpx",
        stubs="respx",
        head=HTTPX_HEAD,
        options=("-p", "pytest_httpx"),
        text=PYTEST_HTTPX.replace("\ndef test", "\n" + MANY + "def test"),
    ),
)
CASES = {case.name: case for case in _ALL}
