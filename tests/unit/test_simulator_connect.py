"""The life of connected accounts: capabilities, persons, external accounts, links, rejection, deletion.

Sources: the API reference (accounts, capabilities, persons, external accounts), real answers where a test says so.
"""

from __future__ import annotations

import re

from rows import each
from simulator_api import LIVE, Api, problems

BANK = {"object": "bank_account", "country": "US", "currency": "usd", "account_number": "000123456789"}
BANK |= {"routing_number": "110000000"}
CARD = {"number": "4000056655665556", "currency": "usd"}
ACCEPTED = {"business_type": "individual", "tos_acceptance": {"date": "1777593600", "ip": "203.0.113.7"}}
ASKED = {"capabilities": {"card_payments": {"requested": "true"}, "transfers": {"requested": "true"}}}
OTHER = "acct_1Ot4L8S3R2m7OSYI"


def deleted(api, path, **options):
    response = api.send("DELETE", path, **options)
    assert response.status == 200, response.body
    return response.json()


def refused(api, method, path, params=None, **options):
    response = api.send(method, path, params, **options)
    return {"status": response.status, **response.json()["error"]}


def complete(api, **more):
    return api.account(**ACCEPTED, **ASKED, external_account=BANK, **more)


def told(api, account):
    return api.get("/v1/events?limit=100", stripe_account=account)["data"][::-1]


def test_a_deleted_account_is_one_that_nobody_has_access_to():
    api = Api()
    account = complete(api)
    customer = api.post("/v1/customers", stripe_account=account)["id"]
    assert deleted(api, f"/v1/accounts/{account}") == {"id": account, "object": "account", "deleted": True}
    assert api.get("/v1/accounts")["data"] == []
    for method, path, options in (
        ("GET", f"/v1/accounts/{account}", {}),
        ("DELETE", f"/v1/accounts/{account}", {}),
        ("GET", f"/v1/accounts/{account}/persons", {}),
        ("GET", f"/v1/customers/{customer}", {"stripe_account": account}),
        ("GET", "/v1/account", {"stripe_account": account}),
    ):
        error = refused(api, method, path, **options)
        assert (error["status"], error["code"]) == (403, "account_invalid")
        assert f"does not have access to account '{account}' (or that account does not exist)" in error["message"]
    error = api.refused("/v1/account_links", {"account": account, "type": "account_onboarding"})
    assert (error["status"], error["param"], error["message"]) == (400, "account", f"No such account: '{account}'")


@each(
    ("reason", "shown"),
    [("fraud", "fraud"), ("fraud_other", "fraud"), ("terms_of_service", "terms_of_service"), ("credit", "other")],
)
def test_a_rejected_account_takes_no_payments(reason, shown):
    api = Api()
    account = complete(api)
    assert api.get(f"/v1/accounts/{account}")["charges_enabled"]
    body = api.post(f"/v1/accounts/{account}/reject", {"reason": reason})
    assert (body["charges_enabled"], body["payouts_enabled"]) == (False, False)
    assert (body["requirements"]["disabled_reason"], problems(body)) == (f"rejected.{shown}", [])
    assert api.get(f"/v1/accounts/{account}") == body
    assert set(body["capabilities"].values()) == {"inactive"}
    assert told(api, account)[-1]["data"]["previous_attributes"]["charges_enabled"] is True


def test_a_rejection_has_a_reason():
    api = Api()
    path = f"/v1/accounts/{api.account()}/reject"
    assert (api.refused(path)["code"], api.refused(path)["param"]) == ("parameter_missing", "reason")
    assert api.refused(path, {"reason": "boring"})["message"].startswith("Invalid reason: must be one of credit, fraud")


def test_the_account_that_asks_is_read():
    api = Api()
    own = api.get("/v1/account")
    assert (problems(own), own["charges_enabled"], own["type"]) == ([], True, "standard")
    assert api.get(f"/v1/accounts/{own['id']}") == own
    assert api.get("/v1/account", stripe_account=OTHER)["id"] == OTHER
    account = complete(api)
    assert api.get("/v1/account", stripe_account=account) == api.get(f"/v1/accounts/{account}")


def test_capabilities_become_active_once_the_account_is_complete():
    api = Api()
    account = api.account(**ACCEPTED, **ASKED)
    path = f"/v1/accounts/{account}"
    body = api.get(path)
    assert (set(body["capabilities"].values()), body["charges_enabled"]) == ({"inactive"}, False)
    assert api.get(f"{path}/capabilities/transfers")["requirements"]["currently_due"] == ["external_account"]
    api.post(f"{path}/external_accounts", {"external_account": BANK})
    body = api.get(path)
    assert set(body["capabilities"].values()) == {"active"}
    assert (body["charges_enabled"], body["payouts_enabled"], body["requirements"]["currently_due"]) == (True, True, [])
    types = [event["type"] for event in told(api, account)]
    assert types == [
        "account.external_account.created",
        "account.updated",
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]
    assert told(api, account)[2]["data"]["previous_attributes"] == {"status": "pending"}
    assert told(api, account)[0]["account"] == account


