"""Sources made of a card or a bank account, and their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import billing_details, change_metadata, full_address, metadata
from pytest_stripe_tokens.simulator.resources.payment_methods import instrument_from
from pytest_stripe_tokens.simulator.tokens.checks import check_bank_account
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

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
    kind = "card" if instrument.is_card else str(given.get("type") or "ach_debit")
    details = _details(call, kind, instrument)
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


def _details(call: Call, kind: str, instrument: Instrument) -> dict[str, Any]:
    shown = instrument.body
    if kind == "card":
        return {name: shown.get(name) for name in _OF_CARD} | {"three_d_secure": "optional"}
    if kind == "ach_debit":
        return {name: shown.get(name) for name in _OF_BANK} | {"type": "individual"}
    reference = call.world.generator.object_id("mandate", call.world.now).partition("_")[2][-16:].upper()
    return {
        "bank_code": instrument.number[4:12] or None,
        "branch_code": None,
        "country": shown.get("country"),
        "fingerprint": shown.get("fingerprint"),
        "last4": shown.get("last4"),
        "mandate_reference": reference,
        "mandate_url": f"https://hooks.stripe.com/adapter/sepa_debit/file/{reference}",
    }


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
    """Make a source of a card or of a bank account, by a token or by their own values."""
    kind = call.text("type")
    if kind not in {None, "ach_debit", "card", "sepa_debit"}:
        message = (
            f"pytest-stripe-tokens makes sources of type card, sepa_debit and ach_debit only, not of type {kind}: let a"
            " cassette answer the request."
        )
        raise ApiError("refused", param="type", message=message)
    token, iban = call.text("token"), call.hash("sepa_debit").get("iban")
    if token is None and kind == "card" and call.hash("card"):
        instrument, taken = instrument_from(call, call.params, "")
    elif token is None and kind == "sepa_debit" and iban:
        instrument, taken = _of_iban(call, str(iban)), None
    elif token is None:
        raise ApiError("parameter_missing", param="type" if kind is None else "token")
    else:
        taken = take(call, token, ("bank_account",) if kind in {"ach_debit", "sepa_debit"} else ("card",), "token")
        instrument = taken.required_instrument
    source = new_source(call, instrument, call.params)
    if taken is not None:
        spend(taken)
    call.happened("source.chargeable", source)
    return source.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a source."""
    source = call.world.read(call.ids[0], call.scope, "source", "source")
    before = source.copy()
    change_source(call, source)
    if "customer" in source.body:
        call.updated("customer.source.updated", source, before)
    return source.copy()


def change_source(call: Call, source: Entry) -> None:
    """Take over what is sent of a source: its owner, its amount and its metadata."""
    sent = call.hash("owner")
    texts: dict[str, Any] = {name: sent[name] or None for name in ("email", "name", "phone") if name in sent}
    owner: dict[str, Any] = {**as_object(source.body.get("owner")), **texts}
    if "address" in sent:
        owner["address"] = full_address({**as_object(owner.get("address")), **as_object(sent["address"])})
    source.body["owner"] = owner
    if call.number("amount") is not None:
        source.body["amount"] = call.number("amount")
    change_metadata(call, source)


def _of_iban(call: Call, iban: str) -> Instrument:
    params = {"country": iban[:2].upper(), "currency": "eur", "account_number": iban}
    check_bank_account(params, livemode=call.caller.livemode, parent="sepa_debit")
    token = call.world.generator.token("bank_account", params, livemode=call.caller.livemode)
    return Instrument(token["bank_account"], digits(iban))


def retrieve(call: Call) -> dict[str, Any]:
    """Give a source."""
    return call.world.read(call.ids[0], call.scope, "source", "source").copy()
