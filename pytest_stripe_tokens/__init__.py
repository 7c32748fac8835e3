"""Stripe tokens for tests: replayed from cassettes or generated, offline, in every HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token import Token
from pytest_stripe_tokens.api.token_types import OTHER_TOKEN_TYPES, TOKEN_TYPES
from pytest_stripe_tokens.sandbox.run import stripe_sandbox

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.shapes import BankToken, CardToken, ConfirmationToken, V2Token
    from pytest_stripe_tokens.sandbox.event import StripeEvent
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


def __getattr__(name: str) -> Any:
    if name == "StripeTokens":
        from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens  # noqa: PLC0415 - with the simulator behind it

        return StripeTokens
    if name == "StripeEvent":
        from pytest_stripe_tokens.sandbox.event import StripeEvent  # noqa: PLC0415 - for annotations alone

        return StripeEvent
    if name == "StripeServer":
        from pytest_stripe_tokens.sandbox.serving import StripeServer  # noqa: PLC0415 - for annotations alone

        return StripeServer
    if name == "SeenRequest":
        from pytest_stripe_tokens.sandbox.seen import SeenRequest  # noqa: PLC0415 - for annotations alone

        return SeenRequest
    if name in {"BankToken", "CardToken", "ConfirmationToken", "V2Token"}:
        from pytest_stripe_tokens.api import shapes  # noqa: PLC0415 - for annotations alone

        return getattr(shapes, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
