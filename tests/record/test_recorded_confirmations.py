"""A confirmation that was recorded: what it shows in replay, and what a test can go on with."""

from __future__ import annotations

PAY = """
import os, pytest, stripe
from pytest_stripe_tokens import StripeAPIError

MONEY = {"amount": 500, "currency": "usd", "confirm": True}
ORIGIN = os.environ["ORIGIN"]

@pytest.mark.stripe_tokens(cassette="checkout")
def test_checkout(stripe_tokens):
    token = stripe.ConfirmationToken.TestHelpers.create(payment_method="pm_card_visa", return_url="https://a.example/")
    intent = stripe.PaymentIntent.create(**MONEY, confirmation_token=token.id)
    read = stripe.ConfirmationToken.retrieve(token.id)
    assert (intent.status, read.payment_intent, read.return_url) == ("succeeded", intent.id, "https://a.example/")
    with pytest.raises(stripe.InvalidRequestError) as error:
        stripe.PaymentIntent.create(**MONEY, confirmation_token=token.id)
    assert error.value.code == "payment_intent_confirmation_token_invalid"
    assert [seen.token_type for seen in stripe_tokens.requests] == ["confirmation_token", None, "confirmation_token", None]
    assert {seen.origin for seen in stripe_tokens.requests} == {ORIGIN}
    assert stripe_tokens.tokens[token.id].payment_intent == intent.id

def test_fixture(confirmation_token, stripe_tokens):
    assert confirmation_token.origin == ORIGIN
    if ORIGIN == "recorded":
        # The recording says nothing of it: it is generated.
        intent = stripe.PaymentIntent.create(**MONEY, confirmation_token=confirmation_token)
        assert (intent.status, stripe_tokens.requests[-1].origin) == ("succeeded", "generated")
        method = stripe.PaymentMethod.retrieve(intent.payment_method)
        assert method.card.last4 == confirmation_token.payment_method_preview.card.last4
        assert stripe_tokens.retrieve(confirmation_token).payment_intent == intent.id
"""
GO_ON = """

@pytest.mark.stripe_tokens(cassette="checkout")
def test_goes_on(stripe_tokens):
    token = stripe.ConfirmationToken.TestHelpers.create(payment_method="pm_card_visa", return_url="https://a.example/")
    intent = stripe.PaymentIntent.create(**MONEY, confirmation_token=token.id)
    with pytest.raises(stripe.InvalidRequestError, match="has already been used"):
        stripe.PaymentIntent.confirm(stripe.PaymentIntent.create(amount=900, currency="usd"), confirmation_token=token.id)
    assert stripe_tokens.retrieve(token.id).payment_intent == intent.id
    assert stripe.PaymentIntent.retrieve(intent.id).status == "succeeded"
"""


def test_a_recorded_confirmation_is_replayed_and_gone_on_with(suite, server):
    suite.monkeypatch.setenv("ORIGIN", "live")
    suite.write("test_it.py", PAY)
    suite.record().assert_outcomes(passed=2)
    server.close()
    suite.monkeypatch.setenv("ORIGIN", "recorded")
    suite.write("test_it.py", PAY + GO_ON)
    suite.run("--stripe-tokens=auto").assert_outcomes(passed=3)
    suite.run("--stripe-tokens=replay", "-k", "checkout").assert_outcomes(passed=1)
