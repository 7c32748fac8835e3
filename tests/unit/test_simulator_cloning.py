from __future__ import annotations

import pytest
from simulator_api import Api

from pytest_stripe_tokens.api.token_types import CATALOGUE

MONEY = {"amount": 500, "currency": "usd"}
CARD = {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"


def clone(api, customer, account=CONNECTED, **params):
    return api.post("/v1/tokens", {"customer": customer, **params}, stripe_account=account)


def test_a_customers_default_card_is_cloned():
    api = Api()
    customer = api.customer(source=api.token(number="4000056655665556", currency="usd"))
    (card,) = api.get(f"/v1/customers/{customer}/sources")["data"]
    token = clone(api, customer)
    assert CONNECTED[-10:] in token["id"]
    assert CONNECTED[-10:] in token["card"]["id"]
    assert (token["card"]["cvc_check"], token["card"]["currency"], token["used"]) == ("pass", "usd", False)
    assert token["card"]["fingerprint"] == card["fingerprint"]
    assert {"customer", "allow_redisplay"}.isdisjoint(token["card"])


def test_a_cloned_card_is_paid_out_to():
    api = Api()
    account = api.account()
    customer = api.customer(source=api.token(number="4000056655665556", currency="usd"))
    token = clone(api, customer, account)
    changed = api.post(f"/v1/accounts/{account}", {"bank_account": token["id"]})
    assert changed["external_accounts"]["data"][0]["id"] == token["card"]["id"]


def test_a_cloned_card_declines_as_its_original():
    api = Api()
    customer = api.customer(source=api.token(number="4000000000000341"))
    token = clone(api, customer)["id"]
    error = api.refused("/v1/charges", {**MONEY, "source": token}, stripe_account=CONNECTED)
    assert error["code"] == "card_declined"


def test_a_named_card_is_cloned():
    api = Api()
    customer = api.customer(source=api.token())
    second = api.post(f"/v1/customers/{customer}/sources", {"source": api.token(number="5555555555554444")})
    assert clone(api, customer, card=second["id"])["card"]["last4"] == "4444"


def test_a_customers_bank_account_is_cloned():
    api = Api()
    customer = api.customer(source=api.token("bank_account"))
    token = clone(api, customer)
    assert (token["type"], token["bank_account"]["last4"]) == ("bank_account", "6789")
    fresh = api.post("/v1/tokens", {"bank_account": CATALOGUE["bank_account"].defaults})["bank_account"]
    assert list(token["bank_account"]) == list(fresh)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"customer": "cus_x"}, "customer"),
        ({"customer": "CUSTOMER", "card": "card_x"}, "card"),
        ({"customer": "CUSTOMER", "card": CARD["card"]}, "card"),
        ({"card": "card_x"}, "card"),
    ],
)
def test_what_cannot_be_cloned_is_refused(params, param):
    api = Api()
    customer = api.customer(source=api.token())
    sent = {name: customer if value == "CUSTOMER" else value for name, value in params.items()}
    assert api.refused("/v1/tokens", sent, stripe_account=CONNECTED)["param"] == param


def test_cloning_needs_a_connected_account():
    api = Api()
    error = api.refused("/v1/tokens", {"customer": api.customer(source=api.token())})
    assert (error["status"], error["param"]) == (400, "customer")


def test_a_payment_method_becomes_a_bank_token():
    params = {"bank_account": {"payment_method": "pm_usBankAccount_success"}}
    assert Api().post("/v1/tokens", params)["bank_account"]["last4"] == "6789"


def test_a_payment_method_goes_with_no_other_parameter():
    params = {"bank_account": {"payment_method": "pm_usBankAccount_success", "country": "US", "account_number": "1"}}
    assert Api().refused("/v1/tokens", params)["code"] == "parameters_exclusive"
