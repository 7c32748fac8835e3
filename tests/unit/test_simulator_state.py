from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from rows import each
from simulator_api import FORM, LIVE, PUBLISHABLE, Api

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES

MONEY = {"amount": 500, "currency": "usd"}
CARD = {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"


@each("kind", TOKEN_TYPES)
def test_reading_a_token_gives_the_bytes_of_its_creation(kind):
    api = Api()
    created = api.send("POST", "/v1/tokens", {kind: CATALOGUE[kind].defaults})
    assert api.send("GET", f"/v1/tokens/{created.json()['id']}").body == created.body


@each("kind", TOKEN_TYPES)
def test_using_a_token_changes_nothing_but_used(kind):
    api = Api()
    before = api.post("/v1/tokens", {kind: CATALOGUE[kind].defaults})
    api.simulator.use(before["id"])
    assert api.get(f"/v1/tokens/{before['id']}") == {**before, "used": True}


def test_a_token_is_used_once():
    api = Api()
    token = api.token()
    api.simulator.use(token)
    with pytest.raises(StripeAPIError) as error:
        api.simulator.use(token)
    assert (error.value.status, error.value.code) == (400, "token_already_used")


def test_an_unknown_token_is_not_used():
    with pytest.raises(StripeAPIError) as error:
        Api().simulator.use("tok_x")
    assert (error.value.status, error.value.code, error.value.param) == (400, "resource_missing", "token")


def test_a_token_is_seen_as_it_is():
    api = Api()
    token = api.token()
    assert api.simulator.token(token)["used"] is False
    api.simulator.use(token)
    assert api.simulator.token(token)["used"] is True
    assert api.simulator.token("tok_x") is None
    assert api.simulator.token(api.customer()) is None


def adopted(api, account=None, **params):
    token = Api(seed=1).post("/v1/tokens", CARD)
    headers = {"stripe-account": account} if account else {}
    adopt(api, token, {"card": {**CARD["card"], **params}}, headers)
    return token


def adopt(api, token, params, headers=()):
    sent = {"content-type": FORM, **dict(headers)}
    api.simulator.adopt(
        token, read(Request("POST", "https://api.stripe.com/v1/tokens", sent, forms.encode(params).encode()))
    )


def test_an_adopted_token_is_read_and_used():
    api = Api()
    token = adopted(api)
    assert api.get(f"/v1/tokens/{token['id']}") == token
    assert api.post("/v1/charges", {**MONEY, "source": token["id"]})["source"]["id"] == token["card"]["id"]
    assert api.is_used(token["id"])


def test_an_adopted_tokens_number_decides_its_charge():
    api = Api()
    token = adopted(api, number="4000000000000002")
    assert api.refused("/v1/charges", {**MONEY, "source": token["id"]})["code"] == "card_declined"


def test_an_adopted_token_belongs_to_its_account():
    api = Api()
    token = adopted(api, account=CONNECTED)
    assert api.not_found(f"/v1/tokens/{token['id']}")["code"] == "resource_missing"
    assert api.get(f"/v1/tokens/{token['id']}", stripe_account=CONNECTED) == token


def test_an_adopted_token_takes_the_place_of_one_with_its_id():
    api = Api()
    token = adopted(api)
    adopt(api, {**token, "type": "pii"}, {})
    assert api.get(f"/v1/tokens/{token['id']}")["type"] == "pii"


def test_an_adopted_account_token_fills_an_account():
    api = Api()
    params = {"account": {"tos_shown_and_accepted": "true", "individual": {"first_name": "Ann", "dob": ""}}}
    token = Api(seed=1).post("/v1/tokens", {"account": {"tos_shown_and_accepted": True}})
    adopt(api, token, params)
    account = api.post("/v1/accounts", {"type": "custom", "account_token": token["id"]})
    assert account["individual"]["first_name"] == "Ann"


@each("path", ["/v1/charges", "/v1/customers"])
def test_two_threads_use_a_token_once(path):
    api = Api()
    for _ in range(10):
        token, barrier = api.token(), Barrier(4)

        def use(_, token=token, barrier=barrier):
            barrier.wait()
            params = {"source": token} | (MONEY if path == "/v1/charges" else {})
            return api.send("POST", path, params).status

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(use, range(4))) == [200, 400, 400, 400]


def test_one_key_in_two_threads_makes_one_token():
    api, barrier = Api(), Barrier(4)

    def create(_):
        barrier.wait()
        return api.post("/v1/tokens", CARD, idempotency_key="k")["id"]

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(create, range(4)))) == 1


def test_a_replay_is_the_first_answer_and_says_so():
    api = Api()
    first = api.send("POST", "/v1/tokens", CARD, idempotency_key="k")
    again = api.send("POST", "/v1/tokens", CARD, idempotency_key="k")
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"] == first.headers["Original-Request"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers


def test_a_decline_is_replayed():
    api = Api()
    params = {**MONEY, "source": "tok_chargeDeclined"}
    first = api.send("POST", "/v1/charges", params, idempotency_key="k")
    again = api.send("POST", "/v1/charges", params, idempotency_key="k")
    assert (again.status, again.body) == (402, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"


@each("params", [{"nope": "1"}, {"card": {"number": "x"}}, {}, b"%ff"])
def test_what_fails_at_its_parameters_is_not_kept(params):
    api = Api()
    api.refused("/v1/tokens", params, idempotency_key="k")
    assert api.post("/v1/tokens", CARD, idempotency_key="k")


@each("options", [{"stripe_account": CONNECTED}, {"key": "sk_test_2"}, {"key": PUBLISHABLE}])
def test_a_key_is_one_accounts_and_one_api_keys(options):
    api = Api()
    first = api.post("/v1/tokens", CARD, idempotency_key="k")
    assert api.post("/v1/tokens", CARD, idempotency_key="k", **options)["id"] != first["id"]


def test_a_key_is_one_modes():
    api = Api()
    params = {"pii": {"id_number": "1"}}
    first = api.post("/v1/tokens", params, idempotency_key="k")
    assert api.post("/v1/tokens", params, idempotency_key="k", key=LIVE)["id"] != first["id"]


def test_a_key_on_a_get_is_ignored():
    api = Api()
    token = api.token()
    for _ in range(2):
        response = api.send("GET", f"/v1/tokens/{token}", idempotency_key="k")
        assert {"Idempotency-Key", "Original-Request", "Idempotent-Replayed"}.isdisjoint(response.headers)