def test_a_capability_is_read_asked_for_and_given_up():
    api = Api()
    account = complete(api)
    path = f"/v1/accounts/{account}/capabilities"
    listed = api.get(path)
    assert [(item["id"], item["status"]) for item in listed["data"]] == [
        ("transfers", "active"),
        ("card_payments", "active"),
    ]
    assert (listed["url"], problems(listed)) == (path, [])
    unasked = api.get(f"{path}/link_payments")
    assert (unasked["status"], unasked["requested"], unasked["requested_at"]) == ("unrequested", False, None)
    asked = api.post(f"{path}/link_payments", {"requested": "true"})
    assert (asked["status"], asked["requested"], asked["account"], problems(asked)) == ("pending", True, account, [])
    assert api.get(f"{path}/link_payments") == {**asked, "status": "active"}
    given_up = api.post(f"{path}/link_payments", {"requested": "false"})
    assert (given_up["status"], given_up["requested"]) == ("unrequested", False)
    assert "link_payments" not in api.get(f"/v1/accounts/{account}")["capabilities"]
    error = api.not_found(f"{path}/nonsense")
    assert (error["status"], error["message"]) == (404, "No such capability: 'nonsense'")


def test_a_person_is_deleted_unless_it_opened_the_account():
    api = Api()
    account = api.account(business_type="individual", individual={"first_name": "Jane"})
    path = f"/v1/accounts/{account}/persons"
    person = api.post(path, {"first_name": "Joe"})["id"]
    api.post(f"{path}/{person}", {"first_name": "Jim"})
    assert deleted(api, f"{path}/{person}") == {"id": person, "object": "person", "deleted": True}
    for method in ("GET", "DELETE"):
        error = refused(api, method, f"{path}/{person}")
        assert (error["status"], error["message"], error["param"]) == (404, f"No such person: '{person}'", "person")
    [left] = api.get(path)["data"]
    assert refused(api, "DELETE", f"{path}/{left['id']}")["status"] == 400
    assert api.get(path)["data"] == [left]
    events = told(api, account)
    assert [(event["type"], event["data"]["object"]["id"]) for event in events] == [
        ("person.created", left["id"]),
        ("person.created", person),
        ("person.updated", person),
        ("person.deleted", person),
    ]
    assert events[2]["data"]["previous_attributes"] == {"first_name": "Joe"}


def test_an_external_account_is_changed_and_made_the_default():
    api = Api()
    account = api.account(external_account=BANK)
    path = f"/v1/accounts/{account}/external_accounts"
    [bank] = api.get(path)["data"]
    card = api.post(path, {"external_account": api.token(**CARD)})
    assert (bank["default_for_currency"], card["default_for_currency"]) == (True, False)
    error = refused(api, "DELETE", f"{path}/{bank['id']}")
    # A real answer.
    assert (error["status"], error["message"].split(". ")[0]) == (
        400,
        "You cannot delete the default external account for your default currency",
    )
    sent = {"default_for_currency": "true", "exp_month": "2", "exp_year": "2040", "name": "J", "metadata": {"a": "b"}}
    changed = api.post(f"{path}/{card['id']}", sent)
    assert [changed[name] for name in ("default_for_currency", "exp_month", "exp_year", "name")] == [True, 2, 2040, "J"]
    assert (changed["metadata"], changed["available_payout_methods"], problems(changed)) == (
        {"a": "b"},
        ["standard", "instant"],
        [],
    )
    named = api.post(f"{path}/{bank['id']}", {"account_holder_name": "Jane", "account_holder_type": "company"})
    assert (named["account_holder_name"], named["default_for_currency"]) == ("Jane", False)
    gone = {"id": bank["id"], "object": "bank_account", "deleted": True}
    assert deleted(api, f"{path}/{bank['id']}") == gone
    assert refused(api, "GET", f"{path}/{bank['id']}")["status"] == 404
    assert [entry["id"] for entry in api.get(path)["data"]] == [card["id"]]


def test_what_belongs_to_the_other_kind_of_external_account_is_refused():
    api = Api()
    account = api.account(external_account=BANK)
    path = f"/v1/accounts/{account}/external_accounts"
    [bank] = api.get(path)["data"]
    card = api.post(path, {"external_account": api.token(**CARD)})
    assert api.refused(f"{path}/{bank['id']}", {"exp_month": "2"})["param"] == "exp_month"
    assert api.refused(f"{path}/{card['id']}", {"account_holder_name": "Jane"})["param"] == "account_holder_name"


def test_an_account_link_leads_to_stripe_for_five_minutes():
    api = Api()
    account = api.account()
    sent = {"account": account, "type": "account_onboarding", "refresh_url": "http://a.test", "return_url": "http://b"}
    link = api.post("/v1/account_links", sent)
    assert (list(link), problems(link)) == (["object", "created", "expires_at", "url"], [])
    assert link["expires_at"] - link["created"] == 300
    assert re.fullmatch(rf"https://connect\.stripe\.com/setup/c/{account}/[0-9A-Za-z]{{12}}", link["url"])
    assert api.post("/v1/account_links", sent)["url"] != link["url"]
    assert api.post("/v1/account_links", {**sent, "type": "account_update"})["object"] == "account_link"


