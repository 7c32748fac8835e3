"""SetupIntents, and what becomes of the payment methods that they keep: attached, changed, detached."""

from __future__ import annotations

from rows import each
from simulator_api import PUBLISHABLE, Api, problems
from simulator_requests import Furnished

MONEY = {"amount": 1000, "currency": "usd"}


def as_card(token):
    return {"type": "card", "card": {"token": token}}


def set_up(api, **params):
    return api.post("/v1/setup_intents", params)


def confirmed(api, intent, **params):
    return api.post(f"/v1/setup_intents/{intent['id']}/confirm", params)


def test_the_states_of_a_setup():
    api = Api()
    customer = api.customer()
    new = set_up(api, customer=customer, usage="on_session", description="x")
    assert (new["status"], new["usage"], new["latest_attempt"]) == ("requires_payment_method", "on_session", None)
    ready = api.post(f"/v1/setup_intents/{new['id']}", {"payment_method": "pm_card_visa", "metadata": {"a": "b"}})
    assert (ready["status"], ready["metadata"]) == ("requires_confirmation", {"a": "b"})
    done = confirmed(api, new)
    assert (done["status"], done["latest_attempt"][:7]) == ("succeeded", "setatt_")
    method = api.get(f"/v1/payment_methods/{done['payment_method']}")
    assert (method["customer"], method["card"]["checks"]["cvc_check"]) == (customer, "pass")
    assert [problems(body) for body in (new, ready, done, method)] == [[]] * 4
    later = {**MONEY, "customer": customer, "payment_method": method["id"], "confirm": True, "off_session": True}
    assert api.post("/v1/payment_intents", later)["status"] == "succeeded"


def test_a_setup_without_a_customer_is_for_later():
    api = Api()
    done = set_up(api, payment_method_data=as_card(api.token()), confirm=True, usage="on_session")
    assert (done["status"], done["usage"]) == ("succeeded", "off_session")
    customer = api.customer()
    attached = api.post(f"/v1/payment_methods/{done['payment_method']}/attach", {"customer": customer})
    assert attached["customer"] == customer


def test_a_declined_setup_waits_for_another_method():
    api = Api()
    customer = api.customer()
    token = api.token(number="4000000000000069")
    sent = {"customer": customer, "payment_method_data": as_card(token), "confirm": True}
    error = api.refused("/v1/setup_intents", sent)
    known = {"status": 402, "code": "expired_card", "decline_code": "expired_card", "param": "exp_month"}
    known |= {"advice_code": "confirm_card_data", "network_advice_code": "03", "network_decline_code": "54"}
    assert {name: error[name] for name in known} == known
    assert (error["payment_method"]["customer"], "charge" in error) == (None, False)
    shown = error["setup_intent"]
    assert (shown["status"], shown["payment_method"]) == ("requires_payment_method", None)
    assert shown["last_setup_error"]["payment_method"] == error["payment_method"]
    assert (api.get(f"/v1/setup_intents/{shown['id']}"), problems(shown)) == (shown, [])
    done = confirmed(api, shown, payment_method="pm_card_visa")
    assert (done["status"], done["last_setup_error"]) == ("succeeded", None)


def test_a_card_that_declines_later_can_be_set_up():
    api = Api()
    customer = api.customer()
    done = set_up(api, customer=customer, payment_method="pm_card_chargeCustomerFail", confirm=True)
    assert done["status"] == "succeeded"
    later = {**MONEY, "customer": customer, "payment_method": done["payment_method"], "confirm": True}
    assert api.refused("/v1/payment_intents", later)["code"] == "card_declined"


