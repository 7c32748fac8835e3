"""The table of token types, which all else is derived from."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")


_NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})


# A named tuple, as `CardNumber` is; it has no room for what is computed once.
class _Row(NamedTuple):
    name: str
    parameter: str | None
    fixture: str
    id_prefix: str
    nested: str | None
    nested_prefix: str | None
    defaults: Mapping[str, Any]
    key_kind: str
    secret_parameters: frozenset[str]
    bound: Mapping[str, frozenset[str]] = _NOTHING
    object: str = "token"
    create: str = "/v1/tokens"
    retrieve: str = "/v1/tokens/:id"
    made_at: tuple[str, ...] = ()
    table: str = "tokens.create"
    unused: Mapping[str, Any] = MappingProxyType({"used": False})
    used_error: str = "token_already_used"


class TokenType(_Row):
    """One kind of token: one of the six of `/v1/tokens`, or one with endpoints of its own.

    Args:
        name: the value of the token's `type`; of one with endpoints of its own, its `object`.
        parameter: the top-level parameter that holds all others; `None` where they are top-level themselves.
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
        object: the token's `object`.
        create: the path that `create` and the fixture post to; a name after a colon, `:account`, is one of the
            parameters, and is sent in the path alone.
        retrieve: the path that reads a token; the last of its names is the token's id, the others those of `create`.
        made_at: other paths that make such a token.
        table: of the parameters of its create, in `simulator/tables/`.
        unused: the fields that tell whether a token was used, with their values before.
        used_error: the row of errors that a second use is refused with.
    """

    @cached_property
    def cassette(self) -> str:
        """The name of the fixtures' cassette."""
        return self.name if self.object == "token" else self.fixture

    @cached_property
    def marks(self) -> frozenset[str]:
        """The fields without which an answer is no such token."""
        return frozenset({"id", self.name_field, *self.unused})

    @cached_property
    def name_field(self) -> str:
        """The field of a token that names its type."""
        return "type" if self.object == "token" else "object"

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        """The parameters that stand in the path of `create`."""
        return tuple(part.partition("/")[0] for part in self.create.split("/:")[1:])

    def body(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give the parameters of a create as they are sent, without those that stand in its path.

        Args:
            params: as `merged` gives them.
        """
        sent = {name: value for name, value in params.items() if name not in self.path_parameters}
        return sent if self.parameter is None else {self.parameter: sent}

    def create_path(self, params: Mapping[str, Any]) -> str:
        """Give the path of a create.

        Raises:
            KeyError: a parameter that stands in it is missing.
        """
        return _filled(self.create, [str(params[name]) for name in self.path_parameters])

    def retrieve_path(self, token_id: str, params: Mapping[str, Any]) -> str:
        """Give the path that reads a token.

        Args:
            token_id: its id.
            params: those that stand in the path of its create.
        """
        return _filled(self.retrieve, [*(str(params[name]) for name in self.path_parameters), token_id])

    def sent_in_path(self, path: str) -> dict[str, str]:
        """Give the parameters that stand in the path of a request that makes or reads such a token."""
        found = _ids(self.create, path) or _ids(self.retrieve, path) or ()
        return dict(zip(self.path_parameters, map(unquote, found), strict=False))

    def is_used(self, token: Mapping[str, Any]) -> bool:
        """Tell whether a token of this type was used, by its JSON."""
        for name, value in self.unused.items():  # noqa: SIM110 - one call, where `any` makes several
            if token.get(name) != value:
                return True
        return False

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
        name="confirmation_token",
        parameter=None,
        fixture="confirmation_token",
        id_prefix="ctoken",
        nested=None,
        nested_prefix=None,
        defaults={"payment_method": "pm_card_visa"},
        key_kind="secret",
        # Those of payment methods, which are secret in the other rows.
        secret_parameters=frozenset(),
        # A payment method is named or described.
        bound={"payment_method_data": frozenset({"payment_method"})},
        object="confirmation_token",
        create="/v1/test_helpers/confirmation_tokens",
        retrieve="/v1/confirmation_tokens/:id",
        made_at=("/v1/confirmation_tokens",),
        table="confirmation_tokens.create",
        unused={"payment_intent": None, "setup_intent": None},
        used_error="payment_token_invalid",
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
    TokenType(
        name="v2.core.account_person_token",
        parameter=None,
        fixture="v2_person_token",
        id_prefix="perstok",
        nested=None,
        nested_prefix=None,
        defaults={
            "address": {
                "city": "Brothers",
                "country": "us",
                "line1": "27 Fredrick Ave",
                "postal_code": "97712",
                "state": "OR",
            },
            "email": "jenny.rosen@example.com",
            "given_name": "Jenny",
            "id_numbers": [{"type": "us_ssn_last_4", "value": "0000"}],
            "relationship": {"owner": True, "percent_ownership": "0.8", "representative": True, "title": "CEO"},
            "surname": "Rosen",
        },
        key_kind="secret",
        secret_parameters=frozenset({"id_numbers.value"}),
        object="v2.core.account_person_token",
        create="/v2/core/accounts/:account/person_tokens",
        retrieve="/v2/core/accounts/:account/person_tokens/:id",
        table="v2_core.person_tokens.create",
    ),
    TokenType(
        name="v2.core.account_token",
        parameter=None,
        fixture="v2_account_token",
        id_prefix="accttok",
        nested=None,
        nested_prefix=None,
        defaults={
            "contact_email": "furever@example.com",
            "display_name": "Furever",
            "identity": {
                "attestations": {"terms_of_service": {"account": {"shown_and_accepted": True}}},
                "business_details": {"registered_name": "Furever"},
                "entity_type": "company",
            },
        },
        key_kind="secret",
        secret_parameters=frozenset(
            {"identity.business_details.id_numbers.value", "identity.individual.id_numbers.value"}
        ),
        object="v2.core.account_token",
        create="/v2/core/account_tokens",
        retrieve="/v2/core/account_tokens/:id",
        table="v2_core.account_tokens.create",
    ),
)

CATALOGUE: Mapping[str, TokenType] = MappingProxyType({token_type.name: token_type for token_type in _TYPES})
"""The token types by name, in alphabetical order."""

TOKEN_TYPES: tuple[str, ...] = tuple(row.name for row in _TYPES if row.object == "token")
"""The types of `/v1/tokens`: the values of a token's `type`."""

OTHER_TOKEN_TYPES: tuple[str, ...] = tuple(row.name for row in _TYPES if row.object != "token")
"""The types of token with endpoints of their own: the values of their `object`."""

BY_OBJECT: Mapping[str, TokenType] = MappingProxyType({row.object: row for row in _TYPES})
"""By a token's `object`, a row that says what all its types have in common: how they are read and used up."""

CASSETTES: Mapping[str, str] = MappingProxyType({row.name: row.cassette for row in _TYPES})
"""The name of each type's cassette."""

BY_CASSETTE: Mapping[str, TokenType] = MappingProxyType({row.cassette: row for row in _TYPES})
"""The token types by the name of their fixtures' cassette."""

ORIGINS = ("recorded", "documented")
"""What a cassette can say of where it came from."""


def type_of(answer: Mapping[str, Any]) -> str | None:
    """Give the type of the token that an answer's JSON is; None where it is no token."""
    row = BY_OBJECT.get(str(answer.get("object")))
    name = None if row is None else answer.get(row.name_field)
    return name if isinstance(name, str) else None


def made_at(path: str) -> tuple[TokenType, ...]:
    """Find the types of token that a POST to a path makes, by their parameters."""
    path = path.rstrip("/")
    rows = _MADE_AT.get(path)
    return rows if rows is not None else tuple(row for row in _NAMED if _ids(row.create, path) is not None)


def read_at(path: str) -> TokenType | None:
    """Find a type of the tokens that a path reads; None for any other path."""
    path = path.rstrip("/")
    above, _, token_id = path.rpartition("/")
    row = _READ_AT.get(above) if token_id else None
    return row or next((row for row in _NAMED if _ids(row.retrieve, path) is not None), None)


def row_of_id(token_id: str) -> TokenType | None:
    """Find the type that a token's id begins with; None where there is no such type."""
    prefix = token_id.partition("_")[0]
    return next((row for row in _TYPES if row.id_prefix == prefix), None)


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


# Most paths name nothing but a token: these are found at once.
_NAMED = tuple(row for row in _TYPES if row.path_parameters)
_MADE_AT: Mapping[str, tuple[TokenType, ...]] = MappingProxyType(
    {
        path: tuple(row for row in _TYPES if path in {row.create, *row.made_at})
        for one in _TYPES
        if not one.path_parameters
        for path in (one.create, *one.made_at)
    }
)
_READ_AT: Mapping[str, TokenType] = MappingProxyType(
    {row.retrieve.rpartition("/")[0]: row for row in _TYPES if not row.path_parameters}
)


def _ids(shape: str, path: str) -> tuple[str, ...] | None:
    from pytest_stripe_tokens.api import paths  # noqa: PLC0415 - for types whose path names more than the token

    return paths.ids(paths.segments(shape), paths.segments(path))


def _filled(path: str, values: Iterable[str]) -> str:
    if ":" not in path:
        return path
    left = iter(values)
    return "/".join(quote(next(left), safe="") if part.startswith(":") else part for part in path.split("/"))
