"""The table of token types, which all else is derived from."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
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

ORIGINS = ("recorded", "documented")
"""What a cassette can say of where it came from."""


def complete(table: Mapping[str, T], names: Iterable[str], where: str) -> Mapping[str, T]:
    """Give a table read-only, once it is known to have a row for each of `names`.

    Raises:
        LookupError: a row is missing, or is for a name that there is none of; `where` says which table it is.
    """
    wanted = set(names)
    if set(table) != wanted:
        wrong = ", ".join(sorted(set(table) ^ wanted))
        raise LookupError(
            f"{where} must have a row for each of {', '.join(sorted(wanted))}; missing or unknown: {wrong}"
        )
    return MappingProxyType(dict(table))
