"""A test says what Stripe answers to a path: in every mode and client, and nobody meets a wall."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
import requests
import stripe
from clients import CLIENTS
from rows import each

from pytest_stripe_tokens import StripeAPIError, Token, stripe_sandbox
from pytest_stripe_tokens.redaction.usage_error import UsageError

API = "https://api.stripe.com"
KEY = "sk_test_mine"
SUBSCRIPTION = {"object": "subscription", "status": "active"}
PLAIN = [name for name in CLIENTS if "stripe" not in name.lower()]


def ask(method, path, **params):
    url = path if path.startswith("http") else API + path
    answer = requests.request(method, url, data=params, auth=(KEY, ""), timeout=5)
    return answer.status_code, answer.json()


# stripe-python gives httpx its body as `data`.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes")


@pytest.fixture(autouse=True)
def _never_retried(monkeypatch):
    monkeypatch.setattr(stripe, "max_network_retries", 0)


@each("client", PLAIN)
def test_any_client_is_given_the_answer(client, stripe_tokens):
    stripe_tokens.answer("POST /v1/subscriptions", SUBSCRIPTION, status=201)
    status, body = CLIENTS[client]("POST", f"{API}/v1/subscriptions", {"customer": "cus_1"}, KEY)
    assert (status, body["status"], body["id"][:4], body["livemode"]) == (201, "active", "sub_", False)
    assert stripe_tokens.requests[-1].origin == "given"
    assert stripe_tokens.requests[-1].response_status == 201


def test_the_sdk_reads_it_as_its_own_object(stripe_tokens):
    stripe_tokens.answer("POST /v1/subscriptions", SUBSCRIPTION)
    stripe_tokens.answer("GET /v1/subscriptions/:id", SUBSCRIPTION)
    made = stripe.Subscription.create(customer="cus_1", items=[{"price": "price_1"}])
    assert type(made) is stripe.Subscription
    assert made.created > 1_700_000_000
    assert made.last_response.headers["Request-Id"].startswith("req_")
    assert stripe.Subscription.retrieve("sub_mine").id == "sub_mine"

    async def create():
        http = stripe.HTTPXClient()
        client = stripe.StripeClient(KEY, http_client=http)
        return await client.v1.subscriptions.create_async({"customer": "cus_1"})

    assert asyncio.run(create()).status == "active"


@each(
    ("request", "path", "fits"),
    [
        ("GET /v1/subscriptions/:id", "/v1/subscriptions/sub_1", True),
        ("get  /v1/subscriptions/:subscription/", "/v1/subscriptions/sub_1", True),
        ("GET /v1/subscriptions/:id", "/v1/subscriptions/sub_1/", True),
        ("GET /v1/subscriptions/:id", "/v1/subscriptions/a%20b", True),
        ("GET /v1/subscriptions/:id", "/v1/subscriptions", False),
        ("GET /v1/subscriptions/:id", "/v1/subscriptions/sub_1/items", False),
        ("GET /v1/subscriptions/sub_1", "/v1/subscriptions/sub_2", False),
        ("GET /v1/customers/:id/tax_ids/:id", "/v1/customers/cus_1/tax_ids/txi_1?expand[]=x", True),
        (f"GET {API}/v1/prices", "/v1/prices", True),
        ("POST /v1/prices", "/v1/prices", False),
        ("GET https://files.stripe.com/v1/files", "https://files.stripe.com/v1/files", True),
        ("GET /v1/files", "https://files.stripe.com/v1/files", False),
        ("GET /v2/core/events", "/v2/core/events", True),
    ],
)
def test_which_requests_it_answers(request, path, fits, monkeypatch):
    with stripe_sandbox() as tokens:
        tokens.answer(request, {"mine": True}, optional=True)
        status, body = ask("GET", path)
    assert (status == 200 and body == {"mine": True}) is fits


def test_another_host_of_stripes(stripe_tokens):
    stripe_tokens.answer("POST https://connect.stripe.com/oauth/token", {"stripe_user_id": "acct_1"})
    assert stripe.OAuth.token(grant_type="authorization_code", code="ac_1").stripe_user_id == "acct_1"


@each(
    ("request", "path", "body", "expected"),
    [
        ("POST /v1/prices", "/v1/prices", {"object": "price"}, {"id": "price_", "livemode": False}),
        ("POST /v1/invoices/:id/pay", "/v1/invoices/in_9/pay", {"object": "invoice"}, {"id": "in_9"}),
        ("POST /v1/products/:id", "/v1/products/mine", {"object": "product"}, {"id": "mine"}),
        ("POST /v1/coupons", "/v1/coupons", {"object": "coupon", "id": "HALF"}, {"id": "HALF"}),
        ("POST /v1/climate/orders", "/v1/climate/orders", {"object": "climate.order"}, {"id": "order_"}),
        ("POST /v1/x", "/v1/x", {"object": "balance"}, {"id": None, "created": None, "livemode": False}),
        ("POST /v1/x", "/v1/x", {"object": "account"}, {"id": "acct_", "livemode": None}),
        ("POST /v1/x", "/v1/x", {"object": "plan", "id": "p", "deleted": True}, {"id": "p", "created": None}),
        ("POST /v1/x", "/v1/x", {"made": "up"}, {"id": None, "created": None, "livemode": None}),
        ("POST /v1/x", "/v1/x", {"object": 3}, {"id": None}),
        ("POST /v1/x", "/v1/x", {"object": "price", "created": 5, "livemode": True}, {"created": 5, "livemode": True}),
        ("POST /v1/x", "/v1/x", {"object": "list", "data": []}, {"id": None, "has_more": False, "url": "/v1/x"}),
    ],
)
def test_what_an_object_leaves_out_is_filled_in(request, path, body, expected):
    with stripe_sandbox() as tokens:
        tokens.answer(request, body)
        answer = ask("POST", path)[1]
    assert body.items() <= answer.items()
    for name, value in expected.items():
        found = answer.get(name)
        if isinstance(value, str) and value.endswith("_"):
            assert found.startswith(value)
        else:
            assert found == value, name


def test_a_list_is_paged_through_by_the_sdk(stripe_tokens):
    stripe_tokens.answer("GET /v1/prices", {"object": "list", "data": [{"object": "price"}, {"object": "price"}]})
    found = [price.id for price in stripe.Price.list().auto_paging_iter()]
    assert len(set(found)) == 2


def test_a_live_key_makes_live_objects(stripe_tokens):
    stripe_tokens.answer("POST /v1/prices", {"object": "price"})
    key = "sk_" + "live_" + "0" * 24
    assert requests.post(f"{API}/v1/prices", auth=(key, ""), timeout=5).json()["livemode"] is True


def test_a_function_is_given_the_request(stripe_tokens):
    def answer(seen):
        if seen.params.get("price") == "price_free":
            return 402, {"error": {"type": "card_error", "message": "no", "code": "card_declined"}}
        return {"object": "subscription", "metadata": seen.params, "path": seen.path}

    stripe_tokens.answer("POST /v1/subscriptions", answer)
    status, body = ask("POST", "/v1/subscriptions", **{"items[0][price]": "price_1"})
    assert (status, body["metadata"]) == (200, {"items": [{"price": "price_1"}]})
    assert body["id"].startswith("sub_")
    with pytest.raises(stripe.CardError):
        stripe.Subscription.create(customer="cus_1", price="price_free")


def test_a_function_may_ask_stripe_itself_and_from_another_thread(stripe_tokens, card_token):
    from concurrent.futures import ThreadPoolExecutor

    def answer(_seen):
        with ThreadPoolExecutor(1) as pool:
            return {"card": pool.submit(stripe.Token.retrieve, card_token.id).result(5).card.last4}

    stripe_tokens.answer("POST /v1/subscriptions", answer)
    assert ask("POST", "/v1/subscriptions") == (200, {"card": "4242"})


def test_the_latest_wins_and_each_answers_as_often_as_it_says(stripe_tokens, card_token):
    for number, times in ((1, None), (2, 2), (3, 1)):
        stripe_tokens.answer("GET /v1/tokens/:id", {"number": number}, times=times)
    found = [ask("GET", f"/v1/tokens/{card_token}")[1]["number"] for _ in range(5)]
    assert found == [3, 2, 2, 1, 1]


def test_a_failure_comes_before_it(stripe_tokens):
    stripe_tokens.answer("GET /v1/prices", {"object": "list", "data": []})
    stripe_tokens.fail_next(503)
    assert [ask("GET", "/v1/prices")[0] for _ in range(2)] == [503, 200]


def test_a_given_token_is_known_from_then_on(stripe_tokens):
    given = {"id": "tok_mine", "object": "token", "type": "card", "used": False, "card": {"last4": "1881"}}
    stripe_tokens.answer("POST /v1/tokens", given)
    token = stripe_tokens.create("card")
    assert (token.id, token.origin, stripe_tokens.tokens["tok_mine"].card.last4) == ("tok_mine", "given", "1881")
    stripe_tokens.answer("POST /v1/tokens", {"error": {"message": "no"}}, status=400)
    with pytest.raises(StripeAPIError):
        stripe_tokens.create("card")


def test_bodies_may_hold_objects_and_are_as_they_were_when_given(stripe_tokens, card_token):
    body = {"tokens": (card_token,), "charge": stripe.Charge.construct_from({"id": "ch_1", "card": {"a": 1}}, "k")}
    stripe_tokens.answer("GET /v1/x", body)
    body["tokens"] = ()
    assert isinstance(card_token, Token)
    assert ask("GET", "/v1/x")[1] == {"tokens": [card_token.to_dict()], "charge": {"id": "ch_1", "card": {"a": 1}}}


@each(
    ("arguments", "message"),
    [
        (("/v1/prices", {}), "expected a method and a path, such as 'POST /v1/subscriptions'"),
        ((None, {}), "expected a method and a path"),
        (("POST", {}), "expected a method and a path"),
        (("FETCH /v1/prices", {}), "unknown method 'FETCH'; the methods are GET, POST"),
        (("POST v1/prices", {}), "expected a path of Stripe's, such as '/v1/subscriptions/:id'"),
        (("POST https://example.com/v1/prices", {}), "or a URL of one of Stripe's hosts"),
        (("POST https://api.stripe.com.evil.example/v1", {}), "or a URL of one of Stripe's hosts"),
        (("POST https://[/v1", {}), "expected a path of Stripe's"),
        (("POST /v1/prices /v1/x", {}), "expected a path of Stripe's"),
        (("GET /v1/prices?limit=3", {}), "without a query"),
        (("GET /v1/prices", object()), "the answer's JSON, such as"),
        (("GET /v1/prices", "{}"), "not '{}'"),
        (("GET /v1/prices", None), "not None"),
        (("GET /v1/prices", [1]), "not a list"),
        (("GET /v1/prices", {"at": {1, 2}}), "can't be written as JSON"),
        (("GET /v1/prices", {"at": float("nan")}), "can't be written as JSON"),
    ],
)
def test_what_is_no_answer_is_a_usage_error(arguments, message, stripe_tokens):
    with pytest.raises(UsageError) as error:
        stripe_tokens.answer(*arguments)
    assert message in str(error.value)
    assert str(error.value).startswith("stripe_tokens.answer(")


@each(
    ("options", "message"),
    [
        ({"status": 99}, "status=99: expected an HTTP status, 200 to 599"),
        ({"status": "200"}, "status='200'"),
        ({"status": True}, "status=True"),
        ({"times": 0}, "times=0: expected the number of requests to answer"),
        ({"times": "2"}, "times='2'"),
    ],
)
def test_options_that_can_not_be(options, message, stripe_tokens):
    with pytest.raises(UsageError, match=message.replace("(", ".")):
        stripe_tokens.answer("GET /v1/prices", {}, **options)


def test_outside_pytest_one_that_nobody_asked_for_fails_the_block():
    def block(raises=None):
        with stripe_sandbox() as tokens:
            tokens.answer("GET /v1/prices", {})
            if raises is not None:
                raise raises

    with pytest.raises(AssertionError, match=r"no request asked for stripe_tokens.answer\('GET /v1/prices', ...\)"):
        block()
    with pytest.raises(ZeroDivisionError):
        block(ZeroDivisionError())


def test_one_that_nobody_asked_for_fails_a_test_that_passed(run_test):
    result = run_test("""
        import pytest, requests, unittest

        def test_unasked(stripe_tokens):
            stripe_tokens.answer("POST /v1/subscriptions", {})
            requests.get("https://api.stripe.com/v1/subscription", timeout=5)

        def test_optional(stripe_tokens):
            stripe_tokens.answer("POST /v1/subscriptions", {}, optional=True)

        def test_fails_already(stripe_tokens):
            stripe_tokens.answer("POST /v1/subscriptions", {})
            assert 0

        @pytest.mark.stripe_tokens
        class TestUnit(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def tokens(self, stripe_tokens):
                stripe_tokens.answer("POST /v1/subscriptions", {})

            def test_fails(self):
                self.fail()

        def test_is_skipped(stripe_tokens):
            stripe_tokens.answer("POST /v1/subscriptions", {})
            pytest.skip("later")
    """)
    result.assert_outcomes(passed=2, errors=1, failed=2, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*no request asked for stripe_tokens.answer('POST /v1/subscriptions', ...): correct its method and path, *",
            "*requests to Stripe*",
            "GET  /v1/subscription *",
        ]
    )


FAILING = """
    import asyncio, httpx, requests, stripe

    stripe.max_network_retries = 2

    def broken(seen):
        return seen.params["prize"]

    def test_requests(stripe_tokens):
        stripe_tokens.answer("POST /v1/subscriptions", broken)
        requests.post("https://api.stripe.com/v1/subscriptions", timeout=5)

    def test_sdk(stripe_tokens):
        stripe_tokens.answer("POST /v1/subscriptions", broken)
        stripe.Subscription.create(customer="cus_1")

    def test_async(stripe_tokens):
        async def ask():
            async with httpx.AsyncClient() as client:
                await client.post("https://api.stripe.com/v1/subscriptions")
        stripe_tokens.answer("POST /v1/subscriptions", lambda seen: 5)
        asyncio.run(ask())

    def test_swallowed(stripe_tokens):
        stripe_tokens.answer("POST /v1/subscriptions", broken)
        try:
            stripe.Subscription.create(customer="cus_1")
        except BaseException:
            pass
"""


def test_a_function_that_fails_ends_the_test_with_what_it_raised(run_test):
    result = run_test(FAILING)
    result.assert_outcomes(failed=3, passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*return seen.params*prize*",
            "E *KeyError: 'prize'",
            "E *raised in stripe_tokens.answer('POST /v1/subscriptions', ...), asked by POST /v1/subscriptions",
            "*direct cause*",
            "*requests.post(*",
            "E *Failed: stripe_tokens.answer('POST /v1/subscriptions', ...), asked by POST /v1/subscriptions: KeyError: *",
        ]
    )
    result.stdout.no_fnmatch_line("*APIConnectionError*")
    result.stdout.fnmatch_lines(["*expected the answer's JSON, such as *not 5"])


SUITE = """
    import pytest, requests

    URL = "https://api.stripe.com/v1/subscriptions"

    @pytest.fixture(scope="session")
    def stripe_tokens_answers():
        return {"POST /v1/subscriptions": {"object": "subscription"}, "GET /v1/subscriptions/:id": lambda seen: {}}

    def test_suites(stripe_tokens):
        assert requests.post(URL, timeout=5).json()["id"].startswith("sub_")

    @pytest.mark.stripe_tokens(mode="generate")
    def test_marker():
        assert requests.get(URL + "/sub_1", timeout=5).json() == {}

    def test_tests_own_wins(stripe_tokens):
        stripe_tokens.answer("POST /v1/subscriptions", {"mine": 1})
        assert requests.post(URL, timeout=5).json() == {"mine": 1}

    class TestNearest:
        @pytest.fixture
        def stripe_tokens_answers(self):
            return {"GET /v1/subscriptions/:id": {"mine": 1}}

        def test_it(self, stripe_tokens):
            assert requests.get(URL + "/sub_1", timeout=5).json() == {"mine": 1}
"""


@pytest.mark.parametrize("mode", ["auto", "replay", "generate"])
def test_a_suites_answers_in_every_mode(run_test, mode):
    run_test(SUITE, "--stripe-tokens", mode).assert_outcomes(passed=4)


def test_a_suites_answers_that_are_none(run_test):
    result = run_test("""
        import pytest

        @pytest.fixture
        def stripe_tokens_answers():
            return [1]

        def test_it(stripe_tokens): ...
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stripe_tokens_answers: expected a mapping, such as *"])


def test_every_known_prefix_and_what_objects_lack_are_the_sdks():
    from importlib import import_module
    from pkgutil import walk_packages

    from pytest_stripe_tokens.simulator.filling import PREFIXES, WITHOUT

    for module in walk_packages(stripe.__path__, "stripe."):
        import_module(module.name)
    fields, left = {}, [stripe.StripeObject]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if hasattr(kind, "OBJECT_NAME"):
            names = {name for base in kind.__mro__ for name in vars(base).get("__annotations__", {})}
            fields[kind.OBJECT_NAME] = names
    assert len(fields) > 100
    assert PREFIXES.keys() <= fields.keys()
    for field, without in WITHOUT.items():
        assert without == {name for name, names in fields.items() if field not in names}, field


def test_json_is_sent_as_the_api_sends_it(stripe_tokens):
    stripe_tokens.answer("GET /v1/x", {"name": "Zoë", "amount": 1})
    answer = httpx.get(f"{API}/v1/x")
    assert answer.text == '{\n  "name": "Zoë",\n  "amount": 1\n}'
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.content) == {"name": "Zoë", "amount": 1}


REFUSED = """
    import requests

    def test_it(stripe_tokens):
        answer = requests.post("https://api.stripe.com/v1/subscriptions", auth=("sk_test_1", ""), timeout=5)
        print(answer.json()["error"]["message"])
        assert 0
"""
WORDS = 'stripe_tokens.answer("POST /v1/subscriptions", {"object": "subscription"})'


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("auto", ["*does not simulate POST /v1/subscriptions.", f"Say what Stripe answers: {WORDS}"]),
        ("generate", ["*does not simulate POST /v1/subscriptions.", f"Say what Stripe answers: {WORDS}"]),
        ("replay", ["*no cassette holds POST /v1/subscriptions", f"E *or say what Stripe answers: {WORDS}"]),
    ],
)
def test_every_mode_says_what_to_type_for_a_path_that_nobody_answers(run_test, mode, lines):
    result = run_test(REFUSED, "--stripe-tokens", mode)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(lines)
