"""What the endpoints that use tokens refuse beside the tokens themselves, and what their updates change."""

from __future__ import annotations

from rows import each
from simulator_api import Api, problems

MONEY = {"amount": "500", "currency": "usd"}
CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}
AUTHENTICATION = {"channel": {"type": "browser"}, "message_category": "payment_authentication"}
DATA = {"type": "card", "card": {"token": "tok_visa"}}
REFUSED = [
    ("/v1/charges", {"currency": "usd", "source": "tok_visa"}, 400, "amount"),
    ("/v1/charges", {"amount": "1", "source": "tok_visa"}, 400, "currency"),
    ("/v1/charges", {**MONEY, "currency": "dollar", "source": "tok_visa"}, 400, "currency"),
    ("/v1/charges", {**MONEY, "customer": "cus_x"}, 400, "customer"),
    ("/v1/charges", {**MONEY, "source": "card_x"}, 400, "source"),
    ("/v1/charges", {**MONEY, "source": "src_x"}, 400, "source"),
    ("/v1/customers", {"source": "src_x"}, 400, "source"),
    ("/v1/customers", {"payment_method": "pm_x"}, 400, "payment_method"),
    (
        "/v1/customers",
        {"invoice_settings": {"default_payment_method": "pm_x"}},
        400,
        "invoice_settings[default_payment_method]",
    ),
    ("/v1/customers/cus_x", {}, 404, "id"),
    ("/v1/customers/cus_x/sources", {"source": "tok_visa"}, 404, "customer"),
    ("/v1/customers/cus_x/sources", {}, 400, "source"),
    ("/v1/payment_methods", {"card": {"token": "tok_visa"}}, 400, "type"),
    ("/v1/payment_methods", {"type": "card"}, 400, "card"),
    ("/v1/payment_methods", {"type": "us_bank_account"}, 400, "type"),
    ("/v1/payment_methods", {"type": "card", "card": {"exp_month": "1"}}, 400, "card[exp_year]"),
    ("/v1/payment_methods", {"type": "card", "card": {**CARD, "token": "tok_visa"}}, 400, None),
    ("/v1/payment_methods", {"type": "card", "card": {**CARD, "number": "4242424242424241"}}, 402, "number"),
    ("/v1/payment_methods/pm_x/attach", {}, 400, "customer"),
    ("/v1/payment_methods/pm_x/attach", {"customer": "cus_x"}, 400, "customer"),
    ("/v1/payment_intents", {**MONEY, "payment_method": "pm_x"}, 400, "payment_method"),
    ("/v1/payment_intents", {**MONEY, "payment_method": "tok_visa"}, 400, "payment_method"),
    ("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa", "payment_method_data": DATA}, 400, None),
    ("/v1/payment_intents", {**MONEY, "confirm": "true"}, 400, None),
    ("/v1/payment_intents/pi_x", {}, 404, "intent"),
    ("/v1/accounts", {"external_account": "btok_us", "bank_account": "btok_us"}, 400, None),
    ("/v1/accounts", {"type": "custom", "external_account": {"object": "card"}}, 400, "external_account[exp_month]"),
    ("/v1/accounts", {"type": "express", "account_token": "ACCOUNT_TOKEN"}, 400, "account_token"),
    ("/v1/accounts", {"type": "custom", "account_token": "ACCOUNT_TOKEN", "company": {"name": "x"}}, 400, None),
    ("/v1/topups", {**MONEY, "source": "src_x"}, 400, "source"),
    ("/v1/topups", {"amount": "1"}, 400, "currency"),
    ("/v1/sources", {}, 400, "type"),
    ("/v1/sources", {"type": "card"}, 400, "token"),
    ("/v1/sources", {"type": "sepa_debit", "token": "tok_visa"}, 400, "token"),
    ("/v1/sources", {"type": "ideal"}, 400, "type"),
    ("/v1/three_d_secure/authentications", AUTHENTICATION, 400, "payment_method"),
    (
        "/v1/three_d_secure/authentications",
        {**AUTHENTICATION, "payment_method": "pm_card_visa", "payment_method_data": DATA},
        400,
        None,
    ),
]


@each(("path", "params", "status", "param"), REFUSED)
def test_it_is_refused(path, params, status, param):
    api = Api()
    sent = {name: api.token("account") if value == "ACCOUNT_TOKEN" else value for name, value in params.items()}
    error = api.refused(path, sent)
    assert (error["status"], error.get("param")) == (status, param)


