"""The search before a write."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from pytest_stripe_tokens.leaks import leaks

KEY = "sk_test_" + "51HcAnArY" * 3
SECRET = 'Canary "7é+/'


def test_nothing_is_found_in_clean_data():
    assert leaks(b"card[number]=****4242&card[cvc]=***", ["4242424242424242", "987", KEY]) == []


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(quote(SECRET)),
        quote(SECRET).replace("%C3%A9", "%c3%a9"),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
    ],
)
def test_a_secret_is_found_however_it_is_written(written):
    assert leaks(f"body: x{written}y".encode(), [SECRET]) == ["a secret of 12 characters that was sent"]


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_a_secret_is_found_in_base64_wherever_it_begins(before, encode):
    data = encode(before + "canary-é~~~?".encode() + b"after")

    assert leaks(data, ["canary-é~~~?"]) == ["a secret of 12 characters that was sent, in base64"]


@pytest.mark.parametrize(
    "text", ["cvc=987", "card%5Bcvc%5D=987", '"cvc": "987"', r"\"cvc\": \"987\"", "cvc: '987'", "card[cvc]=987"]
)
def test_a_short_secret_is_found_beside_its_name(text):
    assert leaks(text.encode(), ["987"]) == ["a secret of 3 characters that was sent"]


@pytest.mark.parametrize("text", ["amount: 987", "cvc=9876", "987 Market Street", "shipping: 987"])
def test_a_short_secret_is_not_seen_in_other_values(text):
    assert leaks(text.encode(), ["987"]) == []


def test_a_number_is_not_seen_within_a_longer_one():
    assert leaks(b"routing: 1100000000000", ["000000000"]) == []


def test_a_number_is_found_alone():
    assert leaks(b"id: 000000000.", ["000000000"]) == ["a secret of 9 characters that was sent"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Bearer {KEY}", "an API key"),
        ("pi_1_secret_abc", "an API key"),
        ("n=4242 4242 4242 4242", "a card number"),
        ("n=4242%204242%204242%204242", "a card number"),
        ("acct_1032D82eZvKYlo2C", "an account id"),
    ],
)
def test_what_looks_like_a_secret_is_found_without_being_named(text, kind):
    assert leaks(text.encode(), []) == [kind]


@pytest.mark.parametrize("text", ["Bearer sk_test_***", "****4242", "acct_106319a383", "tok_1N3T00LkdIwHu7ixt44h1F8k"])
def test_what_is_reduced_is_no_leak(text):
    assert leaks(text.encode(), []) == []


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (KEY, "an API key that was sent"),
        ("4242424242424242", "a card number that was sent"),
        ("acct_1032D82eZvKYlo2C", "an account id that was sent"),
    ],
)
def test_the_kind_of_a_sent_secret_is_told(secret, kind):
    assert kind in leaks(secret.encode(), [secret])


def test_the_secret_itself_is_never_told():
    assert SECRET not in "".join(leaks(SECRET.encode(), [SECRET]))


def test_an_empty_secret_is_nowhere():
    assert leaks(b"anything", ["", " "]) == []
