from __future__ import annotations

from rows import each
from simulator_api import LIVE, Api, problems

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES
from pytest_stripe_tokens.simulator.tokens.magic import _magic_cards, magic_token

MONEY = {"amount": 500, "currency": "usd"}
BANKS = ["", "_noAccount", "_accountClosed", "_insufficientFunds", "_debitNotAuthorized", "_invalidCurrency"]
METHODS = ["_failMicrodeposits", "_dispute", "_processing", "_weeklyLimitExceeded", "_riskLevelHighest"]


@each("name", sorted(_magic_cards()))
def test_every_magic_card_is_charged_or_declines_as_known(name):
    response = Api().send("POST", "/v1/charges", {**MONEY, "source": f"tok_{name}"})
    body = response.json()
    if response.is_success:
        assert problems(body) == []
    else:
        assert body["error"]["decline_code"] in DECLINES


@each(
    ("name", "last4", "brand"),
    [
        ("visa", "4242", "Visa"),
        ("visa_debit", "5556", "Visa"),
        ("mastercard", "4444", "MasterCard"),
        ("mastercard_prepaid", "5100", "MasterCard"),
        ("amex", "8431", "American Express"),
        ("de", "0016", "Visa"),
        ("gb_debit", "0005", "Visa"),
        ("visa_debit_de_transferSuccess", "0037", "Visa"),
        ("mastercard_debit_us_transferSuccess", "8210", "MasterCard"),
    ],
)
def test_a_magic_card_is_the_published_one(name, last4, brand):
    card = Api().post("/v1/charges", {**MONEY, "source": f"tok_{name}"})["source"]
    assert (card["last4"], card["brand"]) == (last4, brand)


