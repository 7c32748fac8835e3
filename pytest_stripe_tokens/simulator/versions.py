"""What changed between versions of the API: how a newer answer becomes an older one, which parameters come and go.

A request that names a version in `Stripe-Version` gets the answer of that version; one that names none gets the newest
shape, and may send the parameters of every version: which version its account is set to is not known. Only what takes
something away or gives it another meaning is in these tables. What the API only added is in the answers of every
version, as Stripe's page on versions says and real answers show: a token's `card.networks` came to 2023-10-16 in 2024.
Sources: Stripe's changelog, real answers of 2019 to 2026, the differences between stripe-python 7, 10, 12, 15 and 16.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call

# Gives what the older object shows beside what the newer one shows, or in its place.
Older: TypeAlias = Callable[["Call", Mapping[str, Any]], dict[str, Any]]


class Change(NamedTuple):
    """A change of an object.

    Args:
        since: the first version that has the newer object, without its name: `"2022-11-15"`.
        object: which one, `"charge"`.
        older: gives what the older object shows otherwise.
        lacks: what the older object does not have at all.
    """

    since: str
    object: str
    older: Older = lambda _call, _body: {}
    lacks: frozenset[str] = frozenset()


class Dropped(NamedTuple):
    """A parameter that the API no longer takes.

    Args:
        since: the first version that refuses it.
        endpoint: the table of parameters that holds it, `"payment_intents.create"`.
        path: where in the table it stands.
        error: the row of errors that it is refused with.
    """

    since: str
    endpoint: str
    path: tuple[str, ...]
    error: str = "parameter_unknown"


class Default(NamedTuple):
    """What a parameter that is not sent stood for.

    Args:
        since: the first version in which it stands for something else.
        endpoint: the table of parameters that holds it.
        name: the parameter.
        value: as if it had been sent.
        unless: parameters that go without this one.
    """

    since: str
    endpoint: str
    name: str
    value: Any
    unless: tuple[str, ...] = ()


def _with_invoice(_call: Call, _body: Mapping[str, Any]) -> dict[str, Any]:
    return {"invoice": None}


def _with_charges(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    # No test of tokens alone gets here: what the other objects need is loaded for those that do.
    from pytest_stripe_tokens.simulator.resources.objects import list_within  # noqa: PLC0415

    made = call.world.every("charge", call.scope)
    charges = [entry.copy() for entry in made if entry.body["payment_intent"] == body["id"]][::-1]
    return {"charges": list_within(f"/v1/charges?payment_intent={body['id']}", charges)}


def _with_refunds(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    from pytest_stripe_tokens.simulator.resources.objects import list_within, refunds_of  # noqa: PLC0415

    charge = call.world.get(str(body["id"]), call.scope, "charge")
    refunds = [] if charge is None else [entry.copy() for entry in refunds_of(call.world, charge)][::-1]
    return {"refunds": list_within(f"/v1/charges/{body['id']}/refunds", refunds)}


def _with_lists(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    from pytest_stripe_tokens.simulator.resources.attaching import sources_of  # noqa: PLC0415
    from pytest_stripe_tokens.simulator.resources.objects import list_within  # noqa: PLC0415

    customer = call.world.get(str(body["id"]), call.scope, "customer")
    sources = [] if customer is None else [entry.copy() for entry in sources_of(call, customer)]
    lists = {"sources": sources, "subscriptions": [], "tax_ids": []}
    shown = {name: list_within(f"/v1/customers/{body['id']}/{name}", data) for name, data in lists.items()}
    return {"account_balance": body.get("balance"), **shown}


CHANGES = (
    # stripe-python has it in 16.1 and not before, and real answers of 2026-08-26 do not show it.
    Change("2026-10-28", "confirmation_token", lacks=frozenset({"metadata"})),
    Change("2025-03-31", "charge", _with_invoice),
    Change("2025-03-31", "payment_intent", _with_invoice),
    Change("2022-11-15", "payment_intent", _with_charges),
    Change("2022-11-15", "charge", _with_refunds),
    Change("2020-08-27", "customer", _with_lists),
)
"""The changes of objects, the latest first: in this order they are taken back."""

_TYPES = ("payment_method_types",)
DROPPED = (
    Dropped("2026-09-30", "payment_intents.create", _TYPES, "payment_method_types_no_longer_supported"),
    Dropped("2026-09-30", "payment_intents.update", _TYPES, "payment_method_types_no_longer_supported"),
    Dropped("2026-09-30", "payment_intents.confirm", _TYPES, "payment_method_types_no_longer_supported"),
    Dropped("2026-09-30", "setup_intents.create", _TYPES, "payment_method_types_no_longer_supported"),
    Dropped("2026-09-30", "setup_intents.update", _TYPES, "payment_method_types_no_longer_supported"),
    Dropped("2026-09-30", "v2_core.account_links.create", ("use_case", "account_onboarding", "configurations")),
    Dropped("2026-09-30", "v2_core.account_links.create", ("use_case", "account_update", "configurations")),
    # stripe-python has it in 15.0 and no longer in 15.1.
    Dropped("2026-04-22", "accounts.create", ("documents", "proof_of_registration")),
    Dropped("2025-03-31", "customers.create", ("coupon",)),
    Dropped("2025-03-31", "customers.create", ("promotion_code",)),
    Dropped("2025-03-31", "customers.update", ("coupon",)),
    Dropped("2025-03-31", "customers.update", ("promotion_code",)),
)
"""The parameters that older versions take; the tables of parameters hold them too."""

_AUTOMATIC = ("allowed_payment_method_types", "automatic_payment_methods")
DEFAULTS = (
    Default("2024-04-10", "payment_intents.create", "capture_method", "automatic"),
    Default(
        "2023-08-16",
        "payment_intents.create",
        "payment_method_types",
        ["card"],
        unless=_AUTOMATIC,
    ),
    Default("2023-08-16", "setup_intents.create", "payment_method_types", ["card"], unless=_AUTOMATIC),
)
"""The defaults that older versions have."""


def is_older(version: str | None, since: str) -> bool:
    """Tell whether a request asks for a version before `since`; one that names none asks for the newest."""
    return version is not None and version[: len(since)] < since


def as_sent(version: str | None, endpoint: str, params: dict[str, Any]) -> dict[str, Any]:
    """Give a request's parameters as its version means them.

    Raises:
        ApiError: one of them is no longer taken in this version.
    """
    if version is None:
        return params
    for gone in DROPPED:
        if gone.endpoint == endpoint and not is_older(version, gone.since) and _has(params, gone):
            first, *rest = gone.path
            raise ApiError(gone.error, param=first + "".join(f"[{name}]" for name in rest), hint="")
    for row in DEFAULTS:
        if row.endpoint == endpoint and is_older(version, row.since) and not {row.name, *row.unless} & params.keys():
            params = {**params, row.name: row.value}
    return params


def as_shown(version: str | None, call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give an answer as its version shows it, every object in it too; the newest version's is given as it is."""
    # The latest change stands first, and most requests ask for what came after it.
    if not is_older(version, CHANGES[0].since):
        return cast("dict[str, Any]", body)
    changes = [change for change in CHANGES if is_older(version, change.since)]
    return cast("dict[str, Any]", _taken_back(body, changes, call))


def _taken_back(value: Any, changes: list[Change], call: Call) -> Any:
    if isinstance(value, list):
        return [_taken_back(item, changes, call) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    body = cast("dict[str, Any]", value)
    more: dict[str, Any] = {}
    for change in changes:
        if change.object == body.get("object") and "deleted" not in body:
            more |= change.older(call, body)
            body = {name: item for name, item in body.items() if name not in change.lacks} if change.lacks else body
    # What is there already was expanded, or stands in an answer that was taken back before.
    if more.keys() - body.keys():
        from pytest_stripe_tokens.simulator.resources.objects import ordered  # noqa: PLC0415 - as in `_with_charges`

        body = ordered(more | body)
    return {name: _taken_back(item, changes, call) for name, item in body.items()}


def _has(params: Mapping[str, Any], row: Dropped) -> bool:
    value: Any = params
    for name in row.path:
        if not isinstance(value, dict) or name not in value:
            return False
        value = cast("dict[str, Any]", value)[name]
    return True