@each(
    ("path", "code"),
    [
        ("/v1/customers/CUSTOMER/sources/card_x", "resource_missing"),
        ("/v1/accounts/ACCOUNT/persons/person_x", "resource_missing"),
        ("/v1/accounts/ACCOUNT/external_accounts/ba_x", "resource_missing"),
        ("/v1/topups/tu_x", "resource_missing"),
        ("/v1/sources/src_x", "resource_missing"),
        ("/v1/payment_methods/pm_x", "resource_missing"),
        ("/v1/three_d_secure/authentications/tdsa_x", "resource_missing"),
        ("/v1/accounts/acct_x/persons", "account_invalid"),
    ],
)
def test_what_does_not_exist_cannot_be_read(path, code):
    api = Api()
    path = path.replace("CUSTOMER", api.customer()).replace("ACCOUNT", api.account())
    assert api.not_found(path)["code"] == code


def test_another_customers_source_cannot_be_read_or_charged():
    api = Api()
    card = api.get(f"/v1/customers/{api.customer(source='tok_visa')}")["default_source"]
    other = api.customer()
    assert api.not_found(f"/v1/customers/{other}/sources/{card}")["code"] == "resource_missing"
    assert api.refused("/v1/charges", {**MONEY, "customer": other, "source": card})["code"] == "missing"


def test_metadata_is_merged_and_cleared():
    api = Api()
    customer = api.customer(metadata={"a": "1", "b": "2"})
    path = f"/v1/customers/{customer}"
    assert api.post(path, {"metadata": {"a": "", "c": "3"}})["metadata"] == {"b": "2", "c": "3"}
    assert api.post(path, {"metadata": ""})["metadata"] == {}


def test_a_customers_default_source_is_one_of_its_own():
    api = Api()
    customer = api.customer(source=api.token())
    second = api.post(f"/v1/customers/{customer}/sources", {"source": "tok_mastercard"})["id"]
    path = f"/v1/customers/{customer}"
    assert api.post(path, {"default_source": second})["default_source"] == second
    assert api.refused(path, {"default_source": "card_x"})["param"] == "default_source"


def test_a_customer_is_made_with_a_payment_method():
    api = Api()
    method = api.post("/v1/payment_methods", DATA)["id"]
    settings = {"default_payment_method": method}
    customer = api.post("/v1/customers", {"payment_method": method, "invoice_settings": settings})
    assert customer["invoice_settings"]["default_payment_method"] == method
    assert api.get(f"/v1/payment_methods/{method}")["customer"] == customer["id"]
    assert problems(customer) == []


def test_a_payment_method_has_one_customer():
    api = Api()
    method = api.post("/v1/payment_methods", DATA)["id"]
    path = f"/v1/payment_methods/{method}/attach"
    api.post(path, {"customer": api.customer()})
    assert "already been attached" in api.refused(path, {"customer": api.customer()})["message"]


def test_a_customers_payment_method_needs_the_customer():
    api = Api()
    customer = api.customer()
    method = api.post("/v1/payment_methods", DATA)["id"]
    api.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    params = {**MONEY, "payment_method": method, "confirm": "true"}
    assert api.refused("/v1/payment_intents", params)["param"] == "payment_method"
    for _ in range(2):
        assert api.post("/v1/payment_intents", {**params, "customer": customer})["status"] == "succeeded"


def test_a_used_up_payment_method_cannot_be_attached():
    api = Api()
    method = api.post("/v1/payment_methods", DATA)["id"]
    api.post("/v1/payment_intents", {**MONEY, "payment_method": method, "confirm": "true"})
    error = api.refused(f"/v1/payment_methods/{method}/attach", {"customer": api.customer()})
    assert error["message"].startswith("The provided PaymentMethod was previously used")


def test_an_intent_is_changed_before_it_is_confirmed():
    api = Api()
    intent = api.post("/v1/payment_intents", MONEY)
    assert intent["status"] == "requires_payment_method"
    path = f"/v1/payment_intents/{intent['id']}"
    changed = api.post(path, {"amount": "700", "payment_method": "pm_card_visa", "description": "x"})
    assert (changed["amount"], changed["status"], changed["description"]) == (700, "requires_confirmation", "x")
    assert api.refused(path, {"amount": "0"})["param"] == "amount"


