"""Refunds: what they take back, what the charge and the balance show then, and how test cards' refunds go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rows import each
from simulator_api import Api, problems
from simulator_requests import Furnished

MONEY = {"amount": 1000, "currency": "usd"}
PAID = {**MONEY, "payment_method": "pm_card_visa", "confirm": True}


def charged(api, source="tok_visa", **more):
    return api.post("/v1/charges", {**MONEY, "source": source, **more})["id"]


def read(api, charge, query=""):
    return api.get(f"/v1/charges/{charge}{query}")


def test_a_refund_takes_back_all_that_is_left():
    api = Api()
    charge = charged(api)
    part = api.post("/v1/refunds", {"charge": charge, "amount": 300, "reason": "duplicate", "metadata": {"a": "b"}})
    assert (part["amount"], part["reason"], part["metadata"], part["status"]) == (
        300,
        "duplicate",
        {"a": "b"},
        "succeeded",
    )
    shown = read(api, charge)
    assert (shown["amount_refunded"], shown["refunded"], "refunds" in shown) == (300, False, False)
    rest = api.post("/v1/refunds", {"charge": charge})
    assert (rest["amount"], rest["reason"], rest["charge"]) == (700, None, charge)
    shown = read(api, charge, "?expand[]=refunds")
    assert (shown["amount_refunded"], shown["refunded"], shown["status"]) == (1000, True, "succeeded")
    assert [refund["id"] for refund in shown["refunds"]["data"]] == [rest["id"], part["id"]]
    assert list(shown["refunds"]) == ["object", "data", "has_more", "total_count", "url"]


def test_an_intents_refund_is_its_charges():
    api = Api()
    intent = api.post("/v1/payment_intents", PAID)
    refund = api.post("/v1/refunds", {"payment_intent": intent["id"], "expand": ["charge", "payment_intent"]})
    assert (refund["charge"]["id"], refund["charge"]["refunded"]) == (intent["latest_charge"], True)
    assert (refund["payment_intent"]["status"], refund["payment_intent"]["amount_received"]) == ("succeeded", 1000)
    assert refund["payment_method"] == intent["payment_method"]


@each(("path", "answered"), [("refunds", "refund"), ("refund", "charge")])
def test_a_refund_can_be_asked_for_at_its_charge(path, answered):
    api = Api()
    charge = charged(api)
    body = api.post(f"/v1/charges/{charge}/{path}", {"amount": 400})
    assert (body["object"], read(api, charge)["amount_refunded"]) == (answered, 400)
    (listed,) = api.get(f"/v1/charges/{charge}/refunds")["data"]
    assert api.get(f"/v1/charges/{charge}/refunds/{listed['id']}") == listed == api.get(f"/v1/refunds/{listed['id']}")
    other = charged(api)
    error = api.not_found(f"/v1/charges/{other}/refunds/{listed['id']}")
    assert (error["status"], error["code"]) == (404, "resource_missing")


def test_what_is_held_is_released_and_was_never_on_the_balance():
    api = Api()
    charge = charged(api, capture=False)
    refund = api.post("/v1/refunds", {"charge": charge})
    assert (refund["amount"], refund["balance_transaction"]) == (1000, None)
    shown = read(api, charge)
    assert (shown["refunded"], shown["captured"], shown["amount_captured"]) == (True, False, 0)
    assert api.get("/v1/balance_transactions")["data"] == []
    assert api.refused(f"/v1/charges/{charge}/capture")["code"] == "charge_already_refunded"


def test_a_refund_is_on_the_balance():
    api = Api()
    charge = charged(api, description="an order")
    refund = api.post("/v1/refunds", {"charge": charge, "amount": 400, "expand": ["balance_transaction.source"]})
    taken = refund["balance_transaction"]
    assert (taken["amount"], taken["fee"], taken["net"], taken["fee_details"]) == (-400, 0, -400, [])
    assert (taken["type"], taken["description"]) == ("refund", "REFUND FOR CHARGE (an order)")
    assert (taken["source"]["id"], problems({**taken, "source": refund["id"]})) == (refund["id"], [])
    # At midnight, two days on.
    day = 24 * 3600
    assert (taken["available_on"] % day, taken["available_on"] // day) == (0, taken["created"] // day + 2)
    # 1000 less the fee of 2.9 % and 30, less what was given back.
    (pending,) = api.get("/v1/balance")["pending"]
    assert pending == {"amount": 541, "currency": "usd", "source_types": {"card": 541}}
    assert [found["type"] for found in api.get("/v1/balance_transactions")["data"]] == ["refund", "charge"]


def test_an_account_without_money_has_an_empty_balance():
    api = Api()
    balance = api.get("/v1/balance")
    assert problems(balance) == []
    assert [item["amount"] for item in (*balance["available"], *balance["pending"])] == [0, 0]
    charged(api, "tok_bypassPending", currency="eur")
    assert api.get("/v1/balance")["available"] == [{"amount": 941, "currency": "eur", "source_types": {"card": 941}}]
    account = api.account()
    assert api.get("/v1/balance", stripe_account=account) == balance


@each("source", ["tok_pendingRefund", "CARD"])
def test_a_refund_that_is_pending_succeeds_later(source):
    api = Api()
    token = api.token(number="4000000000007726") if source == "CARD" else source
    refund = api.post("/v1/refunds", {"charge": charged(api, token)})
    assert (refund["status"], refund["pending_reason"], problems(refund)) == ("pending", "processing", [])
    later = api.get(f"/v1/refunds/{refund['id']}")
    assert (later["status"], "pending_reason" in later, problems(later)) == ("succeeded", False, [])


def test_a_refund_that_fails_puts_the_money_back():
    api = Api()
    charge = charged(api, api.token(number="4000000000005126"))
    refund = api.post("/v1/refunds", {"charge": charge})
    assert refund["status"] == "succeeded"
    failed = api.get(f"/v1/refunds/{refund['id']}?expand[]=failure_balance_transaction")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
    assert (failed["failure_balance_transaction"]["amount"], failed["failure_balance_transaction"]["type"]) == (
        1000,
        "refund_failure",
    )
    assert problems({**failed, "failure_balance_transaction": "txn_1"}) == []
    assert (read(api, charge)["amount_refunded"], read(api, charge)["refunded"]) == (0, False)


def test_a_bank_debits_refund_waits_for_its_charge():
    api = Api()
    customer = api.customer(source="btok_us_verified")
    charge = api.post("/v1/charges", {**MONEY, "customer": customer})["id"]
    refund = api.post("/v1/refunds", {"charge": charge})
    assert (refund["status"], refund["pending_reason"], refund["customer"]) == ("pending", "charge_pending", customer)
    assert ("destination_details" in refund, problems(refund)) == (False, [])


def test_a_transfer_can_be_reversed_with_its_charge():
    api = Api()
    refund = api.post("/v1/refunds", Furnished(api).named({"charge": "CHARGE", "reverse_transfer": "true"}))
    assert refund["transfer_reversal"].startswith("trr_")


def test_the_metadata_of_a_refund_can_change():
    api = Api()
    refund = api.post("/v1/refunds", {"charge": charged(api), "metadata": {"a": "b", "c": "d"}})
    changed = api.post(f"/v1/refunds/{refund['id']}", {"metadata": {"a": "", "e": "f"}})
    assert (changed["metadata"], api.get(f"/v1/refunds/{refund['id']}")) == ({"c": "d", "e": "f"}, changed)


def test_refunds_are_found_by_what_they_are_of():
    api = Api()
    one, other = charged(api), api.post("/v1/payment_intents", PAID)
    first = api.post("/v1/refunds", {"charge": one, "amount": 100})
    second = api.post("/v1/refunds", {"payment_intent": other["id"]})
    found = {
        "": [second, first],
        f"?charge={one}": [first],
        f"?payment_intent={other['id']}": [second],
        f"?created[gt]={first['created']}": [second],
        f"?starting_after={second['id']}": [first],
        "?limit=1": [second],
    }
    wrong = {query: api.get(f"/v1/refunds{query}")["data"] for query in found}
    assert wrong == found
    for name in ("charge", "payment_intent"):
        error = api.not_found(f"/v1/refunds?{name}=x")
        assert (error["status"], error["code"], error["param"]) == (400, "resource_missing", name)


def test_an_older_charge_shows_its_refunds():
    api = Api()
    charge = charged(api)
    refund = api.post("/v1/refunds", {"charge": charge}, stripe_version="2022-08-01")
    shown = api.get(f"/v1/charges/{charge}", stripe_version="2022-08-01")
    assert [found["id"] for found in shown["refunds"]["data"]] == [refund["id"]]
    old = api.post(f"/v1/charges/{charged(api)}/refund", stripe_version="2022-08-01")
    assert (old["refunds"]["total_count"], old["refunded"]) == (1, True)


def test_two_threads_refund_a_charge_once():
    api = Api()
    charge = charged(api)
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(api.send, "POST", "/v1/refunds", {"charge": charge}) for _ in range(8)]
        statuses = sorted(future.result().status for future in sent)
    assert statuses == [200, *[400] * 7]
    assert (read(api, charge)["amount_refunded"], len(api.get("/v1/refunds")["data"])) == (1000, 1)


def test_a_connected_accounts_charge_is_refunded_there():
    api = Api()
    there = {"stripe_account": api.account()}
    charge = api.post("/v1/charges", {**MONEY, "source": "tok_visa"}, **there)["id"]
    assert api.refused("/v1/refunds", {"charge": charge})["status"] == 404
    assert api.post("/v1/refunds", {"charge": charge}, **there)["amount"] == 1000
    assert api.get("/v1/refunds")["data"] == []
