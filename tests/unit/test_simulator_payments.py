from __future__ import annotations

from rows import each
from simulator_api import Api, problems

MONEY = {"amount": 500, "currency": "usd"}
THREE_D_SECURE = {"channel": {"type": "browser"}, "message_category": "payment_authentication"}


def as_card(token):
    return {"type": "card", "card": {"token": token}}


def with_cvc(token):
    return {"payment_method_options": {"card": {"cvc_token": token}}}


def intent(api):
    return api.post("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa"})["id"]


def test_a_replay_does_not_use_the_token_again():
    api = Api()
    params = {**MONEY, "source": api.token()}
    first = api.post("/v1/charges", params, idempotency_key="k")
    assert api.post("/v1/charges", params, idempotency_key="k") == first


def test_a_charge_shows_the_tokens_card():
    api = Api()
    token = api.get(f"/v1/tokens/{api.token(number='4000056655665556', name='Jenny', address_zip='1')}")
    charge = api.post("/v1/charges", {**MONEY, "source": token["id"], "metadata": {"a": "b"}})
    card = token["card"]
    assert charge["source"]["id"] == charge["payment_method"] == card["id"]
    assert (charge["source"]["cvc_check"], charge["source"]["address_zip_check"]) == ("pass", "pass")
    assert charge["source"]["customer"] is None
    assert charge["payment_method_details"]["card"]["funding"] == "debit"
    assert charge["payment_method_details"]["card"]["fingerprint"] == card["fingerprint"]
    assert charge["billing_details"]["name"] == "Jenny"
    assert (charge["paid"], charge["captured"], charge["status"], charge["metadata"]) == (
        True,
        True,
        "succeeded",
        {"a": "b"},
    )


def test_a_declined_charge_leaves_the_token_unused_and_can_be_read():
    api = Api()
    token = api.token(number="4000000000009995")
    error = api.refused("/v1/charges", {**MONEY, "source": token})
    failed = api.get(f"/v1/charges/{error['charge']}")
    assert (failed["status"], failed["paid"], failed["failure_code"]) == ("failed", False, "card_declined")
    assert problems(failed) == []
    assert not api.is_used(token)


def test_a_charge_that_is_not_captured_takes_nothing():
    charge = Api().post("/v1/charges", {**MONEY, "source": "tok_visa", "capture": False})
    assert (charge["captured"], charge["amount_captured"], charge["balance_transaction"]) == (False, 0, None)


def test_a_customers_card_keeps_the_tokens_id():
    api = Api()
    token = api.get(f"/v1/tokens/{api.token()}")
    customer = api.customer(source=token["id"])
    assert api.get(f"/v1/customers/{customer}")["default_source"] == token["card"]["id"]
    card = api.get(f"/v1/customers/{customer}/sources?object=card")["data"][0]
    assert (card["cvc_check"], card["customer"], card["allow_redisplay"]) == ("pass", customer, "unspecified")
    assert "networks" not in card


def test_sources_are_shown_when_asked_for():
    api = Api()
    customer = api.customer(source=api.token())
    assert "sources" not in api.get(f"/v1/customers/{customer}")
    shown = api.get(f"/v1/customers/{customer}?expand[]=sources")["sources"]
    assert (shown["object"], len(shown["data"])) == ("list", 1)


def test_a_customers_new_source_takes_the_default_ones_place():
    api = Api()
    customer = api.customer(source=api.token())
    second = api.get(f"/v1/tokens/{api.token(number='5555555555554444')}")
    api.post(f"/v1/customers/{customer}", {"source": second["id"]})
    listed = api.get(f"/v1/customers/{customer}/sources")["data"]
    assert [card["id"] for card in listed] == [second["card"]["id"]]


def test_a_declining_card_leaves_no_customer():
    api = Api()
    api.refused("/v1/customers", {"source": "tok_chargeDeclined"})
    assert api.get("/v1/customers")["data"] == []


def test_a_card_that_declines_later_can_be_attached():
    api = Api()
    customer = api.customer(source=api.token(number="4000000000000341"))
    error = api.refused("/v1/charges", {**MONEY, "customer": customer})
    assert (error["code"], error["decline_code"]) == ("card_declined", "generic_decline")


def test_a_customers_saved_card_is_charged():
    api = Api()
    customer = api.customer(source=api.token())
    charge = api.post("/v1/charges", {**MONEY, "customer": customer})
    assert charge["customer"] == charge["source"]["customer"] == customer


def test_a_customers_verified_bank_account_is_charged():
    api = Api()
    charge = api.post("/v1/charges", {**MONEY, "customer": api.customer(source="btok_us_verified")})
    assert (charge["status"], charge["payment_method_details"]["type"]) == ("pending", "ach_debit")
    assert problems(charge) == []


def test_a_payment_method_spells_the_brand_its_own_way():
    method = Api().post("/v1/payment_methods", as_card("tok_amex"))
    assert (method["card"]["brand"], method["card"]["checks"]["cvc_check"]) == ("amex", "unchecked")


