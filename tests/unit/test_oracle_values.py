"""Test cards, test bank accounts and magic tokens against Stripe's published ones (`shared/published_values.py`).

Each is sent to the simulator, and the answer held against what the pages and recorded answers say.
"""

from __future__ import annotations

from typing import Any

import pytest
from published_values import (
    AUTHENTICATING,
    BANK_EFFECTS,
    BANK_METHODS,
    BANK_TOKENS,
    BANKS,
    BANKS_SHOWN,
    BRANDS,
    CHECKS,
    COUNTRIES,
    DECLINED_OTHERWISE,
    DECLINES,
    INVALID,
    LATER,
    MANDATES,
    MORE_PAYOUTS,
    PAYOUTS,
    RISKS,
)
from simulator_api import Api

from pytest_stripe_tokens import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.bank_numbers import bank_number
from pytest_stripe_tokens.api.card_numbers import card_number

MONEY = {"amount": "500", "currency": "usd"}
CARD = {"exp_month": "12", "exp_year": "2050"}
ADDRESS = {"address_line1": "1 Main Street", "address_zip": "12345"}
# Our name | number | brand | funding | country of every payout card.
PAYOUT_CARDS = [
    (name.format(country), number, brand, "debit", country, currency)
    for country, currency, *numbers in PAYOUTS
    for number, name, brand in zip(
        numbers,
        ("{}_payout", "{}_payout_fails", "{}_no_instant_payout", "{}_payout_mastercard"),
        ("Visa", "Visa", "Visa", "MasterCard"),
        strict=True,
    )
]
CURRENCIES = {"US": "usd", "AU": "aud", "AE": "aed"}
# Our name, number, brand, funding, country; "" is not published.
CARDS = [
    *(tuple(row[:5]) for row in BRANDS),
    *((name, number, brand, funding, country) for country, number, brand, funding, name, _ in COUNTRIES),
    *(row[:5] for row in PAYOUT_CARDS),
    *((name, number, brand, funding, country) for name, number, _, brand, funding, country in MORE_PAYOUTS),
    *((name, number, "Visa", "credit", "") for name, number, *_ in (*DECLINES, *RISKS, *CHECKS)),
    *((name, number, "Visa", "credit", country) for name, number, _, country, *_ in AUTHENTICATING),
    *((name, number, "Visa", "credit", country) for name, number, _, country in (*LATER, *MANDATES)),
]
# Each magic card's name and its number.
TOKENS = {
    token: row[1]
    for rows, at in (
        *((rows, 5) for rows in (BRANDS, COUNTRIES)),
        *((rows, 2) for rows in (DECLINES, RISKS, CHECKS, LATER, MANDATES, AUTHENTICATING, MORE_PAYOUTS)),
    )
    for row in rows
    for token in row[at].split()
}
TOKENS |= {token: number for token, number, _ in DECLINED_OTHERWISE}
TOKENS |= {
    name.format(country.lower()): number
    for country, _, *numbers in PAYOUTS
    for number, name in zip(
        numbers,
        (
            "visa_debit_{}_transferSuccess",
            "visa_debit_{}_transferFail",
            "visa_debit_{}_instantPayoutUnsupported",
            "mastercard_debit_{}_transferSuccess",
        ),
        strict=True,
    )
}
DECLINED = {number: (code, decline) for _, number, _, code, decline, _ in DECLINES}
DECLINED |= {number: (code, decline) for _, number, _, _, code, decline in AUTHENTICATING}
ASKING = {number for _, number, *_ in AUTHENTICATING} | {"4000003800000446"}


def as_published(shown: tuple[Any, ...], row: tuple[str, ...]) -> bool:
    """Compare what is published; `?` is not."""
    return all(said in {"?", "", value} for value, said in zip(shown, row, strict=True))


def decline(response: Any) -> tuple[Any, ...] | None:
    """Give code and decline code of a refusal."""
    error = response.json().get("error")
    return None if error is None else (error["code"], error["decline_code"])


def cvc(number: str) -> str:
    return "1234" if len(number) == len("378282246310005") else "123"


def test_the_test_cards_are_the_published_ones():
    published = {name: number for name, number, *_ in CARDS}
    published |= {name: "4242424242424242" for name, *_ in INVALID} | {"incorrect_number": "4242424242424241"}
    assert {name: card["number"] for name, card in TEST_CARDS.items()} == published


def test_a_token_shows_the_published_card():
    api, wrong = Api(), []
    for name, number, *published in CARDS:
        card = api.post("/v1/tokens", {"card": {**CARD, "cvc": "123", **TEST_CARDS[name]}})["card"]
        shown = (card["brand"], card["funding"], card["country"], card["last4"])
        if not as_published(shown, (*published, number[-4:])):
            wrong.append((name, shown, published))
    assert wrong == []


