"""The balance: what charges put on it and refunds take off it, and the endpoints that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import check_filters, page

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry, World

_DAY = 24 * 3600
# A US account's fee for cards (Stripe's pricing page), in thousandths and in cents.
_RATE, _FIXED = 29, 30
# How reports name what some types of transaction are.
_CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "transfer_refund": "transfer_reversal",
}
# What puts money on a balance that was not there before.
_FUNDING = ("charge", "payment", "topup")
_STRIPES_FEE = {"description": "Stripe processing fees", "type": "stripe_fee"}
# What the balance of an account shows that has none yet (a US account's currency).
_CURRENCY = "usd"


def card_fee(amount: int) -> int:
    """Give Stripe's fee for taking an amount, both in the currency's smallest unit."""
    return min(amount, (amount * _RATE + 500) // 1000 + _FIXED)


@dataclass(frozen=True)
class Movement:
    """Money that comes onto a balance or goes off it.

    Args:
        kind: the transaction's type, `"refund"`.
        amount: in the currency's smallest unit; negative where it goes off.
        description: what the transaction shows.
        fee: Stripe's, which is part of the amount.
    """

    kind: str
    amount: int
    description: str | None = None
    fee: int = 0


def add_balance_transaction(world: World, source: Entry, moved: Movement) -> Entry:
    """Put money on the balance of an object's owner, or take it off, in the object's currency."""
    created, currency = world.tick(), source.body["currency"]
    details = {"amount": moved.fee, "application": None, "currency": currency, **_STRIPES_FEE}
    body = {
        "id": world.generator.object_id("txn", created, source.scope[0]),
        "object": "balance_transaction",
        "amount": moved.amount,
        # Two days later, at midnight (reference, payout schedules of US accounts).
        "available_on": (created // _DAY + 2) * _DAY,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": moved.description,
        "exchange_rate": None,
        "fee": moved.fee,
        "fee_details": [details] if moved.fee else [],
        "net": moved.amount - moved.fee,
        "reporting_category": _CATEGORIES.get(moved.kind, moved.kind),
        "source": source.id,
        "status": "pending",
        "type": moved.kind,
    }
    return world.add(body, source.scope)


def make_available(transaction: Entry) -> None:
    """Let money be on the available balance at once, as some test cards do."""
    transaction.body |= {"available_on": transaction.body["created"], "status": "available"}


def check_available(call: Call, amount: int, currency: str, refusal: str) -> None:
    """Refuse to take off the balance more than is available there.

    What the account held before the test is not known. So nothing is refused until money is put on its available
    balance, as the test card 4000000000000077 does; from then on only that counts.

    Args:
        call: the request.
        amount: what is taken, in the currency's smallest unit.
        currency: lower case.
        refusal: the row of errors.

    Raises:
        ApiError: that row.
    """
    total = None
    for entry in call.world.every("balance_transaction", call.scope):
        body = entry.body
        if (body["status"], body["currency"]) == ("available", currency):
            is_funding = body["type"] in _FUNDING and body["net"] > 0
            total = (total or 0) + int(body["net"]) if is_funding or total is not None else None
    if total is not None and amount > total:
        raise ApiError(refusal)


def move_available(world: World, source: Entry, moved: Movement) -> str:
    """Put money on the available balance of an object's owner, or take it off; give the transaction's id."""
    transaction = add_balance_transaction(world, source, moved)
    make_available(transaction)
    return transaction.id


def retrieve(call: Call) -> dict[str, Any]:
    """Give a balance transaction."""
    return call.world.read(call.ids[0], call.scope, "balance_transaction", "id").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List balance transactions."""
    check_filters(call, "payout")
    return page("/v1/balance_transactions", call.world.every("balance_transaction", call.scope), call.params)


def retrieve_balance(call: Call) -> dict[str, Any]:
    """Give the balance: the sum of its transactions, by currency and by whether it can be paid out already."""
    transactions = [entry.body for entry in call.world.every("balance_transaction", call.scope)]
    currencies = sorted({str(body["currency"]) for body in transactions}) or [_CURRENCY]
    nothing = [{"amount": 0, "currency": currency} for currency in currencies]

    def total(status: str) -> list[dict[str, Any]]:
        sums = dict.fromkeys(currencies, 0)
        for body in transactions:
            if body["status"] == status:
                sums[body["currency"]] += body["net"]
        return [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sums.items()
        ]

    return {
        "object": "balance",
        "available": total("available"),
        "livemode": call.caller.livemode,
        "pending": total("pending"),
        "refund_and_dispute_prefunding": {"available": nothing, "pending": [dict(each) for each in nothing]},
    }
