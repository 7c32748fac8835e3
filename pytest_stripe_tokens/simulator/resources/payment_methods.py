"""Payment methods: made from a token or a card, found by id, attached to customers; their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import (
    billing_details,
    brand_of,
    card_details,
    check_filters,
    full_address,
    metadata,
    ordered,
    page,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_card, check_expiry
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
        message = (
            f"pytest-stripe-tokens makes payment methods of type card only, not of type {kind}: let a cassette"
            " answer the request."
        )
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
    return Instrument(token["card"], digits(str(sent["number"]))), None


def add_payment_method(call: Call, instrument: Instrument, given: Mapping[str, Any]) -> Entry:
    """Keep a new payment method with this card or bank account."""
    created = call.world.tick()
    described, instrument = description(instrument, given)
    body = {
        "id": call.new_id("pm", created),
        "object": "payment_method",
        **described,
        "created": created,
        "livemode": call.caller.livemode,
        "metadata": metadata(given.get("metadata")),
        # Not shown unless it was sent (real answers).
        **({"radar_options": given["radar_options"]} if as_object(given.get("radar_options")) else {}),
        "shared_payment_granted_token": None,
    }
    return call.add(ordered(body), instrument=instrument, used_up=False)


def description(instrument: Instrument, given: Mapping[str, Any]) -> tuple[dict[str, Any], Instrument]:
    """Describe a new payment method, before it is one, and give its card or bank account as it is sent with it.

    Args:
        instrument: its card or bank account.
        given: the hash that the request describes it with.
    """
    billing = billing_details(instrument, as_object(given.get("billing_details")))
    instrument = with_address_checks(instrument, billing["address"])
    kind, details = ("card", _card(instrument)) if instrument.is_card else ("us_bank_account", _bank(instrument))
    described = {
        "allow_redisplay": given.get("allow_redisplay") or "unspecified",
        "billing_details": billing,
        kind: details,
        "customer": None,
        "customer_account": None,
        "type": kind,
    }
    return dict(sorted(described.items())), instrument


def with_address_checks(instrument: Instrument, address: Mapping[str, Any]) -> Instrument:
    """Count an address that comes with a card as sent, so that it is checked."""
    sent = {"address_line1_check": address["line1"], "address_zip_check": address["postal_code"]}
    unchecked = {name: "unchecked" for name, value in sent.items() if value and instrument.body.get(name) is None}
    return instrument.shown_as({**instrument.body, **unchecked}) if unchecked else instrument


def find_payment_method(call: Call, identity: str, param: str) -> Entry:
    """Find the payment method that a parameter names; a magic one (`pm_card_visa`) is made anew with each use.

    Raises:
        ApiError: there is none, or it is no card.
    """
    method = _magic(call, identity) or call.world.refer(identity, call.scope, "payment_method", param)
    if method.body["type"] != "card":
        message = (
            f"pytest-stripe-tokens uses payment methods of type card only, and {identity} is of type"
            f" {method.body['type']}: let a cassette answer the request."
        )
        raise ApiError("refused", param=param, message=message)
    return method


def _magic(call: Call, identity: str) -> Entry | None:
    instrument = magic_method_instrument(call, identity)
    return None if instrument is None else add_payment_method(call, instrument, {})


def magic_method_instrument(call: Call, identity: str) -> Instrument | None:
    """Make the card or bank account of a magic payment method; None for any other id."""
    magic = magic_payment_method(identity)
    if magic is None or call.caller.livemode:
        return None
    return _as_checked(magic_instrument(call, magic))


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
    show_checked(method, instrument)
    give_to(call, method, customer.id)
    return method


def give_to(call: Call, method: Entry, customer: str | None) -> None:
    """Let a payment method be a customer's; without one it stays as it is, and can be attached later."""
    if customer is not None and method.body["customer"] != customer:
        method.body["customer"] = customer
        call.happened("payment_method.attached", method)


def show_checked(method: Entry, instrument: Instrument) -> None:
    """Let a payment method show how its card was checked (real answers: `pass` once it is charged or attached)."""
    if instrument.is_card:
        checked = instrument.shown_as({**instrument.body, **instrument.checks_when_used()})
        method.private["instrument"] = checked
        method.body["card"] = _card(checked)


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


def _bank(instrument: Instrument) -> dict[str, Any]:
    bank = instrument.body
    return {
        "account_holder_type": bank.get("account_holder_type") or "individual",
        "account_type": bank.get("account_type") or "checking",
        "bank_name": bank.get("bank_name"),
        "financial_connections_account": None,
        "fingerprint": bank.get("fingerprint"),
        "last4": bank.get("last4"),
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": bank.get("routing_number"),
        "status_details": None,
    }


def _as_checked(instrument: Instrument) -> Instrument:
    """A magic token's card counts as sent with a security code in a payment method (real answers, 2026)."""
    if not (instrument.is_magic and instrument.is_card):
        return instrument
    return instrument.shown_as({**instrument.body, "cvc_check": "unchecked"})