def test_a_test_card_has_what_it_needs():
    parameters = {
        **{name: {"cvc": "1234"} for name, _, brand, *_ in BRANDS if brand == "American Express"},
        **{name: ADDRESS for name, *_ in CHECKS if name != "cvc_check_fails"},
        **{name: {"currency": currency} for name, *_, currency in PAYOUT_CARDS},
        **{name: {"currency": CURRENCIES[name[:2]]} for name, *_ in MORE_PAYOUTS},
    }
    for name, params, _ in INVALID:
        given = dict(word.split("=") for word in params.split()[1:])
        parameters[name] = {key: value if key == "cvc" else int(value) for key, value in given.items()}
    for name, params in TEST_CARDS.items():
        assert {key: value for key, value in params.items() if key != "number"} == parameters.get(name, {}), name


def test_invalid_data_is_refused_when_the_token_is_made():
    found = {}
    for name, _, _ in INVALID:
        params = {**CARD, **TEST_CARDS[name]}
        found[name] = Api().refused("/v1/tokens", {"card": params})["code"]
    assert found == {name: code for name, _, code in INVALID}


def test_a_charge_of_a_test_card_declines_as_published():
    api, wrong = Api(), []
    for name, number, *_ in CARDS:
        token = api.token(**TEST_CARDS[name])
        found = decline(api.send("POST", "/v1/charges", {**MONEY, "source": token}))
        if found != DECLINED.get(number):
            wrong.append((name, found))
    assert wrong == []


def test_a_declining_card_can_be_attached_as_published():
    for name, _, _, code, _, fails in DECLINES:
        api = Api()
        response = api.send("POST", "/v1/customers", {"source": api.token(**TEST_CARDS[name])})
        found = response.json().get("error", {}).get("code")
        assert fails == "?" or found == (code if fails == "yes" else None), name


def test_a_charge_shows_the_published_risk_and_checks():
    api, wrong = Api(), []
    for name, *_, level in RISKS:
        response = api.send("POST", "/v1/charges", {**MONEY, "source": api.token(**TEST_CARDS[name])}).json()
        charge = api.get(f"/v1/charges/{response['error']['charge']}") if "error" in response else response
        wrong += [name] if charge["outcome"]["risk_level"] != level else []
    for name, _, _, results in CHECKS:
        words = results.split()
        expected = {"cvc": "pass", "address_line1": "pass", "address_zip": "pass"}
        expected |= dict(zip(words[::2], words[1::2], strict=True))
        source = api.post("/v1/charges", {**MONEY, "source": api.token(**{**TEST_CARDS[name], **ADDRESS})})["source"]
        wrong += [name] if {check: source[f"{check}_check"] for check in expected} != expected else []
    assert wrong == []


@pytest.mark.parametrize("prefix", ["tok", "pm_card"])
def test_a_magic_card_is_the_published_one(prefix):
    known = {number: row for _, number, *row in reversed(CARDS)}
    api, wrong = Api(), []
    otherwise = {name: ("card_declined", code) for name, _, code in DECLINED_OTHERWISE}
    for name, number in TOKENS.items():
        if prefix == "tok":
            response = api.send("POST", "/v1/charges", {**MONEY, "source": f"tok_{name}"})
        else:
            params = {**MONEY, "payment_method": f"pm_card_{name}", "confirm": True}
            response = api.send("POST", "/v1/payment_intents", params)
        body = response.json()
        if prefix == "pm_card" and number in ASKING:
            wrong += [] if body.get("status") == "requires_action" else [(name, body)]
            continue
        charge_id = body.get("latest_charge") or body.get("error", {}).get("charge") or body["id"]
        card = api.get(f"/v1/charges/{charge_id}")["payment_method_details"]["card"]
        expected = otherwise.get(name) or DECLINED.get(number)
        brand, funding, country = known[number]
        shown = (card["brand"], card["funding"], card["country"], card["last4"])
        spelt = {"American Express": "amex", "Diners Club": "diners"}.get(brand, brand.lower())
        if decline(response) != expected or not as_published(shown, (spelt, funding, country, number[-4:])):
            wrong.append((name, decline(response), shown))
    assert wrong == []


def test_a_co_badged_card_has_the_published_networks():
    for name, own in (("cartes_bancaires_visa", "visa"), ("cartes_bancaires_mastercard", "mastercard")):
        for network in ("cartes_bancaires", own):
            card = {**CARD, **TEST_CARDS[name], "networks": {"preferred": network}}
            assert Api().post("/v1/tokens", {"card": card})["card"]["networks"] == {"preferred": network}


