"""Confirmation tokens: what one shows, what a PaymentIntent and a SetupIntent take from it, and what uses it up.

What was seen of the live API (2026-08-26.dahlia): the lifetime, the new payment method, the intent on the token, the
second use of a PaymentIntent's, the usages that differ, an unknown id. The bodies are those of the API reference.
"""

from __future__ import annotations

import json
from pathlib import Path

from rows import each
from simulator_api import FORM, LIVE, PUBLISHABLE, Api, problems

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.request import read

HELPER, OF_CLIENTS, INTENTS, SETUPS = (
    "/v1/test_helpers/confirmation_tokens",
    "/v1/confirmation_tokens",
    "/v1/payment_intents",
    "/v1/setup_intents",
)
MONEY = {"amount": "500", "currency": "usd"}
CARD = {"number": "5555555555554444", "exp_month": "3", "exp_year": "2031", "cvc": "123"}
BILLING = {"name": "Jenny Rosen", "email": "j@example.com", "address": {"postal_code": "02136"}}
SHIPPING = {"name": "Jenny Rosen", "address": {"line1": "50 Sprague St", "country": "US"}}
PLAN = {"card": {"installments": {"plan": {"type": "fixed_count", "count": "3", "interval": "month"}}}}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"
HALF_A_DAY = 43200
# The test helper's answer in stripe-python 16.1's order of keys, with a card as real payment methods of 2026-09 show it.
EXPECTED = json.loads((Path(__file__).parents[1] / "shared" / "confirmation_token.json").read_text(encoding="utf-8"))
VOLATILE = {"id", "created", "expires_at", "fingerprint", "exp_month", "exp_year"}


def steady(value):
    """Leave out what differs from one token to the next."""
    if isinstance(value, dict):
        return {name: "..." if name in VOLATILE else steady(item) for name, item in value.items()}
    return value


class Shop(Api):
    """One simulated account that confirms with tokens."""

    def confirmation(self, **params):
        return self.post(HELPER, {"payment_method": "pm_card_visa", **params})["id"]

    def read(self, token):
        return self.get(f"{OF_CLIENTS}/{token}")

    def intent(self, token, **params):
        return self.post(INTENTS, {**MONEY, "confirm": "true", "confirmation_token": token, **params})

    def setup(self, token, **params):
        return self.post(SETUPS, {"confirm": "true", "confirmation_token": token, **params})

    def method(self, intent):
        return self.get(f"/v1/payment_methods/{intent['payment_method']}")


def created_then_confirmed(path, **made):
    """Make an intent and confirm it in a second request."""

    def confirm(shop, token, **params):
        intent = shop.post(path, made)["id"]
        return shop.send("POST", f"{path}/{intent}/confirm", {"confirmation_token": token, **params})

    return confirm


def confirmed_at_once(path, **made):
    def confirm(shop, token, **params):
        return shop.send("POST", path, {**made, "confirm": "true", "confirmation_token": token, **params})

    return confirm


# What uses a token up: the object, and how.
WAYS = (
    ("payment_intent", confirmed_at_once(INTENTS, **MONEY)),
    ("payment_intent", created_then_confirmed(INTENTS, **MONEY)),
    ("setup_intent", confirmed_at_once(SETUPS)),
    ("setup_intent", created_then_confirmed(SETUPS)),
)
each_way = each("kind, confirm", WAYS)


def test_the_helpers_token_is_as_the_reference_shows_it():
    token = Shop().post(HELPER, {"payment_method": "pm_card_visa"})
    assert steady(token) == steady(EXPECTED)
    assert list(token) == list(EXPECTED)
    assert list(token["payment_method_preview"]) == list(EXPECTED["payment_method_preview"])
    assert list(token["payment_method_preview"]["card"]) == list(EXPECTED["payment_method_preview"]["card"])
    assert (len(token["id"]), token["id"][:8]) == (len(EXPECTED["id"]), "ctoken_1")
    assert token["expires_at"] == token["created"] + HALF_A_DAY


