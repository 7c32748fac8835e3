"""Charges: what a charge shows, what a decline makes of it, and the endpoints that make and read one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator import searching
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.balance_transactions import add_balance_transaction
from pytest_stripe_tokens.simulator.resources.objects import (
    billing_details,
    brand_of,
    card_details,
    check_filters,
    metadata,
    ordered,
    page,
    shipping_of,
    used_card,
)
from pytest_stripe_tokens.simulator.tokens.checks import check_currency, check_minimum
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES, Instrument, declined, kept_instrument
from pytest_stripe_tokens.simulator.tokens.spending import Taken, spend, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


@dataclass(frozen=True)
class Payment:
    """What is to be charged.

    Args:
        amount: in the currency's smallest unit.
        currency: lower case.
        instrument: the card or bank account, as it is shown once used.
        source: what the charge shows as its `source`; None for a PaymentIntent's charge.
        payment_method: the id that the charge shows.
        customer: the customer's id, or None.
        intent: the PaymentIntent's id, or None.
        capture: whether the money is taken at once.
        details: parameters that the charge takes over: description, metadata, shipping, ...
        billing: name and address, where they are not the card's own.
    """

    amount: int
    currency: str
    instrument: Instrument
    source: Mapping[str, Any] | None
    payment_method: str
    customer: str | None = None
    intent: str | None = None
    capture: bool = True
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    billing: Mapping[str, Any] | None = None


# Fields that are null on a new charge.
_NOT_YET = (
    "application",
    "application_fee",
    "destination",
    "dispute",
    "failure_balance_transaction",
    "order",
    "receipt_number",
    "review",
    "source_transfer",
)
_TAKEN_OVER = (
    "description",
    "on_behalf_of",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_RECEIPTS = "https://pay.stripe.com/receipts/payment/"
# What a card network holds is released after this, unless it is captured (real answers, 2026).
_HELD_FOR = 7 * 24 * 3600


def charge(call: Call, payment: Payment) -> tuple[Entry, str | None]:
    """Make a charge, which fails where its card declines.

    Returns:
        the charge, and the decline code or None.
    """
    created = call.world.tick()
    decline = payment.instrument.decline_when_charged()
    made = call.add(_charge(call, payment, decline, call.new_id("ch", created), created))
    if made.body["balance_transaction"] is not None:
        add_balance_transaction(call, made)
    return made, decline


def _charge(call: Call, payment: Payment, decline: str | None, identity: str, created: int) -> dict[str, Any]:
    paid, captured = decline is None, decline is None and payment.capture
    row = None if decline is None else DECLINES[decline]
    fee = payment.details.get("application_fee_amount") or payment.details.get("application_fee")
    receipt = f"{_RECEIPTS}{call.world.generator.characters('receipt', 88)}" if paid else None
    body: dict[str, Any] = {
        **dict.fromkeys(_NOT_YET),
        "id": identity,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount if captured else 0,
        "amount_refunded": 0,
        "application_fee_amount": int(fee) if fee else None,
        "balance_transaction": call.new_id("txn", created) if captured else None,
        "billing_details": dict(payment.billing or billing_details(payment.instrument)),
        "calculated_statement_descriptor": "STRIPE",
        "captured": captured,
        "created": created,
        "currency": payment.currency,
        "customer": payment.customer,
        "disputed": False,
        "failure_code": None if row is None else row.code,
        "failure_message": None if row is None else row.message,
        "fraud_details": {},
        "livemode": call.caller.livemode,
        "metadata": metadata(payment.details.get("metadata")),
        "outcome": _outcome(payment.instrument, decline),
        "paid": paid,
        "payment_intent": payment.intent,
        "payment_method": payment.payment_method,
        "payment_method_details": _method_details(call, payment, decline, created),
        "radar_options": as_object(payment.details.get("radar_options")),
        "receipt_url": receipt,
        "refunded": False,
        "shipping": shipping_of(payment.details.get("shipping")),
        "source": None if payment.source is None else dict(payment.source),
        "status": _status(payment, decline),
        "transfer_data": None,
        **{name: payment.details.get(name) or None for name in _TAKEN_OVER},
    }
    return ordered(body | _destination(call, payment, identity, created, paid=paid))


def _status(payment: Payment, decline: str | None) -> str:
    if decline is not None:
        return "failed"
    # Bank debits take days (Stripe's page on ACH).
    return "succeeded" if payment.instrument.is_card else "pending"


def _destination(call: Call, payment: Payment, identity: str, created: int, *, paid: bool) -> dict[str, Any]:
    """Say which account the money goes to: `transfer_data`, or `destination` as it was called."""
    older = payment.details.get("destination")
    sent = as_object(payment.details.get("transfer_data")) or as_object(older)
    account = sent.get("destination") or sent.get("account") or (older if isinstance(older, str) else None)
    if not account:
        return {}
    amount = sent.get("amount")
    shown: dict[str, Any] = {
        "destination": account,
        "transfer_data": {"amount": int(amount) if amount else None, "destination": account},
        "transfer_group": payment.details.get("transfer_group") or f"group_{payment.intent or identity}",
    }
    return shown | ({"transfer": call.new_id("tr", created)} if paid and payment.capture else {})


def _outcome(instrument: Instrument, decline: str | None) -> dict[str, Any]:
    published = instrument.published
    effect = None if published is None else published.effect
    level = {"risk_highest": "highest", "risk_elevated": "elevated"}.get(effect or "", "normal")
    if decline is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None if level == "normal" else f"{level}_risk_level",
            "risk_level": level,
            "risk_score": {"highest": 92, "elevated": 66}.get(level, 12),
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    blocked = decline == "fraudulent"
    row = DECLINES[decline]
    return {
        "advice_code": row.advice_code,
        "network_advice_code": row.network_advice_code,
        "network_decline_code": row.network_decline_code,
        "network_status": "not_sent_to_network" if blocked else "declined_by_network",
        "reason": "highest_risk_level" if blocked else decline,
        "risk_level": "highest" if blocked else level,
        "risk_score": 92 if blocked else 12,
        "seller_message": "Stripe blocked this payment as too risky."
        if blocked
        else "The bank did not return any further details with this decline.",
        "type": "blocked" if blocked else "issuer_declined",
    }


def _method_details(call: Call, payment: Payment, decline: str | None, created: int) -> dict[str, Any]:
    instrument = payment.instrument
    if not instrument.is_card:
        bank = instrument.body
        return {
            "ach_debit": {
                "account_holder_type": bank.get("account_holder_type"),
                "bank_name": bank.get("bank_name"),
                "country": bank.get("country"),
                "fingerprint": bank.get("fingerprint"),
                "last4": bank.get("last4"),
                "routing_number": bank.get("routing_number"),
            },
            "type": "ach_debit",
        }
    card = card_details(instrument) | {
        "amount_authorized": payment.amount,
        "authorization_code": call.world.generator.digits("authorization", 6) if decline is None else None,
        "electronic_commerce_indicator": "07",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": brand_of(instrument),
        "network_token": {"used": False},
        "network_transaction_id": call.world.generator.digits("network", 15),
        "overcapture": {"maximum_amount_capturable": payment.amount, "status": "unavailable"},
        "three_d_secure": None,
        "transaction_link_id": None,
    }
    if decline is None and not payment.capture:
        card["capture_before"] = created + _HELD_FOR
    return {"card": dict(sorted(card.items())), "type": "card"}


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


def list_all(call: Call) -> dict[str, Any]:
    """List charges."""
    check_filters(call, "customer", "payment_intent")
    return page("/v1/charges", call.world.every("charge", call.scope), call.params)


def search(call: Call) -> dict[str, Any]:
    """Find charges by a query."""
    return searching.search(call, "charge")


def required_amount(call: Call, too_small: str = "integer_too_small") -> tuple[int, str]:
    """Read amount and currency, which the tables leave optional.

    Args:
        call: the request.
        too_small: the error of an amount that is less than 1.

    Raises:
        ApiError: one is missing, or the amount is less than 1.
    """
    amount, currency = call.number("amount"), call.text("currency")
    if amount is None:
        raise ApiError("parameter_missing", param="amount")
    if currency is None:
        raise ApiError("parameter_missing", param="currency")
    if amount < 1:
        raise ApiError(too_small, param="amount", limit=1)
    check_currency(currency, "currency")
    return amount, currency.lower()


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
    return kept_instrument(entry)
