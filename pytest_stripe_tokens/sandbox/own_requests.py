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
_URL = f"https://{API_HOST}{TOKENS_PATH}"
_KEY = {"authorization": f"Bearer {TEST_KEY}"}
_FORM = {**_KEY, "content-type": "application/x-www-form-urlencoded"}


def create_request(row: TokenType, params: Mapping[str, Any]) -> Request:
    """Ask for a token of a type, with `params` over its defaults."""
    return _create_request(row, params) if params else _unchanged_request(row.name)


@cache
def _unchanged_request(name: str) -> Request:
    return _create_request(CATALOGUE[name], {})


def _create_request(row: TokenType, params: Mapping[str, Any]) -> Request:
    return Request("POST", _URL, _FORM, forms.encode({row.parameter: row.merged(params)}).encode())


def retrieve_request(token_id: str) -> Request:
    """Ask for a token by its id."""
    return Request("GET", f"{_URL}/{quote(str(token_id), safe='')}", _KEY)
