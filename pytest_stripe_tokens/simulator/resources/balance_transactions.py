"""Balance transactions: what a charge puts on the balance, and the endpoints that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.resources.objects import page

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_DAY = 24 * 3600
# A US account's fee for cards (Stripe's pricing page), in thousandths and in cents.
_RATE, _FIXED = 29, 30


def add_balance_transaction(call: Call, charge: Entry) -> None:
    """Put what a charge took on the balance, under the id that the charge names."""
    body = charge.body
    amount = int(body["amount_captured"])
    fee = min(amount, (amount * _RATE + 500) // 1000 + _FIXED)
    details = {
        "amount": fee,
        "application": None,
        "currency": body["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    transaction = {
        "id": body["balance_transaction"],
        "object": "balance_transaction",
        "amount": amount,
        # Two days later, at midnight (reference, payout schedules of US accounts).
        "available_on": (int(body["created"]) // _DAY + 2) * _DAY,
        "balance_type": "payments",
        "created": body["created"],
        "currency": body["currency"],
        "description": body["description"],
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details],
        "net": amount - fee,
        "reporting_category": "charge",
        "source": body["id"],
        "status": "pending",
        "type": "charge" if body["payment_method_details"]["type"] == "card" else "payment",
    }
    call.add(transaction)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a balance transaction."""
    return call.world.read(call.ids[0], call.scope, "balance_transaction", "id").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List balance transactions."""
    payout = call.text("payout")
    if payout is not None:
        # There are no payouts here, and an unknown one is refused (real answers).
        raise call.world.missing("resource_missing_param", "payout", payout, call.scope, "payout")
    return page("/v1/balance_transactions", call.world.every("balance_transaction", call.scope), call.params)
