"""All tables of errors in one; a test that no request of which is refused does without it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.of_connect import CONNECT_ERRORS
from pytest_stripe_tokens.simulator.errors.of_payments import PAYMENT_ERRORS
from pytest_stripe_tokens.simulator.errors.of_requests import REQUEST_ERRORS
from pytest_stripe_tokens.simulator.errors.of_tokens import TOKEN_ERRORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

ERRORS: Mapping[str, ErrorRow] = MappingProxyType(
    {**REQUEST_ERRORS, **TOKEN_ERRORS, **PAYMENT_ERRORS, **CONNECT_ERRORS}
)
"""Every row of the tables by its name."""
