"""Stripe tokens for tests: replayed from cassettes or generated, offline, in every HTTP client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.errors import StripeAPIError
    from pytest_stripe_tokens.api.shapes import BankToken, CardToken, ConfirmationToken, V2Token
    from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
    from pytest_stripe_tokens.api.token import Token
    from pytest_stripe_tokens.api.token_types import OTHER_TOKEN_TYPES, TOKEN_TYPES
    from pytest_stripe_tokens.sandbox.event import StripeEvent
    from pytest_stripe_tokens.sandbox.run import stripe_sandbox
    from pytest_stripe_tokens.sandbox.seen import SeenRequest
    from pytest_stripe_tokens.sandbox.serving import StripeServer
    from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens

__all__ = [
    "OTHER_TOKEN_TYPES",
    "TEST_BANK_ACCOUNTS",
    "TEST_CARDS",
    "TOKEN_TYPES",
    "BankToken",
    "CardToken",
    "ConfirmationToken",
    "SeenRequest",
    "StripeAPIError",
    "StripeEvent",
    "StripeServer",
    "StripeTokens",
    "Token",
    "V2Token",
    "stripe_sandbox",
]


# pytest loads this package at every start, also of a suite that asks for none of these.
_WHERE = {
    "OTHER_TOKEN_TYPES": "api.token_types",
    "TEST_BANK_ACCOUNTS": "api.test_values",
    "TEST_CARDS": "api.test_values",
    "TOKEN_TYPES": "api.token_types",
    "BankToken": "api.shapes",
    "CardToken": "api.shapes",
    "ConfirmationToken": "api.shapes",
    "SeenRequest": "sandbox.seen",
    "StripeAPIError": "api.errors",
    "StripeEvent": "sandbox.event",
    "StripeServer": "sandbox.serving",
    "StripeTokens": "sandbox.stripe_tokens",
    "Token": "api.token",
    "V2Token": "api.shapes",
    "stripe_sandbox": "sandbox.run",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_WHERE]
