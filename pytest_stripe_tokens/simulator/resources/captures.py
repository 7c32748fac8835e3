"""Money that is held on a card: captured, raised, or released when its PaymentIntent is canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.charging import put_on_balance
from pytest_stripe_tokens.simulator.resources.payment_intents import apply
from pytest_stripe_tokens.simulator.resources.refunds import add_refund, left_of

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_CANCELABLE = (
    "processing",
    "requires_action",
    "requires_capture",
    "requires_confirmation",
    "requires_payment_method",
)
_TEXTS = ("receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")


def capture_charge(call: Call) -> dict[str, Any]:
    """Capture a charge that was made with `capture=false`; what is not captured of it is refunded."""
    charge = call.world.read(call.ids[0], call.scope, "charge", "charge")
    body, amount = charge.body, call.number("amount")
    if amount is not None and amount < 1:
        raise ApiError("integer_too_small", param="amount", limit=1)
    if body["status"] == "failed":
        raise ApiError("charge_not_capturable", charge=charge.id)
    if body["captured"]:
        raise ApiError("charge_already_captured", charge=charge.id)
    if body["refunded"]:
        raise ApiError("charge_already_refunded", charge=charge.id)
    if body["payment_intent"] is not None:
        raise ApiError("capture_of_intents_charge", intent=body["payment_intent"])
    rest = int(body["amount"]) - (int(body["amount"]) if amount is None else amount)
    if rest < 0:
        raise ApiError("amount_too_large", param="amount")
    if rest:
        # So a charge of 2020 showed it, and a PaymentIntent's of 2026 does not (real answers of both).
        add_refund(call, charge, rest)
        charge.private["released"] = rest
    _capture(call, charge, int(body["amount"]) - rest)
    return charge.copy()


def _capture(call: Call, charge: Entry, amount: int) -> None:
    body, before = charge.body, charge.copy()
    body |= {"amount_captured": amount, "captured": True}
    body |= {name: call.text(name) for name in _TEXTS if name in call.params}
    fee = call.number("application_fee_amount") or call.number("application_fee")
    if fee is not None:
        body["application_fee_amount"] = fee
    if body.get("transfer_data"):
        sent = call.hash("transfer_data").get("amount")
        body["transfer_data"] |= {"amount": int(sent)} if sent else {}
    put_on_balance(call, charge)
    call.updated("charge.captured", charge, before)


def capture_intent(call: Call) -> dict[str, Any]:
    """Capture what a PaymentIntent holds, or a part of it; the rest is released."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    amount = _amount_to_capture(call)
    status = intent.body["status"]
    if status != "requires_capture":
        was_held = status == "succeeded" and intent.body["capture_method"] == "manual"
        name = "intent_released" if was_held else "intent_not_capturable"
        raise ApiError(name, status=status, more={"payment_intent": intent.copy()})
    amount = int(intent.body["amount_capturable"]) if amount is None else amount
    if amount > intent.body["amount_capturable"]:
        raise ApiError("amount_too_large")
    if not call.flag("final_capture", default=True):
        message = (
            "This payment can be captured once only, so `final_capture` cannot be false: see"
            " `payment_method_details.card.multicapture` of its charge."
        )
        raise ApiError("refused_when_executed", param="final_capture", message=message)
    apply(call, intent)
    _capture(call, _charge_of(call, intent), amount)
    intent.body |= {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
    call.happened("payment_intent.succeeded", intent)
    return intent.copy()


def _amount_to_capture(call: Call) -> int | None:
    amount = call.number("amount_to_capture")
    if amount is not None and amount < 0:
        raise ApiError("negative_integer", param="amount_to_capture")
    if amount == 0:
        # The API names `amount` (real answers).
        raise ApiError("integer_too_small", param="amount", limit=1)
    return amount


def _charge_of(call: Call, intent: Entry) -> Entry:
    return call.world.read(str(intent.body["latest_charge"]), intent.scope, "charge", "charge")


def increment_authorization(call: Call) -> dict[str, Any]:
    """Hold more than before, where the PaymentIntent was made so that this can be asked for."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    body, amount = intent.body, int(call.params["amount"])
    if body["status"] != "requires_capture":
        raise ApiError("intent_not_incrementable", status=body["status"], more={"payment_intent": intent.copy()})
    charge = _charge_of(call, intent)
    card = charge.body["payment_method_details"]["card"]
    if card["incremental_authorization"]["status"] != "available":
        message = (
            "This PaymentIntent's authorization cannot be incremented: confirm it with"
            " payment_method_options[card][request_incremental_authorization]=if_available first."
        )
        raise ApiError("refused_when_executed", message=message)
    if amount <= body["amount"]:
        message = f"The amount has to be greater than what is authorized already ({body['amount']})."
        raise ApiError("refused_when_executed", param="amount", message=message)
    apply(call, intent)
    body |= {"amount": amount, "amount_capturable": amount}
    before = charge.copy()
    charge.body["amount"] = card["amount_authorized"] = amount
    card["overcapture"]["maximum_amount_capturable"] = amount
    call.updated("charge.updated", charge, before)
    call.happened("payment_intent.amount_capturable_updated", intent)
    return intent.copy()


def cancel_intent(call: Call) -> dict[str, Any]:
    """Cancel a PaymentIntent that is not paid yet; what it holds is released."""
    intent = call.world.read(call.ids[0], call.scope, "payment_intent", "intent")
    status = intent.body["status"]
    if status not in _CANCELABLE:
        raise ApiError("intent_not_cancelable", status=status, more={"payment_intent": intent.copy()})
    if status == "requires_capture":
        charge = _charge_of(call, intent)
        add_refund(call, charge, left_of(charge))
    intent.body |= {
        "amount_capturable": 0,
        "canceled_at": call.world.tick(),
        "cancellation_reason": call.text("cancellation_reason"),
        "next_action": None,
        "status": "canceled",
    }
    call.happened("payment_intent.canceled", intent)
    return intent.copy()
