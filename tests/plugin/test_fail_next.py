from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib
import json
import re
import textwrap
import time
import urllib.error

import aiohttp
import anyio
import httpx
import pytest
import requests
import stripe
import urllib3
from clients import CLIENTS
from rows import each

from pytest_stripe_tokens.redaction.usage_error import UsageError

API = "https://api.stripe.com/v1/tokens"
KEY = "sk_test_mine"
CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2050"}
SDK = [name for name in CLIENTS if "stripe" in name.lower()]

# stripe-python gives httpx its body as `data`, and leaves a session to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes"),
    pytest.mark.filterwarnings("ignore:Unclosed client session"),
]


class SuitesOwnError(ConnectionError):
    """What a suite derives from a built-in error is its own kind."""


@pytest.fixture(params=CLIENTS, name="client")
def _client(request):
    return request.param


@pytest.fixture(autouse=True)
def _never_retried(monkeypatch):
    monkeypatch.setattr(stripe, "max_network_retries", 0)


def create(client):
    """Create a token, give status and body whichever way the client shows an error."""
    try:
        return CLIENTS[client]("POST", API, CARD, KEY)
    except stripe.StripeError as error:
        if error.http_status is None:
            raise
        return error.http_status, error.json_body


def try_to_create(client, failure):
    """Create a token that can't be created, however the client shows it."""
    with contextlib.nullcontext() if "exception" not in failure else pytest.raises(Exception) as lost:  # noqa: PT011
        create(client)
    assert (lost is not None) == ("exception" in failure)


@pytest.fixture(name="sleeps")
def _sleeps(monkeypatch):
    """Replace every sleep there is, as a test does that controls retries; give what was slept."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(anyio, "sleep", sleep)
    return slept


def test_a_status_reaches_any_client(client, stripe_tokens):
    stripe_tokens.fail_next(503)
    found, body = create(client)
    assert (found, stripe_tokens.requests[-1].response_status) == (503, 503)
    assert body["error"]["type"] == "api_error"
    assert create(client)[0] == 200


@each("status", [400, 402, 429, 503, 520])
def test_any_status_is_answered(status, stripe_tokens):
    stripe_tokens.fail_next(status)
    found, body = create("requests")
    assert (found, stripe_tokens.requests[-1].response_status) == (status, status)
    assert body["error"]["type"] in {"api_error", "card_error", "idempotency_error", "invalid_request_error"}
    assert create("requests")[0] == 200


@each(
    "code, status, type_",
    [
        ("rate_limit", 429, "invalid_request_error"),
        ("lock_timeout", 429, "invalid_request_error"),
        ("card_declined", 402, "card_error"),
        ("idempotency_key_in_use", 409, "idempotency_error"),
        ("do_not_honor", 402, "card_error"),
        ("charge_already_refunded", 400, "invalid_request_error"),
    ],
)
def test_any_code_is_answered(code, status, type_, stripe_tokens):
    stripe_tokens.fail_next(code=code)
    found, body = create("requests")
    assert (found, body["error"]["code"], body["error"]["type"]) == (status, code, type_)


def test_every_part_of_the_error_can_be_given(client, stripe_tokens):
    stripe_tokens.fail_next(418, code="a_code", type="a_type", message="Words — {mine}")
    status, body = create(client)
    error = {name: body["error"][name] for name in ("code", "message", "type")}
    assert (status, error) == (418, {"code": "a_code", "message": "Words — {mine}", "type": "a_type"})


@each("failure", [{"status": 503}, {"exception": ConnectionError}, {"exception": TimeoutError}])
def test_a_failure_is_delayed(client, failure, stripe_tokens):
    stripe_tokens.fail_next(**failure, delay=0.05)
    began, before = time.perf_counter(), len(stripe_tokens.requests)
    try_to_create(client, failure)
    assert time.perf_counter() - began >= 0.05
    assert len(stripe_tokens.requests) == before + 1


IMPATIENT = {
    "requests": "requests.get(URL, timeout=0.05)",
    "requests, connecting and reading": "requests.get(URL, timeout=(5, 0.05))",
    "requests, with retries": "retrying().get(URL, timeout=0.05)",
    "urllib3": "urllib3.PoolManager().request('GET', URL, timeout=0.05, retries=False)",
    "httpx": "httpx.get(URL, timeout=0.05)",
    "httpx, async": "asyncio.run(get_with(httpx.AsyncClient(timeout=0.05)))",
    "aiohttp": "asyncio.run(get_with_aiohttp(timeout=aiohttp.ClientTimeout(total=0.05)))",
    "aiohttp, of the session": "asyncio.run(get_with_aiohttp(session=aiohttp.ClientTimeout(sock_read=0.05)))",
    "urllib.request": "urllib.request.urlopen(URL, timeout=0.05)",
    "http.client": "get_with_http_client(timeout=0.05)",
}
IMPATIENT_HEAD = """
    import asyncio, http.client, urllib.request
    import aiohttp, httpx, pytest, requests, urllib3
    from requests.adapters import HTTPAdapter

    URL = "https://api.stripe.com/v1/tokens/tok_1"

    def retrying():
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=1))
        return session

    async def get_with(client):
        async with client:
            return await client.get(URL)

    async def get_with_aiohttp(session=None, **options):
        async with aiohttp.ClientSession(**({"timeout": session} if session else {})) as client:
            async with client.get(URL, **options) as answer:
                return await answer.json()

    def get_with_http_client(timeout):
        connection = http.client.HTTPSConnection("api.stripe.com", timeout=timeout)
        connection.request("GET", "/v1/tokens/tok_1")
        return connection.getresponse()
