"""The checkout's tests: offline and without a key, each token type replayed and generated."""

from __future__ import annotations

import pytest
import shop

from pytest_stripe_tokens import TEST_BANK_ACCOUNTS, TEST_CARDS

DOCUMENTED = {
    "account": "seller's business details, ready to sign up with",
    "bank_account": "STRIPE TEST BANK US, account ending in 6789",
    "card": "Visa ending in 4242, valid to 5/2026",
    "cvc_update": "security code, entered again",
    "person": "seller's owner, ready to be added",
}
GENERATED = DOCUMENTED | {
    "card": "Visa ending in 4242, valid to 12/2050",
    "pii": "identity number, kept by Stripe alone",
}


@pytest.mark.stripe_tokens(mode="replay")
@pytest.mark.parametrize("stripe_token", DOCUMENTED, indirect=True)
def test_the_order_page_shows_the_api_references_own_example(stripe_token, order_page):
    assert order_page(stripe_token) == DOCUMENTED[stripe_token.type]
    assert stripe_token.origin == "documented"


@pytest.mark.stripe_tokens(mode="generate")
def test_the_order_page_shows_a_generated_token_of_each_type(stripe_token, order_page):
    assert order_page(stripe_token) == GENERATED[stripe_token.type]
    assert stripe_token.origin == "generated"


@pytest.mark.parametrize(
    ("card", "line"),
    [
        ("amex", "American Express ending in 0005, valid to 12/2050"),
        ("mastercard_debit", "MasterCard ending in 8210, valid to 12/2050"),
        ("jcb", "JCB ending in 0505, valid to 12/2050"),
    ],
)
def test_the_order_page_names_the_cards_brand(card, line, stripe_tokens, order_page):
    assert order_page(stripe_tokens.create("card", **TEST_CARDS[card])) == line


def test_the_order_page_shows_a_german_bank_account(stripe_tokens, order_page):
    token = stripe_tokens.create("bank_account", **TEST_BANK_ACCOUNTS["DE"])
    assert order_page(token) == "STRIPE TEST BANK DE, account ending in 3000"


def test_a_phone_order_is_tokenized_as_it_was_read_out(stripe_tokens):
    token_id = shop.tokenize_phone_order("5555 5555 5555 4444", 8, 2049)
    assert stripe_tokens.requests[-1].params["card"] == {
        "number": "5555 5555 5555 4444",
        "exp_month": "8",
        "exp_year": "2049",
    }
    assert stripe_tokens.tokens[token_id].card.brand == "MasterCard"


@pytest.mark.parametrize("failure", [{"status": 429}, {"status": 503}, {"exception": TimeoutError}], ids=str)
def test_the_customer_may_try_again_when_stripe_is_down(failure, card_token, stripe_tokens):
    stripe_tokens.fail_next(**failure)
    with pytest.raises(shop.PaymentsDownError, match="please try again"):
        shop.order_line(card_token)
    assert shop.order_line(card_token).startswith("Visa")


def test_the_customer_reads_why_a_card_was_refused(stripe_tokens):
    stripe_tokens.fail_next(code="incorrect_number", message="Your card number is incorrect.")
    with pytest.raises(shop.RefusedError, match="number is incorrect"):
        shop.tokenize_phone_order("4242424242424241", 8, 2049)
