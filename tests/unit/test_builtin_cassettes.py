"""The cassettes that come with the package: the API reference's examples, field for field."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

import pytest_stripe_tokens.cassettes
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.schemas import problems
from pytest_stripe_tokens.cassettes.library import Library
from pytest_stripe_tokens.cassettes.player import Metadata, Player

DOCUMENTED = ("account", "bank_account", "card", "confirmation_token", "cvc_update", "person")
OWN_PATHS = {"confirmation_token": "/v1/test_helpers/confirmation_tokens"}
DIRECTORY = Path(pytest_stripe_tokens.cassettes.library.__file__).with_name("builtin")

# Of the API reference's Tokens section, in its order of keys.
EXAMPLES = {
    "account": {
        "id": "ct_1BZ6xr2eZvKYlo2CsSOhuTfi",
        "object": "token",
        "client_ip": "104.198.25.169",
        "created": 1513297331,
        "livemode": False,
        "redaction": None,
        "type": "account",
        "used": False,
    },
    "bank_account": {
        "id": "tok_1N3T00LkdIwHu7ixt44h1F8k",
        "object": "token",
        "bank_account": {
            "id": "ba_1NWScr2eZvKYlo2C8MgV5Cwn",
            "object": "bank_account",
            "account_holder_name": "Jenny Rosen",
            "account_holder_type": "individual",
            "account_type": None,
            "bank_name": "STRIPE TEST BANK",
            "country": "US",
            "currency": "usd",
            "fingerprint": "1JWtPxqbdX5Gamtz",
            "last4": "6789",
            "routing_number": "110000000",
            "status": "new",
        },
        "client_ip": None,
        "created": 1689981645,
        "livemode": False,
        "redaction": None,
        "type": "bank_account",
        "used": False,
    },
    "card": {
        "id": "tok_1N3T00LkdIwHu7ixt44h1F8k",
        "object": "token",
        "card": {
            "id": "card_1N3T00LkdIwHu7ixRdxpVI1Q",
            "object": "card",
            "address_city": None,
            "address_country": None,
            "address_line1": None,
            "address_line1_check": None,
            "address_line2": None,
            "address_state": None,
            "address_zip": None,
            "address_zip_check": None,
            "brand": "Visa",
            "country": "US",
            "cvc_check": "unchecked",
            "dynamic_last4": None,
            "exp_month": 5,
            "exp_year": 2026,
            "fingerprint": "mToisGZ01V71BCos",
            "funding": "credit",
            "last4": "4242",
            "metadata": {},
            "name": None,
            "tokenization_method": None,
            "wallet": None,
        },
        "client_ip": "52.35.78.6",
        "created": 1683071568,
        "livemode": False,
        "type": "card",
        "used": False,
    },
    # Of the page on the test helper.
    "confirmation_token": {
        "id": "ctoken_1Ow71CL4FhS6zgoxWjxc7sfr",
        "object": "confirmation_token",
        "created": 1710871450,
        "expires_at": 1710914650,
        "livemode": False,
        "payment_intent": None,
        "payment_method_preview": {
            "billing_details": {
                "address": {
                    "city": None,
                    "country": None,
                    "line1": None,
                    "line2": None,
                    "postal_code": None,
                    "state": None,
                },
                "email": None,
                "name": None,
                "phone": None,
            },
            "card": {
                "brand": "visa",
                "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
                "country": "US",
                "display_brand": "visa",
                "exp_month": 3,
                "exp_year": 2025,
                "fingerprint": "jbGyCKrSRsFpOBWP",
                "funding": "credit",
                "generated_from": None,
                "last4": "4242",
                "networks": {"available": ["visa"], "preferred": None},
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "type": "card",
        },
        "return_url": None,
        "setup_future_usage": None,
        "setup_intent": None,
        "shipping": None,
        "use_stripe_sdk": True,
    },
    "cvc_update": {
        "id": "cvctok_1NkWsu2eZvKYlo2CFDm6ab7X",
        "object": "token",
        "client_ip": None,
        "created": 1693334608,
        "livemode": False,
        "redaction": None,
        "type": "cvc_update",
        "used": False,
    },
    "person": {
        "id": "cpt_1EDww82eZvKYlo2CsdelTHFu",
        "object": "token",
        "client_ip": "8.21.168.117",
        "created": 1552582904,
        "livemode": False,
        "redaction": None,
        "type": "person",
        "used": False,
    },
}


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path)


@pytest.mark.parametrize("token_type", DOCUMENTED)
def test_the_example_is_held_unchanged_and_in_its_order(library, token_type):
    create = library.builtin(token_type).interactions[0]

    assert create.response.body.decode() == json.dumps(EXAMPLES[token_type], indent=2)


@pytest.mark.parametrize("token_type", DOCUMENTED)
def test_the_cassette_says_where_it_is_from(library, token_type):
    cassette = library.builtin(token_type)

    assert (cassette.metadata, cassette.origin) == (Metadata("documented", token_type=token_type), "documented")


@pytest.mark.parametrize("token_type", DOCUMENTED)
def test_the_create_is_taken_for_its_type(library, token_type):
    assert Player([library.builtin(token_type)]).take_create(token_type)


@pytest.mark.parametrize("token_type", DOCUMENTED)
def test_the_example_obeys_the_schema(library, token_type):
    example = library.builtin(token_type).interactions[0].response.json()
    assert problems(example, example["object"]) == []


def test_the_card_is_retrieved_as_documented(library):
    url = "https://api.stripe.com/v1/tokens/tok_1N3T00LkdIwHu7ixt44h1F8k"
    played = Player([library.builtin("card")]).play(Request("GET", url, {"authorization": "Bearer sk_test_x"}))

    assert played is not None
    assert played.response.json() == EXAMPLES["card"]


@pytest.mark.parametrize("token_type", ["pii", "no_such_type", "../../x"])
def test_what_the_reference_does_not_show_has_no_cassette(library, token_type):
    assert library.builtin(token_type) is None


def test_a_builtin_cassette_is_told_from_one_of_the_suite(library, tmp_path):
    builtin = library.builtin("card")
    (tmp_path / "card.yaml").write_bytes(builtin.path.read_bytes())

    assert (library.is_builtin(builtin), library.is_builtin(library.find("card"))) == (True, False)


def test_a_builtin_cassette_is_read_once(library):
    assert library.builtin("card") is library.builtin("card")


@pytest.mark.parametrize("token_type", DOCUMENTED)
def test_vcrpy_alone_plays_the_create(token_type):
    vcr = pytest.importorskip("vcr")
    file = DIRECTORY / f"{token_type}.yaml"
    path = OWN_PATHS.get(token_type, "/v1/tokens")
    request = urllib.request.Request(f"https://api.stripe.com{path}", data=b"x", method="POST")
    with vcr.use_cassette(str(file), record_mode="none", match_on=["method", "path"]):
        assert json.load(urllib.request.urlopen(request)) == EXAMPLES[token_type]


def test_there_are_no_others():
    assert sorted(path.stem for path in DIRECTORY.iterdir()) == [*DOCUMENTED, "v2_account_token", "v2_person_token"]
