"""Payment methods: made from a token or a card, found by id, attached to customers; their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import billing_details, brand_of, card_details, metadata, page
from pytest_stripe_tokens.simulator.tokens.checks import check_card, digits_of
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.magic import magic_payment_method
from pytest_stripe_tokens.simulator.tokens.spending import Taken, magic_instrument, spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_NO_3DS = frozenset({"378282246310005", "371449635398431"})


def instrument_from(call: Call, given: Mapping[str, Any], parent: str) -> tuple[Instrument, Taken | None]:
    """Read the card of a new payment method: a token, or number and expiry themselves.

    Args:
        call: the request.
        given: the hash with `type` and `card`.
        parent: the path of that hash; empty where it is the request itself.

    Raises:
        ApiError: it is no card, the token cannot be used, or the number is refused.
    """
    card_path = f"{parent}[card]" if parent else "card"
    kind = given.get("type")
    if kind is None:
        raise ApiError("parameter_missing", param=f"{parent}[type]" if parent else "type")
    if kind != "card":
        message = f"pytest-stripe-tokens makes payment methods of type card only, not of type {kind}."
        raise ApiError("refused", param=f"{parent}[type]" if parent else "type", message=message)
    sent = as_object(given.get("card"))
    if not sent:
        raise ApiError("parameter_missing", param=card_path)
    if sent.get("token"):
        if "number" in sent:
            raise ApiError("parameters_exclusive", params=f"{card_path}[number], {card_path}[token]")
        taken = take(call, str(sent["token"]), ("card",), f"{card_path}[token]")
        return _as_checked(taken.required_instrument), taken
    for name in ("exp_month", "exp_year", "number"):
        if not sent.get(name):
            raise ApiError("parameter_missing", param=f"{card_path}[{name}]")
    check_card(sent, now=call.world.now, livemode=call.caller.livemode, parent=card_path)
    token = call.world.generator.token("card", sent, livemode=call.caller.livemode, account=call.caller.account)
    return Instrument(token["card"], digits_of(str(sent["number"]))), None


def add_payment_method(call: Call, instrument: Instrument, given: Mapping[str, Any]) -> Entry:
    """Keep a new payment method with this card."""
    created = call.world.tick()
    body = {
        "id": call.new_id("pm", created),
        "object": "payment_method",
        "allow_redisplay": given.get("allow_redisplay") or "unspecified",
        "billing_details": billing_details(instrument, as_object(given.get("billing_details"))),
        "card": _card(instrument),
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": call.caller.livemode,
        "metadata": metadata(given.get("metadata")),
        "radar_options": {},
        "type": "card",
    }
    return call.add(body, instrument=instrument, used_up=False)


def find_payment_method(call: Call, identity: str, param: str) -> Entry:
    """Find the payment method that a parameter names; a magic one (`pm_card_visa`) is made anew with each use.

    Raises:
        ApiError: there is none.
    """
    magic = magic_payment_method(identity)
    if magic is not None and magic.type == "card" and not call.caller.livemode:
        return add_payment_method(call, _as_checked(magic_instrument(call, magic)), {})
    return call.world.refer(identity, call.scope, "payment_method", param)


def attach_payment_method(call: Call, identity: str, customer: Entry, param: str) -> Entry:
    """Give a customer a payment method.

    Raises:
        ApiError: there is none, its card declines, it is used up or another customer's.
    """
    method = find_payment_method(call, identity, param)
    instrument = kept_instrument(method)
    decline = instrument.decline_when_attached()
    if decline is not None:
        raise declined(decline, attaching=True)
    if method.private["used_up"]:
        raise ApiError("payment_method_used_up")
    if method.body["customer"] not in {None, customer.id}:
        raise ApiError(
            "refused_when_executed",
            message="The payment method you provided has already been attached to a customer.",
        )
    checked = instrument.shown_as({**instrument.body, **instrument.checks_when_used()})
    method.private["instrument"] = checked
    method.body |= {"customer": customer.id, "card": _card(checked)}
    return method


def _card(instrument: Instrument) -> dict[str, Any]:
    published = instrument.published
    available = list(published.networks) if published is not None and published.networks else [brand_of(instrument)]
    preferred = as_object(instrument.body.get("networks")).get("preferred")
    card = card_details(instrument) | {
        "display_brand": brand_of(instrument),
        "generated_from": None,
        "networks": {"available": available, "preferred": preferred},
        "three_d_secure_usage": {"supported": instrument.number not in _NO_3DS},
    }
    return dict(sorted(card.items()))


def _as_checked(instrument: Instrument) -> Instrument:
    """A magic token's card counts as sent with a security code in a payment method (real answers, 2026)."""
    if not instrument.is_magic:
        return instrument
    return instrument.shown_as({**instrument.body, "cvc_check": "unchecked"})


def create(call: Call) -> dict[str, Any]:
    """Make a payment method of a token or of a card's own values."""
    instrument, taken = instrument_from(call, call.params, "")
    method = add_payment_method(call, instrument, call.params)
    if taken is not None:
        spend(taken)
    return method.copy()


def attach(call: Call) -> dict[str, Any]:
    """Give a payment method to a customer."""
    customer = call.text("customer")
    if customer is None:
        raise ApiError("parameter_missing", param="customer")
    owner = call.world.refer(customer, call.scope, "customer", "customer")
    return attach_payment_method(call, call.ids[0], owner, "payment_method").copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a payment method."""
    return call.world.read(call.ids[0], call.scope, "payment_method", "payment_method").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List payment methods, a customer's where the request says so."""
    customer = call.text("customer")
    entries = call.world.every("payment_method", call.scope)
    found = [entry for entry in entries if customer in {None, entry.body["customer"]}]
    return page("/v1/payment_methods", found, call.params)
