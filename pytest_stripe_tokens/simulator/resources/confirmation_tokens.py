"""Confirmation tokens: what a customer has chosen to pay with, and where to, for one PaymentIntent or SetupIntent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.objects import full_address, ordered
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    description,
    find_payment_method,
    instrument_from,
    magic_method_instrument,
)
from pytest_stripe_tokens.simulator.tokens.spending import spend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call

# 12 hours (real answers, 2026).
_LIFETIME = 43200


def create(call: Call) -> dict[str, Any]:
    """Make a confirmation token of a payment method, or of what describes one, as Stripe.js does."""
    if call.text("payment_method") and call.hash("payment_method_data"):
        raise ApiError("parameters_exclusive", params="payment_method, payment_method_data")
    preview = _preview(call)
    created = call.world.tick()
    body: dict[str, Any] = {
        "id": call.new_id("ctoken", created),
        "object": "confirmation_token",
        "created": created,
        "expires_at": created + _LIFETIME,
        "livemode": call.caller.livemode,
        "mandate_data": None,
        "metadata": None,
        "payment_intent": None,
        "payment_method_options": _options(call),
        "payment_method_preview": preview,
        "return_url": call.text("return_url"),
        "setup_future_usage": call.text("setup_future_usage"),
        "setup_intent": None,
        "shipping": _shipping(call.params.get("shipping")),
        "use_stripe_sdk": True,
    }
    return call.add(ordered(body), params=call.params).copy()


def create_for_test(call: Call) -> dict[str, Any]:
    """Make a confirmation token without Stripe.js, in test mode alone."""
    if call.caller.livemode:
        message = "Test helpers can only be used in test mode: send the request with a test mode key."
        raise ApiError("refused", message=message)
    return create(call)


def retrieve(call: Call) -> dict[str, Any]:
    """Give a confirmation token."""
    return call.world.read(call.ids[0], call.scope, "confirmation_token", "confirmation_token").copy()


def _preview(call: Call) -> dict[str, Any] | None:
    """Show the payment method that the token stands for, which is none yet: it has no id."""
    data, identity = call.hash("payment_method_data"), call.text("payment_method")
    if data:
        instrument, taken = instrument_from(call, data, "payment_method_data")
        if taken is not None:
            spend(taken)
        return description(instrument, data)[0]
    if identity is None:
        return None
    magic = magic_method_instrument(call, identity)
    if magic is not None:
        return description(magic, {})[0]
    method = find_payment_method(call, identity, "payment_method")
    shown = description(method.private["instrument"], {})[0]
    return {name: method.body[name] for name in shown}


def _options(call: Call) -> dict[str, Any] | None:
    sent = typed(call.params, table("confirmation_tokens.create"))
    card = as_object(as_object(sent.get("payment_method_options")).get("card"))
    return {"card": {"cvc_token": None, **card}} if card else None


def _shipping(given: Any) -> Mapping[str, Any] | None:
    sent = as_object(given)
    if not sent:
        return None
    return {
        "address": full_address(as_object(sent.get("address"))),
        "name": sent.get("name"),
        "phone": sent.get("phone") or None,
    }
