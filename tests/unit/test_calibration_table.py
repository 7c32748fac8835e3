"""The table of facts: what the simulator answers is what its rows say, and nothing that it rests on is missing there."""

from __future__ import annotations

import re

import pytest
from calibrating import fact, simulated
from rows import each

from pytest_stripe_tokens.api.card_numbers import card_number, digits
from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import TOKEN_TYPES
from pytest_stripe_tokens.calibration.comparing import problems
from pytest_stripe_tokens.calibration.table import FACTS, BadRow, facts, read, readings
from pytest_stripe_tokens.redaction.sensitive import is_card_number
from pytest_stripe_tokens.simulator.errors import refusal
from pytest_stripe_tokens.simulator.errors.table import ERRORS

# Which no fact shows, and why.
WITHOUT = {
    "nothing_to_authenticate": "of what only Stripe's scripts ask",
    "payment_authentication_failed": "of what only Stripe's scripts ask",
    "setup_authentication_failed": "of what only Stripe's scripts ask",
    "api_error": "nobody can bring it about",
    "api_key_expired": "nobody has an expired key to try",
    "backend": "nobody can bring it about",
    "idempotency_key_in_use": "two requests at once",
    "incorrect_zip": "the rules of Radar would give it, which are the account's own",
    "link_without_https": "only in live mode",
    "live_mode_test_card": "only in live mode",
    "lock_timeout": "two requests at once",
    "no_permission": "which permissions a restricted key has is its owner's choice",
    "object_not_simulated": "words of our own",
    "own_fault": "words of our own",
    "platform_api_key_expired": "nobody has an expired key to try",
    "publishable_key_required": "only in live mode",
    "rate_limit": "a calibration keeps below it",
    "token_in_use": "two requests at once",
    "unavailable": "nobody can bring it about",
    "unknown_url": "words of our own",
}
# Numbers that everybody tests with, on no card: sent to learn what test mode makes of a number that is not Stripe's.
NOBODYS = {"4111111111111111", "4012888888881881"}


@pytest.fixture
def raised(monkeypatch):
    """The names of the errors that the simulator raises."""
    names = []
    make = refusal.ApiError.__init__

    def noted(self, name, **more):
        names.append(name)
        make(self, name, **more)

    monkeypatch.setattr(refusal.ApiError, "__init__", noted)
    return names


@each("row", facts())
def test_the_simulator_answers_what_the_table_says(row, raised):
    side, found = simulated(row), []
    raised.clear()
    for number, step in enumerate(row.steps):
        answer = side.ask(step, number)
        found += [f"{step.request}: {problem}" for problem in problems(step.expected, side, answer)]
    assert found == []
    assert set(row.errors) <= set(raised)


def test_each_error_is_shown_by_a_fact():
    shown = {name for row in facts() for name in row.errors}
    assert {name for name in ERRORS if name not in shown} == set(WITHOUT)


@each(("kind", "values"), [("cards", TEST_CARDS), ("banks", TEST_BANK_ACCOUNTS)])
def test_each_test_value_is_tried(kind, values):
    text = str([row.row for row in facts()])
    named = re.findall(rf"\{{{kind}\.(\w+)\}}", text)
    tried = [values[name] for name in named]
    assert [name for name, params in values.items() if params not in tried] == []


def test_each_type_of_token_is_made_used_and_used_again():
    rows = {row.name for row in facts()}
    made = {name: "card_token_made" if name == "card" else f"token_made[{name}]" for name in TOKEN_TYPES}
    assert set(made.values()) <= rows
    twice = [row for row in facts() if "token_already_used" in row.errors]
    used = re.findall(r"POST /v1/tokens.*?'with': \{'(\w+)'", str([row.row["steps"][:2] for row in twice]))
    assert set(used) == set(TOKEN_TYPES)


def test_each_reading_is_tried_or_says_why_not():
    tried = {row.reading for row in facts() if row.reading}
    entries = {entry.name: entry.untried for entry in readings()}
    assert tried <= entries.keys()
    assert [name for name, untried in entries.items() if bool(untried) == (name in tried)] == []


def test_open_readings_come_first():
    order = [row.is_open for row in facts()]
    assert order == sorted(order, reverse=True)
    assert order[0] != order[-1]


def test_no_two_facts_have_the_same_name():
    names = [row.name for row in facts()]
    assert len(set(names)) == len(names)


def test_nothing_that_could_be_real_is_sent():
    text = "".join(path.read_text(encoding="utf-8") for path in FACTS.glob("*.yaml"))
    assert not re.search(r"[srp]k_live", text)
    numbers = {digits(found) for found in re.findall(r"\d[\d ]{11,}\d", text)}
    assert {number for number in numbers if is_card_number(number) and card_number(number) is None} == NOBODYS


ROW = "- fact: one\n  source: somewhere\n  steps: [{ask: GET /v1/balance}]\n"


@each(
    ("before", "after", "said"),
    [
        ("source: somewhere\n", "source: somewhere\n  reading: second_use\n", "a source or a reading, one of the two"),
        ("  source: somewhere\n", "", "a source or a reading, one of the two"),
        ("source: somewhere\n", "source: somewhere\n  needs: [luck]\n", "it needs luck; known are raw_cards"),
        ("GET /v1/balance", "/v1/balance", "is no request, such as POST /v1/tokens"),
        ("/balance}", "/balance, keey: none}", "unknown: keey"),
        ("/balance}", "/balance, key: sk_" + "live_1}", "no key of live mode"),
        ("  steps: [{ask: GET /v1/balance}]\n", "", "steps"),
        ("source", "sauce", "unknown: sauce"),
    ],
)
def test_a_row_that_is_wrong_is_named(before, after, said):
    assert [row.name for row in read("mine", ROW.encode())] == ["one"]
    with pytest.raises(BadRow, match=r"mine\.yaml: one: ") as error:
        list(read("mine", ROW.replace(before, after, 1).encode()))
    assert said in str(error.value)


def test_a_row_for_each_of_several():
    row = ROW.replace("fact: one", "fact: one\n  each: {name path: [[a, b], [c, d]]}").replace(
        "balance", "<path>/<name>"
    )
    assert [(found.name, found.steps[0].path) for found in read("mine", row.encode())] == [
        ("one[a]", "/v1/b/a"),
        ("one[c]", "/v1/d/c"),
    ]
    assert fact("card[visa]").family == "card"
