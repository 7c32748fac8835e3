"""Transfers to connected accounts, and their reversals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.currencies import in_words
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.amounts import required_amount
from pytest_stripe_tokens.simulator.resources.balance_transactions import (
    Movement,
    add_balance_transaction,
    check_available,
    make_available,
    move_available,
)
from pytest_stripe_tokens.simulator.resources.objects import change_metadata, list_within, metadata, ordered, page
from pytest_stripe_tokens.simulator.state import Entry

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


@dataclass(frozen=True)
class _Sending:
    """What is sent: an amount in the currency's smallest unit, to an account, out of a charge if one is named."""

    amount: int
    currency: str
    account: str
    charge: Entry | None
    description: str | None = None
    group: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    source_type: str = "card"


def create(call: Call) -> dict[str, Any]:
    """Send money to a connected account: from the balance, or out of one charge, whose money may be pending.

    Raises:
        ApiError: the account is unknown, too little is available, or more is sent of a charge than it took.
    """
    amount, currency = required_amount(call)
    destination = str(call.params["destination"])
    account = call.world.get(destination, call.platform, "account")
    if account is None:
        raise call.world.missing("resource_missing_param", "destination", destination, call.platform, "destination")
    charge = _charge(call, amount, currency)
    if charge is None:
        check_available(call, amount, currency, "balance_insufficient")
    sent = _Sending(
        amount,
        currency,
        account.id,
        charge,
        call.text("description"),
        _group(call, charge),
        metadata(call.params.get("metadata")),
        call.text("source_type") or "card",
    )
    return _add(call, sent).copy()


def send_on(call: Call, charge: Entry) -> None:
    """Send what a charge took to the account that its `transfer_data` names: all of it, or as much as it says."""
    body = charge.body
    amount = body["transfer_data"].get("amount") or body["amount_captured"]
    account, group = str(body["transfer_data"]["destination"]), body.get("transfer_group")
    transfer = _add(call, _Sending(amount, body["currency"], account, charge, group=group))
    charge.body = ordered({**body, "transfer": transfer.id})


def reverse_for(call: Call, charge: Entry, refund: Entry) -> None:
    """Take back of a charge's transfer the part that is refunded of the charge (reference, refunds)."""
    transfer = call.world.get(str(charge.body.get("transfer")), charge.scope, "transfer")
    if transfer is None:
        # Of a charge that a cassette answered no more than the id is known.
        refund.body["transfer_reversal"] = call.new_id("trr", call.world.tick())
        return
    share = transfer.body["amount"] * refund.body["amount"] // charge.body["amount"]
    amount = min(share, transfer.body["amount"] - transfer.body["amount_reversed"])
    if amount > 0:
        refund.body["transfer_reversal"] = _take_back(call, transfer, amount, source_refund=refund.id).id


def retrieve(call: Call) -> dict[str, Any]:
    """Give a transfer."""
    return _find(call).copy()


def update(call: Call) -> dict[str, Any]:
    """Change a transfer's description and metadata."""
    transfer = _find(call)
    before = transfer.copy()
    if "description" in call.params:
        transfer.body["description"] = call.text("description")
    change_metadata(call, transfer)
    call.updated("transfer.updated", transfer, before)
    return transfer.copy()


def list_all(call: Call) -> dict[str, Any]:
    """List transfers."""
    return page("/v1/transfers", call.world.every("transfer", call.scope), call.params)


def reverse(call: Call) -> dict[str, Any]:
    """Take a transfer back, in part or all that is left of it.

    Raises:
        ApiError: more is asked for than is left, or nothing is left.
    """
    transfer = _find(call)
    left, currency = transfer.body["amount"] - transfer.body["amount_reversed"], transfer.body["currency"]
    asked = call.number("amount")
    amount = left if asked is None else asked
    if asked is not None and asked < 1:
        raise ApiError("integer_too_small", param="amount", limit=1)
    if left == 0:
        raise ApiError("transfer_reversed", id=transfer.id)
    if amount > left:
        raise ApiError("reversal_too_large", asked=in_words(amount, currency), left=in_words(left, currency))
    reversal = _take_back(call, transfer, amount, call.text("description"))
    change_metadata(call, reversal)
    _show_reversals(call, transfer)
    return reversal.copy()


def retrieve_reversal(call: Call) -> dict[str, Any]:
    """Give a reversal of a transfer."""
    return _find_reversal(call).copy()


def update_reversal(call: Call) -> dict[str, Any]:
    """Change a reversal's metadata."""
    reversal = _find_reversal(call)
    change_metadata(call, reversal)
    _show_reversals(call, _find(call))
    return reversal.copy()


def list_reversals(call: Call) -> dict[str, Any]:
    """List a transfer's reversals."""
    transfer = _find(call)
    return page(f"/v1/transfers/{transfer.id}/reversals", _reversals(call, transfer), call.params)


