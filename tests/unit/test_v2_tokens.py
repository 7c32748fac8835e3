"""Account tokens and person tokens of /v2: what they are, who makes them, what uses them up and what is refused."""

from __future__ import annotations

import datetime as dt
import re

from rows import each
from simulator_api import LIVE, LIVE_PUBLISHABLE, PUBLISHABLE
from v2_api import DOCUMENTED, PUBLISHED, RECIPIENT, V2Api

ACCOUNTS = "/v2/core/accounts"
TERMS = {"attestations": {"terms_of_service": {"account": {"shown_and_accepted": True}}}}
COMPANY = {"entity_type": "company", "business_details": {"registered_name": "Furever"}}


def shape(body):
    """Give an answer with what differs from one to the next replaced by its form."""
    forms = {"id": r"([a-z]+)_(test_)?61[A-Za-z0-9]{42}", "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"}
    named = {"id": forms["id"], "created": forms["time"], "expires_at": forms["time"]}
    shown = {name: bool(re.fullmatch(named[name], value)) if name in named else value for name, value in body.items()}
    return {**shown, "id": [shown["id"], body["id"].partition("_")[0]], "livemode": False}


@each("kind", ["account_token", "person_token"])
def test_a_token_is_as_the_reference_shows_it(kind):
    api, documented = V2Api(), DOCUMENTED[kind][0]
    sent = documented["request"]
    made = api.post(sent["path"].replace("acct_1Nv0FGQ9RKHgCVdK", api.account()), sent["json"])
    assert shape(made) == shape(documented["body"])
    assert list(made) == list(documented["body"])


def test_a_token_expires_ten_minutes_after_it_was_made():
    made = V2Api().post("/v2/core/account_tokens", {})
    created, expires_at = (dt.datetime.fromisoformat(made[name]) for name in ("created", "expires_at"))
    assert expires_at - created == dt.timedelta(minutes=10)


def test_an_account_token_becomes_an_account():
    api = V2Api()
    numbers = {"id_numbers": [{"type": "us_ein", "value": "000000000"}]}
    identity = {**COMPANY, **TERMS, "business_details": {**COMPANY["business_details"], **numbers}}
    token = api.post(
        "/v2/core/account_tokens", {"contact_email": "furever@example.com", "identity": identity}, user_agent="Firefox"
    )
    beside = {"identity": {"country": "us"}, "configuration": RECIPIENT, "dashboard": "express", "metadata": {"a": "b"}}
    made = api.post(ACCOUNTS, {"account_token": token["id"], **beside, "include": ["identity"]})
    accepted = made["identity"].pop("attestations")["terms_of_service"]["account"]
    assert made["identity"] == {
        "business_details": {"id_numbers": [{"type": "us_ein"}], "registered_name": "Furever"},
        "country": "us",
        "entity_type": "company",
    }
    assert (made["contact_email"], made["dashboard"], made["metadata"]) == (
        "furever@example.com",
        "express",
        {"a": "b"},
    )
    assert (accepted["date"], accepted["user_agent"], accepted["ip"].count(".")) == (token["created"], "Firefox", 3)
    assert api.get(f"/v2/core/account_tokens/{token['id']}") == {**token, "used": True}


def test_a_person_token_becomes_a_person():
    api = V2Api()
    account, sent = api.account(), DOCUMENTED["person_token"][0]["request"]["json"]
    token = api.person_token(account, **sent)
    made = api.post(f"{ACCOUNTS}/{account}/persons", {"person_token": token, "metadata": {"a": "b"}})
    documented = DOCUMENTED["person"][0]["body"]
    ours = {"id": made["id"], "account": account, "created": made["created"], "updated": made["created"]}
    assert made == {**documented, **ours, "livemode": False, "metadata": {"a": "b"}}
    assert list(made) == list(documented)
    assert api.get(f"{ACCOUNTS}/{account}/person_tokens/{token}")["used"] is True


def test_a_token_changes_an_account_and_a_person():
    api = V2Api()
    account = api.account(display_name="Before", contact_email="before@example.com")
    token = api.account_token(display_name="After")
    updated = api.post(f"{ACCOUNTS}/{account}", {"account_token": token})
    assert (updated["display_name"], updated["contact_email"]) == ("After", "before@example.com")
    path = f"{ACCOUNTS}/{account}/persons/{api.person(account, given_name='Jane', surname='Doe')}"
    changed = api.post(path, {"person_token": api.person_token(account, given_name="Jenny")})
    assert (changed["given_name"], changed["surname"]) == ("Jenny", "Doe")


def accounts_with(**params):
    return lambda api: (ACCOUNTS, {"account_token": api.account_token(), **params})


def persons_with(token, **params):
    def send(api):
        account = api.account()
        return f"{ACCOUNTS}/{account}/persons", {"person_token": token(api, account), **params}

    return send


