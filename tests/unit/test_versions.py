"""What an answer shows and a request may say, by the version in `Stripe-Version`."""

from __future__ import annotations

from itertools import pairwise

from simulator_api import Api

from pytest_stripe_tokens.simulator.versions import CHANGES, DEFAULTS, DROPPED

MONEY = {"amount": "500", "currency": "usd"}
PAID = {**MONEY, "payment_method": "pm_card_visa", "confirm": "true"}
NEWEST = "2026-10-28.endive"


def of(version):
    return {} if version is None else {"stripe_version": version}


def intent(api, version):
    return api.post("/v1/payment_intents", PAID, **of(version))


def charge(api, version):
    return api.post("/v1/charges", {**MONEY, "source": "tok_visa"}, **of(version))


def customer(api, version):
    return api.post("/v1/customers", {"source": "tok_visa"}, **of(version))


def confirmation(api, version):
    return api.post("/v1/test_helpers/confirmation_tokens", {"payment_method": "pm_card_visa"}, **of(version))


# The object, the last version that shows the key and the first that does not.
SHOWN = (
    (intent, "charges", "2022-08-01", "2022-11-15"),
    (intent, "invoice", "2025-02-24.acacia", "2025-03-31.basil"),
    (charge, "refunds", "2022-08-01", "2022-11-15"),
    (charge, "invoice", "2025-02-24.acacia", "2025-03-31.basil"),
    (customer, "sources", "2020-03-02", "2020-08-27"),
    (customer, "subscriptions", "2020-03-02", "2020-08-27"),
    (customer, "tax_ids", "2020-03-02", "2020-08-27"),
    (customer, "account_balance", "2020-03-02", "2020-08-27"),
)
# The first version that shows a key, and the last that does not.
ADDED = ((confirmation, "metadata", "2026-09-30.endive", "2026-10-28.endive"),)


def test_a_key_is_shown_up_to_the_version_that_took_it_away():
    wrong = []
    for make, key, last, first in SHOWN:
        found = [key in make(Api(), version) for version in ("2019-08-14", last, first, NEWEST, None)]
        if found != [True, True, False, False, False]:
            wrong.append((make.__name__, key, found))
    assert wrong == []
    assert {since for *_, since in (*SHOWN, *ADDED)} == {
        next(first for *_, first in (*SHOWN, *ADDED) if first.startswith(row.since)) for row in CHANGES
    }


def test_a_key_that_is_new_is_not_shown_before():
    for make, key, last, first in ADDED:
        made = {version: list(make(Api(), version)) for version in ("2019-08-14", last, first, None)}
        assert [key in names for names in made.values()] == [False, False, True, True], key
        assert made[last] == [name for name in made[first] if name != key]


def test_the_latest_change_is_taken_back_first():
    assert all(newer.since >= older.since for newer, older in pairwise(CHANGES))


def test_an_older_answer_has_its_keys_in_order_too():
    for make in (intent, charge, customer):
        names = list(make(Api(), "2019-08-14"))
        assert names == ["id", "object", *sorted(names[2:])]


def test_what_an_object_of_an_older_answer_holds_is_older_too():
    api, older = Api(), of("2022-08-01")
    made = intent(api, "2022-08-01")
    inner = made["charges"]["data"][0]
    assert (inner["id"], inner["refunds"]["data"], made["charges"]["total_count"]) == (made["latest_charge"], [], 1)
    listed = api.get("/v1/payment_intents", **older)["data"][0]
    assert listed["charges"]["data"][0]["invoice"] is None
    expanded = api.get(f"/v1/payment_intents/{made['id']}?expand[]=latest_charge", **older)
    assert "refunds" in expanded["latest_charge"]
    assert "refunds" not in api.get(f"/v1/payment_intents/{made['id']}?expand[]=latest_charge")["latest_charge"]


def test_the_charges_of_an_older_intent_are_its_own_the_newest_first():
    api, older = Api(), of("2022-08-01")
    intent(api, None)
    declined = {**PAID, "payment_method": "pm_card_visa_chargeDeclined"}
    made = api.refused("/v1/payment_intents", declined, **older)["payment_intent"]
    again = api.post(f"/v1/payment_intents/{made['id']}/confirm", {"payment_method": "pm_card_visa"}, **older)
    assert [found["paid"] for found in again["charges"]["data"]] == [True, False]


