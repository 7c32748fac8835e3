from __future__ import annotations

import re
import subprocess
import sys

import pytest
from rows import each

from pytest_stripe_tokens.api.bank_numbers import bank_number, bank_values, currency_of, shown_bank
from pytest_stripe_tokens.api.card_numbers import card_number, card_values, country_of
from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE, OTHER_TOKEN_TYPES, TOKEN_TYPES

# Published as they are, although they fail the check (Stripe's testing pages).
NOT_LUHN = {"4000000000000019", "4000007840000006"}


def passes_luhn(number):
    digits = [int(digit) for digit in reversed(number)]
    return sum(sum(divmod(digit * (1 + place % 2), 10)) for place, digit in enumerate(digits)) % 10 == 0


def test_the_token_types_are_the_six_of_the_api():
    assert TOKEN_TYPES == ("account", "bank_account", "card", "cvc_update", "person", "pii")


def test_the_others_are_called_as_their_objects():
    assert OTHER_TOKEN_TYPES == (
        "confirmation_token",
        "v2.core.account_person_token",
        "v2.core.account_token",
    )
    assert [CATALOGUE[name].object for name in OTHER_TOKEN_TYPES] == list(OTHER_TOKEN_TYPES)


def test_the_table_is_in_alphabetical_order():
    assert list(CATALOGUE) == sorted(CATALOGUE)


def test_every_type_has_its_own_fixture_and_prefix():
    assert [row.fixture for row in CATALOGUE.values()] == [
        "account_token",
        "bank_token",
        "card_token",
        "confirmation_token",
        "cvc_update_token",
        "person_token",
        "pii_token",
        "v2_person_token",
        "v2_account_token",
    ]
    prefixes = "ct btok tok ctoken cvctok cpt pii perstok accttok"
    assert [row.id_prefix for row in CATALOGUE.values()] == prefixes.split()


def test_the_table_can_not_be_changed():
    with pytest.raises(TypeError):
        CATALOGUE["card"] = CATALOGUE["pii"]


def test_a_card_expires_far_enough_not_to_need_a_clock():
    defaults = CATALOGUE["card"].defaults
    assert (defaults["number"], defaults["exp_month"], defaults["exp_year"]) == ("4242424242424242", 12, 2050)


def test_each_secret_default_is_listed_as_secret():
    for row in CATALOGUE.values():
        for name in ("number", "cvc", "account_number", "id_number"):
            assert name not in row.defaults or name in row.secret_parameters


def test_parameters_are_merged_over_the_defaults():
    assert CATALOGUE["card"].merged({"exp_year": 2030})["exp_year"] == 2030
    assert CATALOGUE["card"].merged({"exp_year": 2030})["number"] == "4242424242424242"


def test_a_german_account_has_no_american_routing_number():
    merged = CATALOGUE["bank_account"].merged(TEST_BANK_ACCOUNTS["DE"])
    assert "routing_number" not in merged
    assert merged["currency"] == "eur"
    assert merged["account_holder_name"] == "Jenny Rosen"


def test_the_same_country_keeps_its_defaults():
    assert CATALOGUE["bank_account"].merged({"country": "US"}) == CATALOGUE["bank_account"].defaults


def test_a_payment_method_stands_for_the_whole_bank_account():
    assert CATALOGUE["bank_account"].merged({"payment_method": "pm_1"}) == {"payment_method": "pm_1"}


def test_a_company_is_sent_without_the_default_individual():
    merged = CATALOGUE["account"].merged({"business_type": "company", "company": {"name": "Rosen"}})
    assert merged == {"business_type": "company", "company": {"name": "Rosen"}, "tos_shown_and_accepted": True}


def test_none_leaves_a_default_out():
    assert "cvc" not in CATALOGUE["card"].merged({"cvc": None})


def test_merging_hands_out_no_part_of_the_table():
    CATALOGUE["account"].merged({})["individual"]["first_name"] = "changed"
    assert CATALOGUE["account"].defaults["individual"]["first_name"] == "Jane"


def test_a_published_number_passes_the_check_but_for_two():
    assert {value.number for value in card_values() if not passes_luhn(value.number)} == NOT_LUHN


def test_a_published_number_has_13_to_19_digits():
    assert [value for value in card_values() if not re.fullmatch(r"\d{13,19}", value.number)] == []


def test_a_card_that_can_not_be_attached_has_the_code_of_its_decline():
    assert [value for value in card_values() if not value.is_attachable and value.code is None] == []


def test_no_name_is_given_to_two_cards():
    names = [value.name for value in card_values()]
    assert len(names) == len(set(names))