def _add(call: Call, sent: _Sending) -> Entry:
    created = call.world.tick()
    transfer = call.add(
        {
            "id": call.new_id("tr", created),
            "object": "transfer",
            "amount": sent.amount,
            "amount_reversed": 0,
            "balance_transaction": None,
            "created": created,
            "currency": sent.currency,
            "description": sent.description,
            "destination": sent.account,
            "destination_payment": call.world.generator.object_id("py", created, sent.account),
            "livemode": call.caller.livemode,
            "metadata": sent.metadata,
            "reversals": {},
            "reversed": False,
            "source_transaction": None if sent.charge is None else sent.charge.id,
            "source_type": sent.source_type,
            "transfer_group": sent.group,
        }
    )
    _show_reversals(call, transfer)
    moved = add_balance_transaction(call.world, transfer, Movement("transfer", -sent.amount, sent.description))
    if sent.charge is None:
        make_available(moved)
    transfer.body["balance_transaction"] = moved.id
    _pay(call, transfer, "payment", sent.amount)
    call.happened("transfer.created", transfer)
    return transfer


def _take_back(
    call: Call, transfer: Entry, amount: int, description: str | None = None, source_refund: str | None = None
) -> Entry:
    created = call.world.tick()
    account = str(transfer.body["destination"])
    reversal = call.add(
        {
            "id": call.new_id("trr", created),
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": None,
            "created": created,
            "currency": transfer.body["currency"],
            "destination_payment_refund": call.world.generator.object_id("pyr", created, account),
            "metadata": {},
            "source_refund": source_refund,
            "transfer": transfer.id,
        }
    )
    moved = Movement("transfer_refund", amount, description)
    reversal.body["balance_transaction"] = move_available(call.world, reversal, moved)
    _pay(call, transfer, "payment_refund", -amount)
    transfer.body["amount_reversed"] += amount
    transfer.body["reversed"] = transfer.body["amount_reversed"] == transfer.body["amount"]
    _show_reversals(call, transfer)
    call.happened("transfer.reversed", transfer)
    return reversal


def _find(call: Call) -> Entry:
    return call.world.read(call.ids[0], call.scope, "transfer", "transfer")


def _find_reversal(call: Call) -> Entry:
    transfer = _find(call)
    reversal = call.world.get(call.ids[1], call.scope, "transfer_reversal")
    if reversal is None or reversal.body["transfer"] != transfer.id:
        raise call.world.missing("resource_missing", "transfer reversal", call.ids[1], call.scope, "id")
    return reversal


def _reversals(call: Call, transfer: Entry) -> list[Entry]:
    every = call.world.every("transfer_reversal", transfer.scope)
    return [entry for entry in every if entry.body["transfer"] == transfer.id]


def _show_reversals(call: Call, transfer: Entry) -> None:
    reversals = [entry.copy() for entry in _reversals(call, transfer)[::-1]]
    transfer.body["reversals"] = list_within(f"/v1/transfers/{transfer.id}/reversals", reversals)


def _charge(call: Call, amount: int, currency: str) -> Entry | None:
    """Find the charge that the money comes from, if one is named; no more than it took may be sent on."""
    identity = call.text("source_transaction")
    if identity is None:
        return None
    charge = call.world.get(identity, call.scope, "charge")
    if charge is None:
        raise call.world.missing("resource_missing_param", "charge", identity, call.scope, "source_transaction")
    if charge.body["currency"] != currency:
        raise ApiError("source_of_other_currency", param="source_transaction", found=charge.body["currency"])
    every = call.world.every("transfer", call.scope)
    sent = sum(entry.body["amount"] for entry in every if entry.body["source_transaction"] == identity)
    took = charge.body["amount_captured"]
    if sent + amount > took:
        raise ApiError("source_exceeded", took=in_words(took, currency), sent=in_words(sent, currency))
    return charge


def _group(call: Call, charge: Entry | None) -> str | None:
    """Name the group of charge and transfer; one is made up where both have none (reference)."""
    group = call.text("transfer_group")
    if charge is None or group is not None:
        return group
    if charge.body["transfer_group"] is None:
        charge.body["transfer_group"] = f"group_{charge.body['payment_intent'] or charge.id}"
    return str(charge.body["transfer_group"])


def _pay(call: Call, transfer: Entry, kind: str, amount: int) -> None:
    """Put the money on the connected account's balance, or take it off, as the payment that arrives there."""
    scope = str(transfer.body["destination"]), call.caller.livemode
    payment = {"id": transfer.body["destination_payment"], "object": "charge", "currency": transfer.body["currency"]}
    move_available(call.world, Entry(payment, scope), Movement(kind, amount))
