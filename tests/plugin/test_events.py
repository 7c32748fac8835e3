"""Events as Stripe sends them to a webhook endpoint, verified by the SDK as the code under test does."""

from __future__ import annotations

import json
import pickle

import pytest
import stripe
from rows import each

from pytest_stripe_tokens import StripeEvent, stripe_sandbox
from pytest_stripe_tokens.redaction.usage_error import UsageError

SECRET = "whsec_mine"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setattr(stripe, "api_key", "sk_test_mine")


def received(event, secret=SECRET):
    """What the code under test takes from the request."""
    return stripe.Webhook.construct_event(event.payload, event.headers(secret)["Stripe-Signature"], secret)


def test_an_event_is_verified_and_read_by_the_sdk(stripe_tokens, card_token):
    charge = stripe.Charge.create(amount=500, currency="usd", source=card_token.id, description="Zoë")
    event = received(stripe_tokens.event("charge.refunded", charge))
    assert type(event) is stripe.Event
    assert (event.type, event.data.object.id, event.data.object.description) == ("charge.refunded", charge.id, "Zoë")
    assert type(event.data.object) is stripe.Charge
    assert (event.livemode, event.pending_webhooks, event.request.id) == (False, 1, None)
    assert event.api_version
    assert stripe.Event.retrieve(event.id).data.object.id == charge.id


def test_what_the_sandbox_has_noted_is_the_same_event(stripe_tokens):
    customer = stripe.Customer.create(name="Ada")
    changed = stripe.Customer.modify(customer.id, name="Grace")
    event = stripe_tokens.event("customer.updated", changed)
    assert event.data.previous_attributes == {"name": "Ada"}
    assert [each.id for each in stripe.Event.list(type="customer.updated").data] == [event.id]
    assert event.request.id.startswith("req_")


def test_another_secret_or_a_changed_body_is_refused(stripe_tokens, card_token):
    event = stripe_tokens.event("customer.created", card_token)
    headers = event.headers()
    assert stripe.Webhook.construct_event(event.payload, headers["Stripe-Signature"], "whsec_test").id == event.id
    for payload, secret in ((event.payload, SECRET), (event.payload + b" ", "whsec_test")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(payload, headers["Stripe-Signature"], secret)
    assert headers["Content-Type"] == "application/json; charset=utf-8"


@each(
    ("given", "identity"),
    [
        ({"object": "subscription", "status": "canceled"}, "sub_"),
        ({"id": "sub_1", "object": "subscription"}, "sub_1"),
        (stripe.Invoice.construct_from({"object": "invoice", "lines": {"object": "list", "data": []}}, "k"), "in_"),
    ],
)
def test_what_an_object_leaves_out_is_filled_in(given, identity):
    with stripe_sandbox() as tokens:
        event = tokens.event("customer.subscription.deleted", given)
    assert event.data.object.id.startswith(identity)
    assert event.data.object.livemode is False
    assert received(event).data.object.id == event["data"]["object"]["id"]


def test_an_object_of_a_connected_account_names_it(stripe_tokens):
    customer = stripe.Customer.create(stripe_account="acct_1Seller")
    event = stripe_tokens.event("customer.deleted", customer, previous_attributes={"name": None})
    assert (event.account, event.data.previous_attributes) == ("acct_1Seller", {"name": None})
    assert "account" not in stripe_tokens.event("customer.deleted", {"id": "cus_1", "object": "customer"})


def test_it_is_a_mapping_that_can_not_be_changed(stripe_tokens, card_token):
    event = stripe_tokens.event("token.created", card_token)
    assert dict(event) == json.loads(event.payload) == event == event.to_dict()
    assert list(event)[:2] == ["id", "object"]
    assert isinstance(pickle.loads(pickle.dumps(event)), StripeEvent)
    assert repr(event) == f"<StripeEvent {event.id} (token.created)>"
    with pytest.raises(AttributeError):
        event.id = "evt_1"


def test_events_are_the_same_in_every_run():
    def ids():
        with stripe_sandbox(seed=4) as tokens:
            return [tokens.event("price.created", {"object": "price"}).to_dict() for _ in range(2)]

    first, second = ids()
    assert first["id"] != second["id"]
    assert ids() == [first, second]


@each(
    ("arguments", "message"),
    [
        (("refunded", {}), "expected an event's type, such as 'charge.refunded'"),
        ((None, {}), "expected an event's type"),
        (("charge.refunded", None), "not None"),
        (("charge.refunded", "ch_1"), "not 'ch_1'"),
        (("charge.refunded", {"at": {1}}), "can't be written as JSON"),
    ],
)
def test_what_is_no_event_is_a_usage_error(arguments, message, stripe_tokens):
    with pytest.raises(UsageError, match=r"^stripe_tokens\.event") as error:
        stripe_tokens.event(*arguments)
    assert message in str(error.value)


@each("secret", ["", " ", None, 3])
def test_what_is_no_secret_is_a_usage_error(secret, stripe_tokens):
    with pytest.raises(UsageError, match="signing secret"):
        stripe_tokens.event("price.created", {}).headers(secret)
