"""The requests that fixtures and `StripeTokens` send themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST, Request
from pytest_stripe_tokens.api.request import TOKENS_PATH
from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.token_types import TokenType

# Long enough to be taken for a key, too short for a scanner to take it for a leaked one.
TEST_KEY = "sk_test_offline"
PUBLISHABLE_TEST_KEY = "pk_test_offline"
_URL = f"https://{API_HOST}{TOKENS_PATH}"
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
    return Request("POST", _URL, {**_FORM, **headers}, forms.encode({row.parameter: row.merged(params)}).encode())


def retrieve_request(token_id: str, account: str | None = None) -> Request:
    """Ask for a token by its id, of a connected account where one is named."""
    return Request("GET", f"{_URL}/{quote(str(token_id), safe='')}", {**_KEY, **_for(account)})


def _for(account: str | None) -> dict[str, str]:
    return {} if account is None else {"stripe-account": str(account)}
