"""Sources made of a card or a bank account, and their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import billing_details, metadata
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry
    from pytest_stripe_tokens.simulator.tokens.instruments import Instrument

_OF_CARD = (
    "address_line1_check",
    "address_zip_check",
    "brand",
    "country",
    "cvc_check",
    "dynamic_last4",
    "exp_month",
    "exp_year",
    "fingerprint",
    "funding",
    "last4",
    "name",
    "tokenization_method",
)
_OF_BANK = ("bank_name", "country", "fingerprint", "last4", "routing_number")


def new_source(call: Call, instrument: Instrument, given: Mapping[str, Any]) -> Entry:
    """Keep a new source; the token's values count more than the request's (reference, sources)."""
    created = call.world.tick()
    kind = "card" if instrument.is_card else "ach_debit"
    names = _OF_CARD if instrument.is_card else _OF_BANK
    details = {name: instrument.body.get(name) for name in names}
    details |= {"three_d_secure": "optional"} if instrument.is_card else {"type": "individual"}
    amount = given.get("amount")
    identity = call.new_id("src", created)
    body: dict[str, Any] = {
        "id": identity,
        "object": "source",
        "allow_redisplay": "unspecified",
        "amount": int(amount) if amount else None,
        kind: details,
        "client_secret": f"src_client_secret_{identity.partition('_')[2]}",
        "created": created,
        "currency": given.get("currency") or instrument.body.get("currency"),
        "flow": "none",
        "livemode": call.caller.livemode,
        "metadata": metadata(given.get("metadata")),
        "owner": _owner(instrument, given.get("owner")),
        "statement_descriptor": given.get("statement_descriptor") or None,
        "status": "chargeable",
        "type": kind,
        "usage": given.get("usage") or "reusable",
    }
    return call.add({"id": identity, "object": "source"} | dict(sorted(body.items())), instrument=instrument)


def _owner(instrument: Instrument, given: Any) -> dict[str, Any]:
    known = billing_details(instrument, as_object(given))
    return {
        "address": known["address"] if any(known["address"].values()) else None,
        "email": known["email"],
        "name": known["name"],
        "phone": known["phone"],
        "verified_address": None,
        "verified_email": None,
        "verified_name": None,
        "verified_phone": None,
    }


def create(call: Call) -> dict[str, Any]:
    """Make a source of a card token; other sources are not simulated."""
    token = call.text("token")
    if token is None:
        missing = "type" if call.text("type") is None else "token"
        raise ApiError("parameter_missing", param=missing)
    if call.text("type") not in {None, "card"}:
        message = f"pytest-stripe-tokens makes sources of type card only, not of type {call.text('type')}."
        raise ApiError("refused", param="type", message=message)
    taken = take(call, token, ("card",), "token")
    source = new_source(call, taken.required_instrument, call.params)
    spend(taken)
    return source.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a source."""
    return call.world.read(call.ids[0], call.scope, "source", "source").copy()
