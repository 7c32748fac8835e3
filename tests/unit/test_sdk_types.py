"""The official SDK's annotations, held against generated tokens."""

from __future__ import annotations

import importlib
import types
import typing
from functools import cache

import pytest
import stripe

from pytest_stripe_tokens.catalogue import CATALOGUE, TEST_BANK_ACCOUNTS, TEST_CARDS, TOKEN_TYPES
from pytest_stripe_tokens.simulator.generator import GeneratorFactory

COUNT = 1000


class Names(dict):
    """A module's names, and those that it imports for type checkers only: classes of the SDK by their own name."""

    def __missing__(self, name):
        return getattr(stripe, name)


@cache
def fields_of(cls):
    """Give a class's annotated fields, each with its type; those of its own, not the SDK's machinery's."""
    names = Names(vars(importlib.import_module(cls.__module__)) | vars(cls))
    hints = typing.get_type_hints(cls, None, names)
    return {
        name: hints[name]
        for name in cls.__annotations__
        if not name.startswith("_") and typing.get_origin(hints[name]) is not typing.ClassVar
    }


def mismatches(value, hint, path):
    """Tell where a JSON value is not what an annotation says."""
    if isinstance(hint, type) and typing.get_origin(hint) is None and issubclass(hint, stripe.StripeObject):
        return object_mismatches(value, hint, path)
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Union:
        if value is not None and len(inner) == 2 and inner[1] is types.NoneType:
            return mismatches(value, inner[0], path)
        fits = any(not mismatches(value, argument, path) for argument in inner)
    else:
        fits = is_plain(value, hint, inner)
    return [] if fits else [f"{path}: {value!r} is not {hint}"]


def is_plain(value, hint, inner):
    """Tell whether a value is what a literal, a collection or a plain type says."""
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return value in inner
    if origin is list:
        return isinstance(value, list) and not any(mismatches(item, inner[0], "") for item in value)
    if origin is not None:  # UntypedStripeObject[str], a mapping
        return isinstance(value, dict) and not any(mismatches(item, inner[-1], "") for item in value.values())
    return type(value) is hint


def object_mismatches(value, cls, path):
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {cls.__name__}"]
    found = []
    for name, hint in fields_of(cls).items():
        if name in value:
            found += mismatches(value[name], hint, f"{path}.{name}")
        elif types.NoneType not in typing.get_args(hint):
            found.append(f"{path}.{name}: missing")
    return found


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
