"""Payment methods; imports the simulator's own modules below the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.methods import add_payment_method, attach_payment_method, instrument_from
from pytest_stripe_tokens.simulator.resources.objects import page
from pytest_stripe_tokens.simulator.tokens.spending import spend

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def create(call: Call) -> dict[str, Any]:
    """Make a payment method of a token or of a card's own values."""
    instrument, taken = instrument_from(call, call.params, "")
    method = add_payment_method(call, instrument, call.params)
    if taken is not None:
        spend(taken)
    return method.copy()


def attach(call: Call) -> dict[str, Any]:
    """Give a payment method to a customer."""
    customer = call.text("customer")
    if customer is None:
        raise ApiError("parameter_missing", param="customer")
    owner = call.world.refer(customer, call.scope, "customer", "customer")
    return attach_payment_method(call, call.ids[0], owner, "payment_method").copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a payment method."""
    return call.world.read(call.ids[0], call.scope, "payment_method", "payment_method").copy()


def list_all(call: Call) -> dict[str, Any]:
    """List payment methods, a customer's where the request says so."""
    customer = call.text("customer")
    entries = call.world.every("payment_method", call.scope)
    found = [entry for entry in entries if customer in {None, entry.body["customer"]}]
    return page("/v1/payment_methods", found, call.params)
