"""A user's suite as the type checkers see it; checked by mypy and pyright, never run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, assert_type

import pytest

from pytest_stripe_tokens import (
    OTHER_TOKEN_TYPES,
    TEST_BANK_ACCOUNTS,
    TEST_CARDS,
    TOKEN_TYPES,
    BankToken,
    CardToken,
    ConfirmationToken,
    SeenRequest,
    StripeAPIError,
    StripeEvent,
    StripeTokens,
    Token,
    V2Token,
    stripe_sandbox,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def test_a_token(card_token: Token, stripe_tokens: StripeTokens) -> None:
    assert card_token.card.last4 == card_token["card"]["last4"] == "4242"
    assert_type(card_token.origin, Literal["recorded", "documented", "generated", "live", "given"])
    assert_type(card_token.to_dict(), dict[str, Any])
    assert json.dumps(card_token.to_dict())
    assert stripe_tokens.retrieve(card_token) == card_token


def test_a_card_token(card_token: CardToken, bank_token: BankToken) -> None:
    assert_type(card_token.card.last4, str)
    assert_type(card_token.card.exp_year, int)
    assert_type(card_token.card.wallet, Any)
    assert_type(bank_token.bank_account.routing_number, str | None)
    assert_type(card_token.used, bool)


def test_a_token_of_v2(v2_account_token: V2Token, stripe_tokens: StripeTokens) -> None:
    assert_type(stripe_tokens.create("v2.core.account_person_token", account="acct_123"), V2Token)
    assert_type(v2_account_token.created, str)
    assert_type(v2_account_token.used, bool)


def test_a_confirmation_token(confirmation_token: ConfirmationToken, stripe_tokens: StripeTokens) -> None:
    assert_type(stripe_tokens.create("confirmation_token", payment_method="pm_card_visa"), ConfirmationToken)
    assert_type(confirmation_token.payment_method_preview.type, str)
    assert_type(confirmation_token.payment_intent, str | None)
    assert_type(OTHER_TOKEN_TYPES, tuple[str, ...])


def test_the_type_decides_the_nested_object(stripe_tokens: StripeTokens) -> None:
    assert_type(stripe_tokens.create("card"), CardToken)
    assert_type(stripe_tokens.create("card").card.brand, str)
    assert_type(stripe_tokens.create("bank_account", country="DE").bank_account.country, str)
    assert_type(stripe_tokens.create("person"), Token)
    token: Token = stripe_tokens.create("card")
    assert takes_an_id(token)


def takes_an_id(token_id: str) -> str:
    return token_id


def takes_a_mapping(token: Mapping[str, Any]) -> int:
    return len(token)


def test_a_token_goes_where_an_id_or_a_mapping_goes(stripe_token: Token) -> None:
    assert takes_an_id(stripe_token) == f"{stripe_token}"
    assert takes_a_mapping(stripe_token)


def test_stripe_tokens(stripe_tokens: StripeTokens) -> None:
    assert_type(stripe_tokens.create("card", **TEST_CARDS["amex"]), CardToken)
    german = stripe_tokens.create("bank_account", **TEST_BANK_ACCOUNTS["DE"])
    stripe_tokens.use(german)
    assert_type(stripe_tokens.create("card", stripe_account="acct_1", name="Ada"), CardToken)
    assert_type(stripe_tokens.retrieve("tok_1", stripe_account="acct_1"), Token)
    stripe_tokens.fail_next(code="card_declined", method="POST", path="/v1/charges/:id/refunds")
    stripe_tokens.fail_next(429, code="rate_limit", message="slow down", times=2, delay=0.1)
    stripe_tokens.fail_next(exception=TimeoutError)
    stripe_tokens.answer("POST /v1/subscriptions", {"object": "subscription"}, status=201, times=2, optional=True)
    stripe_tokens.answer("GET /v1/subscriptions/:id", lambda seen: {"id": seen.path, **seen.params})
    stripe_tokens.answer("POST /v1/invoices/:id/pay", refuses)
    assert_type(stripe_tokens.tokens, dict[str, Token])
    seen = stripe_tokens.requests[-1]
    assert_type(seen.method, str)
    assert_type(seen.stripe_account, str | None)
    assert_type(seen.token_type, str | None)
    assert_type(seen.response_status, int | None)
    assert_type(seen.params, dict[str, Any])
    assert_type(seen.headers["Stripe-Account"], str)


def test_events(stripe_tokens: StripeTokens, card_token: Token) -> None:
    event = stripe_tokens.event("charge.refunded", {"object": "charge"}, previous_attributes={"refunded": False})
    assert_type(event, StripeEvent)
    assert_type(event.payload, bytes)
    assert_type(event.headers("whsec_mine"), dict[str, str])
    assert event["type"] == event.type
    assert takes_a_mapping(stripe_tokens.event("token.created", card_token))


def refuses(seen: SeenRequest) -> tuple[int, dict[str, Any]]:
    return 402, {"error": {"type": "card_error", "message": seen.method}}


@pytest.fixture(scope="session")
def stripe_tokens_answers() -> Mapping[str, object]:
    return {"POST /v1/subscriptions": {"object": "subscription"}, "GET /v1/prices": refuses}


def test_errors(stripe_tokens: StripeTokens) -> None:
    with pytest.raises(StripeAPIError) as error:
        stripe_tokens.retrieve("tok_unknown")
    assert_type(error.value.status, int)
    assert_type(error.value.code, str | None)
    assert_type(error.value.message, str)


@pytest.fixture
def stripe_tokens_params() -> Mapping[str, Mapping[str, Any]]:
    return {"card": {"name": "Ada"}}


@pytest.fixture(scope="session")
def seller_token() -> Iterator[Token]:
    with stripe_sandbox(mode="generate", seed=3, cassettes="cassettes") as sandbox:
        assert_type(sandbox, StripeTokens)
        yield sandbox.create(TOKEN_TYPES[0])
