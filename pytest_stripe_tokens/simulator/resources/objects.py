"""Parts that several resources show: cards, bank accounts, billing details, lists, metadata.

Sources: real answers (2022 to 2026) for cards and bank accounts, stripe-python 16.1's types for what the others hold.
"""

from __future__ import annotations

import copy
import operator
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.state import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry, World
    from pytest_stripe_tokens.simulator.tokens.instruments import Instrument

# How payment methods and charges spell a token's `brand` (stripe-python 16.1).
_BRANDS = {
    "American Express": "amex",
    "Cartes Bancaires": "cartes_bancaires",
    "Diners Club": "diners",
    "Discover": "discover",
    "Eftpos Australia": "eftpos_au",
    "Girocard": "girocard",
    "JCB": "jcb",
    "MasterCard": "mastercard",
    "UnionPay": "unionpay",
    "Visa": "visa",
}
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
# What a list is asked for beside its filters.
_PAGING = frozenset({"ending_before", "expand", "limit", "starting_after"})
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
# What only a token's card shows.
_OF_TOKENS = frozenset({"networks"})


def ordered(body: Mapping[str, Any]) -> dict[str, Any]:
    """Put the keys in the order of real answers: id, object, then alphabetical."""
    return {"id": body["id"], "object": body["object"]} | dict(sorted(body.items()))


