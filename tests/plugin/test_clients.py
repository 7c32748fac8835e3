from __future__ import annotations

import asyncio
import http.client
import threading
import warnings

import aiohttp
import httpx
import pytest
import requests
import stripe
import urllib3
from clients import CLIENTS

from pytest_stripe_tokens import TEST_BANK_ACCOUNTS, TEST_CARDS

API = "https://api.stripe.com/v1/tokens"
KEY = "sk_test_mine"
FORM = "application/x-www-form-urlencoded"
CARD = {"card[number]": "4000056655665556", "card[exp_month]": "12", "card[exp_year]": "2050"}

# stripe-python gives httpx its body as `data`, and leaves a session to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes"),
    pytest.mark.filterwarnings("ignore:Unclosed client session"),
]


@pytest.fixture(params=CLIENTS, name="call")
def _call(request):
    return CLIENTS[request.param]


def test_a_client_creates_a_token_and_retrieves_the_same(call, stripe_tokens):
    _, created = call("POST", API, CARD, KEY)
    _, retrieved = call("GET", f"{API}/{created['id']}", {}, KEY)
    assert retrieved == created == stripe_tokens.tokens[created["id"]]
    assert (created["card"]["funding"], created["card"]["last4"]) == ("debit", "5556")


@pytest.mark.stripe_tokens(mode="replay")
def test_a_client_is_replayed_the_documented_token(call, card_token, stripe_tokens):
    _, retrieved = call("GET", f"{API}/{card_token}", {}, KEY)
    assert retrieved == card_token
    assert [request.origin for request in stripe_tokens.requests] == ["documented", "documented"]


def test_what_a_client_sent_is_seen_decoded_and_without_its_key(call, stripe_tokens):
    call("POST", API, CARD, KEY)
    seen = stripe_tokens.requests[-1]
    assert (seen.method, seen.path, seen.token_type, seen.response_status) == ("POST", "/v1/tokens", "card", 200)
    assert seen.params["card"]["exp_year"] == "2050"
    assert KEY not in repr(seen.headers)


@pytest.mark.parametrize("kind", ["requests", "urllib3", "httpx", "http.client"])
def test_sessions_made_before_the_test_are_answered(kind, sessions, stripe_tokens):
    token = stripe_tokens.create("card")
    assert sessions[kind](f"{API}/{token.id}")["id"] == token.id


@pytest.fixture(scope="module")
def sessions():
    plain, pool, client = requests.Session(), urllib3.PoolManager(), httpx.Client(verify=False)
    connection = http.client.HTTPSConnection("api.stripe.com")
    headers = {"Authorization": f"Bearer {KEY}"}

    def over_http_client(url):
        connection.request("GET", url.removeprefix("https://api.stripe.com"), headers=headers)
        return __import__("json").loads(connection.getresponse().read())

    yield {
        "requests": lambda url: plain.get(url, headers=headers).json(),
        "urllib3": lambda url: pool.request("GET", url, headers=headers).json(),
        "httpx": lambda url: client.get(url, headers=headers).json(),
        "http.client": over_http_client,
    }
    plain.close()
    pool.clear()
    client.close()
    connection.close()


def test_sixteen_threads_each_get_a_token_of_their_own(stripe_tokens):
    tokens = []
    threads = [
        threading.Thread(
            target=lambda: tokens.append(
                stripe.Token.create(card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2050}).id
            )
        )
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == len(tokens) == 16
    assert set(tokens) == set(stripe_tokens.tokens)


def test_fifty_tasks_each_get_a_token_of_their_own(stripe_tokens):
    headers = {"Authorization": f"Bearer {KEY}"}

    async def create(session):
        async with session.post("/v1/tokens", data=CARD, headers=headers) as answer:
            return (await answer.json())["id"]

    async def create_all():
        async with aiohttp.ClientSession("https://api.stripe.com") as session:
            return await asyncio.gather(*(create(session) for _ in range(50)))

    tokens = asyncio.run(create_all())
    assert len(set(tokens)) == 50
    assert set(tokens) == set(stripe_tokens.tokens)


def test_a_session_of_aiohttp_does_all_that_it_does_with_a_connection(stripe_tokens):
    told = []

    async def note(_session, _context, _params):
        told.append(_params)

    async def ask():
        tracing = aiohttp.TraceConfig()
        for signal in (tracing.on_request_start, tracing.on_connection_reuseconn, tracing.on_request_end):
            signal.append(note)
        form = aiohttp.FormData(CARD)
        key = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(trace_configs=[tracing], headers=key, cookies={"one": "1"}) as session:
            url = "https://api.stripe.com/v1/tokens"
            async with session.post(url, data=form, expect100=True, headers={"X-Two": "2"}) as answer:
                sent = answer.request_info.headers
                assert [sent[name] for name in ("Host", "Expect", "X-Two")] == ["api.stripe.com", "100-continue", "2"]
                token = await answer.json()
            async with session.get(f"{url}/{token['id']}", params={"expand[]": "card"}, chunked=None) as answer:
                assert await answer.json() == token
            async with session.post(url, data=iterated(), headers={"Content-Type": FORM}) as answer:
                assert (await answer.json())["card"]["last4"] == "4242"

    async def iterated():
        for piece in (b"card[number]=42424242", b"42424242&card[exp_month]=12&card[exp_year]", b"=2050&card[cvc]=123"):
            yield piece

    asyncio.run(ask())
    assert [type(each).__name__ for each in told] == ["TraceRequestStartParams", "TraceRequestEndParams"] * 3
    first, second, third = stripe_tokens.requests
    assert first.headers["accept-encoding"] == second.headers["accept-encoding"]
    assert third.headers["transfer-encoding"] == "chunked"
    assert second.params == {"expand": ["card"]}