@each(
    ("name", "decline"),
    [
        ("chargeDeclined", "generic_decline"),
        ("visa_chargeDeclined", "generic_decline"),
        ("visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("chargeDeclinedLostCard", "lost_card"),
        ("chargeDeclinedStolenCard", "stolen_card"),
        ("chargeDeclinedExpiredCard", "expired_card"),
        ("chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("chargeDeclinedProcessingError", "processing_error"),
        ("chargeDeclinedFraudulent", "fraudulent"),
        ("visa_chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"),
        ("radarBlock", "fraudulent"),
    ],
)
def test_a_declining_magic_card_declines(name, decline):
    assert Api().refused("/v1/charges", {**MONEY, "source": f"tok_{name}"})["decline_code"] == decline


@each("decline", ["generic_decline", "lost_card"])
def test_a_magic_card_that_fails_later_can_be_attached(decline):
    api = Api()
    name = {"generic_decline": "tok_chargeCustomerFail", "lost_card": "tok_visa_chargeCustomerFailLostCard"}[decline]
    customer = api.customer(source=name)
    assert api.refused("/v1/charges", {**MONEY, "customer": customer})["decline_code"] == decline


def test_a_magic_token_is_never_used_up_and_makes_another_card_each_time():
    api = Api()
    cards = {api.post("/v1/charges", {**MONEY, "source": "tok_visa"})["source"]["id"] for _ in range(3)}
    assert len(cards) == 3


def test_a_magic_card_expires_next_year_and_came_without_a_security_code():
    charge = Api().post("/v1/charges", {**MONEY, "source": "tok_visa"})
    assert (charge["source"]["exp_year"], charge["source"]["cvc_check"]) == (2027, None)


def test_a_magic_payment_method_counts_as_sent_with_a_security_code():
    api = Api()
    method = api.post("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})
    assert method["card"]["checks"]["cvc_check"] == "unchecked"
    attached = api.post(f"/v1/payment_methods/{method['id']}/attach", {"customer": api.customer()})
    assert attached["card"]["checks"]["cvc_check"] == "pass"


@each("name", ["tok_visa111", "tok_", "tok_VISA", "btok_us_nope", "btok_de", "ct_visa", "visa"])
def test_a_misspelt_one_is_unknown(name):
    error = Api().refused("/v1/customers", {"source": name})
    assert (error["code"], error["message"]) == ("resource_missing", f"No such token: '{name}'")


def test_there_are_none_in_live_mode():
    error = Api().refused("/v1/charges", {**MONEY, "source": "tok_visa"}, key=LIVE)
    assert error["message"].endswith("exists in test mode, but a live mode key was used to make this request.")


@each("effect", BANKS)
def test_every_magic_bank_account_can_be_attached(effect):
    api = Api()
    customer = api.customer(source=f"btok_us_verified{effect}")
    (bank,) = api.get(f"/v1/customers/{customer}/sources")["data"]
    assert (bank["status"], bank["country"]) == ("verified", "US")


def test_the_plain_magic_bank_account_is_not_verified():
    api = Api()
    customer = api.customer(source="btok_us")
    assert api.get(f"/v1/customers/{customer}/sources")["data"][0]["status"] == "new"


def test_using_a_magic_token_without_an_endpoint_changes_nothing():
    api = Api()
    api.simulator.use("tok_visa")
    api.simulator.use("tok_visa")


def test_every_magic_token_and_payment_method_can_be_read_and_is_another_one_each_time():
    api, wrong = Api(), []
    names = sorted(_magic_cards())
    tokens = [f"tok_{name}" for name in names] + ["btok_us"] + [f"btok_us_verified{name}" for name in BANKS]
    methods = [f"pm_card_{name}" for name in names] + [
        f"pm_usBankAccount{name or '_success'}" for name in (*BANKS, *METHODS)
    ]
    for path in [f"tokens/{name}" for name in tokens] + [f"payment_methods/{name}" for name in methods]:
        first, second = api.get(f"/v1/{path}"), api.get(f"/v1/{path}")
        if (
            first["id"] == second["id"]
            or problems(first)
            or api.get(f"/v1/{path.split('/')[0]}/{first['id']}") != first
        ):
            wrong.append((path, problems(first)))
    assert wrong == []


def test_a_magic_token_that_was_read_is_fresh_and_used_up_once():
    api = Api()
    token = api.get("/v1/tokens/tok_visa")
    assert (token["client_ip"], token["used"], token["card"]["cvc_check"]) == (None, False, "unchecked")
    assert token["id"].startswith("tok_1")
    api.post("/v1/charges", {**MONEY, "source": token["id"]})
    assert api.refused("/v1/charges", {**MONEY, "source": token["id"]})["code"] == "token_already_used"


def test_magic_tokens_stand_for_published_values():
    for name in _magic_cards():
        assert magic_token(f"tok_{name}").params in TEST_CARDS.values()
    assert magic_token("btok_us_verified").params == TEST_BANK_ACCOUNTS["US"]


@each(
    ("name", "check", "result"),
    [
        ("cvc_check_fails", "cvc_check", "fail"),
        ("zip_check_fails", "address_zip_check", "fail"),
        ("line1_check_fails", "address_line1_check", "fail"),
        ("address_checks_unavailable", "address_zip_check", "unavailable"),
    ],
)
def test_a_card_with_failing_checks_is_charged_and_shows_them(name, check, result):
    api = Api()
    card = {**TEST_CARDS[name], "address_line1": "1 Main Street", "address_zip": "12345"}
    charge = api.post("/v1/charges", {**MONEY, "source": api.token(**card)})
    assert charge["source"][check] == result


def test_a_failing_check_needs_its_value():
    api = Api()
    token = api.token(number="4000000000000101", cvc=None)
    assert api.post("/v1/charges", {**MONEY, "source": token})["source"]["cvc_check"] is None


def test_the_card_with_a_wrong_code_is_charged_without_one():
    api = Api()
    assert api.post("/v1/charges", {**MONEY, "source": api.token(number="4000000000000127", cvc=None)})["paid"]
