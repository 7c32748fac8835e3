from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rows import each

from pytest_stripe_tokens.api.schemas import problems, token_schema
from pytest_stripe_tokens.api.token_types import BY_OBJECT, CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.tokens.generator import Generator

# The reference's own examples, as `documented` cassettes hold them: the shapes of 2023, `redaction` included.
DOCUMENTED_ACCOUNT = {
    "id": "ct_1BZ6xr2eZvKYlo2CsSOhuTfi",
    "object": "token",
    "client_ip": "104.198.25.169",
    "created": 1513297331,
    "livemode": False,
    "redaction": None,
    "type": "account",
    "used": False,
}
DOCUMENTED_BANK_ACCOUNT = {
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
}
DOCUMENTED_CARD_2023 = ("email", "networks", "phone", "regulated_status")


@pytest.fixture
def card():
    return Generator().token("card", CATALOGUE["card"].defaults)


@pytest.mark.parametrize("kind", BY_OBJECT)
def test_the_schema_is_itself_valid(kind):
    Draft202012Validator.check_schema(token_schema(kind))
    assert token_schema(kind)["properties"]["object"] == {"const": kind}


def confirmation(**changes):
    body = json.loads((Path(__file__).parents[1] / "shared" / "confirmation_token.json").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, name = path.split("__")
        part = body
        for parent in parents:
            part = part[parent]
        part[name] = value
    return body


@each(
    "changes, problem",
    [
        ({}, None),
        ({"expires_at": None}, None),
        ({"payment_intent": "pi_1"}, None),
        ({"payment_method_preview": None}, None),
        ({"payment_method_preview__type": "link"}, None),
        ({"new": 1}, None),
        ({"object": "token"}, "object: "),
        ({"created": "1"}, "created: is a string, not integer"),
        ({"setup_future_usage": "later"}, "setup_future_usage: 'later' is none of off_session, on_session"),
        ({"payment_method_preview__type": None}, "payment_method_preview.type: is null, not string"),
        ({"payment_method_preview__card": None}, "payment_method_preview.card: is null, not object"),
        ({"payment_method_preview__card__exp_year": "2030"}, "payment_method_preview.card.exp_year: is a string"),
        ({"payment_method_preview__card__checks__cvc_check": "ok"}, "payment_method_preview.card.checks.cvc_check: "),
        ({"payment_method_preview__billing_details__address": {}}, "payment_method_preview.billing_details.address: "),
        ({"shipping": {"name": "x"}}, "shipping: 'address' is a required property"),
    ],
)
def test_a_confirmation_token_is_held_to_its_schema(changes, problem):
    found = problems(confirmation(**changes), "confirmation_token")
    assert (found == []) == (problem is None)
    assert problem is None or found[0].startswith(problem), found


def test_what_a_confirmation_token_can_not_be_without():
    body = confirmation()
    for name in token_schema("confirmation_token")["required"]:
        left = {field: value for field, value in body.items() if field != name}
        assert problems(left, "confirmation_token") == [f"token: '{name}' is a required property"]


@pytest.mark.parametrize("type_", TOKEN_TYPES)
def test_a_generated_token_obeys_the_schema(type_):
    assert problems(Generator().token(type_, CATALOGUE[type_].defaults)) == []


@pytest.mark.parametrize("token", [DOCUMENTED_ACCOUNT, DOCUMENTED_BANK_ACCOUNT], ids=lambda token: token["type"])
def test_a_documented_example_obeys_the_schema(token):
    assert problems(token) == []


def test_the_documented_card_lacks_what_came_later(card):
    for name in DOCUMENTED_CARD_2023:
        del card["card"][name]
    assert problems(card) == []


def test_a_field_that_the_api_adds_is_allowed(card):
    card["card"]["new"] = card["new"] = {"anything": 1}
    assert problems(card) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("used", "false", "used: is a string, not boolean"),
        ("created", None, "created: is null, not integer"),
        ("object", "tokens", "object: 'token' was expected"),
        ("type", "source", "type: 'source' is none of account, bank_account, card, cvc_update, person, pii"),
        ("card.exp_month", 13, "card.exp_month: 13 is greater than the maximum of 12"),
        ("card.exp_year", "2050", "card.exp_year: is a string, not integer"),
        ("card.brand", "visa", "card.brand: 'visa' is none of American Express, Cartes Bancaires, Diners Club, "),
        ("card.cvc_check", "passed", "card.cvc_check: 'passed' is none of pass, fail, unavailable, unchecked"),
        ("card.networks", {}, "card.networks: 'preferred' is a required property"),
        ("card.metadata", {"a": 1}, "card.metadata.a: is an integer, not string"),
        ("card.name", 1, "card.name: is an integer, not string or null"),
    ],
)
def test_a_wrong_value_is_told_with_its_path(card, path, value, problem):
    *parents, name = path.split(".")
    (card[parents[0]] if parents else card)[name] = value
    assert problems(card)[-1].startswith(problem)


@pytest.mark.parametrize("name", ["created", "id", "livemode", "object", "used"])
def test_a_missing_field_is_told(card, name):
    del card[name]
    assert problems(card) == [f"token: '{name}' is a required property"]


def test_a_card_has_what_the_documented_one_has():
    documented = json.loads(
        (Path(__file__).parents[1] / "shared" / "documented_bodies.json").read_text(encoding="utf-8")
    )
    token = documented["card token"]["body"]
    # Hidden from publishable keys, and absent until May 2023.
    for name in token["card"].keys() - {"fingerprint", "wallet"}:
        card = {key: value for key, value in token["card"].items() if key != name}
        assert problems({**token, "card": card}) == [f"card: '{name}' is a required property"]


def test_a_token_of_a_type_holds_its_object(card):
    del card["card"]
    assert problems(card) == ["token: 'card' is a required property"]


def test_an_object_of_another_type_does_not_belong(card):
    pii = {**copy.deepcopy(card), "type": "pii"}
    assert problems(pii) == ["card: does not belong to this type of token"]


def test_a_token_without_a_type_is_told_so_alone(card):
    del card["type"], card["card"]
    assert problems(card) == ["token: 'type' is a required property"]


@pytest.mark.parametrize(
    "answer",
    [None, [], "text", 1, {"error": {"message": "No such token"}}],
    ids=["null", "array", "text", "int", "error"],
)
def test_what_is_no_token_breaks_the_schema(answer):
    assert problems(answer)


def test_a_long_value_is_not_repeated(card):
    card["card"]["brand"] = "secret" * 20
    assert problems(card) == ["card.brand: breaks the rule enum"]


def test_problems_come_in_order_of_path(card):
    card["used"] = card["card"]["brand"] = card["livemode"] = None
    assert [problem.split(":")[0] for problem in problems(card)] == ["card.brand", "livemode", "used"]


def test_the_schemas_import_jsonschema_only_to_check():
    code = "import sys, pytest_stripe_tokens.api.schemas; print('jsonschema' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
