"""A sound request of each endpoint that makes or changes something, and values for any parameter."""

from __future__ import annotations

MONEY = {"amount": "500", "currency": "usd"}
SOUND = {
    "charges.create": ("/v1/charges", {**MONEY, "source": "tok_visa"}),
    "customers.create": ("/v1/customers", {}),
    "customers.update": ("/v1/customers/CUSTOMER", {}),
    "customers.create_source": ("/v1/customers/CUSTOMER/sources", {"source": "tok_visa"}),
    "payment_methods.create": ("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}),
    "payment_intents.create": ("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa", "confirm": "true"}),
    "payment_intents.update": ("/v1/payment_intents/INTENT", {}),
    "payment_intents.confirm": ("/v1/payment_intents/INTENT/confirm", {}),
    "accounts.create": ("/v1/accounts", {"type": "custom"}),
    "accounts.update": ("/v1/accounts/ACCOUNT", {}),
    "accounts.create_person": ("/v1/accounts/ACCOUNT/persons", {}),
    "accounts.update_person": ("/v1/accounts/ACCOUNT/persons/PERSON", {}),
    "topups.create": ("/v1/topups", MONEY),
    "sources.create": ("/v1/sources", {"type": "card", "token": "tok_visa"}),
    "three_d_secure.create": (
        "/v1/three_d_secure/authentications",
        {
            "channel": {"type": "browser"},
            "message_category": "payment_authentication",
            "payment_method": "pm_card_visa",
        },
    ),
}


def sample(spec):
    """Give a value that a table allows."""
    if isinstance(spec, dict):
        return {name.rstrip("!"): sample(inner) for name, inner in spec.items() if name not in {"", "?"}}
    if isinstance(spec, list):
        return [sample(spec[0])]
    kind, *rest = spec.split()
    kinds = {
        "boolean": "true",
        # More than the least payment, but for a day or a month.
        "integer": "12" if len(rest) > 1 else "1200",
        "number": "12.5",
        "metadata": {"a": "b"},
        "any": "x",
        "string": "eur",
    }
    return kinds.get(kind) or rest[0]
