"""The checkout's tests: offline, without a key, in FastAPI's idiom for async tests."""

from __future__ import annotations

import asyncio

import pytest

from pytest_stripe_tokens import TEST_CARDS

pytestmark = [
    pytest.mark.anyio,
    # stripe-python's own, which it would take for a lost connection where warnings are errors.
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


@pytest.mark.stripe_tokens(cassette="checkout/paid")
async def test_a_mug_is_paid_by_card(client, card_token, stripe_tokens):
    answer = await client.post("/checkout", json={"item": "mug", "token": card_token.id})
    assert answer.status_code == 201
    assert answer.json()["paid_with"] == "visa ending in 4242"
    assert answer.json()["charge"].startswith("ch_")
    assert stripe_tokens.requests[-1].params["amount"] == "1200"
    assert stripe_tokens.tokens[card_token.id].used


@pytest.mark.stripe_tokens(cassette="checkout/declined")
@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("charge_declined", "Your card was declined."),
        ("insufficient_funds", "Your card has insufficient funds."),
        ("expired_card", "Your card has expired."),
    ],
)
async def test_a_declined_card_is_answered_with_the_reason(client, stripe_tokens, card, message):
    token = stripe_tokens.create("card", **TEST_CARDS[card])
    answer = await client.post("/checkout", json={"item": "mug", "token": token.id})
    assert (answer.status_code, answer.json()) == (402, {"detail": message})


@pytest.mark.stripe_tokens(cassette="checkout/paid_twice")
async def test_a_token_pays_once(client, card_token):
    order = {"item": "poster", "token": card_token.id}
    assert (await client.post("/checkout", json=order)).status_code == 201
    answer = await client.post("/checkout", json=order)
    assert (answer.status_code, answer.json()) == (409, {"detail": "This payment was already made."})


async def test_of_two_clicks_at_once_one_pays(client, card_token):
    order = {"item": "mug", "token": card_token.id}
    answers = await asyncio.gather(*(client.post("/checkout", json=order) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.stripe_tokens(cassette="checkout/bank_account")
async def test_a_bank_accounts_token_is_refused(client, bank_token):
    answer = await client.post("/checkout", json={"item": "mug", "token": bank_token.id})
    assert (answer.status_code, answer.json()) == (400, {"detail": "This card can't be used here."})


async def test_a_rate_limit_is_survived(client, card_token, stripe_tokens, pauses):
    stripe_tokens.fail_next(429)
    answer = await client.post("/checkout", json={"item": "mug", "token": card_token.id})
    assert answer.status_code == 201
    assert [request.response_status for request in stripe_tokens.requests[-2:]] == [429, 200]
    assert len(pauses) == 1


@pytest.mark.parametrize("failure", [{"status": 429}, {"status": 503}, {"exception": ConnectionError}], ids=str)
async def test_payments_that_stay_down_are_answered_after_three_tries(
    client, card_token, stripe_tokens, pauses, failure
):
    stripe_tokens.fail_next(**failure, times=3)
    order = {"item": "mug", "token": card_token.id}
    answer = await client.post("/checkout", json=order)
    assert (answer.status_code, answer.json()) == (503, {"detail": "Payments are down, please try again."})
    assert len(pauses) == 2
    assert (await client.post("/checkout", json=order)).status_code == 201


@pytest.mark.stripe_tokens
async def test_an_order_for_nothing_we_sell_never_reaches_stripe(client, stripe_tokens):
    answer = await client.post("/checkout", json={"item": "car", "token": "tok_visa"})
    assert answer.status_code == 422
    assert stripe_tokens.requests == []
