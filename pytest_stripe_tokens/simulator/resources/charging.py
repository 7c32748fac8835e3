"""What a payment makes: a charge, which takes the money or holds it, or fails as its card declines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.resources.balance_transactions import (
    Movement,
    add_balance_transaction,
    card_fee,
    make_available,
)
from pytest_stripe_tokens.simulator.resources.objects import (
    billing_details,
    brand_of,
    card_details,
    metadata,
    ordered,
    shipping_of,
)
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES, Instrument

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
_EVENTS = {"failed": "charge.failed", "pending": "charge.pending"}
# What a card network holds is released after this, unless it is captured (real answers, 2026).
_HELD_FOR = 7 * 24 * 3600


def charge(call: Call, payment: Payment) -> tuple[Entry, str | None]:
    """Make a charge, which fails where its card declines.

    Returns:
        the charge, and the decline code or None.
    """
    created = call.world.tick()
    decline = payment.instrument.decline_when_charged()
    made = call.add(_charge(call, payment, decline, call.new_id("ch", created), created), instrument=payment.instrument)
    if made.body["captured"]:
        put_on_balance(call, made)
    call.happened(_EVENTS.get(made.body["status"], "charge.succeeded"), made)
    return made, decline


def put_on_balance(call: Call, charge: Entry) -> None:
    """Put what a charge took on the balance, less Stripe's fee, and send it on where it is meant for an account."""
    body = charge.body
    kind = "charge" if body["payment_method_details"]["type"] == "card" else "payment"
    amount = int(body["amount_captured"])
    moved = Movement(kind, amount, body["description"], card_fee(amount))
    put = add_balance_transaction(call.world, charge, moved)
    if effect_of(charge) == "bypass_pending":
        make_available(put)
    body["balance_transaction"] = put.id
    if body.get("transfer_data"):
        # Seldom asked for, and a module of its own.
        from pytest_stripe_tokens.simulator.resources.transfers import send_on  # noqa: PLC0415

        send_on(call, charge)


def effect_of(charge: Entry) -> str | None:
    """Tell what the test card of a charge is known for, `"refund_pending"`; of a charge of a cassette's, nothing is."""
    instrument = charge.private.get("instrument")
    published = instrument.published if isinstance(instrument, Instrument) else None
    return None if published is None else published.effect


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
        "balance_transaction": None,
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
    return ordered(body | _destination(payment, identity))


def _status(payment: Payment, decline: str | None) -> str:
    if decline is not None:
        return "failed"
    # Bank debits take days (Stripe's page on ACH).
    return "succeeded" if payment.instrument.is_card else "pending"


def _destination(payment: Payment, identity: str) -> dict[str, Any]:
    """Say which account the money goes to: `transfer_data`, or `destination` as it was called."""
    older = payment.details.get("destination")
    sent = as_object(payment.details.get("transfer_data")) or as_object(older)
    account = sent.get("destination") or sent.get("account") or (older if isinstance(older, str) else None)
    if not account:
        return {}
    amount = sent.get("amount")
    return {
        "destination": account,
        "transfer_data": {"amount": int(amount) if amount else None, "destination": account},
        "transfer_group": payment.details.get("transfer_group") or f"group_{payment.intent or identity}",
    }


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
    asked = as_object(as_object(payment.details.get("payment_method_options")).get("card"))
    can_grow = not payment.capture and asked.get("request_incremental_authorization") == "if_available"
    card = card_details(instrument) | {
        "amount_authorized": payment.amount,
        "authorization_code": call.world.generator.digits("authorization", 6) if decline is None else None,
        "electronic_commerce_indicator": "07",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "available" if can_grow else "unavailable"},
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
