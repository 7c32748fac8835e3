"""Charges: the endpoints that make, change, read and find them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator import searching
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.amounts import required_amount
from pytest_stripe_tokens.simulator.resources.charging import Payment, charge
from pytest_stripe_tokens.simulator.resources.objects import (
    check_filters,
    metadata,
    page,
    shipping_of,
    used_card,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_minimum
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_TEXTS = ("description", "receipt_email", "transfer_group")
_SAVED = ("card_", "ba_", "src_")


def create(call: Call) -> dict[str, Any]:
    """Charge a token, a customer's source, or the customer's default one; a token is used up only by success."""
    amount, currency = required_amount(call)
    check_minimum(amount, currency)
    source, customer = call.text("source"), call.text("customer")
    if source is None and customer is None:
        raise ApiError("no_source")
    owner = None if customer is None else call.world.refer(customer, call.scope, "customer", "customer")
    instrument, taken = _instrument(call, source, owner)
    shown = instrument.body if source is None or not source.startswith("src_") else _source(call, source)
    payment = Payment(
        amount,
        currency,
        instrument,
        shown,
        str(shown["id"]),
        customer,
        capture=call.flag("capture", default=True),
        details=call.params,
    )
    made, decline = charge(call, payment)
    if decline is not None:
        raise declined(decline, more={"charge": made.id})
    if taken is not None:
        spend(taken)
    return made.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a charge, a failed one too."""
    return call.world.read(call.ids[0], call.scope, "charge", "id").copy()


def update(call: Call) -> dict[str, Any]:
    """Change what a charge says; its customer only where it has none."""
    charge = call.world.read(call.ids[0], call.scope, "charge", "charge")
    body, before = charge.body, charge.copy()
    customer = call.text("customer")
    if customer is not None:
        call.world.refer(customer, call.scope, "customer", "customer")
        if body["customer"] not in {None, customer}:
            raise ApiError("customer_of_charge", customer=body["customer"])
        body["customer"] = customer
    body |= {name: call.text(name) for name in _TEXTS if name in call.params}
    if "metadata" in call.params:
        body["metadata"] = metadata(call.params["metadata"], body["metadata"])
    if "shipping" in call.params:
        body["shipping"] = shipping_of(call.params["shipping"])
    report = call.hash("fraud_details")
    if report:
        body["fraud_details"] = {"user_report": report["user_report"]} if report["user_report"] else {}
    call.updated("charge.updated", charge, before)
    return charge.copy()


def list_all(call: Call) -> dict[str, Any]:
    """List charges."""
    check_filters(call, "customer", "payment_intent")
    return page("/v1/charges", call.world.every("charge", call.scope), call.params)


def search(call: Call) -> dict[str, Any]:
    """Find charges by a query."""
    return searching.search(call, "charge")


def _source(call: Call, identity: str) -> dict[str, Any]:
    return call.world.refer(identity, call.scope, "source", "source").copy()


def _instrument(call: Call, source: str | None, owner: Entry | None) -> tuple[Instrument, Taken | None]:
    """Find what is charged, as the charge shows it; the token too, where it is one."""
    if source is None:
        default = None if owner is None else owner.body["default_source"]
        if default is None:
            raise ApiError("no_active_card")
        return _saved(call, default, owner), None
    if source.startswith(_SAVED):
        return _saved(call, source, owner), None
    if owner is not None:
        # A customer is charged by what is saved with it, not by a token (parity tests against the API).
        raise ApiError("not_linked", customer=owner.id, id=source)
    taken = take(call, source, ("card",), "source")
    instrument = taken.required_instrument
    return instrument.shown_as(used_card(instrument, customer=None)), taken


def _saved(call: Call, identity: str, owner: Entry | None) -> Instrument:
    entry = call.world.get(identity, call.scope, "card", "bank_account", "source")
    of_owner = None if owner is None else owner.id
    if entry is None or entry.body.get("customer") != of_owner:
        if owner is not None:
            raise ApiError("not_linked", customer=owner.id, id=identity)
        raise call.world.missing("resource_missing_param", "source", identity, call.scope, "source")
    if entry.object == "bank_account" and entry.body["status"] != "verified":
        raise ApiError("bank_account_unverified")
    if entry.body.get("status") == "consumed":
        raise ApiError("source_consumed", id=identity)
    return kept_instrument(entry)
