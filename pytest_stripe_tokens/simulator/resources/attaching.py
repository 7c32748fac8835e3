"""Cards and bank accounts given to a customer or to a connected account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import (
    customers_bank_account,
    customers_card,
    external_account,
    metadata,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_bank_account, check_card, check_expiry
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        instrument = kept_instrument(source)
        checked = instrument.shown_as({**source.body, **sent}).checks_when_used()
        changes |= {check: checked[check] for check in sent}
    if "metadata" in call.params:
        changes["metadata"] = metadata(call.params["metadata"], source.body["metadata"])
    source.body |= changes


def _refuse_declined(instrument: object) -> None:
    decline = instrument.decline_when_attached() if isinstance(instrument, Instrument) else None
    if decline is not None:
        raise declined(decline, attaching=True)


def _refuse_double(call: Call, customer: Entry, instrument: Instrument) -> None:
    for entry in sources_of(call, customer):
        if entry.object == "bank_account" and entry.body["fingerprint"] == instrument.body.get("fingerprint"):
            raise ApiError("bank_account_exists")


def add_external_account(call: Call, account: Entry, given: Any, param: str) -> Entry:
    """Give a connected account a card or a bank account to be paid out to.

    The first one of its currency is the default; another one takes its place where the request says so.

    Args:
        call: the request.
        account: the connected account.
        given: a token's id, or a hash with one or with a bank account's own values.
        param: the parameter's name.

    Raises:
        ApiError: there is no such token, or it is no bank account and no debit card.
    """
    found = as_object(given) or {"token": given}
    taken = None
    if found.get("token"):
        path = param if isinstance(given, str) else f"{param}[token]"
        taken = take(call, str(found["token"]), ("card", "bank_account"), path, account=account.id)
        instrument = taken.required_instrument
    else:
        instrument = _sent(call, found, param)
    currency = _currency(account, instrument, found, param)
    if instrument.is_card and instrument.body["funding"] not in {"debit", "unknown"}:
        raise ApiError("invalid_card_type", param=param, funding=instrument.body["funding"])
    first = all(entry.body["currency"] != currency for entry in external_accounts_of(call, account))
    body = external_account(instrument, account.id, currency, is_default=first)
    body["metadata"] = metadata(found.get("metadata"))
    if taken is not None:
        spend(taken)
    return call.world.add(body, call.platform, instrument=instrument.shown_as(body))


def make_default(call: Call, account: Entry, chosen: Entry) -> list[Entry]:
    """Make an external account the default of its currency; give those that were it before."""
    former = [
        entry
        for entry in external_accounts_of(call, account)
        if entry.id != chosen.id
        and entry.body["currency"] == chosen.body["currency"]
        and entry.body["default_for_currency"]
    ]
    for entry in former:
        entry.body["default_for_currency"] = False
    chosen.body["default_for_currency"] = True
    return former


def external_accounts_of(call: Call, account: Entry) -> list[Entry]:
    """Give a connected account's external accounts, oldest first."""
    return [
        entry
        for kind in ("bank_account", "card")
        for entry in call.world.every(kind, call.platform)
        if entry.body.get("account") == account.id
    ]


def _currency(account: Entry, instrument: Instrument, found: Mapping[str, Any], param: str) -> str:
    currency = found.get("currency") or instrument.body.get("currency")
    if currency:
        return str(currency).lower()
    if not instrument.is_magic:
        # The reference: a card's currency is needed to add it to a connected account.
        raise ApiError("parameter_missing", param=f"{param}[currency]")
    return str(account.body.get("default_currency") or currency_of(str(account.body.get("country"))))


def _sent(call: Call, found: Mapping[str, Any], param: str) -> Instrument:
    """Read a bank account or a card that the request holds in full."""
    kind = str(found.get("object") or "bank_account")
    needed = ("country", "account_number") if kind == "bank_account" else ("exp_month", "exp_year", "number")
    for name in needed:
        if not found.get(name):
            raise ApiError("parameter_missing", param=f"{param}[{name}]")
    livemode = call.caller.livemode
    if kind == "bank_account":
        check_bank_account(found, livemode=livemode, parent=param)
    else:
        check_card(found, now=call.world.now, livemode=livemode, parent=param)
    token = call.world.generator.token(kind, found, livemode=livemode)
    return Instrument(token[kind], digits(str(found.get("number") or found.get("account_number"))))
