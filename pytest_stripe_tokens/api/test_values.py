"""Stripe's published test values by name, as a test gives them to `create`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any


class TestValues(Mapping[str, dict[str, Any]]):
    """Test values by name, read-only; put together when first looked at, which most test runs never do."""

    __test__ = False  # pytest would collect the name

    def __init__(self, load: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
        self._load = load

    @cached_property
    def _values(self) -> dict[str, dict[str, Any]]:
        return {name: dict(params) for name, params in self._load().items()}

    def __getitem__(self, name: str) -> dict[str, Any]:
        # A dict, because stripe-python sends any other mapping as its string; a new one, because a test may change it.
        return dict(self._values[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<test values: {', '.join(self)}>"


def _test_cards() -> Mapping[str, Mapping[str, Any]]:
    from pytest_stripe_tokens.api.card_numbers import card_values  # noqa: PLC0415 - see TestValues

    plain = "4242424242424242"
    published: dict[str, Mapping[str, Any]] = {
        value.name: {"number": value.number, **value.params} for value in card_values()
    }
    # These are refused when the token is made (Stripe's testing page, invalid data).
    return published | {
        "incorrect_number": {"number": "4242424242424241"},
        "invalid_cvc": {"number": plain, "cvc": "99"},
        "invalid_expiry_month": {"number": plain, "exp_month": 13},
        "invalid_expiry_year": {"number": plain, "exp_year": 95},
    }


def _test_bank_accounts() -> Mapping[str, Mapping[str, Any]]:
    from pytest_stripe_tokens.api.bank_numbers import bank_values  # noqa: PLC0415 - see TestValues

    return {value.name: value.params for value in bank_values()}


TEST_CARDS: Mapping[str, Mapping[str, Any]] = TestValues(_test_cards)
"""Stripe's test cards by name, each as keyword arguments for `create("card", ...)`.

Brands (`"amex"`), declines (`"insufficient_funds"`), countries (`"DE"`), payout cards (`"DE_payout_fails"`) and others.
"""

TEST_BANK_ACCOUNTS: Mapping[str, Mapping[str, Any]] = TestValues(_test_bank_accounts)
"""Stripe's test bank accounts by name, each as keyword arguments for `create("bank_account", ...)`.

Countries (`"DE"`), and countries with what happens once the account is used (`"DE_no_account"`).
"""
