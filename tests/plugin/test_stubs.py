"""Stripe's paths that nobody here answers are answered by what another tool has put in place, and nothing gets out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys

import aioresponses
import httpx
import pook
import pytest
import pytest_httpx
import requests_mock
import responses
import respx
import stripe
import vcr
from clients import CLIENTS
from suites import QUIET, Suite

from pytest_stripe_tokens import stripe_sandbox

API = "https://api.stripe.com"
URL = f"{API}/v1/subscriptions"
KEY = "sk_test_mine"
BODY = {"id": "sub_stub", "object": "subscription"}
PLAIN = [name for name in CLIENTS if "stripe" not in name.lower()]
TAPE = """
version: 1
interactions:
- request: {method: POST, uri: "%s", body: "customer=cus_1", headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '%s'}
"""


# What went to the network, or to a resolver, while a test of this module was running.
_LEFT: list[str] = []
_WATCHING: list[bool] = []


def _audit(event, arguments):
    if _WATCHING and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        _LEFT.append(f"{event} {arguments[1:] if event == 'socket.connect' else arguments[0]}")


sys.addaudithook(_audit)


@pytest.fixture(autouse=True)
def _nothing_leaves():
    _LEFT.clear()
    _WATCHING.append(True)
    yield
    _WATCHING.clear()
    assert _LEFT == []


# stripe-python gives httpx its body as `data`.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes")


@contextlib.contextmanager
def by_responses(url, body):
    with responses.RequestsMock() as mock:
        mock.post(url, json=body)
        yield lambda: len(mock.calls)


@contextlib.contextmanager
def by_requests_mock(url, body):
    with requests_mock.Mocker() as mock:
        mock.post(url, json=body)
        yield lambda: mock.call_count


@contextlib.contextmanager
def by_respx(url, body, **options):
    with respx.mock(**options) as mock:
        route = mock.post(url).respond(json=body)
        yield lambda: route.call_count


@contextlib.contextmanager
def by_pytest_httpx(url, body):
    with pytest.MonkeyPatch.context() as patch:
        request = type("Request", (), {"node": type("Node", (), {"iter_markers": lambda *_: ()})()})()
        fixture = (
            getattr(pytest_httpx.httpx_mock, "__wrapped__", None) or pytest_httpx.httpx_mock._get_wrapped_function()
        )
        generator = fixture(patch, request)
        mock = next(generator)
        mock.add_response(method="POST", url=url, json=body)
        yield lambda: len(mock.get_requests())
        next(generator, None)


@contextlib.contextmanager
def by_pook(url, body):
    with pook.use():
        mock = pook.post(url).reply(200).json(body).mock
        yield lambda: mock.calls


@contextlib.contextmanager
def by_aioresponses(url, body):
    with aioresponses.aioresponses() as mock:
        mock.post(url, payload=body)
        yield lambda: sum(len(calls) for calls in mock.requests.values())


@contextlib.contextmanager
def by_vcrpy(url, body, tmp=None):
    path = tmp / "tape.yaml"
    path.write_text(TAPE % (url, json.dumps(body)), encoding="utf-8")
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        yield lambda: cassette.play_count


TOOLS = {
    "responses": by_responses,
    "requests-mock": by_requests_mock,
    "respx": by_respx,
    "respx, httpx": lambda url, body: by_respx(url, body, using="httpx"),
    "pytest-httpx": by_pytest_httpx,
    "pook": by_pook,
    "aioresponses": by_aioresponses,
    "vcrpy": by_vcrpy,
}


@contextlib.contextmanager
def opened(tool, order, tmp_path, *, mode="auto", url=URL):
    """A stub and a sandbox, the stub inside it or around it; the decorators of these tools enter the same things."""
    stub = TOOLS[tool](url, BODY, **({"tmp": tmp_path} if tool == "vcrpy" else {}))
    sandbox = stripe_sandbox(mode=mode)
    with contextlib.ExitStack() as stack:
        if order == "before":
            calls = stack.enter_context(stub)
            tokens = stack.enter_context(sandbox)
        else:
            tokens = stack.enter_context(sandbox)
            calls = stack.enter_context(stub)
        yield tokens, calls


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("order", ["before", "inside"])
def test_every_client_is_answered_by_the_stub(tool, order, tmp_path):
    wrong = {}
    for client in PLAIN:
        with opened(tool, order, tmp_path) as (tokens, calls):
            found = CLIENTS[client]("POST", URL, {"customer": "cus_1"}, KEY)
            seen = [(request.path, request.response_status, request.origin) for request in tokens.requests]
            if (found, seen, calls()) != ((200, BODY), [("/v1/subscriptions", 200, "given")], 1):
                wrong[client] = found, seen, calls()
    assert not wrong, wrong


@pytest.mark.parametrize("tool", TOOLS)
def test_the_sdk_is_answered_by_the_stub(tool, tmp_path):
    for order in ("before", "inside"):
        with opened(tool, order, tmp_path):
            assert stripe.Subscription.create(customer="cus_1").id == "sub_stub"
        with opened(tool, order, tmp_path):
            assert asyncio.run(stripe.Subscription.create_async(customer="cus_1")).id == "sub_stub"


@pytest.mark.parametrize("tool", TOOLS)
def test_what_the_simulator_has_is_its_own_and_what_nobody_has_is_refused(tool, tmp_path):
    for order in ("before", "inside"):
        found = []
        # Some tools complain at their end of a stub that nobody asked for.
        with (
            contextlib.suppress(AssertionError),
            opened(tool, order, tmp_path, url=f"{API}/v1/tokens") as (tokens, calls),
        ):
            found += [tokens.create("card").origin, calls()]
            found += [CLIENTS[client](method, URL, {}, KEY)[0] for client in PLAIN for method in ("POST", "GET")]
            # Nor is it told of what it holds no match for.
            found.append(calls())
        assert found == ["generated", 0, *[404] * 2 * len(PLAIN), 0]


@pytest.mark.parametrize("tool", TOOLS)
def test_in_replay_a_stub_comes_before_the_miss_and_an_own_answer_before_both(tool, tmp_path):
    with opened(tool, "inside", tmp_path, mode="replay") as (tokens, calls):
        assert CLIENTS["requests"]("POST", URL, {"customer": "cus_1"}, KEY) == (200, BODY)
        tokens.answer("POST /v1/subscriptions", {"mine": True})
        assert CLIENTS["requests"]("POST", URL, {"customer": "cus_1"}, KEY) == (200, {"mine": True})
        assert calls() == 1


def statuses(*urls, client="requests"):
    return [CLIENTS[client]("GET", url, {}, KEY)[0] for url in urls]


def test_of_several_tools_and_several_stubs_each_answers_its_own():
    urls = [f"{API}/v1/{name}" for name in ("prices", "products", "plans", "coupons", "quotes")]
    with (
        responses.RequestsMock() as outer,
        requests_mock.Mocker() as theirs,
        stripe_sandbox(),
        responses.RequestsMock() as inner,
        respx.mock as routes,
        stripe_sandbox(),
    ):
        outer.get(urls[0], json={}, status=201)
        theirs.get(urls[1], json={}, status_code=202)
        inner.get(urls[2], json={}, status=203)
        routes.get(urls[3]).respond(206, json={})
        for client in ("requests", "httpx", "aiohttp"):
            assert statuses(*urls, client=client) == [201, 202, 203, 206, 404]
        assert [len(mock.calls) for mock in (outer, inner)] == [3, 3]


def test_an_exception_of_a_stub_reaches_the_client_as_it_is():
    class LostError(Exception):
        pass

    async def lost(_request):
        await asyncio.sleep(0)
        raise LostError

    url = f"{API}/v1/prices"
    with stripe_sandbox() as tokens:
        with responses.RequestsMock() as mock:
            mock.get(url, body=LostError())
            with pytest.raises(LostError):
                statuses(url)
        with requests_mock.Mocker() as mock:
            mock.get(url, exc=LostError)
            with pytest.raises(LostError):
                statuses(url, client="httpx")
        with respx.mock as mock:
            mock.get(url).mock(side_effect=lost)
            for client in ("httpx", "httpx-async", "aiohttp"):
                with pytest.raises(LostError):
                    statuses(url, client=client)
        with aioresponses.aioresponses() as mock:
            mock.get(url, exception=LostError())
            with pytest.raises(LostError):
                statuses(url, client="aiohttp")
        with pook.use():
            pook.get(url).error(LostError())
            with pytest.raises(LostError):
                statuses(url)
    assert [seen.response_status for seen in tokens.requests] == [None] * 7


def test_callbacks_may_wait_and_see_the_request():
    url = re.compile(f"{API}/v1/prices.*")
    seen = []

    async def price(request, **sent):
        await asyncio.sleep(0.01)
        seen.append((getattr(request, "content", None) or sent.get("data"), str(getattr(request, "url", request))))
        return httpx.Response(203, json={}) if not sent else aioresponses.CallbackResult(status=203, payload={})

    def synchronous(request):
        seen.append((request.body, request.url))
        return 203, {"Content-Type": "application/json"}, "{}"

    def ask(client):
        return CLIENTS[client]("POST", f"{API}/v1/prices?a=b", {"c": "d"}, KEY)[0]

    with stripe_sandbox():
        for client in ("requests", "httpx-async", "aiohttp"):
            with respx.mock as mock:
                mock.post(url=url).mock(side_effect=price)
                assert ask(client) == 203
            with aioresponses.aioresponses() as mock:
                mock.post(url, callback=price)
                assert ask(client) == 203
            with responses.RequestsMock() as mock:
                mock.add_callback("POST", url, callback=synchronous)
                assert ask(client) == 203
    assert {(bytes(body, "ascii") if isinstance(body, str) else body, str(url)) for body, url in seen} == {
        (b"c=d", f"{API}/v1/prices?a=b")
    }


def test_what_a_tool_lets_through_is_refused_and_not_sent():
    url = f"{API}/v1/prices"
    with stripe_sandbox() as tokens:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.add_passthru(API)
            mock.add(responses.PassthroughResponse("GET", url))
            assert statuses(url) == [404]
        with requests_mock.Mocker(real_http=True) as mock:
            mock.get(url, real_http=True)
            assert statuses(url) == [404]
        with respx.mock(assert_all_called=False) as mock:
            mock.get(url).pass_through()
            assert statuses(url, client="httpx") == [404]
        with respx.mock(assert_all_mocked=False):
            assert statuses(url, client="httpx") == [404]
        with aioresponses.aioresponses(passthrough=[API]) as mock:
            mock.get(url)
            assert statuses(url, client="aiohttp") == [404]
        with pook.use(network=True):
            assert statuses(url) == [404]
    assert [seen.method for seen in tokens.requests] == ["GET"] * 6


def test_a_stub_that_is_used_up_or_over_answers_no_more():
    url = f"{API}/v1/prices"
    with stripe_sandbox():
        with aioresponses.aioresponses() as mock:
            mock.get(url, payload={}, repeat=2)
            assert statuses(url, url, url) == [200, 200, 404]
        with pook.use():
            pook.get(url).times(1).reply(200).json({})
            assert statuses(url, url) == [200, 404]
        with by_pytest_httpx(url, {}) as calls:
            assert [CLIENTS["httpx"]("POST", url, {}, KEY)[0] for _ in range(2)] == [200, 404]
            assert calls() == 1
        with responses.RequestsMock() as mock:
            mock.get(url, json={})
            assert statuses(url, url) == [200, 200]
        assert statuses(url) == [404]


SUITE = """
    import asyncio
    import aiohttp, httpx, pook, pytest, requests, respx, responses, requests_mock as rm, stripe
    from aioresponses import aioresponses

    URL = "https://api.stripe.com/v1/subscriptions"
    KEY = ("sk_test_mine", "")

    def by_requests(): return requests.post(URL, auth=KEY, timeout=5).json()
    def by_httpx(): return httpx.post(URL, auth=KEY).json()
    def by_httpx_async():
        async def ask():
            async with httpx.AsyncClient() as client:
                return (await client.post(URL, auth=KEY)).json()
        return asyncio.run(ask())
    def by_aiohttp():
        async def ask():
            async with aiohttp.ClientSession() as session, session.post(URL) as answer:
                return await answer.json()
        return asyncio.run(ask())

    def check(card_token):
        assert stripe.Token.retrieve(card_token.id).id == card_token.id
        for ask in (by_requests, by_httpx, by_httpx_async, by_aiohttp):
            assert ask() == {"stub": 1}, ask

    def test_httpx_mock_before(httpx_mock, card_token):
        httpx_mock.add_response(url=URL, json={"stub": 1}, is_reusable=True)
        check(card_token)

    def test_httpx_mock_after(card_token, httpx_mock):
        httpx_mock.add_response(url=URL, json={"stub": 1}, is_reusable=True)
        check(card_token)

    @pytest.mark.parametrize("turn", range(2))
    def test_httpx_mock_asked_for_late(request, turn):
        names = ["httpx_mock", "card_token"][:: 1 if turn else -1]
        found = {name: request.getfixturevalue(name) for name in names}
        found["httpx_mock"].add_response(url=URL, json={"stub": 1}, is_reusable=True)
        check(found["card_token"])

    def test_respx_mock(respx_mock, card_token):
        respx_mock.post(URL).respond(json={"stub": 1})
        check(card_token)

    @respx.mock
    def test_respx_decorator(card_token):
        respx.post(URL).respond(json={"stub": 1})
        check(card_token)

    def test_requests_mock(requests_mock, card_token):
        requests_mock.post(URL, json={"stub": 1})
        check(card_token)

    def test_requests_mock_decorator(card_token):
        @rm.Mocker()
        def inner(mocker):
            mocker.post(URL, json={"stub": 1})
            check(card_token)
        inner()

    @responses.activate
    def test_responses_decorator(card_token):
        responses.post(URL, json={"stub": 1})
        check(card_token)

    @pook.on
    def test_pook_decorator(card_token):
        pook.post(URL).persist().reply(200).json({"stub": 1})
        check(card_token)

    def test_aioresponses_decorator(card_token):
        @aioresponses()
        def inner(mocked):
            mocked.post(URL, payload={"stub": 1}, repeat=True)
            check(card_token)
        inner()

    @pytest.mark.vcr
    def test_recorded(card_token):
        assert stripe.Token.retrieve(card_token.id).id == card_token.id
        assert by_requests() == {"stub": 1}

    @pytest.mark.vcr
    def test_nothing_recorded(card_token):
        assert "does not simulate" in by_requests()["error"]["message"]

    @pytest.fixture(scope="module")
    def wide():
        with responses.RequestsMock() as mock:
            mock.post(URL, json={"stub": 1})
            yield

    def test_wider_fixture(wide, card_token):
        check(card_token)
"""


@pytest.mark.parametrize("mode", ["auto", pytest.param("generate", marks=pytest.mark.slow)])
def test_fixtures_decorators_and_markers_of_the_tools(pytester, mode):
    suite = Suite(pytester, QUIET)
    suite.write("test_it.py", SUITE)
    suite.write("cassettes/test_it/test_recorded.yaml", TAPE.replace('body: "customer=cus_1"', "body: null"))
    path = suite.path / "cassettes/test_it/test_recorded.yaml"
    path.write_text(path.read_text() % (URL, '{"stub": 1}'))
    result = suite.run("--record-mode=none", "--stripe-tokens", mode, "-p", "no:xdist")
    result.assert_outcomes(passed=14)
