"""The requests that fixtures and `StripeTokens` send themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST, Request
from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.token_types import TokenType

# Long enough to be taken for a key, too short for a scanner to take it for a leaked one.
TEST_KEY = "sk_test_offline"
PUBLISHABLE_TEST_KEY = "pk_test_offline"
_URL = f"https://{API_HOST}"
_KEY = {"authorization": f"Bearer {TEST_KEY}"}
_FORM = {**_KEY, "content-type": "application/x-www-form-urlencoded"}


def create_request(row: TokenType, params: Mapping[str, Any], account: str | None = None) -> Request:
    """Ask for a token of a type, with `params` over its defaults, on a connected account where one is named."""
    if params or account is not None:
        return _create_request(row, params, _for(account))
    return _unchanged_request(row.name)


@cache
def _unchanged_request(name: str) -> Request:
    return _create_request(CATALOGUE[name], {}, {})


def _create_request(row: TokenType, params: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    merged = row.merged(params)
    body = forms.encode(row.body(merged)).encode()
    return Request("POST", f"{_URL}{row.create_path(merged)}", {**_FORM, **headers}, body)


def retrieve_request(row: TokenType, token_id: str, params: Mapping[str, Any], account: str | None = None) -> Request:
    """Ask for a token of a type by its id, of a connected account where one is named.

    Args:
        row: of the type.
        token_id: the token's id.
        params: those of its create that stand in the path.
        account: the connected account.
    """
    return Request("GET", f"{_URL}{row.retrieve_path(str(token_id), params)}", {**_KEY, **_for(account)})


def _for(account: str | None) -> dict[str, str]:
    return {} if account is None else {"stripe-account": str(account)}
