from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_stripe_tokens.api.schemas import problems
from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory

FACTORY = GeneratorFactory()
# A leaf of a decoded form, and what a misused bracket makes of one.
ANYTHING = st.recursive(
    st.text(max_size=30),
    lambda leaf: st.lists(leaf, max_size=2) | st.dictionaries(st.text(max_size=5), leaf, max_size=2),
    max_leaves=3,
)
DIGITS = st.text("0123456789 -", max_size=25)
CARD = st.fixed_dictionaries(
    {},
    optional={
        "number": DIGITS | ANYTHING | st.sampled_from([params["number"] for params in TEST_CARDS.values()]),
        "exp_month": DIGITS | ANYTHING,
        "exp_year": DIGITS | ANYTHING,
        "cvc": ANYTHING,
        "currency": ANYTHING,
        "name": ANYTHING,
        "address_zip": ANYTHING,
        "address_line1": ANYTHING,
        "networks": ANYTHING | st.fixed_dictionaries({"preferred": ANYTHING}),
        "unknown": ANYTHING,
    },
)
BANK_ACCOUNT = st.sampled_from(list(TEST_BANK_ACCOUNTS.values())).map(dict) | st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["US", "de", "XX"]) | ANYTHING,
        "currency": st.sampled_from(["usd", "EUR"]),
        "account_number": DIGITS | ANYTHING,
        "routing_number": DIGITS | ANYTHING,
        "account_holder_name": ANYTHING,
        "account_holder_type": ANYTHING,
        "account_type": ANYTHING,
    },
)
PARAMS = {"card": CARD, "bank_account": BANK_ACCOUNT}
TYPE_AND_PARAMS = st.sampled_from(TOKEN_TYPES).flatmap(
    lambda type_: st.tuples(
        st.just(type_), PARAMS.get(type_, st.dictionaries(st.text(max_size=9), ANYTHING, max_size=4))
    )
)


@given(TYPE_AND_PARAMS, st.sampled_from(["secret", "publishable"]), st.booleans(), st.none() | st.text(max_size=30))
@settings(deadline=None)
def test_any_parameters_give_a_token_that_obeys_the_schema(type_and_params, key_kind, livemode, account):
    type_, params = type_and_params
    token = FACTORY.generator().token(type_, params, key_kind=key_kind, livemode=livemode, account=account)
    assert problems(token) == []
    assert token["id"].startswith(CATALOGUE[type_].id_prefix + "_1")
    assert json.loads(json.dumps(token)) == token


@given(st.integers(), st.text(max_size=50), st.lists(TYPE_AND_PARAMS, max_size=5))
@settings(deadline=None)
def test_tokens_depend_on_nothing_but_seed_scope_and_order(seed, scope, requests):
    def tokens():
        generator = FACTORY.generator(seed, scope)
        return [json.dumps(generator.token(*request)) for request in requests]

    assert tokens() == tokens()


@given(st.lists(TYPE_AND_PARAMS, max_size=10))
@settings(deadline=None)
def test_no_two_tokens_of_a_test_share_an_id(requests):
    generator = FACTORY.generator()
    made = [generator.token(*request) for request in requests]
    ids = [token["id"] for token in made] + [token[row]["id"] for token in made for row in PARAMS if row in token]
    assert len(ids) == len(set(ids))


@given(DIGITS)
@settings(deadline=None)
def test_a_token_holds_no_more_than_the_last_four_of_a_card_number(number):
    generator = FACTORY.generator()
    token = json.dumps(generator.token("card", {"number": number}))
    digits = "".join(character for character in number if character.isdigit())
    assert len(digits) < 12 or digits not in token