@each(
    ("name", "brand", "funding", "country"),
    [
        ("visa", "Visa", "credit", "US"),
        ("visa_debit", "Visa", "debit", "US"),
        ("mastercard_prepaid", "MasterCard", "prepaid", "US"),
        ("amex", "American Express", "credit", "US"),
        ("discover", "Discover", "credit", "US"),
        ("diners_14_digits", "Diners Club", "credit", "US"),
        ("jcb", "JCB", "credit", "JP"),
        ("unionpay_19_digits", "UnionPay", "credit", "CN"),
        ("cartes_bancaires_visa", "Visa", "credit", "FR"),
        ("DE", "Visa", "credit", "DE"),
        ("GB_mastercard", "MasterCard", "credit", "GB"),
        ("DE_payout", "Visa", "debit", "DE"),
        ("SG_payout_mastercard", "MasterCard", "debit", "SG"),
        ("3ds_always", "Visa", "credit", "DE"),
    ],
)
def test_a_test_card_is_what_stripe_says_it_is(name, brand, funding, country):
    card = card_number(TEST_CARDS[name]["number"])
    assert (card.brand, card.funding, card.country) == (brand, funding, country)


@each(
    ("name", "code", "decline_code", "is_attachable"),
    [
        ("charge_declined", "card_declined", "generic_decline", False),
        ("insufficient_funds", "card_declined", "insufficient_funds", False),
        ("lost_card", "card_declined", "lost_card", False),
        ("stolen_card", "card_declined", "stolen_card", False),
        ("expired_card", "expired_card", "expired_card", False),
        ("incorrect_cvc", "incorrect_cvc", "incorrect_cvc", False),
        ("processing_error", "processing_error", "processing_error", False),
        ("velocity_exceeded", "card_declined", "card_velocity_exceeded", False),
        ("decline_after_attaching", "card_declined", "generic_decline", True),
        ("fraudulent", "card_declined", "fraudulent", True),
        ("visa", None, None, True),
        ("dispute_fraudulent", None, None, True),
    ],
)
def test_a_declining_card_declines_as_published(name, code, decline_code, is_attachable):
    card = card_number(TEST_CARDS[name]["number"])
    assert (card.code, card.decline_code, card.is_attachable) == (code, decline_code, is_attachable)


def test_an_american_express_card_comes_with_four_digits_of_cvc():
    assert TEST_CARDS["amex"] == {"number": "378282246310005", "cvc": "1234"}


def test_a_payout_card_comes_with_its_currency():
    assert TEST_CARDS["GB_payout"] == {"number": "4000058260000203", "currency": "gbp"}


def test_an_address_check_comes_with_an_address():
    assert TEST_CARDS["zip_check_fails"]["address_zip"] == "12345"


def test_the_plain_name_of_a_number_wins_over_its_payout_name():
    assert card_number("4000056655665556").name == "visa_debit"


def test_a_number_that_is_not_published_is_not_found():
    assert card_number("4111111111111111") is None


def test_only_made_up_numbers_carry_a_country():
    assert country_of("4000002760003184") == "DE"
    assert country_of("5100002760003184") == "US"


def test_test_values_can_not_be_changed():
    TEST_CARDS["visa"]["number"] = "1"
    assert TEST_CARDS["visa"]["number"] == "4242424242424242"
    with pytest.raises(TypeError):
        TEST_CARDS["visa"] = {}


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError, match="vissa"):
        TEST_CARDS["vissa"]


def test_test_values_show_their_names():
    assert "US_no_account" in repr(TEST_BANK_ACCOUNTS)


def test_an_iban_is_sent_without_a_routing_number():
    assert TEST_BANK_ACCOUNTS["DE"] == {
        "country": "DE",
        "currency": "eur",
        "account_number": "DE89370400440532013000",
    }


def test_an_account_type_is_sent_where_the_country_wants_one():
    assert TEST_BANK_ACCOUNTS["CL"]["account_type"] == "checking"


@each("name", [name for name in TEST_BANK_ACCOUNTS if "_" in name])
def test_a_bank_account_with_an_effect_is_of_its_country(name):
    country, effect = name.split("_", 1)
    value = bank_number(country, TEST_BANK_ACCOUNTS[name]["account_number"])
    assert (value.country, value.effect) == (country, effect)


def test_every_bank_account_is_found_by_its_number():
    assert all(bank_number(value.country, value.account_number) == value for value in bank_values())


@each(
    ("country", "routing_number", "shown"),
    [
        ("US", "110000000", ("110000000", "STRIPE TEST BANK")),
        ("US", "122105155", ("122105155", "US BANK NA")),
        ("AU", "110000", ("11 0000", "STRIPE TEST BANK")),
        ("DE", "", ("110000000", "STRIPE TEST BANK")),
        ("ZA", "FIRNZAJJ", ("FIRNZAJJXXX", "FIRSTRAND BANK LIMITED")),
        ("AZ", "123456-123456", ("123456123456", "STRIPE TEST BANK")),
        ("GB", "23-14-70", ("23-14-70", "WISE PAYMENTS LTD")),
        ("US", "021000021", None),
    ],
)
def test_a_routing_number_is_shown_as_in_real_answers(country, routing_number, shown):
    assert shown_bank(country, routing_number) == shown


def test_a_country_has_its_currency():
    assert (currency_of("JP"), currency_of("ES"), currency_of("XX")) == ("jpy", "eur", "usd")


def test_the_catalogue_imports_nothing_heavy():
    code = "import sys, pytest_stripe_tokens.api.token_types; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"faker", "yaml", "vcr", "jsonschema", "pytest"} & set(run.stdout.split())