def test_what_is_asked_for_is_shown():
    shop = Shop()
    sent = {"return_url": "https://a.example/b", "setup_future_usage": "off_session", "shipping": SHIPPING}
    token = shop.post(HELPER, {"payment_method": "pm_card_visa", "payment_method_options": PLAN, **sent})
    assert {name: token[name] for name in sent} | {"shipping": None} == sent | {"shipping": None}
    assert token["shipping"]["address"] == {
        "city": None,
        "country": "US",
        "line1": "50 Sprague St",
        "line2": None,
        "postal_code": None,
        "state": None,
    }
    assert (token["shipping"]["name"], token["shipping"]["phone"]) == ("Jenny Rosen", None)
    plan = {"count": 3, "interval": "month", "type": "fixed_count"}
    assert token["payment_method_options"] == {"card": {"cvc_token": None, "installments": {"plan": plan}}}
    assert (problems(token), shop.read(token["id"])) == ([], token)


@each("path, key", [(HELPER, "sk_test_1"), (OF_CLIENTS, PUBLISHABLE), (OF_CLIENTS, "sk_test_1")])
def test_a_card_of_its_own_is_shown_and_not_kept_as_a_payment_method(path, key):
    shop = Shop()
    data = {"type": "card", "card": CARD, "billing_details": BILLING, "allow_redisplay": "always"}
    token = shop.post(path, {"payment_method_data": data}, key=key)
    preview = token["payment_method_preview"]
    assert (preview["card"]["brand"], preview["card"]["last4"], preview["card"]["exp_year"]) == (
        "mastercard",
        "4444",
        2031,
    )
    assert (preview["billing_details"]["name"], preview["allow_redisplay"]) == ("Jenny Rosen", "always")
    assert preview["card"]["checks"]["address_postal_code_check"] == "unchecked"
    assert (problems(token), shop.get("/v1/payment_methods")["data"]) == ([], [])


def test_a_customers_payment_method_names_its_customer():
    shop = Shop()
    customer = shop.customer()
    shop.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})
    (method,) = shop.get("/v1/payment_methods")["data"]
    token = shop.post(HELPER, {"payment_method": method["id"]})
    assert token["payment_method_preview"]["customer"] == customer
    assert shop.intent(token["id"], customer=customer)["payment_method"] == method["id"]


def test_nothing_need_be_known_of_the_payment_method():
    shop = Shop()
    token = shop.post(HELPER)
    assert (token["payment_method_preview"], problems(token)) == (None, [])
    assert shop.intent(token["id"], payment_method="pm_card_visa")["status"] == "succeeded"
    error = shop.refused(INTENTS, {**MONEY, "confirm": "true", "confirmation_token": shop.post(HELPER)["id"]})
    assert error["code"] == "payment_intent_unexpected_state"
    assert error["message"].endswith("or confirm it again directly with a payment method or ConfirmationToken.")


def test_a_card_token_that_it_is_made_of_is_used_up():
    shop = Shop()
    data = {"type": "card", "card": {"token": shop.token(number="5555555555554444")}}
    token = shop.post(HELPER, {"payment_method_data": data})
    assert shop.is_used(data["card"]["token"])
    assert shop.method(shop.intent(token["id"]))["card"]["last4"] == "4444"


@each(
    "path, params, options, refused",
    [
        (HELPER, {}, {"key": PUBLISHABLE}, (403, "secret_key_required", None)),
        (HELPER, {}, {"key": LIVE}, (400, None, None)),
        (HELPER, {"payment_method": "pm_x"}, {}, (400, "resource_missing", "payment_method")),
        (HELPER, {"payment_user_agent": "x"}, {}, (400, "parameter_unknown", "payment_user_agent")),
        (OF_CLIENTS, {"guid": "x"}, {"key": PUBLISHABLE}, (400, "parameter_unknown", "guid")),
        (HELPER, {"shipping": {"name": "x"}}, {}, (400, "parameter_missing", "shipping[address]")),
        (HELPER, {"setup_future_usage": "x"}, {}, (400, None, "setup_future_usage")),
        (
            HELPER,
            {"payment_method": "pm_card_visa", "payment_method_data": {"type": "card"}},
            {},
            (400, "parameters_exclusive", None),
        ),
        (HELPER, {"payment_method_data": {"type": "sofort"}}, {}, (400, None, "payment_method_data[type]")),
    ],
)
def test_what_makes_no_token(path, params, options, refused):
    error = Shop().refused(path, params, **options)
    assert (error["status"], error.get("code"), error.get("param")) == refused


def test_it_is_read_with_a_secret_key_by_the_account_that_made_it():
    shop = Shop()
    token = shop.post(HELPER, {}, stripe_account=CONNECTED)["id"]
    path = f"{OF_CLIENTS}/{token}"
    assert shop.get(path, stripe_account=CONNECTED)["id"] == token
    error = shop.not_found(path)
    assert (error["status"], error["code"], error["param"]) == (404, "resource_missing", "confirmation_token")
    assert error["message"] == f"No such confirmation_token: '{token}'"
    assert shop.not_found(path, key=PUBLISHABLE, stripe_account=CONNECTED)["code"] == "secret_key_required"