def test_what_a_number_does_is_the_published_effect():
    # Our words for what a page says in a sentence; the simulator and a suite's author go by them.
    said = {name: name for name, *_ in LATER} | {name: "3ds_required" for name, *_ in AUTHENTICATING}
    said |= {"bypass_pending_international": "bypass_pending", "decline_after_attaching": "decline_after_attaching"}
    said |= {name: f"risk_{level}" for name, *_, level in RISKS}
    for name, *_ in PAYOUT_CARDS:
        said |= {name: "payout_fails"} if name.endswith("_fails") else {}
        said |= {name: "no_instant_payout"} if name.endswith("_no_instant_payout") else {}
    said |= {name: "payout_invalid_type" for name, *_ in MORE_PAYOUTS if name.endswith("_credit")}
    said |= {name: name.removeprefix("IN_") for name, *_ in MANDATES}
    # Without authentication they succeed, as one that only supports it does.
    said |= {"3ds_recommended": "3ds_supported", "3ds_frictionless": "3ds_supported"}
    plain = {number for _, number, *_ in (*BRANDS, *COUNTRIES)}
    for name, number, *_ in CARDS:
        value = card_number(number)
        assert value is not None, name
        assert value.effect == (None if number in plain else said.get(name)), name


ACCOUNTS = {
    **{country: (routing, number) for country, _, routing, number, *_ in BANKS_SHOWN if country != "GB"},
    **{country: (routing, number) for country, routing, number in BANKS},
    "US": ("110000000", "000123456789"),
}


def test_the_test_bank_accounts_are_the_published_ones():
    published = {**ACCOUNTS, **{f"{row[0]}_{row[3]}": (row[1], row[2]) for row in BANK_EFFECTS}}
    ibans = [
        name for name, params in TEST_BANK_ACCOUNTS.items() if params["account_number"][2:] == ACCOUNTS["DE"][1][2:]
    ]
    # The page's IBAN works with the prefix of every country of the European Union.
    published |= {country: ("", f"{country}{ACCOUNTS['DE'][1][2:]}") for country in ibans if len(country) == len("DE")}
    found = {
        name: (params.get("routing_number", ""), params["account_number"])
        for name, params in TEST_BANK_ACCOUNTS.items()
    }
    assert found.items() - published.items() == set()
    assert published.keys() - found.keys() == set()


def test_a_bank_accounts_effect_is_the_published_one():
    for country, _, number, effect in BANK_EFFECTS:
        value = bank_number(country, number)
        assert value is not None
        assert (value.name, value.effect) == (f"{country}_{effect}", effect)
    for country, (_, number) in ACCOUNTS.items():
        value = bank_number(country, number)
        assert value is not None
        assert (value.name, value.effect) == (country, None)


def test_a_token_shows_a_bank_account_as_recorded_answers_do():
    api, wrong = Api(), []
    for country, currency, routing, number, kind, *shown in BANKS_SHOWN:
        params = {"country": country, "currency": currency, "account_number": number}
        params |= {"routing_number": routing} if routing else {}
        params |= {"account_type": kind} if kind else {}
        bank = api.post("/v1/tokens", {"bank_account": params})["bank_account"]
        found = [bank[name] for name in ("routing_number", "last4", "bank_name")]
        if (found, bank["country"], bank["currency"]) != (shown, country, currency):
            wrong.append((country, found, shown))
        # What is known of a country is enough for a test that sends no currency.
        own = TEST_BANK_ACCOUNTS[country]
        if (own["currency"], own.get("account_type", "")) != (currency, kind):
            wrong.append((country, own, currency, kind))
    assert wrong == []


def test_a_magic_bank_account_is_the_published_one():
    for name, effect in (("", "US"), *((f"_{name}", f"US_{effect}") for name, effect in BANK_TOKENS)):
        number = TEST_BANK_ACCOUNTS[effect]["account_number"]
        api = Api()
        customer = api.customer(source=f"btok_us_verified{name}")
        (bank,) = api.get(f"/v1/customers/{customer}/sources")["data"]
        assert (bank["status"], bank["last4"], bank["routing_number"]) == ("verified", number[-4:], "110000000")
        topup = api.post("/v1/topups", {**MONEY, "source": f"btok_us_verified{name}"})
        assert topup["failure_code"] == (effect.removeprefix("US_") if name else None)
        method = f"pm_usBankAccount{name or '_success'}"
        token = api.post("/v1/tokens", {"bank_account": {"payment_method": method}, "customer": customer})
        assert token["bank_account"]["last4"] == number[-4:]


def test_a_magic_payment_method_has_the_published_bank_account_where_no_token_has():
    for name, effect in BANK_METHODS:
        api = Api()
        params = {"bank_account": {"payment_method": f"pm_usBankAccount_{name}"}, "customer": api.customer()}
        number = TEST_BANK_ACCOUNTS[f"US_{effect}"]["account_number"]
        assert api.post("/v1/tokens", params)["bank_account"]["last4"] == number[-4:], name
        refused = api.refused("/v1/customers", {"source": f"btok_us_verified_{name}"})
        assert refused["code"] == "resource_missing", name
