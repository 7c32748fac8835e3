"""The life of objects, endpoint by endpoint: fresh, again, replayed, unknown, of another account, in older versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rows import each
from simulator_api import Api, problems
from simulator_requests import Furnished

# Older than everything that versions change of these objects.
OLD = "2020-03-02"
OLDER = {
    "charge": {"invoice", "refunds"},
    "customer": {"account_balance", "sources", "subscriptions", "tax_ids"},
    "payment_intent": {"charges", "invoice"},
}


@dataclass(frozen=True)
class Step:
    """One request in the life of an object.

    Args:
        path: with a word for the id of what it is about.
        word: that word.
        again: the status of the same request once more, and the error's code.
        noun: how a message calls what is not there, with the parameter that it names.
    """

    method: str
    path: str
    word: str
    noun: tuple[str, str]
    again: tuple[int, str | None] = (200, None)
    params: dict[str, Any] = field(default_factory=dict)


CHARGE, INTENT, SETUP = ("charge", "charge"), ("payment_intent", "intent"), ("setupintent", "intent")
REFUND, METHOD = ("refund", "refund"), ("PaymentMethod", "payment_method")
STATE, SETUP_STATE = (400, "payment_intent_unexpected_state"), (400, "setup_intent_unexpected_state")
REFUNDED = (400, "charge_already_refunded")
CUSTOMER, SOURCE, GONE = ("customer", "id"), ("source", "id"), (404, "resource_missing")
TRANSFER, REVERSAL, PAYOUT = ("transfer", "transfer"), ("transfer reversal", "id"), ("payout", "payout")
STEPS = [
    Step("POST", "/v1/charges/CHARGE", "CHARGE", CHARGE, params={"description": "x"}),
    Step("POST", "/v1/charges/HELD/capture", "HELD", CHARGE, (400, "charge_already_captured")),
    Step("POST", "/v1/charges/CHARGE/refund", "CHARGE", ("charge", "id"), REFUNDED),
    Step("POST", "/v1/charges/CHARGE/refunds", "CHARGE", ("charge", "id"), REFUNDED),
    Step("GET", "/v1/charges/CHARGE/refunds", "CHARGE", CHARGE),
    Step("GET", "/v1/charges/CHARGE/refunds/REFUND", "REFUND", REFUND),
    Step("POST", "/v1/refunds", "CHARGE", ("charge", "id"), REFUNDED, {"charge": "CHARGE"}),
    Step("GET", "/v1/refunds/REFUND", "REFUND", REFUND),
    Step("POST", "/v1/refunds/REFUND", "REFUND", REFUND, params={"metadata": {"a": "b"}}),
    Step("POST", "/v1/payment_intents/HOLDING/capture", "HOLDING", INTENT, STATE),
    Step("POST", "/v1/payment_intents/HOLDING/cancel", "HOLDING", INTENT, STATE),
    Step(
        "POST",
        "/v1/payment_intents/GROWING/increment_authorization",
        "GROWING",
        INTENT,
        (400, None),
        {"amount": "1500"},
    ),
    Step("GET", "/v1/setup_intents/SETUP", "SETUP", SETUP),
    Step("POST", "/v1/setup_intents/SETUP", "SETUP", SETUP, params={"description": "x"}),
    Step("POST", "/v1/setup_intents/SETUP/confirm", "SETUP", SETUP, SETUP_STATE),
    Step("POST", "/v1/setup_intents/SETUP/cancel", "SETUP", SETUP, SETUP_STATE),
    Step("POST", "/v1/payment_methods/METHOD", "METHOD", METHOD, params={"metadata": {"a": "b"}}),
    Step("POST", "/v1/payment_methods/METHOD/detach", "METHOD", METHOD, (400, None)),
    Step("GET", "/v1/customers/CUSTOMER/payment_methods/METHOD", "METHOD", METHOD),
    Step("GET", "/v1/customers/CUSTOMER", "CUSTOMER", CUSTOMER),
    Step("POST", "/v1/customers/CUSTOMER", "CUSTOMER", CUSTOMER, params={"description": "x"}),
    Step("DELETE", "/v1/customers/CUSTOMER", "CUSTOMER", CUSTOMER, GONE),
    Step("POST", "/v1/customers/CUSTOMER/sources/SOURCE", "SOURCE", SOURCE, params={"name": "Jane"}),
    Step("DELETE", "/v1/customers/CUSTOMER/sources/SOURCE", "SOURCE", SOURCE, GONE),
    Step("POST", "/v1/customers/CUSTOMER/sources/BANK/verify", "BANK", SOURCE, (400, None), {"amounts": ["32", "45"]}),
    Step("GET", "/v1/sources/REUSABLE", "REUSABLE", ("source", "source")),
    Step("POST", "/v1/sources/REUSABLE", "REUSABLE", ("source", "source"), params={"metadata": {"a": "b"}}),
    Step("GET", "/v1/transfers/TRANSFER", "TRANSFER", TRANSFER),
    Step("POST", "/v1/transfers/TRANSFER", "TRANSFER", TRANSFER, params={"description": "x"}),
    Step("POST", "/v1/transfers/TRANSFER/reversals", "TRANSFER", TRANSFER, (400, None)),
    Step("GET", "/v1/transfers/TRANSFER/reversals", "TRANSFER", TRANSFER),
    Step("GET", "/v1/transfers/TRANSFER/reversals/REVERSAL", "REVERSAL", REVERSAL),
    Step("POST", "/v1/transfers/TRANSFER/reversals/REVERSAL", "REVERSAL", REVERSAL, params={"metadata": {"a": "b"}}),
    Step("GET", "/v1/payouts/PAYOUT", "PAYOUT", PAYOUT),
    Step("POST", "/v1/payouts/PAYOUT", "PAYOUT", PAYOUT, params={"metadata": {"a": "b"}}),
    Step("POST", "/v1/payouts/PAYOUT/cancel", "PAYOUT", PAYOUT, (400, None)),
    Step("POST", "/v1/payouts/PAID/reverse", "PAID", PAYOUT, (400, None)),
    Step("GET", "/v1/topups/TOPUP", "TOPUP", ("topup", "topup")),
    Step("POST", "/v1/topups/TOPUP", "TOPUP", ("topup", "topup"), params={"description": "x"}),
    Step("POST", "/v1/topups/TOPUP/cancel", "TOPUP", ("topup", "topup"), (400, None)),
    Step("GET", "/v1/events/EVENT", "EVENT", ("event", "id")),
]
each_step = each("step", STEPS)


def sent(world, step, **headers):
    return world.api.send(step.method, world.named(step.path), world.named(step.params), **headers)


def code_of(response):
    return response.status, response.json().get("error", {}).get("code")


@each_step
def test_a_step_is_taken_and_is_what_the_sdk_says(step):
    world = Furnished(Api())
    first = sent(world, step)
    assert (code_of(first), problems(first.json())) == ((200, None), [])
    assert code_of(sent(world, step)) == step.again


@each_step
def test_a_replayed_step_is_taken_once(step):
    world = Furnished(Api())
    world.named(step.path + str(step.params))
    if step.method != "POST":
        return
    first, again = (sent(world, step, idempotency_key="k") for _ in range(2))
    assert (first.status, again.body, again.headers["Idempotent-Replayed"]) == (200, first.body, "true")
    happenings = len(world.api.simulator._world.happenings)
    sent(world, step, idempotency_key="k")
    assert len(world.api.simulator._world.happenings) == happenings


@each_step
def test_a_step_of_what_is_not_there_is_refused(step):
    world = Furnished(Api())
    world.named(step.path)
    world.ids[step.word] = "xx_0"
    error = sent(world, step).json()["error"]
    noun, param = step.noun
    assert error == {
        "code": "resource_missing",
        "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
        "message": f"No such {noun}: 'xx_0'",
        "param": param,
        "request_log_url": error["request_log_url"],
        "type": "invalid_request_error",
    }
    assert sent(world, step).status == 404


@each_step
def test_a_step_of_another_account_is_refused(step):
    world = Furnished(Api())
    world.named(step.path + str(step.params))
    account = world.id("ACCOUNT")
    assert code_of(sent(world, step, stripe_account=account)) == (404, "resource_missing")
    assert code_of(sent(world, step)) == (200, None)


@each_step
def test_a_step_has_the_shape_of_its_version(step):
    world = Furnished(Api())
    response = sent(world, step, stripe_version=OLD)
    assert (response.status, response.headers["Stripe-Version"]) == (200, OLD)
    body = response.json()
    older = set() if "deleted" in body else OLDER.get(body["object"], set())
    assert older <= body.keys()
    newest = sent(Furnished(Api()), step).json()
    assert newest.keys() == body.keys() - older
