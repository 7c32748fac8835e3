"""Sources; imports the simulator's own modules below the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.source_objects import new_source
from pytest_stripe_tokens.simulator.tokens.spending import spend, take

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def create(call: Call) -> dict[str, Any]:
    """Make a source of a card token; other sources are not simulated."""
    token = call.text("token")
    if token is None:
        missing = "type" if call.text("type") is None else "token"
        raise ApiError("parameter_missing", param=missing)
    if call.text("type") not in {None, "card"}:
        message = f"pytest-stripe-tokens makes sources of type card only, not of type {call.text('type')}."
        raise ApiError("refused", param="type", message=message)
    taken = take(call, token, ("card",), "token")
    source = new_source(call, taken.money, call.params)
    spend(taken)
    return source.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a source."""
    return call.world.read(call.ids[0], call.scope, "source", "source").copy()