def test_a_setup_can_ask_for_3d_secure():
    api = Api()
    data = as_card(api.token(number="4000002500003155"))
    asked = set_up(api, payment_method_data=data, confirm=True, return_url="https://example.com")
    assert (asked["status"], asked["next_action"]["type"]) == ("requires_action", "redirect_to_url")
    assert asked["id"] in asked["next_action"]["redirect_to_url"]["url"]
    assert set_up(api, payment_method=asked["payment_method"], confirm=True, use_stripe_sdk=True)["next_action"][
        "type"
    ] == ("use_stripe_sdk")
    canceled = api.post(f"/v1/setup_intents/{asked['id']}/cancel", {"cancellation_reason": "abandoned"})
    assert (canceled["status"], canceled["next_action"]) == ("canceled", None)
    assert (canceled["cancellation_reason"], canceled["payment_method"]) == ("abandoned", asked["payment_method"])
    assert api.post(f"/v1/setup_intents/{asked['id']}", {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}


def test_an_error_of_a_setup_that_was_there_shows_it():
    api = Api()
    world = Furnished(api)
    owner, method, other = world.id("CUSTOMER"), world.id("METHOD"), api.customer()
    intent, without = set_up(api, customer=other), set_up(api)
    error = api.refused(f"/v1/setup_intents/{intent['id']}/confirm", {"payment_method": method})
    assert error["setup_intent"] == intent
    assert error["message"] == (
        f"The PaymentMethod {method} does not belong to the Customer you supplied {other}. Please use this"
        " PaymentMethod with the Customer that it belongs to instead."
    )
    error = api.refused(f"/v1/setup_intents/{without['id']}/confirm", {"payment_method": method})
    assert error["setup_intent"] == without
    assert error["message"] == (
        f"The payment method supplied ({method}) belongs to the Customer {owner}. Please include the Customer in the"
        " `customer` parameter on the SetupIntent."
    )
    assert api.refused(f"/v1/setup_intents/{intent['id']}/confirm")["setup_intent"] == intent
    assert api.get("/v1/setup_intents")["data"] == [without, intent]


def test_a_browser_sees_a_setup_by_its_secret():
    api = Api()
    intent = set_up(api)
    path, secret = f"/v1/setup_intents/{intent['id']}", intent["client_secret"]
    assert len(secret.partition("_secret_")[2]) == 31
    seen = api.get(f"{path}?client_secret={secret}", key=PUBLISHABLE)
    # The SetupIntent of @stripe/stripe-js 10.2.1.
    typed = "id object cancellation_reason client_secret created description last_setup_error livemode next_action"
    typed += " payment_method payment_method_types status usage"
    assert seen == {name: intent[name] for name in intent if name in {*typed.split(), "automatic_payment_methods"}}
    assert api.send("GET", path, key=PUBLISHABLE).status == 403
    sent = {"client_secret": secret, "payment_method": "pm_card_visa"}
    assert api.post(f"{path}/confirm", sent, key=PUBLISHABLE)["status"] == "succeeded"
    assert api.send("POST", f"{path}/cancel", key=PUBLISHABLE).status == 403


def test_a_setups_options_are_shown_and_secrets_are_not():
    card = {"moto": "true", "request_three_d_secure": "any", "three_d_secure": {"version": "2.1.0"}}
    made = set_up(Api(), payment_method_options={"card": card})
    options = {"mandate_options": None, "network": None, "request_three_d_secure": "any"}
    assert made["payment_method_options"] == {"card": options}


def test_setups_are_found_by_what_they_are_of():
    api = Api()
    customer = api.customer()
    first, second = set_up(api, payment_method="pm_card_visa"), set_up(api, customer=customer, attach_to_self=False)
    found = {
        "": [second, first],
        f"?customer={customer}": [second],
        f"?payment_method={first['payment_method']}": [first],
        f"?created[lte]={first['created']}": [first],
        "?attach_to_self=true": [],
    }
    assert {query: api.get(f"/v1/setup_intents{query}")["data"] for query in found} == found
    assert api.not_found("/v1/setup_intents?customer=cus_x")["param"] == "customer"


def test_a_setup_can_be_read_with_what_it_names():
    api = Api()
    done = set_up(api, customer=api.customer(), payment_method="pm_card_visa", confirm=True)
    shown = api.get(
        f"/v1/setup_intents/{done['id']}?expand[]=customer&expand[]=payment_method.customer&expand[]=mandate"
    )
    assert shown["customer"] == shown["payment_method"]["customer"]
    assert (shown["customer"]["object"], shown["mandate"]) == ("customer", None)


def test_a_payment_method_changes():
    api = Api()
    path = Furnished(api).named("/v1/payment_methods/METHOD")
    api.post(path, {"billing_details": {"name": "Jane", "address": {"city": "Bath", "country": "GB"}}})
    sent = {"card": {"exp_month": 3, "exp_year": 2031}, "allow_redisplay": "always", "metadata": {"a": "b"}}
    changed = api.post(path, {**sent, "billing_details": {"email": "j@example.com", "address": {"city": "Leeds"}}})
    assert (changed["card"]["exp_month"], changed["card"]["exp_year"]) == (3, 2031)
    assert (changed["allow_redisplay"], changed["metadata"]) == ("always", {"a": "b"})
    billing = changed["billing_details"]
    assert (billing["name"], billing["email"]) == ("Jane", "j@example.com")
    assert (billing["address"]["city"], billing["address"]["country"]) == ("Leeds", "GB")
    assert (api.get(path), problems(changed)) == (changed, [])
    emptied = api.post(path, {"billing_details": {"address": "", "email": ""}, "metadata": ""})
    assert (emptied["billing_details"]["email"], emptied["metadata"]) == (None, {})
    assert set(emptied["billing_details"]["address"].values()) == {None}


def test_a_detached_payment_method_is_nobodys_and_no_default():
    api = Api()
    world = Furnished(api)
    customer, method = world.id("CUSTOMER"), world.id("METHOD")
    api.post(f"/v1/customers/{customer}", {"invoice_settings": {"default_payment_method": method}})
    detached = api.post(f"/v1/payment_methods/{method}/detach")
    assert (detached["customer"], problems(detached)) == (None, [])
    assert api.get(f"/v1/customers/{customer}")["invoice_settings"]["default_payment_method"] is None
    assert api.get(f"/v1/customers/{customer}/payment_methods")["data"] == []
    pay = {**MONEY, "payment_method": method, "confirm": True}
    assert "was detached from a Customer" in api.refused("/v1/payment_intents", pay)["message"]


def test_a_customers_payment_method_is_read_at_the_customer():
    api = Api()
    world = Furnished(api)
    customer, method = world.id("CUSTOMER"), world.id("METHOD")
    assert api.get(f"/v1/customers/{customer}/payment_methods/{method}") == api.get(f"/v1/payment_methods/{method}")
    other = api.not_found(f"/v1/customers/{api.customer()}/payment_methods/{method}")
    assert (other["status"], other["message"], other["param"]) == (404, "Invalid request", "customer")
    assert "code" not in other
    assert api.not_found(f"/v1/customers/{customer}/payment_methods/pm_x")["code"] == "resource_missing"


@each("usage", ["off_session", "on_session"])
def test_a_payment_can_keep_its_method_for_later(usage):
    api = Api()
    customer = api.customer()
    sent = {**MONEY, "customer": customer, "payment_method": "pm_card_visa", "confirm": True}
    intent = api.post("/v1/payment_intents", {**sent, "setup_future_usage": usage})
    assert api.get(f"/v1/payment_methods/{intent['payment_method']}")["customer"] == customer
    once = api.post("/v1/payment_intents", sent)
    assert api.get(f"/v1/payment_methods/{once['payment_method']}")["customer"] is None
