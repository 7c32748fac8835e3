from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
import requests

from pytest_stripe_tokens.api.token import Token

DATA = {
    "id": "tok_1",
    "object": "token",
    "card": {"last4": "4242", "items": [{"a": 1}, 2], "wallet": None},
    "type": "card",
    "used": False,
}


@pytest.fixture
def token():
    return Token(DATA, "recorded")


def test_it_equals_the_json_object_and_only_that(token):
    assert token == DATA
    assert token == DATA
    assert token != {**DATA, "used": True}
    assert token == Token(DATA)


def test_it_is_a_mapping(token):
    assert isinstance(token, Mapping)
    assert (list(token), len(token), dict(token), {**token}) == (list(DATA), len(DATA), DATA, DATA)
    assert ("card" in token, "tok_1" in token, token.get("bank_account")) == (True, False, None)


def test_fields_are_items_and_attributes_at_every_level(token):
    assert token["card"]["last4"] == token.card.last4 == "4242"
    assert token.card["items"][0].a == 1
    assert token.card == DATA["card"]


def test_its_string_is_its_id(token):
    assert (str(token), f"{token}", f"{token:>7}", "%s" % token) == ("tok_1", "tok_1", "  tok_1", "tok_1")  # noqa: UP031
    assert type(str(token)) is str


def test_form_encoders_send_its_id(token):
    assert urlencode({"source": token}) == urlencode({"source": token}, doseq=True) == "source=tok_1"
    assert requests.Request("POST", "https://other.example", data={"source": token}).prepare().body == "source=tok_1"
    assert json.dumps({"source": token}) == '{"source": "tok_1"}'


def test_it_is_found_under_its_id(token):
    assert {"tok_1": 1}[token] == 1
    assert token == "tok_1"
    assert token != "tok_2"


def test_json_takes_its_dict(token):
    assert json.loads(json.dumps(token.to_dict())) == DATA
    assert json.loads(json.dumps(token.card.to_dict())) == DATA["card"]


def test_its_dict_is_a_copy(token):
    token.to_dict()["card"]["last4"] = "0000"
    assert token.card.last4 == "4242"


def test_what_it_was_made_from_can_change_without_it():
    data = copy.deepcopy(DATA)
    token = Token(data)
    data["card"]["last4"] = "0000"
    assert token.card.last4 == "4242"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: setattr(token, "id", "tok_2"),
        lambda token: setattr(token.card, "last4", "0000"),
        lambda token: delattr(token, "id"),
        lambda token: token.__setitem__("id", "tok_2"),
        lambda token: token.card.__delitem__("last4"),
    ],
)
def test_it_is_read_only(token, change):
    with pytest.raises((AttributeError, TypeError)):
        change(token)
    assert token == DATA


def test_a_field_that_is_not_there_is_named_with_those_that_are(token):
    with pytest.raises(AttributeError, match="Token has no field 'bank_account'; it has id, object, card, type, used"):
        _ = token.bank_account


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda token: pickle.loads(pickle.dumps(token))])
def test_its_copies_are_equal_and_know_their_origin(token, clone):
    assert clone(token) == token
    assert clone(token).origin == "recorded"
    assert clone(token.card) == token.card


def test_its_repr_is_short_and_tells_what_it_is(token):
    assert repr(token) == "<Token tok_1 (card, recorded)>"
    assert repr(Token({**DATA, "used": True})) == "<Token tok_1 (card, generated, used)>"


def test_the_origin_is_no_field(token):
    assert "origin" not in token
    assert token.origin == "recorded"
