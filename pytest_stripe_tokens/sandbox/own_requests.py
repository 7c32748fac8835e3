"""The requests that fixtures and `StripeTokens` send themselves."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST, Request, is_v2
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
_JSON = {**_KEY, "content-type": "application/json"}
ACCOUNT: Mapping[str, Any] = {
    "configuration": {
        "customer": {"capabilities": {"automatic_indirect_tax": {"requested": True}}},
        "merchant": {"capabilities": {"card_payments": {"requested": True}}},
    },
    "contact_email": "furever@example.com",
    "dashboard": "full",
    "defaults": {"responsibilities": {"fees_collector": "stripe", "losses_collector": "stripe"}},
    "display_name": "Furever",
    "identity": {
        "business_details": {"registered_name": "Furever"},
        "country": "us",
        "entity_type": "company",
    },
    "include": ["configuration.merchant", "configuration.customer", "identity", "defaults"],
}
"""What the account is made of that a person token without one belongs to: the API reference's example."""


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
    return _post(row.create_path(merged), row.body(merged), headers)


def account_request() -> Request:
    """Ask for an account of /v2, as the API reference does: a person token belongs to one."""
    return _post("/v2/core/accounts", ACCOUNT, {})


def _post(path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
    if is_v2(path):
        return Request("POST", f"{_URL}{path}", {**_JSON, **headers}, json.dumps(params).encode())
    return Request("POST", f"{_URL}{path}", {**_FORM, **headers}, forms.encode(params).encode())


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