"""


def test_a_client_gives_up_after_its_own_timeout(run_test):
    kinds = """
        KINDS = (
            TimeoutError,
            httpx.ReadTimeout,
            requests.ConnectionError,
            requests.Timeout,
            urllib.error.URLError,
            urllib3.exceptions.ReadTimeoutError,
        )
    """
    test = """
        def test_{number}(stripe_tokens):
            stripe_tokens.fail_next(500, delay=30, times=2)
            with pytest.raises(KINDS) as error:
                {call}
            assert "time" in repr(error.value).lower()
    """
    tests = [test.format(number=number, call=call) for number, call in enumerate(IMPATIENT.values())]
    suite = "".join(textwrap.dedent(part) for part in (IMPATIENT_HEAD, kinds, *tests))
    run_test(suite, "--durations=1").assert_outcomes(passed=len(IMPATIENT))


def test_a_client_without_a_timeout_waits(run_test):
    run_test("""
        import httpx, requests, urllib3

        URL = "https://api.stripe.com/v1/tokens/tok_1"

        def test_it(stripe_tokens):
            stripe_tokens.fail_next(503, delay=0.1, times=3)
            assert requests.get(URL).status_code == 503
            assert httpx.get(URL, timeout=None).status_code == 503
            assert urllib3.PoolManager().request("GET", URL, timeout=5).status == 503

        def test_how_long_a_client_connects_is_no_limit(stripe_tokens):
            stripe_tokens.fail_next(503, delay=0.1, times=2)
            assert requests.get(URL, timeout=(0.01, 5)).status_code == 503
            assert urllib3.PoolManager().request("GET", URL, timeout=urllib3.Timeout(connect=0.01, read=5)).status == 503
    """).assert_outcomes(passed=2)


def test_a_delay_is_no_sleep_that_the_test_controls(stripe_tokens, sleeps):
    stripe_tokens.fail_next(503, delay=0.02)
    began = time.perf_counter()
    create("requests")
    assert time.perf_counter() - began >= 0.02
    assert sleeps == []


LOST = {
    "requests": (requests.ConnectionError, requests.ConnectionError, requests.Timeout),
    "urllib3": (
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.ReadTimeoutError,
    ),
    "httpx": (httpx.ConnectError, httpx.ReadError, httpx.ReadTimeout),
    "httpx-async": (httpx.ConnectError, httpx.ReadError, httpx.ReadTimeout),
    "aiohttp": (aiohttp.ClientConnectionError, aiohttp.ClientConnectionError, aiohttp.ServerTimeoutError),
    "http.client": (ConnectionError, ConnectionResetError, TimeoutError),
    "urllib.request": (urllib.error.URLError, urllib.error.URLError, urllib.error.URLError),
    **dict.fromkeys(SDK, (stripe.APIConnectionError,) * 3),
}
if "httpx2" in CLIENTS:
    httpx2 = importlib.import_module("httpx2")
    LOST |= dict.fromkeys(("httpx2", "httpx2-async"), (httpx2.ConnectError, httpx2.ReadError, httpx2.ReadTimeout))
BUILT_IN = (ConnectionError, ConnectionResetError, TimeoutError)


@each("kind", BUILT_IN)
@each("given", ["class", "instance"])
def test_a_lost_connection_is_of_the_clients_own_kind(client, kind, given, stripe_tokens):
    stripe_tokens.fail_next(exception=kind if given == "class" else kind("the line is dead"))
    own = LOST[client][BUILT_IN.index(kind)]
    with pytest.raises(own) as error:
        create(client)
    # The client wraps it, and makes nothing else of it: a timeout is no lost connection.
    assert client == "http.client" or type(error.value).__module__ not in {"builtins", "http.client"}
    assert isinstance(error.value, LOST[client][2]) == (LOST[client][2] is own)
    assert stripe_tokens.requests[-1].response_status is None
    assert create(client)[0] == 200


@pytest.mark.parametrize("client", [name for name in CLIENTS if name not in SDK])
@each(
    "exception",
    [
        ValueError("given"),
        OSError("given"),
        SuitesOwnError("given"),
        requests.ReadTimeout("given"),
        httpx.ReadError("given"),
        aiohttp.ConnectionTimeoutError("given"),
        http.client.BadStatusLine("given"),
        KeyboardInterrupt("given"),
    ],
)
def test_another_exception_is_raised_as_given(client, exception, stripe_tokens):
    before = len(stripe_tokens.requests)
    stripe_tokens.fail_next(exception=exception)
    with pytest.raises(type(exception)) as error:
        create(client)
    assert error.value is exception
    assert len(stripe_tokens.requests) == before + 1
    assert create(client)[0] == 200


def test_another_exceptions_class_is_raised_as_one_of_it(stripe_tokens):
    stripe_tokens.fail_next(exception=requests.ConnectTimeout)
    with pytest.raises(requests.ConnectTimeout):
        create("requests")


def test_an_exception_given_to_urllib3s_pool_is_raised_as_given(stripe_tokens):
    stripe_tokens.fail_next(exception=OSError("given"))
    with urllib3.HTTPSConnectionPool("api.stripe.com") as pool, pytest.raises(OSError, match=r"^given$"):
        pool.urlopen("POST", "/v1/tokens")


def test_create_and_retrieve_meet_failures_too(stripe_tokens):
    stripe_tokens.fail_next(exception=ConnectionResetError)
    with pytest.raises(ConnectionResetError):
        stripe_tokens.create("card")


@each("failure", [{}, {"status": 429}, {"exception": ConnectionError}, {"exception": TimeoutError}])
def test_no_sleep_of_the_tests_is_used_where_there_is_no_delay(client, failure, sleeps, stripe_tokens):
    if failure:
        stripe_tokens.fail_next(**failure)
    try_to_create(client, failure)
    assert sleeps == []
    stripe_tokens.create("card")
    assert sleeps == []


@pytest.mark.parametrize("client", SDK)
@each(
    "failure",
    [{"status": 429}, {"code": "lock_timeout"}, {"status": 409}, {"status": 500}, {"exception": ConnectionError}],
)
def test_the_sdks_own_retries_recover_and_their_sleeps_are_the_tests(
    client, failure, sleeps, stripe_tokens, monkeypatch
):
    monkeypatch.setattr(stripe, "max_network_retries", 2)
    before = len(stripe_tokens.requests)
    sleeps.clear()
    stripe_tokens.fail_next(**failure, times=2)
    assert create(client)[0] == 200
    assert len(stripe_tokens.requests) == before + 3
    assert len(sleeps) == 2
    assert all(seconds > 0 for seconds in sleeps)


@pytest.mark.parametrize("client", SDK)
def test_the_sdk_gives_up_when_the_failures_outlast_it(client, sleeps, stripe_tokens, monkeypatch):
    monkeypatch.setattr(stripe, "max_network_retries", 1)
    stripe_tokens.fail_next(429, times=2)
    with pytest.raises(stripe.RateLimitError) as error:
        CLIENTS[client]("POST", API, CARD, KEY)
    assert error.value.error.code == "rate_limit"
    assert len(sleeps) == 1


@each(
    ("failure", "kind"),
    [
        ({"status": 400}, stripe.InvalidRequestError),
        ({"type": "idempotency_error"}, stripe.IdempotencyError),
        ({"status": 401}, stripe.AuthenticationError),
        ({"code": "insufficient_funds"}, stripe.CardError),
        ({"status": 403}, stripe.PermissionError),
        ({"code": "resource_missing"}, stripe.InvalidRequestError),
        ({"status": 429}, stripe.RateLimitError),
        ({}, stripe.APIError),
    ],
)
def test_the_sdk_raises_its_error_for_it(failure, kind, stripe_tokens):
    stripe_tokens.fail_next(**failure)
    with pytest.raises(kind) as error:
        stripe.Token.retrieve("tok_1")
    assert type(error.value) is kind
    assert error.value.request_id.startswith("req_")


def fail(stripe_tokens, **failure):
    stripe_tokens.fail_next(**failure)
    return requests.post(API, data=CARD, auth=(KEY, ""), headers={"Stripe-Version": "2024-06-20"}, timeout=5)


@each(
    ("failure", "retry"),
    [({"status": 429}, "true"), ({"status": 409}, "true"), ({"status": 402}, "false"), ({"status": 400}, None)]
    + [({"status": status}, None) for status in (500, 502, 503, 504)],
)
def test_only_what_is_worth_repeating_is_said_to_be(failure, retry, stripe_tokens):
    assert fail(stripe_tokens, **failure).headers.get("Stripe-Should-Retry") == retry


def test_a_rate_limit_is_the_apis_own(stripe_tokens):
    answer = fail(stripe_tokens, status=429)
    assert answer.json()["error"].pop("request_log_url").endswith(answer.headers["Request-Id"])
    assert {**answer.json()["error"], "request_log_url": None} == {
        "code": "rate_limit",
        "doc_url": "https://stripe.com/docs/error-codes/rate-limit",
        "message": "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can"
        " learn more about rate limits here https://stripe.com/docs/rate-limits.",
        "request_log_url": None,
        "type": "invalid_request_error",
    }
    assert list(answer.json()["error"]) == sorted(answer.json()["error"])


def test_a_failures_headers_are_those_of_an_answer_to_its_request(stripe_tokens):
    headers = fail(stripe_tokens, status=500).headers
    assert headers["Stripe-Version"] == "2024-06-20"
    assert headers["Content-Type"] == "application/json"


def test_a_decline_code_is_shown_as_a_decline(stripe_tokens):
    stripe_tokens.fail_next(code="insufficient_funds")
    with pytest.raises(stripe.CardError) as error:
        stripe.Charge.create(amount=100, currency="usd", source="tok_visa")
    assert (error.value.code, error.value.error.decline_code) == ("insufficient_funds", "insufficient_funds")
    assert error.value.user_message == "Your card has insufficient funds."


def test_a_failed_request_does_nothing(card_token, stripe_tokens):
    stripe_tokens.fail_next(500)
    with pytest.raises(stripe.APIError):
        stripe.Charge.create(amount=100, currency="usd", source=card_token.id)
    assert not stripe_tokens.retrieve(card_token.id).used


def test_failures_come_in_the_order_they_were_asked_for(stripe_tokens):
    stripe_tokens.fail_next(503, times=2)
    stripe_tokens.fail_next(exception=ConnectionError)
    stripe_tokens.fail_next(404)
    assert [create("httpx")[0] for _ in range(2)] == [503, 503]
    with pytest.raises(httpx.ConnectError):
        create("httpx")
    assert [create("httpx")[0] for _ in range(2)] == [404, 200]


@each(
    ("arguments", "message"),
    [
        ({"exception": "lost"}, "exception='lost'): expected an exception or its class, such as ConnectionError"),
        ({"exception": int}, "expected an exception or its class"),
        ({"exception": 503}, "expected an exception or its class"),
        ({"exception": ConnectionError, "code": "rate_limit"}, "an exception has no status, code, type or message"),
        ({"status": 399}, "400 to 599"),
        ({"status": 600}, "400 to 599"),
        ({"status": "429"}, "status='429'): expected an error status"),
        ({"status": True}, "400 to 599"),
        ({"code": 429}, "code=429): expected a text"),
        (
            {"code": "card_decline"},
            "code='card_decline'): Stripe has no such code: is it 'card_declined'? For one that is",
        ),
        ({"code": "do_not_honour"}, "is it 'do_not_honor'?"),
        ({"code": "zzz"}, "Stripe has no such code. For one that is not published give a status or a message too"),
        ({"method": "FETCH"}, "fail_next: unknown method 'FETCH'"),
        ({"path": "v1/charges"}, "fail_next: expected a path of Stripe's"),
        ({"path": "/v1/charges?limit=1"}, "without a query"),
        ({"path": 3}, "fail_next: expected a path of Stripe's, such as '/v1/subscriptions/:id', not 3"),
        ({"times": 1.5}, "times=1.5): expected the number of requests"),
        ({"times": True}, "times=True"),
        ({"delay": "1"}, "delay='1'): expected seconds"),
        ({"delay": float("nan")}, "delay=nan"),
        ({"delay": float("inf")}, "delay=inf"),
    ],
)
def test_what_can_not_be_is_a_usage_error(arguments, message, stripe_tokens):
    with pytest.raises(UsageError) as error:
        stripe_tokens.fail_next(**arguments)
    assert message in str(error.value)
    assert create("requests")[0] == 200


def test_the_body_is_json_for_every_status(stripe_tokens):
    for status in range(400, 600):
        stripe_tokens.fail_next(status)
        assert json.loads(requests.get(API, timeout=5).content)["error"]["message"]


def statuses(*requests_):
    return [requests.request(*request.split(), auth=(KEY, ""), timeout=5).status_code for request in requests_]


def test_only_requests_that_fit_meet_a_failure(stripe_tokens):
    api = "https://api.stripe.com/v1"
    stripe_tokens.fail_next(503, path="/v1/charges/:id/refunds")
    stripe_tokens.fail_next(429, method="post", times=2)
    stripe_tokens.fail_next(502, method="POST", path="/v1/customers")
    stripe_tokens.fail_next(409)
    asked = [
        f"GET {api}/customers",  # Only the last fits it.
        f"POST {api}/customers",
        f"POST {api}/charges/ch_1/refunds",
        f"POST {api}/customers",
        f"POST {api}/customers",
        f"GET {api}/customers",
    ]
    assert statuses(*asked) == [409, 429, 503, 429, 502, 200]
    stripe_tokens.fail_next(500, path="/v1/charges/:id/refunds")
    assert statuses(f"GET {api}/charges", f"GET {api}/charges/ch_1/refunds/re_1/x") == [200, 404]
    assert statuses(f"GET {api}/charges/ch_1/refunds") == [500]


@each("given", [{"status": 418}, {"message": "to come"}])
def test_a_code_that_is_not_published_yet(given, stripe_tokens):
    stripe_tokens.fail_next(code="a_code_to_come", **given)
    assert create("requests")[1]["error"]["code"] == "a_code_to_come"


def test_a_failure_that_no_request_met_fails_the_test(run_test):
    result = run_test("""
        import requests

        def test_it(stripe_tokens):
            stripe_tokens.fail_next(429, code="rate_limit", path="/v1/refunds", delay=0.1)
            stripe_tokens.fail_next(exception=ConnectionError, method="DELETE")
            stripe_tokens.answer("POST /v1/x", {})
            requests.get("https://api.stripe.com/v1/refunds/re_1", timeout=5)

        def test_met_once_of_many(stripe_tokens):
            stripe_tokens.fail_next(429, times=9)
            requests.get("https://api.stripe.com/v1/refunds/re_1", timeout=5)

        def test_fails_for_another_reason(stripe_tokens):
            stripe_tokens.fail_next(429)
            assert 0
    """)
    result.assert_outcomes(passed=2, errors=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *no request asked for stripe_tokens.answer('POST /v1/x', ...): correct *",
            "E *no request met stripe_tokens.fail_next(status=429, code='rate_limit', delay=0.1, path='/v1/refunds'): *",
            "E *no request met stripe_tokens.fail_next(exception=ConnectionError, method='DELETE'): correct its method *",
        ]
    )


def code_of_sdk():
    """The SDK's annotation of an error's code, a text."""
    return stripe.PaymentIntent.LastPaymentError.__annotations__["code"]


def test_every_published_code_is_known_and_has_words():
    from pytest_stripe_tokens.sandbox.fault import Fault
    from pytest_stripe_tokens.simulator.errors import codes
    from pytest_stripe_tokens.simulator.errors.table import ERRORS
    from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES

    published = set(re.findall(r"'([a-z0-9_]+)'|\"([a-z0-9_]+)\"", str(code_of_sdk())))
    published = {single or double for single, double in published}
    assert len(published) > 200
    assert published <= codes.ERROR_CODES
    assert {row.code for row in ERRORS.values() if row.code} <= codes.ERROR_CODES
    assert set(DECLINES) <= codes.DECLINE_CODES
    for code in codes.ERROR_CODES | codes.DECLINE_CODES:
        error = Fault(code=code).error("/v1/charges").fields()
        assert (error["code"], bool(error["message"])) == (code, True)
