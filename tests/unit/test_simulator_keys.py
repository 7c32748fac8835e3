from __future__ import annotations

import base64

from rows import each
from simulator_api import LIVE, LIVE_PUBLISHABLE, PUBLISHABLE, RESTRICTED, SECRET, Api

from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION, mask

CARD = {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@each("kind", TOKEN_TYPES)
@each("key", [SECRET, RESTRICTED, PUBLISHABLE])
def test_every_test_key_makes_every_token(kind, key):
    assert Api().post("/v1/tokens", {kind: CATALOGUE[kind].defaults}, key=key)["type"] == kind


@each("authorization", [basic(f"{SECRET}:"), basic(SECRET), f"bearer {SECRET}", f"Bearer  {SECRET} "])
def test_a_key_travels_in_any_of_these(authorization):
    assert Api().post("/v1/tokens", CARD, authorization=authorization)


@each("authorization", ["", "Bearer", "Basic", "Basic !!", basic(":"), f"Token {SECRET}", SECRET])
def test_what_holds_no_key_is_told_so(authorization):
    response = Api().send("GET", "/v1/tokens/x", authorization=authorization)
    assert response.status == 401
    assert response.json()["error"]["message"].startswith("You did not provide an API key")


@each("key", ["sk_test_", "sk_prod_1", "SK_TEST_1", "sk_test_é", "sk_test_1 2", "xx_test_1"])
def test_a_malformed_key_is_invalid(key):
    response = Api().send("GET", "/v1/tokens/x", key=key)
    assert response.status == 401
    assert response.json()["error"]["message"].startswith("Invalid API Key provided: ")


def test_a_key_is_masked_as_in_real_answers():
    assert mask("sk_test_" + "a" * 20 + "uCJm") == "sk_test_" + "*" * 20 + "uCJm"
    assert mask("an_unknown_api_key") == "an_unknown_***_key"
    assert mask("sk_test_1") == "sk_test_*"
    assert mask("short") == "*hort"
    assert mask("abc") == "***"


def test_a_message_never_shows_a_secret_key():
    key = "sk_test_" + "x" * 30
    bodies = [
        Api().send("GET", "/v1/accounts/acct_1", key=key).body,
        Api().send("GET", "/v1/tokens/x", key=key + "-").body,
    ]
    assert all(key.encode() not in body for body in bodies)


def test_livemode_follows_the_key():
    api = Api()
    token = api.post("/v1/tokens", {"pii": {"id_number": "1"}}, key=LIVE)
    assert token["livemode"] is True
    assert api.get(f"/v1/tokens/{token['id']}", key=LIVE)["livemode"] is True


@each("kind", ["account", "person"])
def test_a_live_secret_key_makes_no_account_or_person_token(kind):
    api = Api()
    error = api.refused("/v1/tokens", {kind: CATALOGUE[kind].defaults}, key=LIVE)
    assert "publishable key" in error["message"]
    assert api.post("/v1/tokens", {kind: CATALOGUE[kind].defaults}, key=LIVE_PUBLISHABLE)["livemode"] is True


@each("kind", ["card", "bank_account"])
def test_a_publishable_key_sees_no_fingerprint_and_the_secret_key_does(kind):
    api = Api()
    token = api.post("/v1/tokens", {kind: CATALOGUE[kind].defaults}, key=PUBLISHABLE)
    assert "fingerprint" not in token[kind]
    assert len(api.get(f"/v1/tokens/{token['id']}")[kind]["fingerprint"]) == 16


@each(
    "path",
    [
        "/v1/charges",
        "/v1/customers",
        "/v1/accounts",
        "/v1/topups",
        "/v1/payment_intents",
        "/v1/accounts/acct_1/persons",
    ],
)
def test_a_publishable_key_does_not_use_tokens(path):
    assert Api().refused(path, key=PUBLISHABLE)["code"] == "secret_key_required"


def test_a_publishable_key_makes_payment_methods():
    params = {"type": "card", "card": {"token": "tok_visa"}}
    assert Api().post("/v1/payment_methods", params, key=PUBLISHABLE)["type"] == "card"


# A real answer to a publishable key, of 2021 (stripe-android's PI_SUCCEEDED).
OF_INTENTS = [
    "id",
    "object",
    "amount",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "source",
    "status",
]


def test_a_publishable_key_confirms_with_the_intents_secret():
    api = Api()
    intent = api.post("/v1/payment_intents", {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa"})
    path = f"/v1/payment_intents/{intent['id']}"
    assert api.not_found(path, key=PUBLISHABLE)["code"] == "secret_key_required"
    assert api.not_found(f"{path}?client_secret=nope", key=PUBLISHABLE)["param"] == "client_secret"
    confirmed = api.post(f"{path}/confirm", {"client_secret": intent["client_secret"]}, key=PUBLISHABLE)
    assert confirmed["status"] == "succeeded"
    assert set(confirmed) == {*OF_INTENTS, "automatic_payment_methods"}
    whole = api.get(path)
    assert {name: whole[name] for name in confirmed} == confirmed
    assert whole["latest_charge"] is not None
    intent = api.post("/v1/payment_intents", {"amount": 100, "currency": "usd", "metadata": {"margin": "90"}})
    sent = {"client_secret": intent["client_secret"], "payment_method": "pm_card_chargeDeclined"}
    error = api.refused(f"/v1/payment_intents/{intent['id']}/confirm", sent, key=PUBLISHABLE)
    assert set(error["payment_intent"]) == {*OF_INTENTS, "automatic_payment_methods"}
    assert error["payment_intent"]["last_payment_error"]["code"] == error["code"] == "card_declined"


def test_a_connected_accounts_token_is_its_own():
    api = Api()
    token = api.token(headers={"stripe_account": CONNECTED})
    assert CONNECTED[-10:] in token
    assert api.get(f"/v1/tokens/{token}", stripe_account=CONNECTED)["id"] == token
    assert api.not_found(f"/v1/tokens/{token}")["code"] == "resource_missing"
    assert api.not_found(f"/v1/tokens/{token}", stripe_account="acct_1FiqEsKuuB1fWySn")["code"] == "resource_missing"


@each("account", ["nope", "acct_", "acct_!", "cus_1"])
def test_what_is_no_account_is_refused(account):
    error = Api().refused("/v1/tokens", CARD, stripe_account=account)
    assert (error["status"], error["code"]) == (403, "account_invalid")


def test_the_account_is_echoed():
    assert Api().send("POST", "/v1/tokens", CARD, stripe_account=CONNECTED).headers["Stripe-Account"] == CONNECTED


@each("version", ["2024-06-20", "2026-10-28.endive", "2023-10-16; risk_in_requirements_beta=v1"])
def test_the_version_is_echoed(version):
    assert Api().send("POST", "/v1/tokens", CARD, stripe_version=version).headers["Stripe-Version"] == version


@each("version", ["2024", "2024-13-01", "latest", "2024-06-20.Endive", "2024-06-20 x"])
def test_what_is_no_version_is_refused(version):
    error = Api().refused("/v1/tokens", CARD, stripe_version=version)
    assert (error["status"], error["message"]) == (400, f"Invalid Stripe API version: {version}")


def test_a_refused_version_is_echoed_too():
    assert Api().send("POST", "/v1/tokens", CARD, stripe_version="nope").headers["Stripe-Version"] == "nope"


def test_without_a_version_the_newest_is_used():
    assert Api().send("POST", "/v1/tokens", CARD).headers["Stripe-Version"] == DEFAULT_VERSION


def test_a_hash_in_place_of_a_key_is_none():
    error = Api().refused("/v1/tokens", b"key[a]=sk_test_1&x_key=1", key=None)
    assert (error["status"], error["message"][:31]) == (401, "You did not provide an API key.")


def test_a_live_key_is_told_that_a_magic_token_is_of_test_mode():
    error = Api().refused("/v1/charges", {"amount": "500", "currency": "usd", "source": "tok_visa"}, key=LIVE)
    hint = "a similar object exists in test mode, but a live mode key was used to make this request."
    assert error["message"] == f"No such token: 'tok_visa'; {hint}"
