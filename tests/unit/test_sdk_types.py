"""The official SDK's annotations, held against generated tokens."""

from __future__ import annotations

import pytest
import stripe
from rows import each
from simulator_api import Api, fields_of, object_mismatches

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory

COUNT = 1000


def requests(type_):
    """Give a thousand sets of parameters of a type, every test value among them."""
    defaults = CATALOGUE[type_]
    full = {"name": "Jane", "address_zip": "1", "currency": "usd", "networks": {"preferred": "visa"}}
    values = {
        "card": [*TEST_CARDS.values(), *({**params, **full} for params in TEST_CARDS.values()), {"cvc": None}],
        "bank_account": [*TEST_BANK_ACCOUNTS.values(), {"account_type": "checking"}, {"routing_number": "021000021"}],
    }.get(type_, [{}])
    return [defaults.merged(values[index % len(values)]) for index in range(COUNT)]


@pytest.mark.parametrize("key_kind", ["secret", "publishable"])
@pytest.mark.parametrize("type_", TOKEN_TYPES)
def test_a_thousand_tokens_are_what_the_sdk_says(type_, key_kind):
    generator = GeneratorFactory().generator(0, type_)
    wrong = [
        mismatch
        for params in requests(type_)
        for mismatch in object_mismatches(generator.token(type_, params, key_kind=key_kind), stripe.Token, "token")
    ]
    assert wrong == []


@pytest.mark.parametrize("type_", TOKEN_TYPES)
def test_the_sdk_reads_a_token_as_it_is(type_):
    made = GeneratorFactory().generator(0, type_).token(type_, CATALOGUE[type_].defaults)
    assert stripe.Token.construct_from(made, "key").to_dict() == made


def test_the_annotations_of_all_three_classes_are_read():
    assert {"card", "created", "used"} <= set(fields_of(stripe.Token))
    assert {"exp_month", "networks", "regulated_status"} <= set(fields_of(stripe.Card))
    assert {"account_type", "requirements", "status"} <= set(fields_of(stripe.BankAccount))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("used", None),
        ("created", "1"),
        ("created", True),
        ("object", "tokens"),
        ("client_ip", 1),
        ("card.exp_month", "12"),
        ("card.brand", None),
        ("card.name", 1),
        ("card.networks", {"preferred": 1}),
        ("card.metadata", {"a": 1}),
        ("card.object", "source"),
        ("card.available_payout_methods", "instant"),
        ("card.available_payout_methods", ["instant", 1]),
        ("card", "card_1"),
    ],
)
def test_a_wrong_value_is_noticed(path, value):
    token = GeneratorFactory().generator().token("card", CATALOGUE["card"].defaults)
    *parents, name = path.split(".")
    (token[parents[0]] if parents else token)[name] = value
    assert object_mismatches(token, stripe.Token, "token")


def test_a_missing_field_is_noticed():
    token = GeneratorFactory().generator().token("card", CATALOGUE["card"].defaults)
    del token["card"]["exp_year"]
    assert object_mismatches(token, stripe.Token, "token") == ["token.card.exp_year: missing"]


def confirmations(cards=()):
    """Give a confirmation token of each test card, as number and as payment method, and of what else can be sent."""
    api = Api()
    dated = [{"exp_month": 12, "exp_year": 2050, "cvc": "123", **card} for card in cards]
    # A token's card has more than a payment method's: an address, a currency.
    dated = [{name: card[name] for name in ("cvc", "exp_month", "exp_year", "number")} for card in dated]
    sent: list[object] = [{"payment_method_data": {"type": "card", "card": card}} for card in dated]
    sent += [{"payment_method": f"pm_card_{name}"} for name in ("visa", "mastercard", "amex", "chargeDeclined", "us")]
    shipping = {"name": "Jenny", "address": {"line1": "x"}, "phone": "1"}
    plan = {"card": {"installments": {"plan": {"type": "fixed_count", "count": "3", "interval": "month"}}}}
    sent += [{}, {"payment_method": "pm_card_visa", "shipping": shipping, "payment_method_options": plan}]
    for params in sent:
        response = api.send("POST", "/v1/test_helpers/confirmation_tokens", params)
        # Four test cards are refused.
        if response.is_success:
            yield response.json()


def test_confirmation_tokens_are_what_the_sdk_says():
    made = list(confirmations(TEST_CARDS.values()))
    assert len(made) == len(TEST_CARDS) - 4 + 7
    wrong = [found for body in made for found in object_mismatches(body, stripe.ConfirmationToken, "token")]
    assert wrong == []
    assert stripe.ConfirmationToken.construct_from(made[0], "key").to_dict() == made[0]


@each(
    "path, value",
    [
        ("created", "1"),
        ("expires_at", "1"),
        ("payment_intent", 1),
        ("setup_future_usage", 1),
        ("use_stripe_sdk", None),
        ("payment_method_preview.type", None),
        ("payment_method_preview.card.exp_month", "12"),
        ("payment_method_preview.card.checks.cvc_check", 1),
        ("payment_method_preview.billing_details.address.city", 1),
        ("shipping.name", None),
        ("payment_method_options.card.installments.plan.count", "3"),
    ],
)
def test_a_wrong_value_of_a_confirmation_token_is_noticed(path, value):
    body = list(confirmations())[-1]
    *parents, name = path.split(".")
    part = body
    for parent in parents:
        part = part[parent]
    assert name in part
    part[name] = value
    assert object_mismatches(body, stripe.ConfirmationToken, "token")
