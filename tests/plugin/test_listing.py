"""`pytest --stripe-cassettes` shows what cassettes hold and who uses them, and runs nothing."""

from __future__ import annotations

import pytest

TESTS = """
import pathlib, pytest

def ran(): pathlib.Path("ran").touch()

def test_card(card_token): ran()

@pytest.mark.parametrize("turn", range(3))
def test_more(card_token, turn): ran()

@pytest.mark.parametrize("stripe_token", ["pii"], indirect=True)
def test_param(stripe_token): ran()

@pytest.mark.stripe_tokens(cassette="shop/buy")
def test_buy(card_token): ran()

@pytest.mark.stripe_tokens(cassette=True)
def test_new(card_token): ran()

@pytest.mark.stripe_tokens(mode="generate")
def test_generated(person_token): ran()
"""
CASSETTE = """
version: 1
metadata: {{origin: recorded, recorded_at: '{at}', api_version: 2026-10-28.endive, plugin_version: 0.1.0}}
interactions:
- request:
    method: POST
    uri: https://api.stripe.com/v1/tokens
    body: card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=987
    headers: {{Authorization: [Bearer sk_test_canary4eC39HqLyjWDarjt]}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [application/json], Request-Id: [req_1]}}
    body: {{string: '{{"id": "tok_1", "object": "token", "type": "card", "card": {{"last4": "4242"}}}}'}}
"""


@pytest.fixture
def shop(suite):
    suite.write("test_shop.py", TESTS)
    for name, at in (("card", "2026-01-31T00:00:00+00:00"), ("shop/buy", "long ago"), ("shop/old", "long ago")):
        suite.write(f"cassettes/{name}.yaml", CASSETTE.format(at=at))
    return suite


EXPECTED = [
    r"cassette +age +API version +requests +used by",
    r"card +\d+ days old +2026-10-28\.endive +1 +test_shop\.py::test_card, test_shop\.py::test_more\[0\], test_shop\.py::test_more\[1\] and 1 more",
    r"pii +not there +- +- +test_shop\.py::test_param\[pii\]",
    r"shop/buy +recorded +2026-10-28\.endive +1 +test_shop\.py::test_buy",
    r"shop/old +recorded +2026-10-28\.endive +1 +orphan: no test uses it",
    r"test_shop/test_new +not there +- +- +test_shop\.py::test_new",
    r"a recording of these tests would send 4 requests, and those of 1 that was never recorded",
]


@pytest.mark.parametrize("workers", [(), pytest.param(("-p", "xdist", "-n", "2"), marks=pytest.mark.slow)])
def test_each_cassette_is_shown_with_its_age_and_its_tests_and_none_is_run(shop, workers):
    result = shop.run("--stripe-cassettes", *workers)
    assert result.ret == 0
    result.stdout.re_match_lines(EXPECTED, consecutive=True)
    result.stdout.no_fnmatch_line("unused:*")
    assert not (shop.path / "ran").exists()


def test_of_a_part_of_the_suite_nobody_is_called_an_orphan(shop):
    result = shop.run("-k", "test_buy", "--stripe-cassettes")
    result.stdout.re_match_lines([r"shop/old .* none of these tests", r"this is not the whole suite: .*deselected.*"])


def test_a_test_that_makes_tokens_itself_may_use_any_type(shop):
    shop.write("test_shop.py", "def test_it(stripe_tokens): ...")
    result = shop.run("--stripe-cassettes")
    result.stdout.fnmatch_lines(
        ["card *perhaps test_shop.py::test_it, which makes tokens itself", "*would send 1 request"]
    )


def test_a_suite_without_cassettes_is_told(suite):
    suite.write("test_it.py", "def test_it(): ...")
    suite.run("--stripe-cassettes").stdout.fnmatch_lines(["there are no cassettes, and the collected tests need none"])


def test_one_cassette_is_shown_whole_without_a_secret(shop):
    result = shop.run("--stripe-cassettes=shop/buy")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*cassettes/shop/buy.yaml",
            "1. POST https://api.stripe.com/v1/tokens",
            '     "card": {',
            '       "number": "****4242"',
            "-> 200 OK",
            '     "id": "tok_1",',
            '       "last4": "4242"',
        ]
    )
    for secret in ("canary", "987", "4242424242424242"):
        result.stdout.no_fnmatch_line(f"*{secret}*")


def test_a_built_in_cassette_can_be_shown(suite):
    suite.write("test_it.py", "def test_it(): ...")
    suite.run("--stripe-cassettes=card").stdout.fnmatch_lines(["*builtin/card.yaml", "origin documented*"])


def test_an_unknown_cassette_is_a_usage_error_that_names_the_known_ones(shop):
    result = shop.run("--stripe-cassettes", "test_shop.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no cassette 'test_shop.py'; the cassettes are: card, shop/buy, shop/old.*"])


def test_a_cassette_that_can_not_be_read_is_said_so_and_the_others_shown(shop):
    shop.write("cassettes/card.yaml", "broken")
    result = shop.run("--stripe-cassettes")
    result.stdout.fnmatch_lines(["card *can't be read: *card.yaml, line 1:*", "shop/old *"])
    assert shop.run("--stripe-cassettes=card").ret == pytest.ExitCode.USAGE_ERROR