def test_what_only_an_older_answer_holds_can_be_expanded_in_it():
    api = Api()
    made = api.post("/v1/payment_intents", {**PAID, "customer": api.customer()})
    path = f"/v1/payment_intents/{made['id']}?expand[]=charges.data.customer"
    found = api.get(path, **of("2022-08-01"))
    assert found["charges"]["data"][0]["customer"]["object"] == "customer"
    assert api.send("GET", path).status == 400


def test_an_object_in_an_error_is_older_too():
    declined = {**PAID, "payment_method": "pm_card_visa_chargeDeclined"}
    api = Api()
    assert "charges" in api.refused("/v1/payment_intents", declined, **of("2020-08-27"))["payment_intent"]
    assert "charges" not in api.refused("/v1/payment_intents", declined)["payment_intent"]


def test_the_sources_of_an_older_customer_are_its_own():
    api = Api()
    made = customer(api, "2020-03-02")
    assert [source["id"] for source in made["sources"]["data"]] == [made["default_source"]]
    assert list(made["sources"]) == ["object", "data", "has_more", "total_count", "url"]


def sent_by(api, endpoint, params, version):
    """Send parameters to the endpoint of a table, beside what it needs."""
    waiting = api.post("/v1/payment_intents", {**MONEY, "payment_method": "pm_card_visa"})["id"]
    path, sound = {
        "payment_intents.create": ("/v1/payment_intents", MONEY),
        "payment_intents.update": (f"/v1/payment_intents/{waiting}", {}),
        "payment_intents.confirm": (f"/v1/payment_intents/{waiting}/confirm", {}),
        "setup_intents.create": ("/v1/setup_intents", {}),
        "setup_intents.update": (f"/v1/setup_intents/{api.post('/v1/setup_intents')['id']}", {}),
        "customers.create": ("/v1/customers", {}),
        "customers.update": (f"/v1/customers/{api.customer()}", {}),
        "accounts.create": ("/v1/accounts", {"type": "custom"}),
    }[endpoint]
    return api.send("POST", path, {**sound, **params}, **of(version))


def test_a_parameter_is_taken_up_to_the_version_that_dropped_it():
    """Without a version it is taken, because an account may be set to any."""
    values = {"payment_method_types": ["card"], "documents": {"proof_of_registration": {"files": ["file_1"]}}}
    wrong = []
    for row in DROPPED:
        if row.endpoint.startswith("v2_core."):
            continue
        name = row.path[0]
        params = {name: values.get(name, "x")}
        for version, taken in ((None, True), ("2019-08-14", True), (row.since + ".name", False), (NEWEST, False)):
            response = sent_by(Api(), row.endpoint, params, version)
            error = response.json().get("error", {})
            if (response.status == 200) != taken or (not taken and error.get("code") != row.error):
                wrong.append((row, version, error))
    assert wrong == []


def test_payment_method_types_are_shown_as_sent():
    sent = {**MONEY, "payment_method_types": ["card", "ideal"]}
    made = Api().post("/v1/payment_intents", sent, **of("2026-08-26.dahlia"))
    assert (made["payment_method_types"], made["automatic_payment_methods"]) == (["card", "ideal"], None)


def test_a_default_is_its_versions():
    assert {row.since for row in DEFAULTS} == {"2024-04-10", "2023-08-16"}
    automatic = {"allow_redirects": "always", "enabled": True}
    expected = {
        "2022-11-15": ("automatic", None),
        "2023-08-16": ("automatic", automatic),
        "2024-04-10": ("automatic_async", automatic),
        None: ("automatic_async", automatic),
    }
    found = {}
    for version in expected:
        made = Api().post("/v1/payment_intents", MONEY, **of(version))
        found[version] = (made["capture_method"], made["automatic_payment_methods"])
        setup = Api().post("/v1/setup_intents", **of(version))
        assert setup["automatic_payment_methods"] == made["automatic_payment_methods"]
    assert found == expected
    asked = {**MONEY, "automatic_payment_methods": {"enabled": "true"}, "capture_method": "manual"}
    made = Api().post("/v1/payment_intents", asked, **of("2022-11-15"))
    assert (made["capture_method"], made["automatic_payment_methods"]) == ("manual", automatic)


def test_what_the_api_only_added_is_in_every_version():
    card = Api().post("/v1/tokens", {"card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2030}})["card"]
    token = Api().post(
        "/v1/tokens",
        {"card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2030}},
        **of("2019-08-14"),
    )
    assert token["card"] == card
    assert {"networks", "wallet", "regulated_status"} <= card.keys()
