"""3D Secure: an intent goes on once its customer has answered, or gives its payment method up."""

from __future__ import annotations

from rows import each
from simulator_api import PUBLISHABLE, Api, problems

# Stripe's testing page: authentication is required, whether the card is set up or not.
CARD = "pm_card_authenticationRequired"
MONEY = {"amount": 1000, "currency": "usd"}
# Real texts, as last_payment_error and last_setup_error show them.
REFUSAL = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
PASSED, FAILED = '{"transStatus": "Y"}', '{"transStatus": "N"}'


def asked(api, path="payment_intents", **params):
    sent = {"payment_method": CARD, "confirm": True, **(MONEY if path == "payment_intents" else {}), **params}
    intent = api.post(f"/v1/{path}", sent)
    assert intent["status"] == "requires_action"
    return intent


def answer(api, intent, result, **options):
    sent = {"client_secret": intent["client_secret"], "final_cres": result}
    done = api.post("/v1/3ds2/challenge_complete", sent, **options)
    assert done["object"] == "three_d_secure_2"
    return api.get(f"/v1/{intent['object']}s/{intent['id']}"), done["state"]


@each(
    "path, params, status, event",
    [
        ("payment_intents", {}, "succeeded", "payment_intent.succeeded"),
        (
            "payment_intents",
            {"capture_method": "manual"},
            "requires_capture",
            "payment_intent.amount_capturable_updated",
        ),
        ("setup_intents", {}, "succeeded", "setup_intent.succeeded"),
    ],
)
def test_one_that_was_passed_goes_on(path, params, status, event):
    api = Api()
    intent = asked(api, path, **params)
    shown, state = answer(api, intent, PASSED, key=PUBLISHABLE)
    assert (shown["status"], shown["next_action"], state) == (status, None, "succeeded")
    assert shown["payment_method"] == intent["payment_method"]
    assert problems(shown) == []
    assert event in [told["type"] for told in api.get("/v1/events")["data"]]


@each("path, kind", [("payment_intents", "payment"), ("setup_intents", "setup")])
def test_one_that_failed_waits_for_another_method(path, kind):
    api = Api()
    intent = asked(api, path)
    shown, state = answer(api, intent, FAILED)
    assert (shown["status"], shown["payment_method"], shown["next_action"]) == ("requires_payment_method", None, None)
    error = shown[f"last_{kind}_error"]
    assert (error["code"], error["message"]) == (f"{kind}_intent_authentication_failure", REFUSAL)
    assert (error["type"], error["payment_method"]["id"]) == ("invalid_request_error", intent["payment_method"])
    assert (state, problems(shown)) == ("failed", [])
    failed = "payment_intent.payment_failed" if kind == "payment" else "setup_intent.setup_failed"
    assert api.get("/v1/events")["data"][0]["type"] == failed
    paid = api.post(f"/v1/{path}/{intent['id']}/confirm", {"payment_method": "pm_card_visa"})
    assert (paid["status"], paid[f"last_{kind}_error"]) == ("succeeded", None)


def test_a_card_may_decline_after_it():
    api = Api()
    # Stripe's testing page: it needs authentication, and has insufficient funds.
    card = {"type": "card", "card": {"token": api.token(number="4000008260003178")}}
    intent = api.post("/v1/payment_intents", {**MONEY, "payment_method_data": card, "confirm": True})
    shown, _ = answer(api, intent, PASSED)
    assert (shown["status"], shown["last_payment_error"]["decline_code"]) == (
        "requires_payment_method",
        "insufficient_funds",
    )
    method = {"payment_method": intent["payment_method"]}
    assert api.post(f"/v1/payment_intents/{intent['id']}/confirm", method)["status"] == "requires_action"


def test_a_manual_confirmation_is_the_servers_to_finish():
    api = Api()
    intent = asked(api, confirmation_method="manual")
    shown, _ = answer(api, intent, PASSED)
    assert shown["status"] == "requires_confirmation"
    assert api.post(f"/v1/payment_intents/{intent['id']}/confirm")["status"] == "succeeded"


def test_the_next_payment_asks_again():
    api = Api()
    customer = api.customer()
    first = asked(api, customer=customer, setup_future_usage="on_session")
    shown, _ = answer(api, first, PASSED)
    asked(api, customer=customer, payment_method=shown["payment_method"])


@each(
    "change, param, told",
    [
        ({"client_secret": "pi_1_secret_2"}, "client_secret", "does not match any intent"),
        ({"final_cres": "Y"}, "final_cres", '{"transStatus": "Y"}'),
        ({"final_cres": ""}, "final_cres", ""),
    ],
)
def test_what_is_no_answer_is_refused(change, param, told):
    api = Api()
    intent = asked(api)
    sent = {"client_secret": intent["client_secret"], "final_cres": PASSED, **change}
    error = api.refused("/v1/3ds2/challenge_complete", sent)
    assert (error["status"], error["param"]) == (400, param)
    assert told in error["message"]
    assert api.get(f"/v1/payment_intents/{intent['id']}")["status"] == "requires_action"


def test_an_intent_that_asks_for_nothing_is_left_alone():
    api = Api()
    intent = asked(api)
    shown, _ = answer(api, intent, PASSED)
    sent = {"client_secret": intent["client_secret"], "final_cres": FAILED}
    error = api.refused("/v1/3ds2/challenge_complete", sent)
    assert error["message"] == f"{intent['id']} asks for no authentication: its status is succeeded."
    assert api.get(f"/v1/payment_intents/{intent['id']}") == shown
