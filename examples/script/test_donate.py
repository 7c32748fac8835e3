"""The script's tests: `main` runs in the test's own process, offline and without a key."""

from __future__ import annotations

import re

import donate
import pytest
import requests

from pytest_stripe_tokens import TEST_CARDS


@pytest.fixture(autouse=True)
def _key_and_no_pauses(monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_offline")
    monkeypatch.setattr(donate, "PAUSE", 0)


@pytest.fixture
def refused(capsys):
    """Run the script, which must end with status 1, and give what it says."""

    def run(*argv):
        with pytest.raises(SystemExit) as end:
            donate.main([*argv])
        assert end.value.code == 1
        return capsys.readouterr().err

    return run


@pytest.mark.stripe_tokens(cassette="donation/paid")
def test_a_donation_is_charged(card_token, stripe_tokens, capsys):
    assert donate.main(["--token", card_token.id, "--amount", "25"]) == 0
    assert re.match(r"Thank you: 25\.00 USD by Visa ending in 4242 \(ch_\w+\)\n", capsys.readouterr().out)
    assert stripe_tokens.requests[-1].params["amount"] == "2500"


@pytest.mark.stripe_tokens(cassette="donation/declined")
@pytest.mark.parametrize(
    ("card", "why"),
    [
        ("charge_declined", "Your card was declined."),
        ("insufficient_funds", "Your card has insufficient funds."),
        ("incorrect_cvc", "Your card's security code is incorrect."),
    ],
)
def test_a_declined_card_says_why(stripe_tokens, refused, card, why):
    token = stripe_tokens.create("card", **TEST_CARDS[card])
    assert refused("--token", token.id) == f"No donation: {why}\n"


@pytest.mark.stripe_tokens(cassette="donation/paid_twice")
def test_a_token_donates_once(card_token, refused):
    donate.main(["--token", card_token.id])
    assert refused("--token", card_token.id) == "No donation: this token has already paid for a donation\n"


@pytest.mark.stripe_tokens(cassette="donation/unknown")
def test_a_mistyped_token_is_named(refused):
    assert refused("--token", "tok_mistyped") == "No donation: No such token: 'tok_mistyped'\n"


@pytest.mark.parametrize("failure", [{"status": 429}, {"status": 500}, {"exception": ConnectionResetError}], ids=str)
def test_a_short_outage_is_survived_without_a_second_charge(card_token, stripe_tokens, failure):
    stripe_tokens.fail_next(**failure, times=2)
    assert donate.main(["--token", card_token.id]) == 0
    tries = [request for request in stripe_tokens.requests if request.path == "/v1/charges"]
    assert len(tries) == 3
    assert len({request.headers["idempotency-key"] for request in tries}) == 1


def test_a_long_outage_ends_the_script(card_token, stripe_tokens, refused):
    stripe_tokens.fail_next(exception=requests.ConnectionError, times=3)
    assert "Stripe can't be reached" in refused("--token", card_token.id)
    assert not stripe_tokens.tokens[card_token.id].used


@pytest.mark.stripe_tokens
def test_nothing_is_sent_for_no_money(stripe_tokens, capsys):
    with pytest.raises(SystemExit):
        donate.main(["--token", "tok_visa", "--amount", "0"])
    assert "1 dollar or more" in capsys.readouterr().err
    assert stripe_tokens.requests == []
