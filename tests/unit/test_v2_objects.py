"""Accounts, persons and account links of /v2: what they are, how they change, and what the SDK's types say of them."""

from __future__ import annotations

import re
from typing import Any

from rows import each
from simulator_api import problems
from v2_api import DOCUMENTED, PUBLISHED, RECIPIENT, V2Api

from pytest_stripe_tokens.simulator.parameters import table

ACCOUNTS = "/v2/core/accounts"
INCLUDED = ("configuration.customer", "configuration.merchant", "configuration.recipient", "defaults")
INCLUDED += ("future_requirements", "identity", "requirements")
ALL = "&".join(f"include[{place}]={name}" for place, name in enumerate(INCLUDED))
ONBOARDING = {"type": "account_onboarding", "account_onboarding": {"refresh_url": "https://example.com/reauth"}}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z"


def sample(spec: Any) -> Any:
    """Give a value that a table allows, as JSON has it."""
    if isinstance(spec, dict):
        return {name.rstrip("!"): sample(inner) for name, inner in spec.items()}
    if isinstance(spec, list):
        return [sample(spec[0])]
    kind, *rest = spec.split()
    values = {"enum": rest[:1], "integer": [3], "boolean": [True], "decimal": ["0.8"], "metadata": [{"a": "b"}]}
    return (values.get(kind) or ["us"])[0]


def everything(api: V2Api) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give, for each table of parameters, where to send it, with a value for every one."""
    account, other = api.account(), api.account()
    person = api.person(other)
    paths = {
        "account_tokens.create": "/v2/core/account_tokens",
        "person_tokens.create": f"{ACCOUNTS}/{account}/person_tokens",
        "accounts.create": ACCOUNTS,
        "accounts.update": f"{ACCOUNTS}/{account}",
        "persons.create": f"{ACCOUNTS}/{account}/persons",
        "persons.update": f"{ACCOUNTS}/{other}/persons/{person}",
        "account_links.create": "/v2/core/account_links",
    }
    sent = {name: (path, sample(table(f"v2_core.{name}"))) for name, path in paths.items()}
    for name, (_, params) in sent.items():
        for token in ("account_token", "person_token"):
            params.pop(token, None)
        if name.startswith("accounts."):
            params |= {"include": list(INCLUDED), "dashboard": "full"}
    sent["account_links.create"][1]["account"] = account
    return sent


@each("name", everything(V2Api()))
def test_everything_that_can_be_sent_is_answered_as_the_sdk_says(name):
    api = V2Api()
    path, params = everything(api)[name]
    version = {"stripe_version": "2026-08-26.dahlia"} if name == "account_links.create" else {}
    body = api.post(path, params, **version)
    assert problems(body) == []
    documented = {"accounts": "account", "persons": "person", "account_links": "account_link"}
    kind = documented.get(name.partition(".")[0], name.partition("_tokens")[0] + "_token")
    assert DOCUMENTED[kind][0]["body"].keys() <= body.keys()


def test_what_is_little_is_answered_as_the_sdk_says():
    api = V2Api()
    account = api.account()
    made = [api.get(f"{ACCOUNTS}/{account}"), api.get(f"{ACCOUNTS}/{account}?{ALL}")]
    made += [api.post(f"{ACCOUNTS}/{account}/persons", {}), api.post("/v2/core/account_tokens", {})]
    assert [problems(body) for body in made] == [[]] * len(made)


def same(ours: Any, documented: Any) -> Any:
    """Give what the reference shows of our answer; a null that it leaves out is none of it."""
    if isinstance(documented, dict):
        return {name: same(ours[name], value) for name, value in documented.items()}
    return ours


def test_an_account_is_as_the_reference_shows_it():
    """Its prefix of invoices is random, the case of its country ours, and `applied` has become a boolean since."""
    documented = DOCUMENTED["account"][0]
    made = V2Api().post(ACCOUNTS, documented["request"]["json"])
    expected = documented["body"]
    shown = same({**made, "id": expected["id"], "created": expected["created"]}, strip(expected))
    assert shown == strip(expected) | {"identity": {**expected["identity"], "country": "us"}}
    assert re.fullmatch(TIME, made["created"])
    assert re.fullmatch("acct_1[A-Za-z0-9]{15}", made["id"])


def strip(body: Any) -> Any:
    """Leave out of the reference's account what is random or was changed since."""
    if isinstance(body, dict):
        return {name: strip(value) for name, value in body.items() if name not in {"applied", "prefix"}}
    return body


def test_what_is_not_included_is_null():
    api = V2Api()
    account = api.account(identity={"country": "us"}, configuration={**RECIPIENT, "customer": {}})
    plain = api.get(f"{ACCOUNTS}/{account}")
    hidden = ("configuration", "defaults", "future_requirements", "identity", "requirements")
    assert [name for name, value in plain.items() if value is None and name in hidden] == list(hidden)
    some = api.get(f"{ACCOUNTS}/{account}?include[0]=configuration.recipient")
    assert [name for name, value in some["configuration"].items() if value is None] == ["customer", "merchant"]
    assert some["configuration"]["recipient"]["applied"] is True


