"""What counts as secret."""

from __future__ import annotations

import pytest

from pytest_stripe_tokens.api.token_types import CATALOGUE
from pytest_stripe_tokens.redaction.sensitive import (
    SECRET_WITHIN,
    has_card_number,
    has_key,
    hide,
    is_card_number,
    is_secret_name,
    keeps_tail,
    redact_account,
    tail,
)

KEY = "sk_test_" + "51HcAnArY" * 3


@pytest.mark.parametrize(
    "name",
    [
        "number",
        "cvc",
        "account_number",
        "id_number",
        "ssn_last_4",
        "tax_id",
        "cardCvc",
        "Account-Number",
        "client_secret",
    ],
)
def test_a_secret_name_is_known_in_any_spelling(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["exp_month", "routing_number", "last4", "phone", "name", "country", "authorization"])
def test_other_names_are_no_secret(name):
    assert not is_secret_name(name)


def test_every_secret_of_the_catalogue_is_known():
    paths = {path for row in CATALOGUE.values() for path in row.secret_parameters}
    within = {tuple(path.split(".")[-2:]) for path in paths if path.endswith(".value")}

    assert within == SECRET_WITHIN == {("id_numbers", "value")}
    assert all(is_secret_name(path.rpartition(".")[2]) for path in paths if not path.endswith(".value"))


def test_card_and_account_numbers_keep_their_tail_and_nothing_else_does():
    assert [name for name in ("number", "account_number", "cvc", "id_number") if keeps_tail(name)] == [
        "number",
        "account_number",
    ]


@pytest.mark.parametrize("digits", ["4242424242424242", "378282246310005", "36227206271667", "6205500000000000004"])
def test_a_card_number_is_recognized(digits):
    assert is_card_number(digits)


@pytest.mark.parametrize(
    "digits",
    [
        "4242424242424241",
        "424242424242",
        "42424242424242424242",
        "0000000000000000",
        "1000000000008",
        "424242424242424x",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "",
    ],
)
def test_other_digits_are_no_card_number(digits):
    assert not is_card_number(digits)


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "2050 4242 4242 4242 4242",
        "x4242424242424242y",
    ],
)
def test_a_card_number_in_a_text_is_found(text):
    assert has_card_number(text)


@pytest.mark.parametrize("text", ["1699999999999", "2026-10-28 12:00:00", "1234567890123456789012345", "4242 4242"])
def test_other_numbers_in_a_text_are_left_alone(text):
    assert hide(text) == text


def test_a_hidden_card_number_keeps_four_digits():
    assert hide("2050 4242 4242 4242 4242, 5555555555554444") == "2050 ****4242, ****4444"


@pytest.mark.parametrize("prefix", ["sk_test_", "sk_live_", "rk_test_", "pk_live_", "sk_org_live_", "whsec_"])
def test_a_key_keeps_its_prefix_only(prefix):
    assert hide(f"x {prefix}{'aB3' * 5} y") == f"x {prefix}*** y"


def test_a_client_secret_is_hidden():
    assert hide("pi_1_secret_abc") == "pi_1_secret_***"


def test_an_ordinary_id_is_left_alone():
    assert hide("tok_1N3T00LkdIwHu7ixt44h1F8k") == "tok_1N3T00LkdIwHu7ixt44h1F8k"


def test_hiding_twice_changes_nothing():
    once = hide(f"{KEY} 4242 4242 4242 4242 acct_1032D82eZvKYlo2C pi_1_secret_x")

    assert hide(once) == once


def test_keys_are_told_from_reduced_keys():
    assert (has_key(KEY), has_key("sk_test_***")) == (True, False)


def test_an_account_is_reduced_to_the_same_hash_each_time():
    assert redact_account("acct_1032D82eZvKYlo2C") == "acct_106319a383"


def test_a_reduced_account_stays_as_it_is():
    assert redact_account("acct_106319a383") == "acct_106319a383"


@pytest.mark.parametrize(
    ("number", "reduced"),
    [("000123456789", "****6789"), ("DE89 3704 0044 0532 0130 00", "****3000"), ("12345", "***"), ("", "***")],
)
def test_a_number_is_reduced_to_its_tail(number, reduced):
    assert tail(number) == reduced
