"""Cassettes that vcrpy wrote for other projects answer as they do in vcrpy."""

from __future__ import annotations

import pytest

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.cassettes.library import read
from pytest_stripe_tokens.cassettes.player import Player

CASSETTE = """\
interactions:
- request:
    body: {body}
    headers: {{{authorization}Content-Type: [application/x-www-form-urlencoded]}}
    method: POST
    uri: https://api.stripe.com/v1/tokens
  response:
    body: {{string: '{{"id": "cvctok_1", "object": "token", "type": "cvc_update", "used": false}}'}}
    headers: {{Content-Type: [application/json]}}
    status: {{code: 200, message: OK}}
version: 1
"""
SENT = Request(
    "POST",
    "https://api.stripe.com/v1/tokens",
    {"authorization": "Bearer sk_test_mine", "content-type": "application/x-www-form-urlencoded"},
    b"cvc_update[cvc]=123",
)


@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        ("cvc_update%5Bcvc%5D=123", ""),
        ("cvc_update%5Bcvc%5D=123", "Authorization: [DUMMY], "),
        ("cvc_update%5Bcvc%5D=123", "Authorization: [Bearer XXX], "),
        ('{"cvc_update[cvc]": "123"}', ""),
        ('{"cvc_update[cvc]": 123}', ""),
        ('!!python/unicode "cvc_update%5Bcvc%5D=123"', ""),
        ('!!python/str "cvc_update%5Bcvc%5D=123"', ""),
    ],
    ids=[
        "plain",
        "a filter's word",
        "a filter's key",
        "aiohttp's data",
        "a number in it",
        "Python 2's text",
        "its bytes",
    ],
)
def test_a_foreign_cassette_answers(tmp_path, body, authorization):
    path = tmp_path / "mine.yaml"
    path.write_text(CASSETTE.format(body=body, authorization=authorization), encoding="utf-8")
    played = Player([read(path)]).play(SENT)
    assert played is not None
    assert played.answer["id"] == "cvctok_1"


def test_a_publishable_key_is_told_from_a_secret_one_where_the_cassette_says_it(tmp_path):
    path = tmp_path / "mine.yaml"
    said = "Authorization: [Bearer pk_test_x], "
    path.write_text(CASSETTE.format(body="cvc_update%5Bcvc%5D=123", authorization=said), encoding="utf-8")
    assert Player([read(path)]).play(SENT) is None


CARD = "card[exp_month]=12&card[exp_year]=2050"
BANK = "bank_account[country]=US&bank_account[routing_number]=110000000"
TOKEN = '{"id": "tok_1", "object": "token", "type": "%s", "%s": {"last4": "%s", "brand": "Visa", "cvc_check": %s}}'
# What was recorded after a filter, what the answer shows, what is sent, and whether it answers that.
FILTERED = [
    (CARD, ("card", "4242", "null"), f"{CARD}&card[number]=4242424242424242", True),
    (CARD, ("card", "4242", '"unchecked"'), f"{CARD}&card[number]=4242424242424242&card[cvc]=123", True),
    (CARD, ("card", "4242", "null"), f"{CARD}&card[number]=5555555555554444", False),
    # Another card of the same digits: the answer shows a Visa.
    (CARD, ("card", "4444", "null"), f"{CARD}&card[number]=5555555555554444", False),
    (f"{CARD}&card[number]=REDACTED", ("card", "4242", "null"), f"{CARD}&card[number]=4242424242424242", True),
    (f"{CARD}&card[number]=424242XXXXXXXXXX", ("card", "4242", "null"), f"{CARD}&card[number]=4242424242424242", True),
    ("", ("card", "4242", "null"), "card[number]=4242424242424242", True),
    # Nothing was filtered: no code was sent, and none was checked.
    (f"{CARD}&card[number]=4242424242424242", ("card", "4242", "null"), f"{CARD}&card[number]=4242424242424242&card[cvc]=1", False),
    (f"{CARD}&card[number]=4242424242424242", ("card", "4242", '"pass"'), f"{CARD}&card[number]=4242424242424242&card[cvc]=1", True),
    (CARD, ("card", "4242", "null"), "card[exp_month]=11&card[exp_year]=2050&card[number]=4242424242424242", False),
    (BANK, ("bank_account", "6789", "null"), f"{BANK}&bank_account[account_number]=000123456789", True),
    (BANK, ("bank_account", "6789", "null"), f"{BANK}&bank_account[account_number]=000111111116", False),
    (f"{BANK}&bank_account[account_number]=XXX", ("bank_account", "6789", "null"), f"{BANK}&bank_account[account_number]=000123456789", True),
    ("", ("cvc_update", "", "null"), "cvc_update[cvc]=123", True),
    ("", ("pii", "", "null"), "pii[id_number]=000000000", True),
    ("", ("pii", "", "null"), "cvc_update[cvc]=123", False),
    # A clone of a customer's card is made of ids alone.
    ("customer=cus_1", ("card", "4242", "null"), f"{CARD}&card[number]=4242424242424242", False),
]  # fmt: skip


def test_where_a_filter_took_the_secrets_the_answer_tells_cards_apart(tmp_path):
    wrong = []
    for row in FILTERED:
        body, (kind, last4, check), sent, answers = row
        text = CASSETTE.replace('"object": "token", "type": "cvc_update", "used": false', "%s")
        answer = (TOKEN % (kind, kind, last4, check)).removeprefix('{"id": "tok_1", ').removesuffix("}")
        text = text.format(body=f"'{body}'", authorization="").replace("%s", answer)
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        request = Request(SENT.method, SENT.url, SENT.headers, sent.encode())
        if (Player([read(path)]).play(request) is not None) != answers:
            wrong.append(row)
    assert wrong == []


def test_a_confirmation_token_shows_its_card_further_down(tmp_path):
    answer = '"object": "confirmation_token", "payment_method_preview": {"type": "card", "card": {"last4": "4242"}}'
    kept = "payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2050"
    text = CASSETTE.replace("/v1/tokens", "/v1/confirmation_tokens").replace(
        '"object": "token", "type": "cvc_update", "used": false', answer.replace("{", "{{").replace("}", "}}")
    )
    path = tmp_path / "mine.yaml"
    path.write_text(text.format(body=kept, authorization=""), encoding="utf-8")
    played = [
        Player([read(path)]).play(
            Request(
                "POST",
                "https://api.stripe.com/v1/confirmation_tokens",
                SENT.headers,
                f"{kept}&payment_method_data[card][number]={number}&payment_method_data[card][cvc]=123".encode(),
            )
        )
        for number in ("4242424242424242", "5555555555554444")
    ]
    assert [found is not None for found in played] == [True, False]