def create(call: Call) -> dict[str, Any]:
    """Make a payment method of a token, of a card's own values, or of one of the platform's."""
    shared = call.text("payment_method")
    if shared is not None:
        return _clone(call, shared).copy()
    instrument, taken = instrument_from(call, call.params, "")
    method = add_payment_method(call, instrument, call.params)
    if taken is not None:
        spend(taken)
    return method.copy()


def _clone(call: Call, identity: str) -> Entry:
    """Copy one of the platform's payment methods to the connected account that asks (real answers)."""
    if call.caller.account is None:
        message = (
            "The payment_method parameter can only be used with a Stripe-Account header: it copies a payment method of"
            " the platform's to a connected account."
        )
        raise ApiError("refused", param="payment_method", message=message)
    customer = call.text("customer")
    if customer is not None:
        call.world.refer(customer, call.platform, "customer", "customer")
    method = call.world.refer(identity, call.platform, "payment_method", "payment_method")
    owner = method.body["customer"]
    if owner is not None and customer is None:
        raise ApiError("payment_method_needs_customer")
    if owner != customer:
        message = (
            f"The PaymentMethod {identity} does not belong to the Customer you supplied {customer}. Please use this"
            " PaymentMethod with the Customer that it belongs to instead."
        )
        raise ApiError("refused_when_executed", param="payment_method", message=message)
    if method.private["used_up"]:
        raise ApiError("payment_method_used_up")
    method.private["used_up"] = owner is None
    return add_payment_method(call, kept_instrument(method), method.body)


def attach(call: Call) -> dict[str, Any]:
    """Give a payment method to a customer."""
    customer = call.text("customer")
    if customer is None:
        raise ApiError("parameter_missing", param="customer")
    owner = call.world.refer(customer, call.scope, "customer", "customer")
    identity = call.ids[0]
    if magic_payment_method(identity) is None:
        call.world.read(identity, call.scope, "payment_method", "payment_method")
    return attach_payment_method(call, identity, owner, "payment_method").copy()


def update(call: Call) -> dict[str, Any]:
    """Change a payment method that a customer has: who pays with it, and the card's date and network."""
    method = call.world.read(call.ids[0], call.scope, "payment_method", "payment_method")
    if method.body["customer"] is None:
        raise ApiError("payment_method_not_saved")
    body, before = method.body, method.copy()
    if "card" in call.params and body["type"] == "card":
        _change_card(call, method)
    if "us_bank_account" in call.params and body["type"] == "us_bank_account":
        body["us_bank_account"] |= call.hash("us_bank_account")
    if call.text("allow_redisplay") is not None:
        body["allow_redisplay"] = call.text("allow_redisplay")
    if "metadata" in call.params:
        body["metadata"] = metadata(call.params["metadata"], body["metadata"])
    billing = dict(call.hash("billing_details"))
    if "address" in billing:
        sent = as_object(billing["address"])
        billing["address"] = full_address({**body["billing_details"]["address"], **sent} if sent else {})
    body["billing_details"] |= {name: value or None for name, value in billing.items()}
    call.updated("payment_method.updated", method, before)
    return method.copy()


def _change_card(call: Call, method: Entry) -> None:
    sent, card = call.hash("card"), method.body["card"]
    month, year = str(sent.get("exp_month") or card["exp_month"]), str(sent.get("exp_year") or card["exp_year"])
    full = check_expiry(month, year, call.world.now)
    instrument = kept_instrument(method)
    networks = as_object(instrument.body.get("networks")) | as_object(sent.get("networks"))
    changed = {"exp_month": int(month), "exp_year": full, "networks": networks or None}
    method.private["instrument"] = instrument = instrument.shown_as({**instrument.body, **changed})
    method.body["card"] = _card(instrument)


def detach(call: Call) -> dict[str, Any]:
    """Take a payment method from its customer, for good: it cannot be used again."""
    method = call.world.read(call.ids[0], call.scope, "payment_method", "payment_method")
    before = method.copy()
    if before["customer"] is None:
        raise ApiError("payment_method_not_attached")
    method.body["customer"] = None
    method.private["used_up"] = True
    owner = call.world.get(before["customer"], call.scope, "customer")
    if owner is not None and owner.body["invoice_settings"]["default_payment_method"] == method.id:
        former = owner.copy()
        owner.body["invoice_settings"]["default_payment_method"] = None
        call.updated("customer.updated", owner, former)
    call.updated("payment_method.detached", method, before)
    return method.copy()


def retrieve_of_customer(call: Call) -> dict[str, Any]:
    """Give one of a customer's payment methods."""
    customer = call.world.read(call.ids[0], call.scope, "customer", "customer")
    method = call.world.read(call.ids[1], call.scope, "payment_method", "payment_method")
    if method.body["customer"] != customer.id:
        raise ApiError("payment_method_of_other")
    return method.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a payment method; a magic one is made anew (real answers)."""
    identity = call.ids[0]
    method = _magic(call, identity) or call.world.read(identity, call.scope, "payment_method", "payment_method")
    return method.copy()


def list_all(call: Call) -> dict[str, Any]:
    """List payment methods."""
    check_filters(call, "customer")
    return page("/v1/payment_methods", call.world.every("payment_method", call.scope), call.params)
