"""Clients that a sandbox can't answer are refused in our words, seen by the test, and nothing of theirs leaves."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import multiprocessing
import os
import socket
import ssl
import sys
import threading
from importlib.util import find_spec

import httpcore
import pytest
import urllib3

from pytest_stripe_tokens import stripe_sandbox

URL = "https://api.stripe.com/v1/tokens"
WORDS = "pytest-stripe-tokens lets nothing reach api.stripe.com"
# As a library has it that was imported before any test: no replacement of `socket.getaddrinfo` reaches it.
EARLY = socket.getaddrinfo


@pytest.fixture
def asked(monkeypatch):
    """What a proxy of the environment was asked for, which stands for the network."""
    seen, listener = [], socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                seen.append(peer.recv(200))

    threading.Thread(target=serve, daemon=True).start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, address)
    yield seen
    listener.close()


def over_tls():
    """Connected to an address, as to one that was resolved before the test."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com")


def by_name():
    with socket.socket() as client:
        client.settimeout(3)
        client.connect(("api.stripe.com", 443))


def by_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.sendto(b"", ("api.stripe.com", 443))


def by_httpcore():
    with httpcore.HTTPProxy(os.environ["HTTPS_PROXY"]) as pool:
        pool.request("GET", URL)


def by_httpcore_async():
    async def ask():
        async with httpcore.AsyncHTTPProxy(os.environ["HTTPS_PROXY"]) as pool:
            await pool.request("GET", URL)

    asyncio.run(ask())


def by_streams():
    asyncio.run(asyncio.open_connection("api.stripe.com", 443, ssl=True))


def by_pycurl():
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, URL)
    curl.perform()


def by_curl_cffi():
    importlib.import_module("curl_cffi").get(URL, timeout=5)


def by_curl_cffi_async():
    async def ask():
        async with importlib.import_module("curl_cffi").AsyncSession() as session:
            await session.get(URL, timeout=5)

    asyncio.run(ask())


def by_pycurl_multi():
    pycurl = importlib.import_module("pycurl")
    # pytest-recording's stand-in makes handles that no CurlMulti takes.
    pycurl = getattr(sys.modules.get("pytest_recording.network"), "pycurl", pycurl)
    curl, multi = pycurl.Curl(), pycurl.CurlMulti()
    curl.setopt(pycurl.URL, URL)
    multi.add_handle(curl)


def by_uvloop():
    with asyncio.Runner(loop_factory=importlib.import_module("uvloop").new_event_loop) as runner:
        runner.run(asyncio.open_connection("api.stripe.com", 443, ssl=True))


def by_niquests():
    importlib.import_module("niquests").get(URL, timeout=5)


# How, and which module it needs. Those of CI's own machine are few: the others were run by hand.
WAYS = {
    "a resolver that was imported early": (lambda: EARLY("api.stripe.com", 443), "socket"),
    "bytes": (lambda: EARLY(b"API.stripe.com.", 443), "socket"),
    "a name": (by_name, "socket"),
    "TLS to an address": (over_tls, "ssl"),
    "httpcore": (by_httpcore, "httpcore"),
    "httpcore, async": (by_httpcore_async, "httpcore"),
    "streams": (by_streams, "asyncio"),
    "pycurl": (by_pycurl, "pycurl"),
    "pycurl, several": (by_pycurl_multi, "pycurl"),
    "curl_cffi": (by_curl_cffi, "curl_cffi"),
    "curl_cffi, async": (by_curl_cffi_async, "curl_cffi"),
    "uvloop": (by_uvloop, "uvloop"),
    "niquests": (by_niquests, "niquests"),
}
# A name that is only looked up fails no test: urllib.request on Windows does that, and goes on.
LOOK_UPS = {
    "gethostbyname": lambda: socket.gethostbyname("api.stripe.com"),
    "gethostbyname_ex": lambda: socket.gethostbyname_ex("api.stripe.com"),
    "gethostbyaddr": lambda: socket.gethostbyaddr("api.stripe.com"),
}


