"""Money that is held: captured in whole or in part, raised, released; what charges and PaymentIntents show then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from simulator_api import Api, problems
from simulator_requests import Furnished

MONEY = {"amount": 1000, "currency": "usd"}
HOLD = {**MONEY, "payment_method": "pm_card_visa", "confirm": True, "capture_method": "manual"}


def held(api):
    return api.post("/v1/charges", {**MONEY, "source": "tok_visa", "capture": False})["id"]


def holding(api, **more):
    return api.post("/v1/payment_intents", {**HOLD, **more})


def charge_of(api, intent):
    return api.get(f"/v1/charges/{intent['latest_charge']}")


def test_a_charge_is_captured_whole():
    api = Api()
    sent = {"receipt_email": "j@example.com", "statement_descriptor_suffix": "ORDER", "transfer_group": "one"}
    charge = api.post(f"/v1/charges/{held(api)}/capture", {**sent, "expand": ["balance_transaction"]})
    assert (charge["captured"], charge["amount_captured"], charge["amount_refunded"]) == (True, 1000, 0)
    assert (charge["balance_transaction"]["amount"], charge["balance_transaction"]["fee"]) == (1000, 59)
    assert {name: charge[name] for name in sent} == sent
    assert problems({**charge, "balance_transaction": "txn_1"}) == []


def test_the_rest_of_a_charge_is_refunded_and_what_was_captured_can_be():
    api = Api()
    charge = api.post(f"/v1/charges/{held(api)}/capture", {"amount": 600})
    assert (charge["amount"], charge["amount_captured"], charge["amount_refunded"]) == (1000, 600, 400)
    assert (charge["refunded"], charge["captured"]) == (False, True)
    assert api.refused("/v1/refunds", {"charge": charge["id"], "amount": 601})["message"] == (
        "Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)"
    )
    assert api.post("/v1/refunds", {"charge": charge["id"]})["amount"] == 600
    assert api.get(f"/v1/charges/{charge['id']}")["refunded"]


def test_an_intent_is_captured_whole():
    api = Api()
    intent = holding(api)
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 1000)
    captured = api.post(f"/v1/payment_intents/{intent['id']}/capture", {"metadata": {"a": "b"}})
    assert (captured["status"], captured["amount_capturable"], captured["amount_received"]) == ("succeeded", 0, 1000)
    assert (captured["metadata"], problems(captured)) == ({"a": "b"}, [])
    assert charge_of(api, captured)["captured"]


def test_the_rest_of_an_intent_is_released_without_a_refund():
    api = Api()
    captured = api.post(f"/v1/payment_intents/{holding(api)['id']}/capture", {"amount_to_capture": 600})
    assert (captured["amount"], captured["amount_capturable"], captured["amount_received"]) == (1000, 0, 600)
    charge = charge_of(api, captured)
    assert (charge["amount"], charge["amount_captured"], charge["amount_refunded"]) == (1000, 600, 0)
    refund = api.post("/v1/refunds", {"payment_intent": captured["id"]})
    assert (refund["amount"], charge_of(api, captured)["refunded"]) == (600, True)


def test_the_least_that_can_be_captured_or_refunded_is_1():
    api = Api()
    charge = api.post(f"/v1/charges/{held(api)}/capture", {"amount": 1})
    intent = api.post(f"/v1/payment_intents/{holding(api)['id']}/capture", {"amount_to_capture": 1})
    assert (charge["amount_captured"], charge["amount_refunded"], intent["amount_received"]) == (1, 999, 1)
    assert api.post("/v1/refunds", {"charge": charge["id"], "amount": 1})["amount"] == 1


def test_a_captured_charge_goes_where_it_was_meant_to():
    api = Api()
    world = Furnished(api)
    charge = api.post(f"/v1/charges/{world.id('HELD')}/capture", {"transfer_data": {"amount": 700}})
    assert (charge["transfer_data"]["amount"], charge["transfer"][:3]) == (700, "tr_")
    assert list(charge) == ["id", "object", *sorted(list(charge)[2:])]


def test_what_is_held_can_be_raised_where_that_was_asked_for():
    api = Api()
    intent = Furnished(api).id("GROWING")
    raised = api.post(f"/v1/payment_intents/{intent}/increment_authorization", {"amount": 1500, "description": "more"})
    assert (raised["amount"], raised["amount_capturable"], raised["description"]) == (1500, 1500, "more")
    card = charge_of(api, raised)["payment_method_details"]["card"]
    assert (card["amount_authorized"], card["incremental_authorization"]) == (1500, {"status": "available"})
    assert api.post(f"/v1/payment_intents/{intent}/capture")["amount_received"] == 1500
    assert charge_of(api, raised)["amount_captured"] == 1500
    plain = f"/v1/payment_intents/{holding(api)['id']}/increment_authorization"
    assert "request_incremental_authorization" in api.refused(plain, {"amount": 1500})["message"]


def test_a_canceled_intent_releases_what_it_held():
    api = Api()
    intent = holding(api)
    sent = {"cancellation_reason": "abandoned"}
    canceled = api.post(f"/v1/payment_intents/{intent['id']}/cancel", sent)
    assert (canceled["status"], canceled["amount_capturable"]) == ("canceled", 0)
    assert (canceled["cancellation_reason"], canceled["payment_method"]) == ("abandoned", intent["payment_method"])
    assert canceled["canceled_at"] > canceled["created"]
    charge = charge_of(api, canceled)
    assert (charge["refunded"], charge["amount_refunded"], charge["captured"]) == (True, 1000, False)
    assert problems(canceled) == []


def test_an_intent_can_be_canceled_before_it_is_paid():
    api = Api()
    three_d_secure = {"payment_method": "pm_card_authenticationRequired", "confirm": True}
    for more in ({}, {"payment_method": "pm_card_visa"}, three_d_secure):
        intent = api.post("/v1/payment_intents", {**MONEY, **more})
        canceled = api.post(f"/v1/payment_intents/{intent['id']}/cancel")
        assert (canceled["status"], canceled["next_action"]) == ("canceled", None)
        assert api.post(f"/v1/payment_intents/{intent['id']}", {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}


def test_a_charge_can_say_something_else():
    api = Api()
    charge = api.post("/v1/charges", {**MONEY, "source": "tok_visa", "metadata": {"a": "b"}})["id"]
    customer = api.customer()
    shipping = {"name": "Jane", "address": {"line1": "1 Main Street"}}
    sent = {"description": "x", "metadata": {"c": "d"}, "customer": customer, "shipping": shipping}
    changed = api.post(f"/v1/charges/{charge}", {**sent, "fraud_details": {"user_report": "safe"}})
    assert (changed["description"], changed["metadata"]) == ("x", {"a": "b", "c": "d"})
    assert (changed["customer"], changed["fraud_details"]) == (customer, {"user_report": "safe"})
    assert changed["shipping"]["address"]["city"] is None
    assert api.get(f"/v1/charges/{charge}") == changed
    other = api.customer()
    error = api.refused(f"/v1/charges/{charge}", {"customer": other})
    assert (error["param"], customer in error["message"]) == ("customer", True)
    assert api.post(f"/v1/charges/{charge}", {"customer": customer, "description": ""})["description"] is None


def test_two_threads_capture_once():
    for make, path in ((held, "charges"), (lambda api: holding(api)["id"], "payment_intents")):
        api = Api()
        what = f"/v1/{path}/{make(api)}/capture"
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(api.send, "POST", what, {}) for _ in range(8)]
            statuses = sorted(future.result().status for future in sent)
        assert statuses == [200, *[400] * 7]
        assert len(api.get("/v1/balance_transactions")["data"]) == 1