def test_an_attached_payment_method_is_checked():
    api = Api()
    customer = api.customer()
    method = api.post("/v1/payment_methods", as_card(api.token()))["id"]
    attached = api.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    assert (attached["customer"], attached["card"]["checks"]["cvc_check"]) == (customer, "pass")
    assert problems(attached) == []
    assert [item["id"] for item in api.get(f"/v1/customers/{customer}/payment_methods")["data"]] == [method]


def test_a_declining_payment_method_cannot_be_attached():
    api = Api()
    method = api.post("/v1/payment_methods", as_card(api.token(number="4000000000000002")))["id"]
    error = api.refused(f"/v1/payment_methods/{method}/attach", {"customer": api.customer()})
    assert (error["status"], error["code"], error["param"]) == (402, "card_declined", "")


@each("path", ["/v1/payment_intents", "/v1/payment_intents/INTENT"])
def test_a_cvc_token_is_for_confirmation_only(path):
    api = Api()
    token = api.token("cvc_update")
    error = api.refused(path.replace("INTENT", intent(api)), {**MONEY, **with_cvc(token)})
    assert error["param"] == "payment_method_options[card][cvc_token]"
    assert not api.is_used(token)


def test_a_confirmed_intent_has_its_charge():
    api = Api()
    confirmed = api.post(f"/v1/payment_intents/{intent(api)}/confirm", with_cvc(api.token("cvc_update")))
    assert (confirmed["status"], confirmed["amount_received"]) == ("succeeded", 500)
    charge = api.get(f"/v1/charges/{confirmed['latest_charge']}")
    assert charge["payment_intent"] == confirmed["id"]
    assert charge["payment_method_details"]["card"]["checks"]["cvc_check"] == "pass"


def test_a_declined_intent_shows_itself_and_asks_for_another_method():
    api = Api()
    params = {**MONEY, "confirm": True, "payment_method": "pm_card_visa_chargeDeclined"}
    error = api.refused("/v1/payment_intents", params)
    shown = error["payment_intent"]
    assert (error["status"], shown["status"]) == (402, "requires_payment_method")
    assert shown["last_payment_error"]["code"] == "card_declined"
    assert api.get(f"/v1/payment_intents/{shown['id']}") == shown
    assert problems(shown) == []


def test_an_intent_with_a_3ds_card_asks_for_action():
    api = Api()
    data = as_card(api.token(number="4000002760003184"))
    made = api.post("/v1/payment_intents", {**MONEY, "confirm": True, "payment_method_data": data})
    assert (made["status"], made["latest_charge"]) == ("requires_action", None)


def test_a_succeeded_intent_cannot_be_confirmed():
    api = Api()
    made = api.post("/v1/payment_intents", {**MONEY, "confirm": True, "payment_method": "pm_card_visa"})
    error = api.refused(f"/v1/payment_intents/{made['id']}/confirm")
    assert error["code"] == "payment_intent_unexpected_state"


def test_a_top_up_by_a_failing_bank_account_fails():
    topup = Api().post("/v1/topups", {**MONEY, "source": "btok_us_verified_noAccount"})
    assert (topup["status"], topup["failure_code"], topup["source"]["type"]) == ("failed", "no_account", "ach_debit")


def test_a_source_can_be_attached_and_charged():
    api = Api()
    source = api.post("/v1/sources", {"type": "card", "token": api.token()})["id"]
    customer = api.customer(source=source)
    charge = api.post("/v1/charges", {**MONEY, "customer": customer, "source": source})
    assert (charge["source"]["object"], charge["source"]["id"]) == ("source", source)
    assert problems(charge) == []


def test_an_authentication_shows_its_browser():
    browser = {
        "accept_header": "*/*",
        "color_depth": 24,
        "ip_address": "1.2.3.4",
        "javascript_enabled": True,
        "language": "en",
        "user_agent": "x",
    }
    params = {**THREE_D_SECURE, "channel": {"type": "browser", "browser": browser}, "payment_method": "pm_card_visa"}
    body = Api().post("/v1/three_d_secure/authentications", params)
    assert body["channel"]["browser"] == browser
    assert problems(body) == []


@each("kind", ["charges", "customers", "payment_methods", "payment_intents", "accounts", "topups"])
def test_what_was_made_is_listed_newest_first(kind):
    api = Api()
    sound = {
        "charges": {**MONEY, "source": "tok_visa"},
        "payment_methods": as_card("tok_visa"),
        "payment_intents": MONEY,
        "accounts": {"type": "custom"},
        "topups": MONEY,
    }
    ids = [api.post(f"/v1/{kind}", sound.get(kind))["id"] for _ in range(3)]
    assert [item["id"] for item in api.get(f"/v1/{kind}")["data"]] == ids[::-1]
    page = api.get(f"/v1/{kind}?limit=1&starting_after={ids[2]}")
    assert ([item["id"] for item in page["data"]], page["has_more"]) == ([ids[1]], True)
    assert problems(page) == []


@each("path", ["charges?expand[]=data.customer", "customers?expand[]=data.default_source"])
def test_what_is_listed_can_be_expanded(path):
    api = Api()
    api.post("/v1/charges", {**MONEY, "customer": api.customer(source=api.token())})
    (item,) = api.get(f"/v1/{path}")["data"]
    assert item[path.rpartition(".")[2]]["object"] in {"customer", "card"}
