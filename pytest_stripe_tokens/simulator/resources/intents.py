"""The PaymentIntent object, as it is when it is new; imports objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.resources.objects import ordered

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call

# What a new PaymentIntent has not got.
_NOT_YET = (
    "application",
    "application_fee_amount",
    "canceled_at",
    "cancellation_reason",
    "customer",
    "customer_account",
    "description",
    "excluded_payment_method_types",
    "last_payment_error",
    "latest_charge",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "processing",
    "receipt_email",
    "review",
    "setup_future_usage",
    "shipping",
    "source",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
)


def new_intent(call: Call, amount: int, currency: str) -> dict[str, Any]:
    """Give a PaymentIntent that has neither a payment method nor a payment yet."""
    created = call.world.tick()
    identity = call.new_id("pi", created)
    types = call.params.get("payment_method_types")
    body: dict[str, Any] = {
        **dict.fromkeys(_NOT_YET),
        "id": identity,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None if types else {"allow_redirects": "always", "enabled": True},
        "capture_method": "automatic_async",
        "client_secret": f"{identity}_{call.new_id('secret', created)}",
        "confirmation_method": call.text("confirmation_method") or "automatic",
        "created": created,
        "currency": currency,
        "livemode": call.caller.livemode,
        "metadata": {},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": list(types) if types else ["card"],
        "status": "requires_payment_method",
    }
    return ordered(body)
