"""The life of customers and of their sources: changed, verified, deleted.

Sources: the API reference (sources, bank accounts, deleting), real answers of 2026 for what a deleted customer is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from rows import each
from simulator_api import Api, problems

MONEY = {"amount": "500", "currency": "usd"}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"
UNKNOWN_URL = "does not simulate"


def delete(api, path, **options):
    return api.send("DELETE", path, **options)


def deleted(api, path):
    response = delete(api, path)
    assert response.status == 200, response.body
    return response.json()


def furnished(api, source="tok_visa"):
    customer = api.customer()
    return customer, api.post(f"/v1/customers/{customer}/sources", {"source": source})["id"]


def events(api):
    return [event["type"] for event in api.get("/v1/events?limit=100")["data"]][::-1]


def test_a_deleted_customer_reads_as_deleted_and_is_no_customer_any_more():
    api = Api()
    customer, card = furnished(api)
    charge = api.post("/v1/charges", {**MONEY, "customer": customer})["id"]
    left = {"id": customer, "object": "customer", "deleted": True}
    assert deleted(api, f"/v1/customers/{customer}") == left
    assert api.get(f"/v1/customers/{customer}") == left
    assert api.get(f"/v1/charges/{charge}?expand[]=customer")["customer"] == left
    assert api.get("/v1/customers")["data"] == []
    for path, params in {
        "/v1/charges": {**MONEY, "customer": customer},
        "/v1/payment_intents": {**MONEY, "customer": customer},
        "/v1/payment_methods/pm_card_visa/attach": {"customer": customer},
    }.items():
        error = api.refused(path, params)
        assert (error["status"], error["code"], error["param"]) == (400, "resource_missing", "customer")
        assert error["message"] == f"No such customer: '{customer}'"
    for method, path, param in (
        ("DELETE", "", "id"),
        ("POST", "", "id"),
        ("GET", "/sources", "customer"),
        ("GET", f"/sources/{card}", "customer"),
        ("GET", "/payment_methods", "customer"),
    ):
        response = api.send(method, f"/v1/customers/{customer}{path}")
        error = response.json()["error"]
        assert (response.status, error["message"], error["param"]) == (404, f"No such customer: '{customer}'", param)


def test_a_deleted_customers_things_go_with_it():
    api = Api()
    customer, _ = furnished(api)
    source = api.post("/v1/sources", {"type": "card", "token": "tok_visa"})["id"]
    api.post(f"/v1/customers/{customer}/sources", {"source": source})
    method = api.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
    deleted(api, f"/v1/customers/{customer}")
    assert api.get(f"/v1/payment_methods/{method}")["customer"] is None
    assert "detached" in api.refused(f"/v1/payment_methods/{method}/attach", {"customer": api.customer()})["message"]
    assert api.get(f"/v1/sources/{source}")["status"] == "consumed"
    for path, params in (("/v1/customers", {}), ("/v1/charges", MONEY)):
        assert "consumed" in api.refused(path, {**params, "source": source})["message"]


def test_an_idempotent_replay_answers_with_what_was_before_the_deletion():
    api = Api()
    first = api.post("/v1/customers", {"email": "a@example.com"}, idempotency_key="a")
    deleted(api, f"/v1/customers/{first['id']}")
    assert api.post("/v1/customers", {"email": "a@example.com"}, idempotency_key="a") == first
    assert api.get(f"/v1/customers/{first['id']}")["deleted"]


@each("path", ["/v1/customers/CUSTOMER", "/v1/customers/CUSTOMER/sources/SOURCE"])
def test_another_account_can_delete_nothing(path):
    api = Api()
    customer, card = furnished(api)
    path = path.replace("CUSTOMER", customer).replace("SOURCE", card)
    assert delete(api, path, stripe_account=CONNECTED).status == 404
    assert delete(api, path, key="pk_test_1").status == 403
    assert api.get(path)["id"] in {customer, card}


def test_the_default_goes_to_the_source_that_was_added_last():
    api = Api()
    customer, first = furnished(api)
    bank = api.post(f"/v1/customers/{customer}/sources", {"source": api.token("bank_account")})["id"]
    card = api.post(f"/v1/customers/{customer}/sources", {"source": "tok_mastercard"})["id"]
    source = api.post("/v1/sources", {"type": "card", "token": "tok_amex"})["id"]

    def default():
        return api.get(f"/v1/customers/{customer}")["default_source"]

    path = f"/v1/customers/{customer}/sources"
    api.post(path, {"source": source})
    assert default() == first
    assert deleted(api, f"{path}/{first}") == {"id": first, "object": "card", "deleted": True}
    assert default() == source
    gone = deleted(api, f"{path}/{source}")
    assert (gone["object"], gone["status"], "customer" in gone, problems(gone)) == ("source", "consumed", False, [])
    assert default() == card
    assert deleted(api, f"{path}/{bank}") == {"id": bank, "object": "bank_account", "deleted": True}
    assert default() == card
    deleted(api, f"{path}/{card}")
    assert default() is None
    response = delete(api, f"{path}/{card}")
    assert (response.status, response.json()["error"]["message"]) == (404, f"No such source: '{card}'")
    assert api.refused("/v1/charges", {**MONEY, "customer": customer})["status"] == 402


def test_a_card_is_changed_and_its_address_checked():
    api = Api()
    customer, card = furnished(api)
    sent = {"name": "Jane", "address_zip": "12345", "exp_month": "3", "exp_year": "40", "metadata": {"a": "b"}}
    changed = api.post(f"/v1/customers/{customer}/sources/{card}", sent)
    shown = ("name", "address_zip", "address_zip_check", "exp_month", "exp_year", "metadata")
    assert [changed[name] for name in shown] == ["Jane", "12345", "pass", 3, 2040, {"a": "b"}]
    assert problems(changed) == []
    assert api.get(f"/v1/customers/{customer}/sources/{card}") == changed
    assert api.post("/v1/charges", {**MONEY, "customer": customer})["source"]["exp_year"] == 2040
    cleared = api.post(f"/v1/customers/{customer}/sources/{card}", {"address_zip": "", "metadata": {"a": ""}})
    assert (cleared["address_zip"], cleared["address_zip_check"], cleared["metadata"]) == (None, None, {})


def test_a_bank_account_and_a_source_are_changed():
    api = Api()
    customer, bank = furnished(api, "btok_us")
    path = f"/v1/customers/{customer}/sources"
    changed = api.post(f"{path}/{bank}", {"account_holder_name": "Jane", "account_holder_type": "company"})
    assert (changed["account_holder_name"], changed["account_holder_type"], problems(changed)) == (
        "Jane",
        "company",
        [],
    )
    source = api.post("/v1/sources", {"type": "card", "token": "tok_visa"})["id"]
    api.post(path, {"source": source})
    sent = {"owner": {"email": "j@example.com", "address": {"city": "Rome"}}, "metadata": {"a": "b"}}
    for place, name in ((f"{path}/{source}", "Jane"), (f"/v1/sources/{source}", "Joe")):
        changed = api.post(place, {**sent, "owner": {**sent["owner"], "name": name}})
        owner = changed["owner"]
        assert (owner["email"], owner["name"], owner["address"]["city"]) == ("j@example.com", name, "Rome")
        assert (changed["metadata"], problems(changed)) == ({"a": "b"}, [])
    assert events(api)[-2:] == ["customer.source.updated"] * 2


@each(
    ("source", "params", "status", "param"),
    [
        ("tok_visa", {"exp_year": "2001"}, 402, "exp_year"),
        ("tok_visa", {"exp_month": "13"}, 402, "exp_month"),
        ("tok_visa", {"account_holder_name": "Jane"}, 400, "account_holder_name"),
        ("tok_visa", {"owner": {"name": "Jane"}}, 400, "owner"),
        ("btok_us", {"exp_month": "3"}, 400, "exp_month"),
        ("btok_us", {"account_holder_type": "club"}, 400, "account_holder_type"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_changes_nothing(source, params, status, param):
    api = Api()
    customer, card = furnished(api, source)
    path = f"/v1/customers/{customer}/sources/{card}"
    before = api.get(path)
    error = api.refused(path, {**params, "metadata": {"a": "b"}})
    assert (error["status"], error["param"]) == (status, param)
    assert api.get(path) == before


def charged(api, customer):
    return api.send("POST", "/v1/charges", {**MONEY, "customer": customer})


def test_a_bank_account_is_verified_by_its_deposits_and_charged_then():
    api = Api()
    customer, bank = furnished(api, "btok_us")
    path = f"/v1/customers/{customer}/sources/{bank}"
    assert "must be verified before it can be charged" in charged(api, customer).json()["error"]["message"]
    verified = api.post(f"{path}/verify", {"amounts": ["32", "45"]})
    assert (verified["status"], problems(verified)) == ("verified", [])
    assert api.get(path) == verified
    assert charged(api, customer).json()["status"] == "pending"
    again = api.refused(f"{path}/verify", {"amounts": ["32", "45"]})
    assert (again["status"], again["message"]) == (400, "This bank account has already been verified.")
    assert events(api).count("customer.source.updated") == 1


@each(
    ("params", "code", "param"),
    [
        ({}, "parameter_missing", "amounts"),
        ({"amounts": ["32"]}, None, "amounts"),
        ({"amounts": ["32", "45", "1"]}, None, "amounts"),
        ({"amounts": ["a", "b"]}, "parameter_invalid_integer", "amounts[0]"),
        ({"amounts": ["10", "11"]}, "bank_account_verification_failed", None),
    ],
)
def test_other_amounts_do_not_verify_a_bank_account(params, code, param):
    api = Api()
    customer, bank = furnished(api, "btok_us")
    error = api.refused(f"/v1/customers/{customer}/sources/{bank}/verify", params)
    assert (error["status"], error.get("code"), error.get("param")) == (400, code, param)
    assert api.get(f"/v1/customers/{customer}/sources/{bank}")["status"] == "new"


def test_after_ten_wrong_tries_a_bank_account_can_not_be_verified():
    api = Api()
    customer, bank = furnished(api, "btok_us")
    path = f"/v1/customers/{customer}/sources/{bank}"
    for _ in range(10):
        assert api.get(path)["status"] == "new"
        api.refused(f"{path}/verify", {"amounts": ["1", "2"]})
    assert api.get(path)["status"] == "verification_failed"
    assert api.refused(f"{path}/verify", {"amounts": ["32", "45"]})["code"] == "bank_account_verification_failed"
    assert charged(api, customer).status == 400


@each(
    ("method", "path", "param"),
    [
        ("DELETE", "/v1/customers/cus_x", "id"),
        ("DELETE", "/v1/customers/cus_x/sources/card_x", "customer"),
        ("DELETE", "/v1/customers/CUSTOMER/sources/card_x", "id"),
        ("POST", "/v1/customers/CUSTOMER/sources/card_x", "id"),
        ("POST", "/v1/customers/CUSTOMER/sources/ba_x/verify", "id"),
        ("POST", "/v1/sources/src_x", "source"),
    ],
)
def test_an_unknown_one_is_not_found(method, path, param):
    api = Api()
    response = api.send(method, path.replace("CUSTOMER", api.customer()))
    error = response.json()["error"]
    assert (response.status, error["code"], error["param"]) == (404, "resource_missing", param)
    assert UNKNOWN_URL not in error["message"]


def test_a_card_is_not_verified():
    api = Api()
    customer, card = furnished(api)
    error = api.refused(f"/v1/customers/{customer}/sources/{card}/verify", {"amounts": ["32", "45"]})
    assert "bank account" in error["message"]


def test_only_an_attached_payment_method_is_a_customers_default():
    api = Api()
    customer = api.customer()
    method = api.post("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})["id"]
    settings = {"invoice_settings": {"default_payment_method": method}}
    error = api.refused(f"/v1/customers/{customer}", settings)
    assert (error["code"], error["param"]) == ("resource_missing", "invoice_settings[default_payment_method]")
    api.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
    changed = api.post(f"/v1/customers/{customer}", settings)
    assert changed["invoice_settings"]["default_payment_method"] == method
    made = api.post("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}})["id"]
    api.post("/v1/customers", {"payment_method": made, "invoice_settings": {"default_payment_method": made}})


def test_events_tell_the_life_of_a_customer():
    api = Api()
    customer = api.customer(source="tok_visa")
    first = api.get(f"/v1/customers/{customer}")["default_source"]
    card = api.post(f"/v1/customers/{customer}/sources", {"source": "tok_amex"})["id"]
    api.post(f"/v1/customers/{customer}", {"default_source": card})
    deleted(api, f"/v1/customers/{customer}/sources/{card}")
    deleted(api, f"/v1/customers/{customer}")
    told = api.get("/v1/events?limit=100")["data"][::-1]
    assert [event["type"] for event in told] == [
        "customer.created",
        "customer.source.created",
        "customer.source.created",
        "customer.updated",
        "customer.source.deleted",
        "customer.updated",
        "customer.deleted",
        "customer.source.deleted",
    ]
    assert told[3]["data"]["previous_attributes"] == {"default_source": first}
    assert told[5]["data"]["previous_attributes"] == {"default_source": card}
    assert told[6]["data"]["object"]["default_source"] == first
    assert [event["data"]["object"]["id"] for event in told[4::3]] == [card, first]


def test_two_who_delete_the_same_delete_it_once():
    api = Api()
    customer, card = furnished(api)
    for path in (f"/v1/customers/{customer}/sources/{card}", f"/v1/customers/{customer}"):
        barrier = Barrier(4)

        def delete_it(_, path=path, barrier=barrier):
            barrier.wait()
            return delete(api, path).status

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(delete_it, range(4))) == [200, 404, 404, 404]
    assert [name for name in events(api) if name.endswith("deleted")] == ["customer.source.deleted", "customer.deleted"]


def test_a_customer_of_a_cassette_is_changed_and_deleted():
    api = Api()
    scope = (None, False)
    kept = api.simulator._world.add
    kept({"id": "cus_1", "object": "customer"}, scope)
    kept({"id": "card_1", "object": "card", "customer": "cus_1", "exp_month": 1, "exp_year": 2030}, scope)
    kept({"id": "pm_1", "object": "payment_method", "customer": "cus_1"}, scope)
    assert api.post("/v1/customers/cus_1", {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    changed = api.post("/v1/customers/cus_1/sources/card_1", {"exp_month": "5", "metadata": {"a": "b"}})
    assert (changed["exp_month"], changed["metadata"]) == (5, {"a": "b"})
    added = api.post("/v1/customers/cus_1/sources", {"source": "tok_visa"})["id"]
    assert api.get("/v1/customers/cus_1")["default_source"] == added
    assert deleted(api, "/v1/customers/cus_1")["deleted"]
    assert api.get("/v1/payment_methods/pm_1")["customer"] is None
