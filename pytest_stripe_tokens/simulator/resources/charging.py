"""Charging a card: the charge object, and the error of one that declines; imports objects and instruments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.resources.objects import (
    billing_details,
    brand_of,
    card_details,
    hash_of,
    metadata,
    ordered,
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


# What a new charge has not got.
_NOT_YET = (
    "application",
    "application_fee",
    "destination",
    "dispute",
    "failure_balance_transaction",
    "order",
    "receipt_number",
    "receipt_url",
    "review",
    "source_transfer",
)
_TAKEN_OVER = (
    "description",
    "on_behalf_of",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def charge(call: Call, payment: Payment) -> tuple[Entry, str | None]:
    """Make a charge, which fails where its card declines.

    Returns:
        the charge, and the decline code or None.
    """
    created = call.world.tick()
    decline = payment.instrument.decline_when_charged()
    body = _charge(call, payment, decline, call.new_id("ch", created), created)
    return call.add(body), decline


def _charge(call: Call, payment: Payment, decline: str | None, identity: str, created: int) -> dict[str, Any]:
    paid, captured = decline is None, decline is None and payment.capture
    row = None if decline is None else DECLINES[decline]
    fee = payment.details.get("application_fee_amount") or payment.details.get("application_fee")
    transfer = hash_of(payment.details.get("transfer_data"))
    body: dict[str, Any] = {
        **dict.fromkeys(_NOT_YET),
        "id": identity,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount if captured else 0,
        "amount_refunded": 0,
        "application_fee_amount": int(fee) if fee else None,
        "balance_transaction": call.new_id("txn", created) if captured else None,
        "billing_details": billing_details(payment.instrument),
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
        "payment_method_details": _method_details(payment),
        "radar_options": {},
        "refunded": False,
        "source": None if payment.source is None else dict(payment.source),
        "status": _status(payment, decline),
        "transfer_data": _transfer(transfer) if transfer else None,
        **{name: payment.details.get(name) or None for name in _TAKEN_OVER},
    }
    return ordered(body)


def _status(payment: Payment, decline: str | None) -> str:
    if decline is not None:
        return "failed"
    # Bank debits take days (Stripe's page on ACH).
    return "succeeded" if payment.instrument.is_card else "pending"


def _transfer(given: Mapping[str, Any]) -> dict[str, Any]:
    amount = given.get("amount")
    return {"amount": int(amount) if amount else None, "destination": given.get("destination")}


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


def _method_details(payment: Payment) -> dict[str, Any]:
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
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": brand_of(instrument),
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": payment.amount, "status": "unavailable"},
        "three_d_secure": None,
    }
    return {"card": dict(sorted(card.items())), "type": "card"}