def test_a_manually_captured_intent_waits():
    params = {**MONEY, "payment_method": "pm_card_visa", "confirm": "true", "capture_method": "manual"}
    intent = Api().post("/v1/payment_intents", params)
    assert (intent["status"], intent["amount_capturable"], intent["amount_received"]) == ("requires_capture", 500, 0)


def test_an_intent_charges_a_customers_card():
    api = Api()
    customer = api.customer(source=api.token())
    card = api.get(f"/v1/customers/{customer}")["default_source"]
    intent = api.post("/v1/payment_intents", {**MONEY, "customer": customer, "payment_method": card, "confirm": "true"})
    assert (intent["status"], intent["payment_method"]) == ("succeeded", card)


def test_an_intent_that_cannot_start_leaves_nothing():
    api = Api()
    api.refused("/v1/payment_intents", {**MONEY, "payment_method": "pm_x"})
    assert api.get("/v1/payment_intents")["data"] == []


def test_references_are_expanded():
    api = Api()
    customer = api.customer(source=api.token())
    params = {**MONEY, "customer": customer, "payment_method": "pm_card_visa", "confirm": "true"}
    intent = api.post("/v1/payment_intents", {**params, "expand": ["latest_charge.customer", "payment_method"]})
    assert intent["latest_charge"]["customer"]["id"] == customer
    assert intent["payment_method"]["object"] == "payment_method"
    assert problems(intent) == []


@each("path", ["amount", "customer.nope", "metadata.a", "shipping"])
def test_what_is_no_reference_cannot_be_expanded(path):
    api = Api()
    params = {**MONEY, "customer": api.customer(source=api.token()), "metadata": {"a": "b"}, "expand": [path]}
    assert api.refused("/v1/charges", params)["param"] == "expand"


def test_a_document_verifies_a_person():
    api = Api()
    document = {"document": {"front": "file_identity_document_success"}}
    params = {"first_name": "Ann", "address_kana": {"town": "x"}, "verification": document}
    person = api.post(f"/v1/accounts/{api.account()}/persons", params)
    assert person["verification"]["status"] == "verified"
    assert person["address_kana"]["town"] == "x"
    assert problems(person) == []


def test_an_accounts_own_values_are_changed():
    api = Api()
    params = {
        "email": "a@example.com",
        "business_profile": {"name": "Acme", "url": "https://accessible.stripe.com"},
        "capabilities": {"transfers": {"requested": True}, "card_payments": {"requested": False}},
        "tos_acceptance": {"date": 1750000000, "ip": "1.2.3.4"},
        "metadata": {"a": "b"},
    }
    account = api.post(f"/v1/accounts/{api.account()}", params)
    assert account["business_profile"]["name"] == "Acme"
    assert account["capabilities"] == {"transfers": "inactive"}
    assert account["tos_acceptance"]["ip"] == "1.2.3.4"
    assert problems(account) == []


def test_a_top_up_from_a_source_shows_it():
    api = Api()
    source = api.post("/v1/sources", {"type": "card", "token": "tok_visa"})
    assert api.post("/v1/topups", {**MONEY, "source": source["id"]})["source"] == source


def test_an_exception_of_ours_is_an_answer_too(monkeypatch, caplog):
    api = Api()
    monkeypatch.setattr("pytest_stripe_tokens.simulator.handling.identify", lambda _: 1 / 0)
    response = api.send("GET", "/v1/tokens/x")
    assert (response.status, response.json()["error"]["type"]) == (500, "api_error")
    # Stripe's words would send its reader to Stripe.
    assert (
        "pytest-stripe-tokens failed to answer this request (ZeroDivisionError)" in response.json()["error"]["message"]
    )
    assert "ZeroDivisionError" in caplog.text


def test_an_update_to_less_than_the_least_payment_is_told_so():
    api = Api()
    made = api.post("/v1/payment_intents", MONEY)["id"]
    assert api.refused(f"/v1/payment_intents/{made}", {"amount": "1"})["code"] == "amount_too_small"


def test_a_card_for_an_account_needs_its_number():
    api = Api()
    params = {"external_account": {"object": "card", "exp_month": "12", "exp_year": "2050", "currency": "usd"}}
    error = api.refused(f"/v1/accounts/{api.account()}/external_accounts", params)
    assert (error["code"], error["param"]) == ("parameter_missing", "external_account[number]")
