"""A sound request of each endpoint that makes or changes something, and values for any parameter."""

from __future__ import annotations

import re

MONEY = {"amount": "500", "currency": "usd"}
_HELD = {"amount": "1200", "currency": "usd"}
_WORDS = (
    "CUSTOMER|SOURCE|INTENT|ACCOUNT|PERSON|CHARGE|HELD|HOLDING|GROWING|REFUND|SETUP|METHOD"
    "|BANK|REUSABLE|TRANSFER|REVERSAL|PAYOUT|PAID|TOPUP|EVENT|EXTERNAL"
)
SOUND = {
    "charges.create": ("/v1/charges", {**MONEY, "source": "tok_visa"}),
    "customers.create": ("/v1/customers", {}),
    "customers.update": ("/v1/customers/CUSTOMER", {}),
    "customers.create_source": ("/v1/customers/CUSTOMER/sources", {"source": "tok_visa"}),
    "payment_methods.create": ("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}),
    "payment_intents.create": ("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa", "confirm": "true"}),
    "payment_intents.update": ("/v1/payment_intents/INTENT", {}),
    "payment_intents.confirm": ("/v1/payment_intents/INTENT/confirm", {}),
    "payment_intents.cancel": ("/v1/payment_intents/HOLDING/cancel", {}),
    "payment_intents.capture": ("/v1/payment_intents/HOLDING/capture", {}),
    "payment_intents.increment_authorization": (
        "/v1/payment_intents/GROWING/increment_authorization",
        {"amount": "1500"},
    ),
    "confirmation_tokens.create": ("/v1/test_helpers/confirmation_tokens", {"payment_method": "pm_card_visa"}),
    "payment_methods.update": ("/v1/payment_methods/METHOD", {}),
    "setup_intents.create": ("/v1/setup_intents", {"payment_method": "pm_card_visa", "confirm": "true"}),
    "setup_intents.update": ("/v1/setup_intents/SETUP", {}),
    "setup_intents.confirm": ("/v1/setup_intents/SETUP/confirm", {}),
    "setup_intents.cancel": ("/v1/setup_intents/SETUP/cancel", {}),
    "charges.update": ("/v1/charges/CHARGE", {}),
    "charges.capture": ("/v1/charges/HELD/capture", {}),
    "refunds.create": ("/v1/refunds", {"charge": "CHARGE"}),
    "refunds.update": ("/v1/refunds/REFUND", {}),
    "accounts.create": ("/v1/accounts", {"type": "custom"}),
    "accounts.update": ("/v1/accounts/ACCOUNT", {}),
    "accounts.create_person": ("/v1/accounts/ACCOUNT/persons", {}),
    "accounts.update_person": ("/v1/accounts/ACCOUNT/persons/PERSON", {}),
    "accounts.reject": ("/v1/accounts/ACCOUNT/reject", {"reason": "other"}),
    "accounts.update_capability": ("/v1/accounts/ACCOUNT/capabilities/transfers", {}),
    "accounts.update_external_account": ("/v1/accounts/ACCOUNT/external_accounts/EXTERNAL", {}),
    "account_links.create": ("/v1/account_links", {"account": "ACCOUNT", "type": "account_onboarding"}),
    "customers.update_source": ("/v1/customers/CUSTOMER/sources/SOURCE", {}),
    "customers.verify_source": ("/v1/customers/CUSTOMER/sources/BANK/verify", {"amounts": ["32", "45"]}),
    "payouts.create": ("/v1/payouts", MONEY),
    "payouts.update": ("/v1/payouts/PAYOUT", {}),
    "payouts.reverse": ("/v1/payouts/PAID/reverse", {}),
    "sources.update": ("/v1/sources/REUSABLE", {}),
    "transfers.create": ("/v1/transfers", {**MONEY, "destination": "ACCOUNT"}),
    "transfers.update": ("/v1/transfers/TRANSFER", {}),
    "transfers.create_reversal": ("/v1/transfers/TRANSFER/reversals", {}),
    "transfers.update_reversal": ("/v1/transfers/TRANSFER/reversals/REVERSAL", {}),
    "topups.create": ("/v1/topups", MONEY),
    "topups.update": ("/v1/topups/TOPUP", {}),
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


class Furnished:
    """One simulated account with what a request may name."""

    def __init__(self, api):
        self.api = api
        self.ids = {}

    def named(self, value):
        if isinstance(value, dict):
            return {name: self.named(inner) for name, inner in value.items()}
        if not isinstance(value, str):
            return value
        for word in re.findall(_WORDS, value):
            value = value.replace(word, self.id(word))
        return value

    def id(self, word):
        if word not in self.ids:
            self.ids[word] = getattr(self, word.lower())()
        return self.ids[word]

    def customer(self):
        return self.api.customer(source="tok_visa")

    def source(self):
        return self.api.get(f"/v1/customers/{self.id('CUSTOMER')}")["default_source"]

    def intent(self):
        return self.api.post("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa"})["id"]

    def account(self):
        return self.api.account()

    def person(self):
        return self.api.post(f"/v1/accounts/{self.id('ACCOUNT')}/persons")["id"]

    @property
    def elsewhere(self):
        return {"transfer_data": {"destination": self.id("ACCOUNT")}, "application_fee_amount": "10"}

    def charge(self, **more):
        return self.api.post("/v1/charges", {**_HELD, "source": "tok_visa", **self.elsewhere, **more})["id"]

    def held(self):
        return self.charge(capture="false")

    def growing(self):
        return self.holding(amount="1000")

    def holding(self, **more):
        card = {"request_incremental_authorization": "if_available"}
        sent = {"payment_method": "pm_card_visa", "confirm": "true", "capture_method": "manual", **self.elsewhere}
        options = {"payment_method_options": {"card": card}}
        return self.api.post("/v1/payment_intents", {**_HELD, **sent, **options, **more})["id"]

    def refund(self):
        return self.api.post("/v1/refunds", {"charge": self.id("CHARGE")})["id"]

    def setup(self):
        return self.api.post("/v1/setup_intents", {"payment_method": "pm_card_visa"})["id"]

    def method(self):
        owner = {"customer": self.id("CUSTOMER")}
        return self.api.post("/v1/payment_methods/pm_card_visa/attach", owner)["id"]

    def bank(self):
        return self.api.post(f"/v1/customers/{self.id('CUSTOMER')}/sources", {"source": "btok_us"})["id"]

    def reusable(self):
        return self.api.post("/v1/sources", {"type": "card", "token": "tok_visa"})["id"]

    def external(self):
        path = f"/v1/accounts/{self.id('ACCOUNT')}/external_accounts"
        return self.api.post(path, {"external_account": "btok_us"})["id"]

    def transfer(self):
        return self.api.post("/v1/transfers", {**_HELD, "destination": self.id("ACCOUNT")})["id"]

    def reversal(self):
        return self.api.post(f"/v1/transfers/{self.id('TRANSFER')}/reversals", {"amount": "100"})["id"]

    def payout(self, **more):
        return self.api.post("/v1/payouts", {**MONEY, **more})["id"]

    def paid(self):
        return self.payout(method="instant")

    def topup(self):
        return self.api.post("/v1/topups", MONEY)["id"]

    def event(self):
        self.api.customer()
        return self.api.get("/v1/events")["data"][0]["id"]
