"""What happens to payments, as events tell it: Stripe's own names, in the order in which it happens."""

from __future__ import annotations

from rows import each
from simulator_api import Api
from simulator_requests import Furnished

MONEY = {"amount": 1000, "currency": "usd"}
PAY = {**MONEY, "payment_method": "pm_card_visa", "confirm": True}
CREATED, SETUP = "payment_intent.created", "setup_intent.created"
PAID = ["charge.succeeded", "payment_intent.succeeded"]
HELD = ["charge.succeeded", "payment_intent.amount_capturable_updated"]
REFUNDED = ["refund.created", "charge.refunded"]
UPDATED = ["charge.refund.updated", "refund.updated"]

# What is sent, and the events: paths with a word for what is made before.
ROWS = [
    ("charges", {**MONEY, "source": "tok_visa"}, ["charge.succeeded"]),
    ("charges", {**MONEY, "source": "tok_chargeDeclined"}, ["charge.failed"]),
    ("charges/CHARGE", {"description": "x"}, ["charge.updated"]),
    ("charges/CHARGE", {}, []),
    ("charges/HELD/capture", {}, ["transfer.created", "charge.captured"]),
    ("charges/HELD/capture", {"amount": 500}, [*REFUNDED, "transfer.created", "charge.captured"]),
    ("charges/CHARGE/refund", {}, REFUNDED),
    ("refunds", {"charge": "CHARGE"}, REFUNDED),
    ("refunds", {"charge": "CHARGE", "amount": 5000}, []),
    ("refunds/REFUND", {"metadata": {"a": "b"}}, UPDATED),
    ("payment_intents", MONEY, [CREATED]),
    ("payment_intents", PAY, [CREATED, *PAID]),
    ("payment_intents", {**PAY, "capture_method": "manual"}, [CREATED, *HELD]),
    (
        "payment_intents",
        {**PAY, "setup_future_usage": "off_session", "customer": "CUSTOMER"},
        [CREATED, *PAID, "payment_method.attached"],
    ),
    (
        "payment_intents",
        {**PAY, "payment_method": "pm_card_chargeDeclined"},
        [CREATED, "charge.failed", "payment_intent.payment_failed"],
    ),
    (
        "payment_intents",
        {**PAY, "payment_method": "pm_card_authenticationRequired"},
        [CREATED, "payment_intent.requires_action"],
    ),
    ("payment_intents", {**PAY, "customer": "cus_x"}, []),
    ("payment_intents/INTENT/confirm", {}, PAID),
    ("payment_intents/INTENT/cancel", {}, ["payment_intent.canceled"]),
    ("payment_intents/HOLDING/cancel", {}, [*REFUNDED, "payment_intent.canceled"]),
    ("payment_intents/HOLDING/capture", {}, ["transfer.created", "charge.captured", "payment_intent.succeeded"]),
    (
        "payment_intents/GROWING/increment_authorization",
        {"amount": 1200},
        ["charge.updated", "payment_intent.amount_capturable_updated"],
    ),
    ("setup_intents", {}, [SETUP]),
    ("setup_intents", {"payment_method": "pm_card_visa", "confirm": True}, [SETUP, "setup_intent.succeeded"]),
    (
        "setup_intents",
        {"payment_method": "pm_card_visa", "confirm": True, "customer": "CUSTOMER"},
        [SETUP, "payment_method.attached", "setup_intent.succeeded"],
    ),
    (
        "setup_intents",
        {"payment_method": "pm_card_chargeDeclined", "confirm": True},
        [SETUP, "setup_intent.setup_failed"],
    ),
    (
        "setup_intents",
        {"payment_method": "pm_card_authenticationRequired", "confirm": True},
        [SETUP, "setup_intent.requires_action"],
    ),
    ("setup_intents/SETUP/cancel", {}, ["setup_intent.canceled"]),
    ("payment_methods/pm_card_visa/attach", {"customer": "CUSTOMER"}, ["payment_method.attached"]),
    ("payment_methods/METHOD/attach", {"customer": "CUSTOMER"}, []),
    ("payment_methods/METHOD", {"metadata": {"a": "b"}}, ["payment_method.updated"]),
    ("payment_methods/METHOD/detach", {}, ["payment_method.detached"]),
]


def happened(api):
    return list(api.simulator._world.happenings)


@each(("path", "params", "events"), ROWS)
def test_what_happens_is_noted(path, params, events):
    world = Furnished(Api())
    path, params = world.named(path), world.named(params)
    before = len(happened(world.api))
    world.api.send("POST", f"/v1/{path}", params)
    assert [found.event for found in happened(world.api)[before:]] == events


def test_a_refund_that_goes_on_is_noted_once():
    api = Api()
    for number, end in (("4000000000007726", []), ("4000000000005126", ["refund.failed"])):
        charge = api.post("/v1/charges", {**MONEY, "source": api.token(number=number)})["id"]
        api.post("/v1/refunds", {"charge": charge})
        before = len(happened(api))
        for _ in range(2):
            api.get("/v1/refunds")
        found = happened(api)[before:]
        assert [happening.event for happening in found] == [*UPDATED, *end]
        assert all(happening.previous["status"] in {"pending", "succeeded"} for happening in found)


def test_an_event_tells_the_object_as_it_was_and_what_changed():
    api = Api()
    charge = api.post("/v1/charges", {**MONEY, "source": "tok_visa"})
    api.post("/v1/refunds", {"charge": charge["id"], "amount": 400})
    api.post("/v1/refunds", {"charge": charge["id"]})
    first, second = (found for found in happened(api) if found.event == "charge.refunded")
    assert (first.body["amount_refunded"], first.previous) == (400, {"amount_refunded": 0})
    assert (second.body["amount_refunded"], second.previous) == (1000, {"amount_refunded": 400, "refunded": False})
    (made,) = (found for found in happened(api) if found.event == "charge.succeeded")
    assert (made.body, made.previous) == (charge, None)


def test_a_connected_accounts_events_are_its_own():
    api = Api()
    account = api.account()
    api.post("/v1/charges", {**MONEY, "source": "tok_visa"}, stripe_account=account)
    assert {found.scope for found in happened(api) if found.event == "charge.succeeded"} == {(account, False)}
