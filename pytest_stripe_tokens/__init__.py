"""Stripe tokens for tests: replayed from cassettes or generated, offline, in every HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.catalogue import TOKEN_TYPES
from pytest_stripe_tokens.errors import StripeAPIError
from pytest_stripe_tokens.published import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.sessions import stripe_sandbox
from pytest_stripe_tokens.token import Token

if TYPE_CHECKING:
    from pytest_stripe_tokens.sandbox import StripeTokens
    from pytest_stripe_tokens.shapes import BankToken, CardToken

__all__ = [
    "TEST_BANK_ACCOUNTS",
    "TEST_CARDS",
    "TOKEN_TYPES",
    "BankToken",
    "CardToken",
    "StripeAPIError",
    "StripeTokens",
    "Token",
    "stripe_sandbox",
]


def __getattr__(name: str) -> Any:
    if name == "StripeTokens":
        from pytest_stripe_tokens.sandbox import StripeTokens  # noqa: PLC0415 - with the simulator behind it

        return StripeTokens
    if name in {"BankToken", "CardToken"}:
        from pytest_stripe_tokens import shapes  # noqa: PLC0415 - for annotations alone

        return getattr(shapes, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
