"""Refunds: money given back of a charge, or a hold on a card released; what the charge shows then; their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.currencies import in_words
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.balance_transactions import Movement, add_balance_transaction
from pytest_stripe_tokens.simulator.resources.charging import effect_of
from pytest_stripe_tokens.simulator.resources.objects import check_filters, metadata, ordered, page, refunds_of

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

# What a card's refund shows until the bank has its number (real answers, 2026).
_CARD = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
_OF_CASH_BALANCES = ("origin", "customer", "currency")


def add_refund(call: Call, charge: Entry, amount: int, *, shown: dict[str, Any] | None = None) -> Entry:
    """Give back a part of a charge, or all of it; what is not captured was never on the balance.

    Args:
        call: the request.
        charge: what was paid or is held.
        amount: in the currency's smallest unit, not more than is left.
        shown: what the refund shows of the request.
    """
    paid, before = charge.body, charge.copy()
    created = call.world.tick()
    is_card = paid["payment_method_details"]["type"] == "card"
    body: dict[str, Any] = {
        "id": call.world.generator.object_id("re", created, charge.scope[0]),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge.id,
        "created": created,
        "currency": paid["currency"],
        "customer": paid["customer"],
        "customer_account": None,
        **({"destination_details": {"card": dict(_CARD), "type": "card"}} if is_card else {}),
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method": paid["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
        **(shown or {}),
    }
    refund = call.world.add(ordered(body), charge.scope)
    if paid["captured"]:
        _take_off_balance(call, charge, refund)
    if call.flag("reverse_transfer"):
        from pytest_stripe_tokens.simulator.resources.transfers import reverse_for  # noqa: PLC0415 - seldom asked for

        reverse_for(call, charge, refund)
    paid["amount_refunded"] += amount
    paid["refunded"] = left_of(charge) == 0
    _foresee(call, charge, refund)
    call.happened("refund.created", refund)
    call.updated("charge.refunded", charge, before)
    return refund


def left_of(charge: Entry) -> int:
    """Tell how much of a charge can still be given back: of what is held, all."""
    body = charge.body
    taken = body["amount_captured"] if body["captured"] else body["amount"]
    return int(taken) + int(charge.private.get("released", 0)) - int(body["amount_refunded"])


def _take_off_balance(call: Call, charge: Entry, refund: Entry) -> None:
    kind, what = ("refund", "CHARGE") if "destination_details" in refund.body else ("payment_refund", "PAYMENT")
    about = charge.body["description"]
    text = f"REFUND FOR {what}" + (f" ({about})" if about else "")
    taken = add_balance_transaction(call.world, refund, Movement(kind, -int(refund.body["amount"]), text))
    refund.body["balance_transaction"] = taken.id


def _foresee(call: Call, charge: Entry, refund: Entry) -> None:
    """Let a refund be pending or fail later, as the published test cards do (Stripe's testing page)."""
    effect = effect_of(charge)
    if charge.body["status"] == "pending":
        refund.body = ordered(refund.body | {"pending_reason": "charge_pending", "status": "pending"})
    elif effect == "refund_pending":
        refund.body = ordered(refund.body | {"pending_reason": "processing", "status": "pending"})
        call.later(refund, _succeed)
    elif effect == "refund_fails" and charge.body["captured"]:
        call.later(refund, _fail)


def _succeed(call: Call, refund: Entry) -> None:
    before = refund.copy()
    del refund.body["pending_reason"]
    refund.body["status"] = "succeeded"
    _tell(call, refund, before, "refund.updated")


def _fail(call: Call, refund: Entry) -> None:
    """Put the money back on the balance; the charge can be refunded again."""
    before, amount = refund.copy(), int(refund.body["amount"])
    back = add_balance_transaction(call.world, refund, Movement("refund_failure", amount, "REFUND FAILURE"))
    failed = {"failure_balance_transaction": back.id, "failure_reason": "unknown", "status": "failed"}
    refund.body = ordered(refund.body | failed)
    charge = call.world.get(refund.body["charge"], refund.scope, "charge")
    if charge is not None:
        charge.body["amount_refunded"] -= amount
        charge.body["refunded"] = False
    _tell(call, refund, before, "refund.updated", "refund.failed")


def _tell(call: Call, refund: Entry, before: dict[str, Any], *events: str) -> None:
    for event in ("charge.refund.updated", *events):
        call.updated(event, refund, before)


def create(call: Call) -> dict[str, Any]:
    """Refund a charge, or the charge of a PaymentIntent: all that is left, or a part."""
    for name in _OF_CASH_BALANCES:
        if name in call.params:
            message = (
                f"pytest-stripe-tokens refunds charges only, and `{name}` is for a customer's cash balance: leave it"
                " out, or let a cassette answer the request."
            )
            raise ApiError("refused", param=name, message=message)
    sent = call.number("amount")
    if sent is not None and sent < 1:
        raise ApiError("integer_too_small", param="amount", limit=1)
    charge = _paid(call)
    amount = _amount(charge, sent)
    return add_refund(call, charge, amount, shown=_shown(call, charge)).copy()


def create_of_charge(call: Call) -> dict[str, Any]:
    """Refund the charge that the path names."""
    for name in ("charge", "payment_intent"):
        if name in call.params:
            raise ApiError("parameter_unknown", param=name, hint="")
    return create(call)


def refund_charge(call: Call) -> dict[str, Any]:
    """Refund the charge that the path names, in the old way: the answer is the charge."""
    create_of_charge(call)
    return call.world.read(call.ids[0], call.scope, "charge", "id").copy()


def _paid(call: Call) -> Entry:
    """Find the charge that is to be refunded."""
    identity, intent = call.ids[0] if call.ids else call.text("charge"), call.text("payment_intent")
    if identity is not None and intent is not None:
        raise ApiError("parameters_exclusive", params="charge, payment_intent")
    if identity is not None:
        return call.world.read(identity, call.scope, "charge", "id")
    if intent is None:
        raise ApiError("refund_of_nothing")
    body = call.world.read(intent, call.scope, "payment_intent", "payment_intent").body
    charge = call.world.get(str(body["latest_charge"]), call.scope, "charge")
    if charge is None or not charge.body["paid"]:
        raise ApiError("refund_of_unpaid_intent", intent=intent)
    return charge


def _amount(charge: Entry, sent: int | None) -> int:
    """Give what is to be refunded; by default all that is left.

    Raises:
        ApiError: there is nothing left or less than that, or nothing was paid.
    """
    body, left = charge.body, left_of(charge)
    if body["status"] == "failed":
        raise ApiError("charge_not_refundable", charge=charge.id)
    if left == 0:
        raise ApiError("charge_already_refunded", charge=charge.id)
    if not body["captured"] and body["payment_intent"] is not None and body["status"] == "succeeded":
        raise ApiError("refund_of_held_intent", intent=body["payment_intent"])
    amount = left if sent is None else sent
    if amount > left:
        currency = body["currency"]
        raise ApiError("refund_too_large", amount=in_words(amount, currency), left=in_words(left, currency))
    if not body["captured"] and amount < left:
        raise ApiError("refund_of_part_held")
    return amount


def _shown(call: Call, charge: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {"metadata": metadata(call.params.get("metadata")), "reason": call.text("reason")}
    email = call.text("instructions_email")
    if email is not None:
        shown["instructions_email"] = email
    if call.flag("refund_application_fee") and not charge.body["application_fee_amount"]:
        raise ApiError("refund_without_fee", charge=charge.id)
    if call.flag("reverse_transfer") and not charge.body.get("transfer"):
        raise ApiError("refund_without_transfer", charge=charge.id)
    return shown


def retrieve(call: Call) -> dict[str, Any]:
    """Give a refund."""
    return _found(call, call.ids[0]).copy()


def retrieve_of_charge(call: Call) -> dict[str, Any]:
    """Give one of a charge's refunds."""
    charge = call.world.read(call.ids[0], call.scope, "charge", "charge")
    refund = _found(call, call.ids[1])
    if refund.body["charge"] != charge.id:
        raise call.world.missing("resource_missing", "refund", refund.id, call.scope, "refund")
    return refund.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a refund's metadata."""
    refund = _found(call, call.ids[0])
    before = refund.copy()
    if "metadata" in call.params:
        refund.body["metadata"] = metadata(call.params["metadata"], refund.body["metadata"])
    _tell(call, refund, before, "refund.updated")
    return refund.copy()


def cancel(call: Call) -> dict[str, Any]:
    """Refuse to cancel a refund: only one that waits for its customer can be, and a card's never does.

    Raises:
        ApiError: there is none, or it cannot be canceled.
    """
    _found(call, call.ids[0])
    raise ApiError("refund_not_cancelable")


def list_all(call: Call) -> dict[str, Any]:
    """List refunds."""
    check_filters(call, "charge", "payment_intent")
    return page("/v1/refunds", call.world.every("refund", call.scope), call.params)


def list_of_charge(call: Call) -> dict[str, Any]:
    """List a charge's refunds."""
    charge = call.world.read(call.ids[0], call.scope, "charge", "charge")
    return page(f"/v1/charges/{charge.id}/refunds", refunds_of(call.world, charge), call.params)


def _found(call: Call, identity: str) -> Entry:
    return call.world.read(identity, call.scope, "refund", "refund")