@each_way
def test_a_new_payment_method_is_made_and_the_token_names_the_intent(kind, confirm):
    shop = Shop()
    token = shop.confirmation()
    intent = confirm(shop, token).json()
    assert (intent["object"], intent["status"], problems(intent)) == (kind, "succeeded", [])
    assert intent["payment_method"].startswith("pm_1")
    shown = shop.read(token)
    preview = shown.pop("payment_method_preview")["card"]
    assert {name: shown.get(name) for name in ("payment_intent", "setup_intent")} == {
        "payment_intent": None,
        "setup_intent": None,
        kind: intent["id"],
    }
    card = shop.method(intent)["card"]
    assert {name: card[name] for name in preview if name != "checks"} == {
        name: preview[name] for name in preview if name != "checks"
    }


@each_way
def test_it_is_used_once(kind, confirm):
    shop = Shop()
    token = shop.confirmation()
    confirm(shop, token)
    refused = confirm(shop, token)
    error = refused.json()["error"]
    assert (refused.status, error["type"], error["code"]) == (
        400,
        "invalid_request_error",
        f"{kind}_confirmation_token_invalid",
    )
    assert "param" not in error
    assert "decline_code" not in error
    # The intent stays, and waits for another one.
    left = shop.get(f"/v1/{kind}s/{error[kind]['id']}")
    assert left["status"] == "requires_payment_method"
    assert shop.read(token)[kind] != left["id"]


@each_way
def test_it_is_used_by_one_kind_of_intent(kind, confirm):
    shop = Shop()
    token = shop.confirmation()
    other = next(way for found, way in WAYS if found != kind)
    assert other(shop, token).status == 200
    assert confirm(shop, token).json()["error"]["code"] == f"{kind}_confirmation_token_invalid"


@each_way
def test_it_expires_after_twelve_hours(kind, confirm):
    shop = Shop()
    token, other = shop.confirmation(), shop.confirmation()
    clock = shop.simulator._generator
    clock._created += HALF_A_DAY - 60
    assert confirm(shop, token).status == 200
    clock._created += 60
    assert confirm(shop, other).json()["error"]["code"] == f"{kind}_confirmation_token_invalid"
    assert shop.read(other)["payment_intent"] is None


def adopted(shop, token, path=HELPER, **params):
    sent = Request("POST", f"https://api.stripe.com{path}", {"content-type": FORM}, forms.encode(params).encode())
    shop.simulator.adopt(token, read(sent))


def test_one_of_a_cassette_can_be_used_however_old_it_is():
    shop = Shop()
    recorded = {**EXPECTED, "created": 1710871450, "expires_at": 1710871450 + HALF_A_DAY}
    adopted(shop, recorded, payment_method="pm_card_chargeDeclined")
    body = {**MONEY, "confirm": "true", "confirmation_token": recorded["id"]}
    assert shop.refused(INTENTS, body)["decline_code"] == "generic_decline"
    clock = shop.simulator._generator
    adopted(shop, recorded, payment_method="pm_card_visa")
    clock._created += HALF_A_DAY
    assert shop.refused(INTENTS, body)["code"] == "payment_intent_confirmation_token_invalid"


@each("expires_at, code", [(None, None), (EXPECTED["created"] - 1, "payment_intent_confirmation_token_invalid")])
def test_when_one_that_was_given_expires_is_its_own_to_say(expires_at, code):
    shop = Shop()
    adopted(shop, {**EXPECTED, "expires_at": expires_at}, payment_method="pm_card_visa")
    answer = shop.send("POST", INTENTS, {**MONEY, "confirm": "true", "confirmation_token": EXPECTED["id"]}).json()
    assert answer.get("error", {}).get("code") == code


@each(
    "params, last4",
    [
        ({"payment_method": "pm_card_mastercard"}, "4444"),
        ({"payment_method_data": {"type": "card", "card": CARD}}, "4444"),
        ({"payment_method_data": {"type": "card", "card": {"token": "tok_amex"}}}, "8431"),
    ],
)
def test_what_one_of_a_cassette_stands_for_is_what_was_sent(params, last4):
    shop = Shop()
    adopted(shop, EXPECTED, **params)
    assert shop.method(shop.intent(EXPECTED["id"]))["card"]["last4"] == last4


