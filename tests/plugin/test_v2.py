"""/v2 in a suite like a user's: stripe-python's services in each of its clients, plain JSON, failures, own answers."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import stripe
from rows import each

from pytest_stripe_tokens import StripeAPIError, stripe_sandbox
from pytest_stripe_tokens.redaction.usage_error import UsageError

URL = "https://api.stripe.com/v2/core"
KEY = "sk_test_mine"
HEADERS = {"Authorization": f"Bearer {KEY}"}
IDENTITY = {"entity_type": "individual", "individual": {"given_name": "Jane", "surname": "Doe"}}
NUMBERS = [{"type": "us_ssn", "value": "222222222"}]

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes"),
    pytest.mark.filterwarnings("ignore:Unclosed client session"),
]


def onboarded(core):
    """Onboard an account as a platform does; give what it holds at the end."""
    token = core.account_tokens.create({"identity": IDENTITY, "contact_email": "jane@example.com"})
    assert not core.account_tokens.retrieve(token.id).used
    account = core.accounts.create(
        {"account_token": token.id, "identity": {"country": "us"}, "include": ["identity"], "dashboard": "full"}
    )
    persons = core.accounts.persons
    owner = core.accounts.person_tokens.create(account.id, {"given_name": "Jenny", "id_numbers": NUMBERS})
    person = persons.create(account.id, {"person_token": owner.id})
    persons.update(account.id, person.id, {"relationship": {"percent_ownership": "0.8"}})
    return {
        "used": core.account_tokens.retrieve(token.id).used,
        "given_name": account.identity.individual.given_name,
        "email": core.accounts.retrieve(account.id).contact_email,
        "share": str(persons.retrieve(account.id, person.id).relationship.percent_ownership),
        "persons": sorted(one.given_name for one in persons.list(account.id).auto_paging_iter()),
        "deleted": persons.delete(account.id, person.id).deleted,
        "closed": core.accounts.close(account.id, {"applied_configurations": []}).closed,
    }


async def onboarded_async(core):
    token = await core.account_tokens.create_async({"identity": IDENTITY, "contact_email": "jane@example.com"})
    assert not (await core.account_tokens.retrieve_async(token.id)).used
    account = await core.accounts.create_async(
        {"account_token": token.id, "identity": {"country": "us"}, "include": ["identity"], "dashboard": "full"}
    )
    persons = core.accounts.persons
    owner = await core.accounts.person_tokens.create_async(account.id, {"given_name": "Jenny", "id_numbers": NUMBERS})
    person = await persons.create_async(account.id, {"person_token": owner.id})
    await persons.update_async(account.id, person.id, {"relationship": {"percent_ownership": "0.8"}})
    listed = await persons.list_async(account.id)
    return {
        "used": (await core.account_tokens.retrieve_async(token.id)).used,
        "given_name": account.identity.individual.given_name,
        "email": (await core.accounts.retrieve_async(account.id)).contact_email,
        "share": str((await persons.retrieve_async(account.id, person.id)).relationship.percent_ownership),
        "persons": sorted([one.given_name async for one in listed.auto_paging_iter()]),
        "deleted": (await persons.delete_async(account.id, person.id)).deleted,
        "closed": (await core.accounts.close_async(account.id, {"applied_configurations": []})).closed,
    }


def in_turn(make_client):
    async def run():
        client = make_client()
        try:
            return await onboarded_async(stripe.StripeClient(KEY, http_client=client).v2.core)
        finally:
            await client.close_async()

    return asyncio.run(run())


SESSIONS = {
    "requests": lambda: onboarded(stripe.StripeClient(KEY, http_client=stripe.RequestsClient()).v2.core),
    "httpx": lambda: onboarded(
        stripe.StripeClient(KEY, http_client=stripe.HTTPXClient(allow_sync_methods=True)).v2.core
    ),
    "httpx, asynchronous": lambda: in_turn(stripe.HTTPXClient),
    "aiohttp": lambda: in_turn(stripe.AIOHTTPClient),
}


@pytest.mark.parametrize("session", SESSIONS)
def test_a_platform_onboards_with_stripe_python(session, stripe_tokens):
    assert SESSIONS[session]() == {
        "used": True,
        "given_name": "Jane",
        "email": "jane@example.com",
        "share": "0.8",
        "persons": ["Jane", "Jenny"],
        "deleted": True,
        "closed": True,
    }
    sent = [request for request in stripe_tokens.requests if request.method == "POST"]
    assert sent[0].params == {"identity": IDENTITY, "contact_email": "jane@example.com"}
    assert [request.token_type for request in sent if request.token_type] == [
        "v2.core.account_token",
        "v2.core.account_person_token",
    ]
    assert sent[0].headers["user-agent"].startswith("Stripe/v2 PythonBindings/")
    # A test reads what was sent; what is shown of it hides its secrets.
    assert sent[2].params["id_numbers"] == NUMBERS
    assert not any("222222222" in text for text in (repr(sent), stripe_tokens.shown_requests))


def by_requests(path, params):
    answer = requests.post(f"{URL}{path}", json=params, headers=HEADERS, timeout=5)
    return answer.status_code, answer.json()


def by_httpx(path, params):
    answer = httpx.post(f"{URL}{path}", json=params, headers=HEADERS)
    return answer.status_code, answer.json()


def by_aiohttp(path, params):
    async def run():
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{URL}{path}", json=params, headers=HEADERS) as got,
        ):
            return got.status, await got.json()

    return asyncio.run(run())


def by_urllib(path, params):
    headers = {**HEADERS, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{URL}{path}", json.dumps(params).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("send", [by_requests, by_httpx, by_aiohttp, by_urllib])
def test_json_is_sent_without_the_sdk(send, stripe_tokens):
    status, token = send("/account_tokens", {"display_name": "Furever"})
    assert (status, token["object"]) == (200, "v2.core.account_token")
    status, account = send("/accounts", {"account_token": token["id"]})
    assert (status, account["display_name"]) == (200, "Furever")
    assert [request.response_status for request in stripe_tokens.requests] == [200, 200]


def test_a_form_is_refused_with_what_to_send(stripe_tokens):
    answer = requests.post(f"{URL}/account_tokens", data={"display_name": "Furever"}, headers=HEADERS, timeout=5)
    assert answer.status_code == 400
    assert "Content-Type: application/json" in answer.json()["error"]["message"]
    assert stripe_tokens.requests[0].params == {"display_name": "Furever"}


@each(
    ("asked", "status", "error"),
    [
        ({"code": "token_expired"}, 400, {"code": "token_expired", "message": "Token has expired."}),
        (
            {"code": "invalid_account_token"},
            403,
            {"code": "invalid_account_token", "message": "Invalid account token."},
        ),
        ({"code": "mcc_invalid"}, 400, {"code": "mcc_invalid", "message": "Mcc invalid."}),
        ({"status": 404}, 404, {"code": "not_found", "message": "The resource wasn't found."}),
        ({"status": 409}, 409, {"code": "idempotency_error", "type": "idempotency_error"}),
        ({"status": 429}, 429, {"code": "account_rate_limit_exceeded", "type": "rate_limit"}),
        ({"code": "rate_limit"}, 429, {"code": "rate_limit"}),
        ({"status": 500}, 500, {"code": "api_error"}),
        (
            {"status": 418, "code": "teapot", "message": "Short and stout."},
            418,
            {"code": "teapot", "message": "Short and stout."},
        ),
    ],
)
def test_a_failure_has_the_form_of_v2(asked, status, error, stripe_tokens):
    stripe_tokens.fail_next(**asked)
    answer = requests.post(f"{URL}/account_tokens", json={}, headers=HEADERS, timeout=5)
    found = answer.json()["error"]
    assert (answer.status_code, {**found, **error}) == (status, found)
    assert set(found) <= {"code", "message", "type"}
    assert ("type" in found) is ("type" in error)


def test_a_failure_without_a_key_is_v1s(stripe_tokens):
    stripe_tokens.fail_next(401)
    answer = requests.post(f"{URL}/account_tokens", json={}, headers=HEADERS, timeout=5)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_the_sdk_raises_as_it_does_for_stripe(stripe_tokens):
    tokens = stripe.StripeClient(KEY, max_network_retries=0).v2.core.account_tokens
    for asked, raised in (
        ({"code": "token_expired"}, stripe.InvalidRequestError),
        ({"code": "invalid_account_token"}, stripe.PermissionError),
        ({"status": 409}, stripe.IdempotencyError),
        ({"status": 429}, stripe.RateLimitError),
        ({"status": 500}, stripe.APIError),
    ):
        stripe_tokens.fail_next(**asked, path="/v2/core/account_tokens")
        with pytest.raises(raised):
            tokens.create()


def test_a_code_that_is_none_of_v2s_is_refused_with_the_nearest(stripe_tokens):
    with pytest.raises(UsageError, match="is it 'token_expired'"):
        stripe_tokens.fail_next(code="token_expird")


def test_an_own_answer_is_filled_in_as_v2_has_it(stripe_tokens):
    stripe_tokens.answer("POST /v2/core/accounts", {"object": "v2.core.account", "display_name": "Mine"})
    stripe_tokens.answer("POST /v2/core/event_destinations", {"object": "v2.core.event_destination"})
    account = stripe.StripeClient(KEY).v2.core.accounts.create({})
    assert (account.display_name, account.id[:6], account.created[-5:]) == ("Mine", "acct_1", ".000Z")
    destination = by_requests("/event_destinations", {})[1]
    assert (destination["id"][:10], destination["livemode"]) == ("ed_test_61", False)


@each(
    ("method", "path", "answer"),
    [
        ("GET", "/v2/core/events", {"data": [], "next_page_url": None, "previous_page_url": None}),
        ("GET", "/v2/core/events/:id", {"object": "v2.core.event"}),
        ("POST", "/v2/core/event_destinations/:id/ping", {"object": "v2.core.event_destination"}),
        (
            "DELETE",
            "/v2/core/accounts/:id/person_tokens/:id",
            {"object": "v2.core.account_person_token", "deleted": True},
        ),
        ("POST", "/v2/billing/meter_event_session", {}),
    ],
)
def test_what_is_not_simulated_is_told_how_to_answer(method, path, answer, stripe_tokens):
    asked = path.replace(":id", "evt_test_61abcdef")
    told = requests.request(method, f"https://api.stripe.com{asked}", headers=HEADERS, timeout=5)
    assert told.status_code == 404
    typed = re.search(r"stripe_tokens\.answer\((.*)\)$", told.json()["error"]["message"], re.MULTILINE)
    given = ast.literal_eval(f"({typed[1]})")
    assert given == (f"{method} {path}", answer)
    stripe_tokens.answer(*given)
    assert requests.request(method, f"https://api.stripe.com{asked}", headers=HEADERS, timeout=5).status_code == 200


def test_the_tokens_of_a_sandbox(v2_account_token, v2_person_token, stripe_tokens):
    core = stripe.StripeClient(KEY).v2.core
    account = core.accounts.create({"account_token": v2_account_token})
    assert (account.display_name, account.contact_email) == ("Furever", "furever@example.com")
    assert stripe_tokens.retrieve(v2_account_token).used is True
    of_person = stripe_tokens.requests[2].path.split("/")[4]
    person = core.accounts.persons.create(of_person, {"person_token": v2_person_token})
    assert (person.account, person.surname) == (of_person, "Rosen")
    again = stripe_tokens.create("v2.core.account_person_token", account=account.id, surname="Doe")
    assert core.accounts.persons.create(account.id, {"person_token": again}).surname == "Doe"
    assert stripe_tokens.tokens[again].used is True
    # One account is made for all of a test's person tokens that name none.
    paths = [stripe_tokens.create("v2.core.account_person_token") and stripe_tokens.requests[-1].path for _ in "ab"]
    assert {path.split("/")[4] for path in paths} == {of_person}


def test_what_is_wrong_is_raised():
    with stripe_sandbox(mode="generate") as tokens:
        with pytest.raises(StripeAPIError) as error:
            tokens.create("v2.core.account_token", contact_emial="a")
        assert (error.value.status, error.value.code) == (400, "unknown_field")
        assert "contact_emial" in error.value.message