def said(call):
    """What a call is refused with."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - of any client
        return f"{error} {error.__context__}".replace("API.stripe.com.", "api.stripe.com")
    return "nothing"


@pytest.mark.filterwarnings("ignore")
def test_a_client_that_cannot_be_answered_is_refused_and_seen(asked):
    wrong = {}
    for name, (call, needs) in WAYS.items():
        if not find_spec(needs):
            continue
        with stripe_sandbox() as tokens:
            words = said(call)
        seen = {
            (request.method, request.path.lower().rstrip("."), request.response_status) for request in tokens.requests
        }
        if WORDS not in words or seen != {("CONNECT", "api.stripe.com", None)} or asked:
            wrong[name] = (words, seen, list(asked))
        asked.clear()
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())


def test_a_name_that_is_only_looked_up_is_refused_and_not_seen():
    with stripe_sandbox() as tokens:
        words = {name: said(call) for name, call in LOOK_UPS.items()}
    assert {name: text for name, text in words.items() if WORDS not in text} == {}
    assert tokens.requests == []


def test_other_hosts_and_a_closed_sandbox_are_left_alone(monkeypatch):
    with stripe_sandbox():
        assert EARLY("localhost", 80)
        assert socket.gethostbyname("127.0.0.1") == "127.0.0.1"
    words = said(lambda: EARLY("api.stripe.com", 443, flags=socket.AI_NUMERICHOST))
    assert "pytest-stripe-tokens" not in words


def test_a_thread_that_outlives_its_test_is_refused():
    go_on, found = threading.Event(), []

    def later():
        go_on.wait(10)
        found.append(said(lambda: EARLY("api.stripe.com", 443)))

    with stripe_sandbox():
        thread = threading.Thread(target=later)
        thread.start()
    go_on.set()
    thread.join()
    assert f"{WORDS} from this thread" in found[0]


def test_a_refusal_that_is_swallowed_fails_the_test(run_test):
    result = run_test("""
        import socket

        def test_it(stripe_tokens):
            try:
                socket.create_connection(("api.stripe.com", 443))
            except OSError:
                pass
            assert [request.path for request in stripe_tokens.requests] == ["api.stripe.com"]

        def test_error(stripe_tokens):
            socket.create_connection(("api.stripe.com", 443))
    """)
    result.assert_outcomes(passed=1, errors=1, failed=1)
    result.stdout.fnmatch_lines(["the code under test swallowed this failure:", f"{WORDS}*"])


SETS_UP = """
    import unittest
    import pytest, stripe

    stripe.api_key = "sk_test_x"

    def ask():
        return stripe.Token.create(pii={"id_number": "000000000"}).id

    @pytest.mark.stripe_tokens
    class TestUnit(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.made = ask()

        @classmethod
        def tearDownClass(cls):
            ask()

        def test_it(self):
            assert self.made != ask()

    @pytest.mark.stripe_tokens
    class TestPlain:
        @classmethod
        def setup_class(cls):
            cls.made = ask()

        @pytest.fixture(scope="class")
        @classmethod
        def wide(cls):
            return ask()

        def test_it(self, wide):
            assert len({self.made, wide, ask()}) == 3

    @pytest.fixture
    def mine(card_token):
        return card_token

    @pytest.mark.usefixtures("mine")
    class TestByFixture:
        @classmethod
        def setup_class(cls):
            cls.made = ask()

        def test_it(self):
            assert self.made != ask()

    class TestUnmarked:
        @classmethod
        def setup_class(cls):
            with pytest.raises(OSError) as caught:
                __import__("socket").getaddrinfo("api.stripe.com", 443, flags=NUMERIC)
            assert "pytest-stripe-tokens" not in str(caught.value)

        def test_it(self, stripe_tokens):
            pass
"""


def test_what_sets_up_a_marked_class_is_answered(run_test):
    run_test(SETS_UP.replace("NUMERIC", str(int(socket.AI_NUMERICHOST)))).assert_outcomes(passed=4)


def test_what_sets_up_a_marked_module_is_answered(run_test):
    run_test("""
        import pytest, stripe

        stripe.api_key = "sk_test_x"
        pytestmark = pytest.mark.stripe_tokens
        made = []

        def ask():
            made.append(stripe.Token.create(pii={"id_number": "000000000"}).id)

        def setup_module():
            ask()

        def teardown_module():
            ask()
            assert len(set(made)) == 7

        @pytest.fixture(scope="module")
        def wide():
            ask()

        class TestIt:
            def setup_class(self):
                ask()

            def test_it(self, wide):
                ask()

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(wide, turn):
            ask()
    """).assert_outcomes(passed=3)


def test_django_sets_up_the_data_of_a_marked_class(run_test):
    run_test("""
        import django, django.test, pytest, stripe
        from django.conf import settings

        settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
        django.setup()
        stripe.api_key = "sk_test_x"

        @pytest.mark.stripe_tokens
        class TestShop(django.test.TestCase):
            @classmethod
            def setUpTestData(cls):
                cls.made = stripe.Token.create(pii={"id_number": "000000000"}).id

            def test_it(self):
                assert self.made.startswith("pii_") or self.made.startswith("tok_")
    """).assert_outcomes(passed=1)


def ask_in_a_child(token_id):
    """Ask in a process of its own: an answer of a client's, and a refusal."""
    answer = urllib3.PoolManager(retries=False).request(
        "GET", f"{URL}/{token_id}", headers={"Authorization": "Bearer sk_test_mine"}
    )
    return answer.status, answer.json().get("id"), said(lambda: EARLY("api.stripe.com", 443))


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_new_process_is_answered_by_the_sandbox_of_its_test(method, asked):
    with stripe_sandbox() as tokens:
        token = tokens.create("card")
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            status, found, words = pool.submit(ask_in_a_child, token.id).result(60)
            tokens.fail_next(429)
            limited, *_ = pool.submit(ask_in_a_child, token.id).result(60)
    assert (status, found, limited) == (200, token.id, 429)
    assert WORDS in words
    assert [request.method for request in tokens.requests] == ["POST", "GET", "CONNECT", "GET", "CONNECT"]
    assert asked == []