@pytest.mark.parametrize(
    "url",
    ["https://files.stripe.com/v1/files", "https://connect.stripe.com/oauth/token", "http://API.STRIPE.COM/v1/ghosts"],
)
def test_any_other_stripe_host_or_path_is_refused_with_what_to_do(url, stripe_tokens):
    answer = requests.post(url, auth=(KEY, ""), timeout=5)
    assert answer.status_code == 404
    assert 'stripe_tokens.answer("POST ' in answer.json()["error"]["message"]
    assert len(stripe_tokens.requests) == 1


@pytest.mark.parametrize("host", ["api.stripe.com.evil.example", "notstripe.com", "stripe.com.example"])
def test_a_host_that_only_looks_like_stripes_is_not_answered(host, stripe_tokens):
    with pytest.raises(requests.ConnectionError):
        requests.get(f"https://{host}/v1/tokens", timeout=5)
    assert stripe_tokens.requests == []


def test_a_proxy_of_the_environment_changes_nothing(stripe_tokens, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    token = stripe_tokens.create("card")
    assert requests.get(f"{API}/{token}", auth=(KEY, ""), timeout=5).json() == token
    with httpx.Client(verify=False) as client:
        assert client.get(f"{API}/{token}", auth=(KEY, "")).json() == token


def test_an_answer_to_head_has_no_body(stripe_tokens):
    url = f"{API}/tok_1"
    assert requests.head(url, auth=(KEY, ""), timeout=5).content == b""
    with httpx.Client(verify=False) as client:
        assert client.head(url, auth=(KEY, "")).content == b""
    assert urllib3.PoolManager().request("HEAD", url).data == b""


@pytest.mark.parametrize("values", [TEST_CARDS["visa"], TEST_BANK_ACCOUNTS["DE"]])
def test_test_values_are_taken_by_stripe_python_as_they_are(values, stripe_tokens):
    type_ = "card" if "number" in values else "bank_account"
    assert (
        stripe.Token.create(
            **{type_: {"exp_month": 12, "exp_year": 2050, **values} if type_ == "card" else values}
        ).type
        == type_
    )


def test_no_client_warns(stripe_tokens):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        requests.get(f"{API}/tok_1", auth=(KEY, ""), timeout=5)
        urllib3.PoolManager().request("GET", f"{API}/tok_1")


def test_requests_looks_at_the_environment_for_other_hosts_alone(run_test, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.stripe.com login sk_test_netrc password x\nmachine example.com login me password x\n")
    netrc.rename(tmp_path / ".netrc")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "no-such-file.pem"))
    run_test("""
        import pytest, requests

        def test_it(stripe_tokens):
            session = requests.Session()
            # No key is a refused request on every machine, also on that of someone who keeps one in ~/.netrc.
            assert session.get("https://api.stripe.com/v1/tokens/tok_x").status_code == 401
            assert "no answer" not in repr(stripe_tokens.requests)
            other = requests.Request("GET", "https://example.com/")
            assert session.prepare_request(other).headers["Authorization"].startswith("Basic ")
            settings = session.merge_environment_settings("https://example.com/", {}, None, None, None)
            assert settings["proxies"]["https"] == "http://proxy.invalid:3128"
            assert session.trust_env
            with pytest.raises(OSError, match="no-such-file"):
                session.get("https://example.com/")
    """).assert_outcomes(passed=1)


def test_what_a_test_sets_for_requests_counts(run_test, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "bundle.pem")
    run_test("""
        import requests

        URL = "https://api.stripe.com/v1/tokens/tok_x"

        def test_netrc(stripe_tokens, monkeypatch, tmp_path):
            (tmp_path / "netrc").write_text("machine api.stripe.com login sk_test_netrc password x")
            monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
            assert requests.get(URL).status_code == 400

        def test_hooks(card_token):
            seen = []
            session = requests.Session()
            session.hooks["response"].append(lambda answer, **settings: seen.append((answer.raw.read(), settings)))
            session.get(f"{URL[:-5]}{card_token}", auth=("sk_test_x", ""))
            ((raw, settings),) = seen
            assert b"4242" in raw
            assert settings["verify"] == "bundle.pem"

        class Counting(requests.Session):
            fetched = asked = 0
            _auth = None

            @property
            def auth(self):
                if self._auth is None:
                    self._auth = ("sk_test_x", "")
                    self.fetched += 1
                return self._auth

            @auth.setter
            def auth(self, value): ...

            def get_adapter(self, url):
                self.asked += 1
                return super().get_adapter(url)

        def test_a_session_of_the_suites_own(card_token):
            session = Counting()
            for _ in range(3):
                assert session.get(f"{URL[:-5]}{card_token}").ok
            assert (session.fetched, session.asked) == (1, 3)
    """).assert_outcomes(passed=3)


def test_an_answer_of_requests_can_be_read_in_each_of_its_ways(run_test):
    run_test("""
        import requests

        def test_it(card_token):
            url, auth = f"https://api.stripe.com/v1/tokens/{card_token}", ("sk_test_x", "")
            answer = requests.get(url, auth=auth)
            assert answer.json() == card_token
            assert answer.raw.read() == b""
            assert b"".join(answer.iter_content(7)) == answer.content == answer.text.encode()
            assert answer.request.url == answer.url == url
            streamed = requests.get(url, auth=auth, stream=True)
            assert streamed.raw.read() == answer.content
            streamed = requests.get(url, auth=auth, stream=True)
            assert b"".join(streamed.iter_content(7)) == answer.content
            assert requests.head(url, auth=auth).content == b""
    """).assert_outcomes(passed=1)