def test_a_capability_is_restricted_until_the_account_says_who_it_is():
    api = V2Api()
    account = api.account(identity={"country": "us", "entity_type": "individual"}, configuration=RECIPIENT)

    def read():
        body = api.get(f"{ACCOUNTS}/{account}?{ALL}")
        transfers = body["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]
        return transfers["status"], [entry["description"] for entry in body["requirements"]["entries"]]

    assert read() == ("restricted", ["identity.individual.given_name", "identity.individual.surname"])
    api.post(f"{ACCOUNTS}/{account}", {"identity": {"individual": {"given_name": "Jane", "surname": "Doe"}}})
    assert read() == ("active", [])


def test_an_update_changes_what_it_names_and_null_clears_it():
    api = V2Api()
    account = api.account(display_name="Jane", contact_email="jane@example.com", metadata={"a": "1", "b": "2"})
    path = f"{ACCOUNTS}/{account}"
    api.post(path, {"identity": {"individual": {"given_name": "Jane", "surname": "Doe"}}})
    sent = {"display_name": None, "metadata": {"a": None, "c": "3"}, "identity": {"individual": {"surname": None}}}
    changed = api.post(path, {**sent, "include": ["identity"]})
    assert (changed["display_name"], changed["contact_email"]) == (None, "jane@example.com")
    assert changed["metadata"] == {"b": "2", "c": "3"}
    individual = changed["identity"]["individual"]
    assert (individual["given_name"], "surname" in individual) == ("Jane", False)
    assert api.post(path, {"metadata": {}})["metadata"] == {"b": "2", "c": "3"}


def test_a_configuration_is_applied_and_taken_back():
    api = V2Api()
    account = api.account(identity={"country": "us"})
    path = f"{ACCOUNTS}/{account}"
    assert api.post(path, {"configuration": RECIPIENT})["applied_configurations"] == ["recipient"]
    off = {"recipient": {"applied": False}, "customer": {}}
    assert api.post(path, {"configuration": off})["applied_configurations"] == ["customer"]
    given_up = {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": False}}}}}
    body = api.post(path, {"configuration": given_up, "include": ["configuration.recipient"]})
    capabilities = body["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    assert "stripe_transfers" not in capabilities


def test_the_individual_of_an_account_is_one_of_its_persons():
    api = V2Api()
    made = api.post(ACCOUNTS, {"identity": {"individual": {"given_name": "Jane"}}, "include": ["identity"]})
    individual = made["identity"]["individual"]
    path = f"{ACCOUNTS}/{made['id']}"
    assert api.get(f"{path}/persons")["data"] == [individual]
    changed = api.post(f"{path}/persons/{individual['id']}", {"surname": "Doe"})
    assert api.get(f"{path}?include[0]=identity")["identity"]["individual"] == changed
    again = api.post(path, {"identity": {"individual": {"given_name": "Jenny"}}, "include": ["identity"]})
    assert again["identity"]["individual"]["id"] == individual["id"]


REFUSED = {
    "no country for a recipient": ({"configuration": RECIPIENT}, "identity_country_required"),
    "express, with Stripe's losses": (
        {
            "dashboard": "express",
            "defaults": {"responsibilities": {"fees_collector": "stripe", "losses_collector": "stripe"}},
        },
        "account_controller_unsupported_configuration",
    ),
}


@each("name", REFUSED)
def test_an_account_that_cannot_be_is_refused_and_not_made(name):
    api, (params, code) = V2Api(), REFUSED[name]
    assert api.error(ACCOUNTS, params) == (PUBLISHED[code]["status"], code)
    assert api.get(ACCOUNTS)["data"] == []
    assert api.get("/v1/accounts")["data"] == []


def test_a_country_that_is_set_stays():
    api = V2Api()
    path = f"{ACCOUNTS}/{api.account(identity={'country': 'us'})}"
    assert api.error(path, {"identity": {"country": "de"}}) == (400, "immutable_identity_param")
    assert api.post(path, {"identity": {"country": "US"}})["id"]


def test_an_account_is_closed_with_all_of_its_configurations():
    api = V2Api()
    account = api.account(identity={"country": "us"}, configuration={**RECIPIENT, "customer": {}})
    path = f"{ACCOUNTS}/{account}"
    assert api.error(f"{path}/close", {"applied_configurations": ["customer"]}) == (400, "configs_must_match_to_close")
    closed = api.post(f"{path}/close", {"applied_configurations": ["customer", "recipient"]})
    assert (closed["id"], closed["closed"]) == (account, True)
    assert [api.get(f"{ACCOUNTS}{query}")["data"] for query in ("", "?closed=true")] == [[], [closed]]


def pages(api: V2Api, url: str | None) -> list[list[str]]:
    found = []
    while url is not None:
        body = api.get(url)
        found.append([item["id"] for item in body["data"]])
        url = body["next_page_url"]
    return found


@each("kind", ["accounts", "persons"])
def test_a_list_has_pages(kind):
    api = V2Api()
    account = api.account(configuration={"customer": {}})
    if kind == "accounts":
        made = [account, *(api.account(configuration={"customer": {}}) for _ in range(4))]
        api.account()
        first = f"{ACCOUNTS}?limit=2&applied_configurations[0]=customer"
    else:
        made = [api.person(account) for _ in range(5)]
        first = f"{ACCOUNTS}/{account}/persons?limit=2"
    newest = made[::-1]
    assert pages(api, first) == [newest[:2], newest[2:4], newest[4:]]
    second = api.get(api.get(first)["next_page_url"])
    assert [item["id"] for item in api.get(second["previous_page_url"])["data"]] == newest[:2]
    shape = DOCUMENTED["account"][-1]["body"]["next_page_url"]
    if kind == "accounts":
        assert re.sub(r"page_\w+", "PAGE", api.get(first)["next_page_url"]) == re.sub(r"page_\w+", "PAGE", shape)
    assert api.error(f"{first}&page=page_1", method="GET")[0] == 400


def test_a_person_is_changed_and_deleted():
    api = V2Api()
    account = api.account()
    person = api.post(f"{ACCOUNTS}/{account}/persons", {"given_name": "Jane", "nationalities": ["US"]})
    path = f"{ACCOUNTS}/{account}/persons/{person['id']}"
    changed = api.post(path, {"given_name": "Jenny", "nationalities": None})
    assert (changed["given_name"], changed["nationalities"], changed["created"]) == ("Jenny", [], person["created"])
    assert changed["updated"] > person["updated"]
    assert api.get(path) == changed
    deleted = DOCUMENTED["person"][2]["body"]
    assert api.send("DELETE", path).json() == {**deleted, "id": person["id"]}
    assert api.error(path, method="GET") == (404, "not_found")


def test_an_account_link_is_as_the_reference_shows_it():
    api = V2Api()
    account = api.account()
    made = api.post("/v2/core/account_links", {"account": account, "use_case": ONBOARDING})
    documented = DOCUMENTED["account_link"][0]["body"]
    assert list(made) == list(documented)
    form = re.escape(documented["url"]).replace("acct_1Nv0FGQ9RKHgCVdK", account)
    assert re.fullmatch(re.sub("61.*", "61[A-Za-z0-9]{42}", form), made["url"])
    assert made["use_case"] == ONBOARDING


MISSING = {
    "acct_unknown": (404, "not_found"),
    "cus_123": (400, "v1_customer_instead_of_v2_account"),
    "v1": (400, "v1_account_instead_of_v2_account"),
}


@each("account", MISSING)
def test_what_is_no_account_of_v2_is_refused(account):
    api, expected = V2Api(), MISSING[account]
    account = api.post("/v1/accounts", {"type": "custom"})["id"] if account == "v1" else account
    asked = [("GET", f"{ACCOUNTS}/{account}", None), ("POST", f"{ACCOUNTS}/{account}", {})]
    asked += [("POST", f"{ACCOUNTS}/{account}/close", {}), ("GET", f"{ACCOUNTS}/{account}/persons", None)]
    asked += [("POST", "/v2/core/account_links", {"account": account, "use_case": ONBOARDING})]
    assert [api.error(path, params, method=method) for method, path, params in asked] == [expected] * len(asked)


def test_v1_reads_an_account_of_v2_and_does_not_delete_it():
    api = V2Api()
    defaults = {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}}
    individual = {"given_name": "Jane", "surname": "Doe"}
    account = api.account(
        contact_email="jane@example.com",
        identity={"country": "de", "entity_type": "individual", "individual": individual},
        configuration=RECIPIENT,
        defaults={**defaults, "profile": {"business_url": "https://example.com"}},
        dashboard="express",
        metadata={"a": "b"},
    )
    read = api.get(f"/v1/accounts/{account}")
    assert problems(read) == []
    assert (read["object"], read["country"], read["email"]) == ("account", "DE", "jane@example.com")
    assert (read["metadata"], read["business_profile"]["url"]) == ({"a": "b"}, "https://example.com")
    assert (read["business_type"], read["individual"]["first_name"]) == ("individual", "Jane")
    assert list(read["capabilities"]) == ["transfers"]
    assert read["controller"]["stripe_dashboard"] == {"type": "express"}
    response = api.send("DELETE", f"/v1/accounts/{account}")
    assert response.status == 400
    assert "V2 Account" in response.json()["error"]["message"]
    assert api.get(f"{ACCOUNTS}/{account}")["id"] == account


def test_a_change_shows_under_v1_too():
    api = V2Api()
    account = api.account(contact_email="before@example.com")
    api.post(f"{ACCOUNTS}/{account}", {"contact_email": "after@example.com", "identity": {"entity_type": "company"}})
    read = api.get(f"/v1/accounts/{account}")
    assert (read["email"], read["business_type"]) == ("after@example.com", "company")


def test_accounts_are_the_platforms():
    api = V2Api()
    account = api.account()
    error = api.error(ACCOUNTS, {}, stripe_context=account)
    assert error == (400, "non_connect_platform_accounts_v2_access_blocked")