def test_account_links_are_refused():
    api = Api()
    express = api.post("/v1/accounts", {"type": "express"})["id"]
    error = api.refused("/v1/account_links", {"account": express, "type": "account_update"})
    assert error["message"].startswith("You cannot create `account_update` type Account Links for this account.")
    error = api.refused("/v1/account_links", {"account": express, "type": "nonsense"})
    assert (error["status"], error["param"]) == (400, "type")
    live = api.post("/v1/accounts", {"type": "custom"}, key=LIVE)["id"]
    sent = {"account": live, "type": "account_onboarding", "return_url": "http://a.test"}
    error = api.refused("/v1/account_links", sent, key=LIVE)
    assert error["message"] == "Livemode requests must always be redirected via HTTPS."


def test_a_login_link_is_for_an_express_account_that_is_complete():
    api = Api()
    express = api.post("/v1/accounts", {"type": "express"})["id"]
    error = api.refused(f"/v1/accounts/{express}/login_links")
    assert error["message"] == "Cannot create a login link for an account that has not completed onboarding."
    api.post(f"/v1/accounts/{express}", {**ACCEPTED, "external_account": BANK})
    link = api.post(f"/v1/accounts/{express}/login_links")
    assert (list(link), problems(link)) == (["object", "created", "url"], [])
    assert re.fullmatch(rf"https://connect\.stripe\.com/express/{express}/[0-9A-Za-z]{{12}}", link["url"])
    assert "Express" in api.refused(f"/v1/accounts/{api.account()}/login_links")["message"]


@each(
    ("method", "path"),
    [
        ("DELETE", "/v1/accounts/ACCOUNT"),
        ("POST", "/v1/accounts/ACCOUNT/reject"),
        ("GET", "/v1/accounts/ACCOUNT/capabilities"),
        ("GET", "/v1/accounts/ACCOUNT/capabilities/transfers"),
        ("POST", "/v1/accounts/ACCOUNT/capabilities/transfers"),
        ("DELETE", "/v1/accounts/ACCOUNT/persons/person_x"),
        ("POST", "/v1/accounts/ACCOUNT/external_accounts/ba_x"),
        ("DELETE", "/v1/accounts/ACCOUNT/external_accounts/ba_x"),
        ("POST", "/v1/accounts/ACCOUNT/login_links"),
    ],
)
def test_an_unknown_account_and_another_ones_header_are_refused(method, path):
    api = Api()
    params = {"reason": "other"} if path.endswith("reject") else None
    error = refused(api, method, path.replace("ACCOUNT", "acct_x"), params)
    assert (error["status"], error["code"]) == (403, "account_invalid")
    account = api.account()
    error = refused(api, method, path.replace("ACCOUNT", account), params, stripe_account=OTHER)
    assert (error["status"], "does not match the account specified" in error["message"]) == (400, True)
    if "_x" in path:
        error = refused(api, method, path.replace("ACCOUNT", account))
        assert (error["status"], error["code"]) == (404, "resource_missing")


def test_an_account_that_is_made_or_changed_tells_of_what_it_holds():
    api = Api()
    account = api.account(external_account=BANK, business_type="individual", individual={"first_name": "Jane"})
    api.post(f"/v1/accounts/{account}", {"external_account": BANK, "individual": {"first_name": "Joe"}})
    api.refused("/v1/accounts", {"type": "custom", "external_account": "btok_x"})
    assert [event["type"] for event in told(api, account)] == [
        "account.external_account.created",
        "person.created",
        "account.external_account.created",
        "account.external_account.deleted",
        "person.updated",
        "account.updated",
    ]
    assert api.get("/v1/events")["data"] == []


def test_events_of_an_account_are_what_the_sdk_says():
    api = Api()
    account = complete(api)
    api.post(f"/v1/accounts/{account}", {"email": "a@example.com"})
    api.post(f"/v1/accounts/{account}/persons", {"first_name": "Joe"})
    for event in told(api, account):
        assert problems(event) == []
        assert problems(event["data"]["object"]) == []


def test_an_account_of_a_cassette_is_read_changed_and_rejected():
    api = Api()
    api.simulator._world.add({"id": "acct_1", "object": "account", "country": "US"}, (None, False))
    assert api.get("/v1/accounts/acct_1")["charges_enabled"] is False
    assert api.post("/v1/accounts/acct_1", {"metadata": {"a": "b"}})["metadata"] == {"a": "b"}
    assert api.post("/v1/accounts/acct_1/capabilities/transfers", {"requested": "true"})["requested"]
    assert api.post("/v1/accounts/acct_1/external_accounts", {"external_account": "btok_us"})["default_for_currency"]
    assert api.post("/v1/accounts/acct_1/reject", {"reason": "other"})["payouts_enabled"] is False
    assert "Express" in api.refused("/v1/accounts/acct_1/login_links")["message"]
    assert api.post("/v1/account_links", {"account": "acct_1", "type": "account_onboarding"})["url"]
    assert deleted(api, "/v1/accounts/acct_1")["deleted"]
