"""The difference of two answers."""

from __future__ import annotations

import pytest

from pytest_stripe_tokens.recording.drift import Drift, breaks_schema, compare, is_volatile
from pytest_stripe_tokens.recording.levels import Level

TOKEN = {
    "id": "tok_1N3T00LkdIwHu7ixt44h1F8k",
    "object": "token",
    "client_ip": None,
    "created": 1683071568,
    "livemode": False,
    "type": "pii",
    "used": False,
}


def test_levels_are_ordered():
    assert Level.INFO < Level.WARNING < Level.ERROR


def test_a_level_reads_as_the_option_does():
    assert [str(level) for level in Level] == ["info", "warning", "error"]


def test_the_same_answer_has_not_drifted():
    assert compare(TOKEN, dict(TOKEN)) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("id", "tok_1N3T00LkdIwHu7ixt44h1F8k", "tok_1N3T00LkdIwHu7ixt44h1F9k"),
        ("created", 1, 2),
        ("fingerprint", "mToisGZ01V71BCos", "1JWtPxqbdX5Gamtz"),
        ("client_ip", "0.0.0.0", "198.51.100.7"),
        ("request_log_url", "https://a", "https://b"),
        ("idempotency_key", "a", "b"),
        ("available_on", 1, 2),
        ("expires_at", 1, 2),
        ("customer", "cus_NffrFeUfNV2Hib", "cus_NffrFeUfNV2Hic"),
        ("message", "No such token: 'tok_1N3T00Lkd'", "No such token: 'tok_2N3T00Lkd'"),
    ],
)
def test_a_volatile_value_is_no_drift(name, old, new):
    assert compare({"card": {name: old}}, {"card": {name: new}}) == []


@pytest.mark.parametrize(
    ("old", "new", "drift"),
    [
        ({}, {"phone": None}, Drift("card.phone", Level.INFO, "new", None, "null")),
        ({"wallet": None}, {}, Drift("card.wallet", Level.WARNING, "gone", "null", None)),
        ({"used": False}, {"used": "no"}, Drift("card.used", Level.ERROR, "type", "boolean", "string")),
        ({"n": 1}, {"n": 1.5}, Drift("card.n", Level.ERROR, "type", "integer", "number")),
        ({"n": {}}, {"n": []}, Drift("card.n", Level.ERROR, "type", "object", "array")),
        ({"name": None}, {"name": "J"}, Drift("card.name", Level.ERROR, "nullability", "null", "string")),
        ({"created": 1}, {"created": "1"}, Drift("card.created", Level.ERROR, "type", "integer", "string")),
        ({"brand": "Visa"}, {"brand": "visa"}, Drift("card.brand", Level.ERROR, "enum", "Visa", "visa")),
        ({"cvc_check": "pass"}, {"cvc_check": "fail"}, Drift("card.cvc_check", Level.ERROR, "enum", "pass", "fail")),
        ({"exp_year": 2026}, {"exp_year": 2027}, Drift("card.exp_year", Level.INFO, "value", 2026, 2027)),
        ({"name": "A"}, {"name": "B"}, Drift("card.name", Level.INFO, "value", "A", "B")),
        (
            {"id": "tok_1N3T00LkdIwHu7ixt44h1F8k"},
            {"id": "btok_1N3T00LkdIwHu7ixt44h1F8k"},
            Drift("card.id", Level.INFO, "value", "tok_1N3T00LkdIwHu7ixt44h1F8k", "btok_1N3T00LkdIwHu7ixt44h1F8k"),
        ),
        ({"l": [1]}, {"l": [1, "a"]}, Drift("card.l[1]", Level.INFO, "new", None, "string")),
        ({"l": [1, {}]}, {"l": [1]}, Drift("card.l[1]", Level.WARNING, "gone", "object", None)),
        ({"l": [{"a": 1}]}, {"l": [{"a": 2}]}, Drift("card.l[0].a", Level.INFO, "value", 1, 2)),
    ],
)
def test_a_change_has_its_level(old, new, drift):
    assert compare({"card": old}, {"card": new}) == [drift]


def test_changes_come_in_the_order_of_the_fields():
    drifts = compare({"a": 1, "b": 1}, {"c": 1, "b": 2})

    assert [(drift.path, drift.change) for drift in drifts] == [("a", "gone"), ("b", "value"), ("c", "new")]


def test_whole_answers_may_differ_in_type():
    assert compare({}, []) == [Drift("", Level.ERROR, "type", "object", "array")]


def test_a_token_that_obeys_the_schema_breaks_nothing():
    assert breaks_schema(TOKEN) == []


def test_a_token_that_breaks_the_schema_says_where():
    (drift,) = breaks_schema({**TOKEN, "used": "no"})

    assert (drift.path, drift.level, drift.change) == ("used", Level.ERROR, "schema")
    assert drift.new


@pytest.mark.parametrize(
    ("name", "expected"), [("id", True), ("created", True), ("trial_end_at", True), ("name", False)]
)
def test_volatile_fields_are_known_by_name(name, expected):
    assert is_volatile(name) is expected
