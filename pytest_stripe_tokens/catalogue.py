"""The table of token types and test values, which all else is derived from; pure data, imports nothing but data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pytest_stripe_tokens.bank_values import BankNumber, bank_number, bank_values, currency_of, shown_bank
from pytest_stripe_tokens.card_values import CardNumber, card_number, card_values, country_of

__all__ = [
    "CATALOGUE",
    "TEST_BANK_ACCOUNTS",
    "TEST_CARDS",
    "TOKEN_TYPES",
    "BankNumber",
    "CardNumber",
    "TokenType",
    "bank_number",
    "card_number",
    "country_of",
    "currency_of",
    "shown_bank",
]


@dataclass(frozen=True)
class TokenType:
    """One of the six kinds of token.

    Args:
        name: the value of the token's `type`.
        parameter: the top-level parameter of `POST /v1/tokens`.
        fixture: the fixture that gives such a token.
        id_prefix: what its ids begin with, without the underscore.
        nested: the key of the object inside the answer; `None` where the answer shows nothing of what was sent.
        nested_prefix: what that object's ids begin with.
        defaults: the hash that is sent unless a test says otherwise.
        key_kind: the kind of key that makes it in test mode; in live mode account and person tokens want the
            publishable one.
        secret_parameters: paths below `parameter`, joined with dots, whose values must reach no recording in full.
        bound: which defaults fall away once a parameter is given another value: a German account has no American
            routing number.
    """

    name: str
    parameter: str
    fixture: str
    id_prefix: str
    nested: str | None
    nested_prefix: str | None
    defaults: Mapping[str, Any]
    key_kind: str
    secret_parameters: frozenset[str]
    bound: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def merged(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Lay `params` over the defaults, without the defaults that contradict them.

        A parameter given as `None` is not sent at all.
        """
        dropped = {
            name
            for parameter, names in self.bound.items()
            if parameter in params and params[parameter] != self.defaults.get(parameter)
            for name in names
        }
        kept = {name: deepcopy(value) for name, value in self.defaults.items() if name not in dropped}
        merged = kept | dict(params)
        return {name: value for name, value in merged.items() if value is not None}


_PERSON_SECRETS = frozenset({"id_number", "id_number_secondary", "ssn_last_4"})
_COMPANY_SECRETS = frozenset({"registration_number", "tax_id", "vat_id"})
_BANK_DEFAULTS = {
    "country": "US",
    "currency": "usd",
    "account_holder_name": "Jenny Rosen",
    "account_holder_type": "individual",
    "routing_number": "110000000",
    "account_number": "000123456789",
}

_TYPES = (
    TokenType(
        name="account",
        parameter="account",
        fixture="account_token",
        id_prefix="ct",
        nested=None,
        nested_prefix=None,
        defaults={
            "business_type": "individual",
            "individual": {"first_name": "Jane", "last_name": "Doe"},
            "tos_shown_and_accepted": True,
        },
        key_kind="secret",
        secret_parameters=frozenset(
            {f"individual.{name}" for name in _PERSON_SECRETS} | {f"company.{name}" for name in _COMPANY_SECRETS}
        ),
        bound={"business_type": frozenset({"individual"})},
    ),
    TokenType(
        name="bank_account",
        parameter="bank_account",
        fixture="bank_token",
        id_prefix="btok",
        nested="bank_account",
        nested_prefix="ba",
        defaults=_BANK_DEFAULTS,
        key_kind="secret",
        secret_parameters=frozenset({"account_number"}),
        # A payment method stands for the whole account and goes with no other parameter (API reference).
        bound={
            "country": frozenset({"currency", "routing_number", "account_number"}),
            "payment_method": frozenset(_BANK_DEFAULTS),
        },
    ),
    TokenType(
        name="card",
        parameter="card",
        fixture="card_token",
        id_prefix="tok",
        nested="card",
        nested_prefix="card",
        # The API accepts 2050 today, so that no test has to know the date.
        defaults={"number": "4242424242424242", "exp_month": 12, "exp_year": 2050, "cvc": "123"},
        key_kind="secret",
        secret_parameters=frozenset({"cvc", "number"}),
    ),
    TokenType(
        name="cvc_update",
        parameter="cvc_update",
        fixture="cvc_update_token",
        id_prefix="cvctok",
        nested=None,
        nested_prefix=None,
        defaults={"cvc": "123"},
        key_kind="secret",
        secret_parameters=frozenset({"cvc"}),
    ),
    TokenType(
        name="person",
        parameter="person",
        fixture="person_token",
        id_prefix="cpt",
        nested=None,
        nested_prefix=None,
        defaults={"first_name": "Jane", "last_name": "Doe", "relationship": {"owner": True}},
        key_kind="secret",
        secret_parameters=_PERSON_SECRETS,
    ),
    TokenType(
        name="pii",
        parameter="pii",
        fixture="pii_token",
        id_prefix="pii",
        nested=None,
        nested_prefix=None,
        defaults={"id_number": "000000000"},
        key_kind="secret",
        secret_parameters=frozenset({"id_number"}),
    ),
)

CATALOGUE: Mapping[str, TokenType] = MappingProxyType({token_type.name: token_type for token_type in _TYPES})
"""The token types by name, in alphabetical order."""

TOKEN_TYPES: tuple[str, ...] = tuple(CATALOGUE)
"""The values of a token's `type`."""


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
    return {value.name: value.params for value in bank_values()}


TEST_CARDS: Mapping[str, Mapping[str, Any]] = TestValues(_test_cards)
"""Stripe's test cards by name, each as keyword arguments for `create("card", ...)`.

Brands (`"amex"`), declines (`"insufficient_funds"`), countries (`"DE"`), payout cards (`"DE_payout_fails"`) and others.
"""

TEST_BANK_ACCOUNTS: Mapping[str, Mapping[str, Any]] = TestValues(_test_bank_accounts)
"""Stripe's test bank accounts by name, each as keyword arguments for `create("bank_account", ...)`.

Countries (`"DE"`), and countries with what happens once the account is used (`"DE_no_account"`).
"""