def list_of(url: str, data: Iterable[Mapping[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    """Wrap objects as the API lists them."""
    return {"object": "list", "data": [dict(item) for item in data], "has_more": has_more, "url": url}


def list_within(url: str, data: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Wrap objects as another object shows them: all, and how many."""
    items = [dict(item) for item in data]
    return {"object": "list", "data": items, "has_more": False, "total_count": len(items), "url": url}


def refunds_of(world: World, charge: Entry) -> list[Entry]:
    """Give a charge's refunds, oldest first."""
    return [entry for entry in world.every("refund", charge.scope) if entry.body["charge"] == charge.id]


def page(url: str, entries: Iterable[Entry], params: Mapping[str, Any]) -> dict[str, Any]:
    """List objects, the newest first, as the filters, `limit`, `starting_after` and `ending_before` ask.

    A filter is any other parameter: it names a field, which has to be equal or, where it is a number, within a range.

    Raises:
        ApiError: there are two cursors, or the object of one is none of the list's.
    """
    bodies = [entry.copy() for entry in entries][::-1]
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise ApiError("both_cursors")
    if after:
        bodies = bodies[_place(url, bodies, after, "starting_after") + 1 :]
    if before:
        bodies = bodies[: _place(url, bodies, before, "ending_before")]
    filters = {name: wanted for name, wanted in params.items() if name not in _PAGING and wanted}
    found = [body for body in bodies if all(_fits(body.get(name), wanted) for name, wanted in filters.items())]
    limit = int(params.get("limit", "10"))
    return list_of(url, found[-limit:] if before else found[:limit], has_more=len(found) > limit)


def check_filters(call: Call, *names: str) -> None:
    """Refuse a list's filters that name an object which is not there.

    Args:
        call: the request.
        names: parameters, each called like the object that it names.
    """
    for name in names:
        identity = call.text(name)
        if identity is not None:
            call.world.refer(identity, call.scope, name, name)


def _place(url: str, bodies: list[dict[str, Any]], identity: str, param: str) -> int:
    for place, body in enumerate(bodies):
        if body["id"] == identity:
            return place
    kind = url.rpartition("/")[2].removesuffix("s")
    raise ApiError("resource_missing_param", param=param, noun=NOUNS.get(kind, kind), id=identity, hint="")


def _fits(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return value is not None and str(value) == wanted
    bounds = cast("dict[str, str]", wanted)
    if isinstance(value, dict):
        flags = cast("dict[str, object]", value)
        return all(flags.get(name) is (flag == "true") for name, flag in bounds.items())
    return isinstance(value, int) and all(_COMPARED[name](value, int(bound)) for name, bound in bounds.items())


def used_card(instrument: Instrument, **owner: Any) -> dict[str, Any]:
    """Give a card as it is once it was charged or attached: checked, and without what only tokens show."""
    kept = {name: value for name, value in instrument.body.items() if name not in _OF_TOKENS}
    return ordered(kept | instrument.checks_when_used() | owner)


def customers_card(instrument: Instrument, customer: str) -> dict[str, Any]:
    """Give a card as one of a customer's sources."""
    return used_card(instrument, customer=customer, allow_redisplay="unspecified")


def customers_bank_account(instrument: Instrument, customer: str) -> dict[str, Any]:
    """Give a bank account as one of a customer's sources; it has to be verified before it can be charged."""
    status = "verified" if instrument.is_verified else "new"
    return ordered({**instrument.body, "customer": customer, "metadata": {}, "status": status})


def external_account(instrument: Instrument, account: str, currency: str, *, is_default: bool) -> dict[str, Any]:
    """Give a card or a bank account that a connected account is paid out to."""
    published = instrument.published
    instant = published is None or published.effect != "no_instant_payout"
    owner: dict[str, Any] = {
        "account": account,
        "currency": currency,
        "default_for_currency": is_default,
        "metadata": {},
        "status": "new",
    }
    if instrument.is_card:
        methods = ["standard", "instant"] if instant else ["standard"]
        return used_card(instrument, available_payout_methods=methods, **owner)
    # Test mode's own bank pays at once, other routing numbers do not (real answers, 2024-11).
    at_once = instrument.body["country"] == "US" and instrument.body["routing_number"] == "110000000"
    methods = ["standard", "instant"] if at_once else ["standard"]
    nothing: dict[str, list[str]] = {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}
    requirements = {"future_requirements": nothing, "requirements": copy.deepcopy(nothing)}
    return ordered({**instrument.body, **owner, **requirements, "available_payout_methods": methods})


def card_details(instrument: Instrument) -> dict[str, Any]:
    """Give a card as payment methods and charges describe it."""
    card = instrument.body
    checks = {
        "address_line1_check": card.get("address_line1_check"),
        "address_postal_code_check": card.get("address_zip_check"),
        "cvc_check": card.get("cvc_check"),
    }
    return {
        "brand": brand_of(instrument),
        "checks": checks,
        "country": card.get("country"),
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card.get("fingerprint"),
        "funding": card["funding"],
        "last4": card["last4"],
        "regulated_status": card.get("regulated_status"),
        "wallet": None,
    }


def brand_of(instrument: Instrument) -> str:
    """Spell a card's brand as payment methods do."""
    return _BRANDS.get(str(instrument.body.get("brand")), "unknown")


def billing_details(instrument: Instrument | None, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give name and address: those of the request, else those of the card."""
    card: Mapping[str, Any] = {} if instrument is None else instrument.body
    address = {name: card.get(f"address_{'zip' if name == 'postal_code' else name}") for name in _ADDRESS}
    sent: Mapping[str, Any] = given or {}
    if isinstance(sent.get("address"), dict):
        address |= full_address(as_object(sent["address"]))
    return {
        "address": address,
        "email": sent.get("email") or None,
        "name": sent.get("name") or card.get("name") or card.get("account_holder_name"),
        "phone": sent.get("phone") or None,
        "tax_id": sent.get("tax_id") or None,
    }


def shipping_of(given: Any) -> dict[str, Any] | None:
    """Give where something is sent to, with every field that charges and PaymentIntents show of it."""
    sent = as_object(given)
    if not sent:
        return None
    names = ("carrier", "name", "phone", "tracking_number")
    return {"address": full_address(as_object(sent.get("address"))), **{name: sent.get(name) or None for name in names}}


def full_address(address: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Give an address with every one of its fields, null where it was not sent."""
    return {name: address.get(name) or None for name in (*_ADDRESS, *names)}


def metadata(given: Any, old: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Merge metadata as an update does: an empty value takes its key away, an empty string all of them."""
    if given == "":
        return {}
    merged: dict[str, str] = {**(old or {}), **as_object(given)}
    return {name: value for name, value in merged.items() if value != ""}


def change_metadata(call: Call, entry: Entry) -> None:
    """Merge an update's metadata, if it sends any, into an object's."""
    if "metadata" in call.params:
        entry.body["metadata"] = metadata(call.params["metadata"], entry.body.get("metadata"))