def test_one_of_a_cassette_that_was_only_read_says_what_is_missing():
    shop = Shop()
    adopted(shop, EXPECTED)
    error = shop.refused(INTENTS, {**MONEY, "confirm": "true", "confirmation_token": EXPECTED["id"]})
    assert error["message"].startswith("pytest-stripe-tokens does not know what card ctoken_")


def test_what_a_cassette_has_used_up_stays_used_where_nothing_here_can_tell_how():
    shop = Shop()
    token = shop.confirmation()
    shop.simulator.use(token, {"object": "payment_intent", "id": "pi_1"})
    sent = Request("POST", "https://api.stripe.com/v1/subscriptions", {"content-type": FORM}, f"token={token}".encode())
    shop.simulator.replayed(sent, Response(200, {}, b'{"id": "sub_1", "object": "subscription"}'))
    assert shop.read(token)["payment_intent"] == "pi_1"


@each_way
def test_a_decline_is_the_payment_methods_and_uses_the_token_up(kind, confirm):
    shop = Shop()
    token = shop.confirmation(payment_method="pm_card_chargeDeclinedInsufficientFunds")
    refused = confirm(shop, token)
    error = refused.json()["error"]
    assert (refused.status, error["type"], error["code"], error["decline_code"]) == (
        402,
        "card_error",
        "card_declined",
        "insufficient_funds",
    )
    assert (error[kind]["status"], error[kind]["payment_method"]) == ("requires_payment_method", None)
    assert error["payment_method"]["card"]["last4"] == "9995"
    assert shop.read(token)[kind] == error[kind]["id"]
    assert confirm(shop, token).json()["error"]["code"] == f"{kind}_confirmation_token_invalid"


@each_way
def test_3d_secure_sends_the_customer_back_to_the_tokens_page(kind, confirm):
    shop = Shop()
    card, back = "pm_card_threeDSecure2Required", "https://a.example/token"
    intent = confirm(shop, shop.confirmation(payment_method=card, return_url=back)).json()
    assert (intent["object"], intent["status"]) == (kind, "requires_action")
    assert intent["next_action"]["redirect_to_url"]["return_url"] == back
    other = "https://a.example/request"
    intent = confirm(shop, shop.confirmation(payment_method=card, return_url=back), return_url=other).json()
    assert intent["next_action"]["redirect_to_url"]["return_url"] == other


def test_the_payment_goes_where_the_token_says_unless_the_request_says_otherwise():
    shop = Shop()
    shown = shop.intent(shop.confirmation(shipping=SHIPPING))["shipping"]
    assert (shown["name"], shown["address"]["line1"]) == ("Jenny Rosen", "50 Sprague St")
    other = {"name": "Ada", "address": {"line1": "1 Main Street"}}
    assert shop.intent(shop.confirmation(shipping=SHIPPING), shipping=other)["shipping"]["name"] == "Ada"


@each_way
def test_the_requests_payment_method_is_the_one_that_pays(kind, confirm):
    shop = Shop()
    token = shop.confirmation()
    intent = confirm(shop, token, payment_method="pm_card_mastercard").json()
    assert shop.method(intent)["card"]["last4"] == "4444"
    assert shop.read(token)[kind] == intent["id"]


def test_a_plan_in_instalments_is_the_tokens_or_the_requests():
    shop = Shop()
    intent = shop.intent(shop.confirmation(payment_method_options=PLAN))
    assert intent["payment_method_options"]["card"]["installments"]["plan"]["count"] == 3
    token = shop.confirmation(payment_method_options=PLAN)
    sent = {**MONEY, "confirm": "true", "confirmation_token": token, "payment_method_options": PLAN}
    error = shop.refused(INTENTS, sent)
    assert (error["status"], error["message"].partition(" while ")[0]) == (
        400,
        "The provided ConfirmationToken contains an installment plan",
    )
    assert shop.read(token)["payment_intent"] is None
    assert shop.get(INTENTS)["data"][0]["id"] == intent["id"]


@each(
    "of_token, of_intent, kept",
    [
        ("off_session", "off_session", True),
        ("on_session", "on_session", True),
        (None, "off_session", True),
        ("off_session", None, True),
        (None, None, False),
    ],
)
def test_a_card_is_kept_for_its_customer_where_it_is_to_be_used_again(of_token, of_intent, kept):
    shop = Shop()
    customer = shop.customer()
    asked = {"setup_future_usage": of_intent} if of_intent else {}
    token = shop.confirmation(**({"setup_future_usage": of_token} if of_token else {}))
    intent = shop.intent(token, customer=customer, **asked)
    assert (intent["status"], intent["setup_future_usage"]) == ("succeeded", of_token or of_intent)
    assert shop.method(intent)["customer"] == (customer if kept else None)


