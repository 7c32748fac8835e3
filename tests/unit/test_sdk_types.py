"""The official SDK's annotations, held against generated tokens."""

from __future__ import annotations

import pytest
import stripe
from simulator_api import fields_of, object_mismatches

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
