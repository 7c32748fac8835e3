"""Cards, bank accounts and sources: given to a customer, changed, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import (
    customers_bank_account,
    customers_card,
    metadata,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_expiry
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

SOURCES = ("card", "bank_account", "source")
CARD_TEXTS = (
    "address_city",
    "address_country",
    "address_line1",
    "address_line2",
    "address_state",
    "address_zip",
    "name",
)
_CARD_CHECKS = {"address_line1": "address_line1_check", "address_zip": "address_zip_check"}
_BANK_TEXTS = ("account_holder_name", "account_holder_type", "account_type")


def attach_source(call: Call, customer: Entry, identity: str) -> Entry:
    """Give a customer the card, bank account or source that a `source` parameter names; it is not the default yet.

    Raises:
        ApiError: there is none, it is used up, or it declines.
    """
    if identity.startswith("src_"):
        source = call.world.refer(identity, call.scope, "source", "source")
        if source.body["status"] == "consumed":
            raise ApiError("source_consumed", id=identity)
        _refuse_declined(source.private.get("instrument"))
        source.body |= {"customer": customer.id, "usage": "reusable"}
        # Kept anew: it is the latest of the customer's from now on.
        return call.world.add(source.body, source.scope, **source.private)
    taken = take(call, identity, ("card", "bank_account"), "source")
    instrument = taken.required_instrument
    _refuse_declined(instrument)
    if instrument.is_card:
        body = customers_card(instrument, customer.id)
    else:
        _refuse_double(call, customer, instrument)
        body = customers_bank_account(instrument, customer.id)
    spend(taken)
    return call.add(body, instrument=instrument.shown_as(body))


def sources_of(call: Call, customer: Entry) -> list[Entry]:
    """Give a customer's cards, bank accounts and sources, in the order in which it got them."""
    return [entry for entry in call.world.every(SOURCES, call.scope) if entry.body.get("customer") == customer.id]


def detach_source(call: Call, source: Entry) -> dict[str, Any]:
    """Take a source away from its customer, and give what the API answers: one of type source stays, and is used up."""
    if source.object != "source":
        call.happened("customer.source.deleted", source)
        return call.world.delete(source)
    source.body.pop("customer", None)
    source.body["status"] = "consumed"
    call.happened("customer.source.deleted", source)
    return source.copy()


def change_card_or_bank(call: Call, source: Entry) -> None:
    """Take over what is sent of a card or a bank account; a card's address is checked anew (reference, cards)."""
    is_card = source.object == "card"
    changes: dict[str, Any] = {
        name: call.params[name] or None for name in (CARD_TEXTS if is_card else _BANK_TEXTS) if name in call.params
    }
    if is_card:
        month, year = (call.text(name) or str(source.body[name]) for name in ("exp_month", "exp_year"))
        if {"exp_month", "exp_year"} & call.params.keys():
            changes |= {"exp_year": check_expiry(month, year, call.world.now), "exp_month": int(month)}
        sent = {
            check: "unchecked" if changes[name] else None for name, check in _CARD_CHECKS.items() if name in changes
        }
        checked = kept_instrument(source).shown_as({**source.body, **sent}).checks_when_used()
        changes |= {check: checked[check] for check in sent}
    if "metadata" in call.params:
        changes["metadata"] = metadata(call.params["metadata"], source.body.get("metadata"))
    source.body |= changes


def _refuse_declined(instrument: object) -> None:
    decline = instrument.decline_when_attached() if isinstance(instrument, Instrument) else None
    if decline is not None:
        raise declined(decline, attaching=True)


def _refuse_double(call: Call, customer: Entry, instrument: Instrument) -> None:
    for entry in sources_of(call, customer):
        if entry.object == "bank_account" and entry.body.get("fingerprint") == instrument.body.get("fingerprint"):
            raise ApiError("bank_account_exists")