def used_account_token(api):
    token = api.account_token()
    api.account(account_token=token)
    return ACCOUNTS, {"account_token": token}


def used_person_token(api, account):
    token = api.person_token(account)
    api.person(account, person_token=token)
    return token


def expired(api, token):
    """Let ten minutes pass: each object that is made is a second later than the one before."""
    for _ in range(600):
        api.simulator._world.tick()
    return token


REFUSED = {
    "contact_email beside a token": (accounts_with(contact_email="a@example.com"), "param_alongside_account_token"),
    "entity_type beside a token": (
        accounts_with(identity={"entity_type": "company"}),
        "param_alongside_account_token",
    ),
    "used": (used_account_token, "token_already_used"),
    "expired": (lambda api: (ACCOUNTS, {"account_token": expired(api, api.account_token())}), "token_expired"),
    "unknown": (lambda _: (ACCOUNTS, {"account_token": "accttok_61abc"}), "invalid_account_token"),
    "of v1": (lambda api: (ACCOUNTS, {"account_token": api.token("account")}), "v1_token_invalid_in_v2"),
    "of a person": (
        lambda api: (ACCOUNTS, {"account_token": api.person_token(api.account())}),
        "incorrect_token_wrong_type",
    ),
    "a name beside a person's token": (
        persons_with(lambda api, account: api.person_token(account), given_name="Jane"),
        "param_alongside_person_token",
    ),
    "a used person's": (persons_with(used_person_token), "token_already_used"),
    "an expired person's": (
        persons_with(lambda api, account: expired(api, api.person_token(account))),
        "token_expired",
    ),
    "an unknown person's": (persons_with(lambda *_: "perstok_61abc"), "invalid_person_token"),
    "a person's of v1": (persons_with(lambda api, _: api.token("person")), "v1_token_invalid_in_v2"),
    "an account's for a person": (persons_with(lambda api, _: api.account_token()), "incorrect_token_wrong_type"),
    "another account's": (
        persons_with(lambda api, _: api.person_token(api.account())),
        "incorrect_account_for_person_token",
    ),
}


@each("name", REFUSED)
def test_what_cannot_use_a_token_is_refused(name):
    api, (send, code) = V2Api(), REFUSED[name]
    response = api.send("POST", *send(api))
    published = PUBLISHED[code]
    assert (response.status, response.json()) == (
        published["status"],
        {"error": {"code": code, "message": published["text"]}},
    )


@each("field", ["contact_email", "display_name"])
def test_a_refused_request_leaves_the_token_unused(field):
    api = V2Api()
    token = api.account_token()
    assert api.error(ACCOUNTS, {"account_token": token, field: "a@example.com"})[1] == "param_alongside_account_token"
    assert api.account(account_token=token)


def test_a_token_of_v2_is_unknown_to_v1():
    api = V2Api()
    error = api.refused("/v1/accounts", {"type": "custom", "account_token": api.account_token()})
    assert (error["status"], error["code"], error["param"]) == (400, "resource_missing", "account_token")


def test_in_live_mode_tokens_are_made_with_the_publishable_key():
    api, secret, publishable = V2Api(), {"key": LIVE}, {"key": LIVE_PUBLISHABLE}
    account = api.post(ACCOUNTS, {}, **secret)["id"]
    for path in ("/v2/core/account_tokens", f"{ACCOUNTS}/{account}/person_tokens"):
        assert api.error(path, {}, **secret) == (400, "token_must_be_created_with_publishable_key")
        made = api.post(path, {}, **publishable)
        assert made["livemode"] is True
        assert api.get(f"{path}/{made['id']}", **secret) == made


@each("path", ["/v2/core/account_tokens/ID", "/v2/core/accounts"])
def test_a_publishable_key_makes_tokens_and_nothing_else(path):
    api = V2Api()
    made = api.post("/v2/core/account_tokens", {}, key=PUBLISHABLE)
    response = api.send("GET", path.replace("ID", made["id"]), key=PUBLISHABLE)
    assert (response.status, response.json()["error"]["code"]) == (403, "secret_key_required")


@each("path", ["/v2/core/account_tokens/ID", "/v2/core/accounts/ACCOUNT/person_tokens/ID"])
def test_an_unknown_token_or_one_of_the_other_mode_is_not_there(path):
    api = V2Api()
    account = api.account()
    live = api.post("/v2/core/account_tokens", {}, key=LIVE_PUBLISHABLE)["id"]
    for token in ("accttok_61abc", live):
        asked = path.replace("ID", token).replace("ACCOUNT", account)
        assert api.error(asked, method="GET") == (404, "not_found")


def test_a_person_token_is_read_under_its_account():
    api = V2Api()
    token, other = api.person_token(api.account()), api.account()
    assert api.error(f"{ACCOUNTS}/{other}/person_tokens/{token}", method="GET") == (404, "not_found")
