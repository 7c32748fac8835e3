"""How much a request asks to be moved, and in what currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.tokens.checks import check_currency

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def required_amount(call: Call, too_small: str = "integer_too_small") -> tuple[int, str]:
    """Read amount and currency, which the tables leave optional.

    Args:
        call: the request.
        too_small: the error of an amount that is less than 1.

    Raises:
        ApiError: one is missing, or the amount is less than 1.
    """
    amount, currency = call.number("amount"), call.text("currency")
    if amount is None:
        raise ApiError("parameter_missing", param="amount")
    if currency is None:
        raise ApiError("parameter_missing", param="currency")
    if amount < 1:
        raise ApiError(too_small, param="amount", limit=1)
    check_currency(currency, "currency")
    return amount, currency.lower()