@each("of_token, of_intent", [("off_session", "on_session"), ("on_session", "off_session")])
def test_a_token_and_a_payment_intent_may_not_disagree_on_later_use(of_token, of_intent):
    shop = Shop()
    token = shop.confirmation(setup_future_usage=of_token)
    for path in (INTENTS, f"{INTENTS}/{shop.post(INTENTS, {**MONEY, 'setup_future_usage': of_intent})['id']}/confirm"):
        sent = {**MONEY, "confirm": "true", "setup_future_usage": of_intent} if path == INTENTS else {}
        error = shop.refused(path, {**sent, "confirmation_token": token})
        assert (error["status"], error["type"], error["param"]) == (400, "invalid_request_error", "setup_future_usage")
        assert "code" not in error
    assert shop.intent(token, setup_future_usage=of_token)["status"] == "succeeded"


@each("path, sent", [(INTENTS, MONEY), (SETUPS, {})])
def test_it_goes_with_a_confirmation_only(path, sent):
    shop = Shop()
    error = shop.refused(path, {**sent, "confirmation_token": shop.confirmation()})
    assert (error["status"], error["param"]) == (400, "confirmation_token")
    intent = shop.post(path, sent)["id"]
    error = shop.refused(f"{path}/{intent}", {"confirmation_token": "ctoken_x"})
    assert (error["status"], error["code"], error["param"]) == (400, "parameter_unknown", "confirmation_token")


@each_way
def test_one_that_is_not_there_is_not_found(kind, confirm):
    shop = Shop()
    for token in ("ctoken_missing", "tok_visa", shop.post(HELPER, {}, stripe_account=CONNECTED)["id"]):
        refused = confirm(shop, token)
        error = refused.json()["error"]
        assert (refused.status, error["code"], error["param"]) == (400, "resource_missing", "confirmation_token"), kind
        assert error["message"] == f"No such confirmation_token: '{token}'"


def test_a_finished_setup_takes_no_other():
    shop = Shop()
    intent = shop.setup(shop.confirmation())
    token = shop.confirmation()
    canceled = shop.post(SETUPS)
    shop.post(f"{SETUPS}/{canceled['id']}/cancel")
    for finished, why in ((intent, "has already succeeded"), (canceled, "has been canceled")):
        error = shop.refused(f"{SETUPS}/{finished['id']}/confirm", {"confirmation_token": token})
        assert (error["code"], why in error["message"]) == ("setup_intent_unexpected_state", True)
    assert shop.read(token)["setup_intent"] is None


def test_a_setup_keeps_the_card_for_its_customer():
    shop = Shop()
    customer = shop.customer()
    assert shop.method(shop.setup(shop.confirmation(), customer=customer))["customer"] == customer


def test_the_same_confirmation_again_is_answered_as_before():
    shop = Shop()
    token = shop.confirmation()
    sent = {**MONEY, "confirm": "true", "confirmation_token": token}
    first, again = (shop.post(INTENTS, sent, idempotency_key="a") for _ in range(2))
    assert first == again


def test_a_page_confirms_with_the_secret_of_the_intent():
    shop = Shop()
    intent = shop.post(INTENTS, MONEY)
    sent = {"confirmation_token": shop.confirmation(), "client_secret": intent["client_secret"]}
    confirmed = shop.post(f"{INTENTS}/{intent['id']}/confirm", sent, key=PUBLISHABLE)
    assert confirmed["status"] == "succeeded"


def test_the_customer_of_a_saved_payment_method_is_expanded():
    shop = Shop()
    customer = shop.customer()
    method = shop.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
    token = shop.post(HELPER, {"payment_method": method, "expand": ["payment_method_preview.customer"]})
    assert token["payment_method_preview"]["customer"]["object"] == "customer"


@each("path", ["/v1/charges", "/v1/customers", "/v1/payment_methods"])
def test_nothing_else_takes_one(path):
    shop = Shop()
    error = shop.refused(path, {"confirmation_token": shop.confirmation()})
    assert (error["status"], error["code"], error["param"]) == (400, "parameter_unknown", "confirmation_token")
