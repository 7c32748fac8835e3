"""Standalone 3D Secure authentications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import full_address, metadata
from pytest_stripe_tokens.simulator.resources.payment_methods import (
    add_payment_method,
    find_payment_method,
    instrument_from,
)
from pytest_stripe_tokens.simulator.tokens.spending import spend

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_SERVERS = {"amex": "american_express"}
_NUMBERS = ("color_depth", "screen_height", "screen_width", "timezone_offset")
_FLAGS = ("java_enabled", "javascript_enabled")


def create(call: Call) -> dict[str, Any]:
    """Make an authentication of a payment method, or of a card token in `payment_method_data`."""
    method = _method(call)
    brand = str(method.body["card"]["brand"])
    server = call.text("directory_server") or _SERVERS.get(brand, brand)
    created = call.world.tick()
    address = call.hash("shipping_address")
    body: dict[str, Any] = {
        "id": call.new_id("tdsa", created),
        "object": "three_d_secure.authentication",
        "acquirer_details": call.hash("acquirer_details") or None,
        "amount": call.number("amount"),
        "challenge_url": None,
        "channel": _channel(call),
        "created": created,
        "currency": call.text("currency"),
        "directory_server": server,
        "fingerprinting_url": None,
        "flow_preference": call.hash("flow_preference") or None,
        "future_usage": _with_numbers(call.hash("future_usage")) or None,
        "livemode": call.caller.livemode,
        "message_category": call.text("message_category"),
        "metadata": metadata(call.params.get("metadata")),
        "outcome": None,
        "outcome_details": None,
        "payment_method": method.id,
        "reason": call.text("reason"),
        "shipping_address": full_address(address) if address else None,
        "status": "requires_submission",
    }
    return call.add(body).copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give an authentication."""
    kind = "three_d_secure.authentication"
    return call.world.read(call.ids[0], call.scope, kind, "authentication").copy()


def _method(call: Call) -> Entry:
    data, identity = call.hash("payment_method_data"), call.text("payment_method")
    if data and identity is not None:
        raise ApiError("parameters_exclusive", params="payment_method, payment_method_data")
    if identity is not None:
        return find_payment_method(call, identity, "payment_method")
    if not data:
        raise ApiError("parameter_missing", param="payment_method")
    instrument, taken = instrument_from(call, data, "payment_method_data")
    method = add_payment_method(call, instrument, data)
    if taken is not None:
        spend(taken)
    return method


def _channel(call: Call) -> dict[str, Any]:
    channel = dict(call.hash("channel"))
    sent = as_object(channel.get("browser"))
    if sent:
        shown = {name: value for name, value in sent.items() if name != "device_id"}
        shown |= {name: int(sent[name]) for name in _NUMBERS if sent.get(name)}
        shown |= {name: sent[name] == "true" for name in _FLAGS if name in sent}
        channel["browser"] = shown
    return channel


def _with_numbers(given: dict[str, Any]) -> dict[str, Any]:
    """Give instalments and recurring payments with their numbers as numbers."""
    shown = dict(given)
    for name in ("installment", "recurring"):
        sent = as_object(shown.get(name))
        if sent:
            defaults = {"amount": None, "interval": "day", "interval_count": 1}
            numbers = {key: int(sent[key]) for key in ("amount", "interval_count", "number") if sent.get(key)}
            shown[name] = {**defaults, **sent, **numbers}
    return shown
