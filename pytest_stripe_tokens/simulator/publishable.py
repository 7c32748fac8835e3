"""What a publishable key is shown of an intent: a page belongs to whoever pays, and not to who is paid."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_BOTH = (
    "id",
    "object",
    "automatic_payment_methods",
    "cancellation_reason",
    "client_secret",
    "created",
    "description",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "status",
)
# A real answer of 2021 (stripe-android's fixtures), the types of @stripe/stripe-js 10.2.1, and "retrievable with
# publishable key" in the reference.
_SHOWN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "payment_intent": frozenset(
            {
                *_OF_BOTH,
                "amount",
                "canceled_at",
                "capture_method",
                "confirmation_method",
                "currency",
                "last_payment_error",
                "receipt_email",
                "setup_future_usage",
                "shipping",
                "source",
            }
        ),
        "setup_intent": frozenset({*_OF_BOTH, "last_setup_error", "usage"}),
    }
)


def as_shown(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an intent, or of an error's intent, what a publishable key is not shown."""
    names = _SHOWN.get(str(body.get("object")))
    if names is not None:
        return {name: value for name, value in body.items() if name in names}
    # What a confirmation token names so is null, or an intent's id.
    return {
        name: as_shown(as_object(cast("object", value))) if name in _SHOWN and isinstance(value, dict) else value
        for name, value in body.items()
    }
