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
