"""Confirmation tokens through the front door: stripe-python's client over each transport, fixtures, other sources."""

from __future__ import annotations

import asyncio

import pytest
import stripe
from rows import each

from pytest_stripe_tokens import StripeAPIError, stripe_sandbox

# stripe-python's own, over httpx.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes")
KEY = "sk_test_1"
MONEY = {"amount": 500, "currency": "usd"}


async def over(transport, ask):
    """Run a session with a client over a transport; the plain methods where there is none."""
    http = transport and transport()
    client = stripe.StripeClient(KEY, http_client=http, max_network_retries=0)

    async def send(service, method, *args):
        found = client.v1
        for part in service.split("."):
            found = getattr(found, part)
        answer = getattr(found, f"{method}_async" if http else method)(*args)
        return await answer if http else answer

    try:
        await ask(send)
    finally:
        if http is not None:
            await http.close_async()


async def session(ask):
    """Make a token, pay with it, look at it, and use it again."""
    token = await ask("test_helpers.confirmation_tokens", "create", {"payment_method": "pm_card_visa"})
    assert (type(token), token.payment_method_preview.card.last4) == (stripe.ConfirmationToken, "4242")
    assert (token.expires_at - token.created, token.payment_intent) == (43200, None)
    paid = {**MONEY, "confirm": True, "confirmation_token": token.id}
    intent = await ask("payment_intents", "create", paid)
    assert (intent.status, intent.payment_method[:4]) == ("succeeded", "pm_1")
    read = await ask("confirmation_tokens", "retrieve", token.id)
    assert (read.payment_intent, read.setup_intent) == (intent.id, None)
    with pytest.raises(stripe.InvalidRequestError) as error:
        await ask("payment_intents", "create", paid)
    assert (error.value.code, error.value.param) == ("payment_intent_confirmation_token_invalid", None)
    with pytest.raises(stripe.InvalidRequestError) as error:
        await ask("confirmation_tokens", "retrieve", "ctoken_missing")
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")
    declining = await ask("test_helpers.confirmation_tokens", "create", {"payment_method": "pm_card_chargeDeclined"})
    customer = await ask("customers", "create", {})
    setup = await ask("setup_intents", "create", {"customer": customer.id})
    with pytest.raises(stripe.CardError) as declined:
        await ask("setup_intents", "confirm", setup.id, {"confirmation_token": declining.id})
    assert declined.value.code == "card_declined"
    other = await ask("test_helpers.confirmation_tokens", "create", {"payment_method": "pm_card_mastercard"})
    done = await ask("setup_intents", "confirm", setup.id, {"confirmation_token": other.id})
    method = await ask("payment_methods", "retrieve", done.payment_method)
    assert (done.status, method.customer, method.card.last4) == ("succeeded", customer.id, "4444")


@each("transport", [None, stripe.HTTPXClient, stripe.AIOHTTPClient])
def test_a_session_with_the_sdks_client(transport):
    with stripe_sandbox():
        asyncio.run(over(transport, session))


def test_one_that_a_test_gives_can_be_used_and_may_have_expired():
    with stripe_sandbox() as sandbox:
        preview = {"type": "card", "card": {"last4": "4242"}}
        body = {"object": "confirmation_token", "payment_intent": None, "setup_intent": None}
        sandbox.answer("POST /v1/confirmation_tokens", {**body, "payment_method_preview": preview, "expires_at": 1})
        token = stripe.StripeClient(KEY).raw_request("post", "/v1/confirmation_tokens", payment_method="pm_card_visa")
        identity = token.json["id"] if hasattr(token, "json") else __import__("json").loads(token.body)["id"]
        assert sandbox.tokens[identity].origin == "given"
        with pytest.raises(stripe.InvalidRequestError) as error:
            stripe.StripeClient(KEY).v1.payment_intents.create(
                {**MONEY, "confirm": True, "confirmation_token": identity}
            )
        assert error.value.code == "payment_intent_confirmation_token_invalid"


def test_it_is_made_with_the_parameters_of_the_suite(suite):
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.fixture
        def stripe_tokens_params():
            return {"confirmation_token": {"payment_method": "pm_card_amex", "setup_future_usage": "off_session"}}

        def test_it(confirmation_token):
            assert confirmation_token.payment_method_preview.card.brand == "amex"
            assert confirmation_token.setup_future_usage == "off_session"

        @pytest.mark.stripe_tokens(mode="replay")
        def test_another_than_the_builtin_one_is_a_miss(confirmation_token): ...
        """,
    )
    suite.run_pytest(
        outcomes={"passed": 1, "errors": 1},
        report=[
            'mode is "replay" and no cassette holds POST /v1/test_helpers/confirmation_tokens (confirmation_token)*',
            "searched: the built-in confirmation_token.yaml*",
            "*payment_method: recorded 'pm_card_visa', sent 'pm_card_amex'*",
        ],
    )


def test_a_failure_that_is_asked_for_is_the_apis_own():
    with stripe_sandbox() as sandbox:
        sandbox.fail_next(code="payment_intent_confirmation_token_invalid", path="/v1/payment_intents")
        with pytest.raises(stripe.InvalidRequestError) as error:
            stripe.StripeClient(KEY).v1.payment_intents.create(
                {**MONEY, "confirm": True, "confirmation_token": sandbox.create("confirmation_token").id}
            )
        assert (error.value.http_status, error.value.code) == (400, "payment_intent_confirmation_token_invalid")


def test_a_type_that_is_none_names_all_there_are():
    with (
        stripe_sandbox() as sandbox,
        pytest.raises(
            Exception, match="no token type 'x'; the types are account, bank_account, card, confirmation_token, "
        ),
    ):
        sandbox.create("x")


def test_what_reading_one_does_not_take_is_named():
    with (
        stripe_sandbox() as sandbox,
        pytest.raises(Exception, match=r"unknown argument 'stripe_acount'; .* stripe_account"),
    ):
        sandbox.retrieve("ctoken_1", stripe_acount="acct_1")


def test_of_a_connected_account_it_is_used_there_alone():
    with stripe_sandbox() as sandbox:
        account = "acct_1Ot4L8S3R2m7OSYI"
        token = sandbox.create("confirmation_token", stripe_account=account)
        assert sandbox.retrieve(token, stripe_account=account) == token
        with pytest.raises(StripeAPIError) as missing:
            sandbox.retrieve(token)
        assert missing.value.code == "resource_missing"
        paid = {**MONEY, "confirm": True, "confirmation_token": token.id}
        intents = stripe.StripeClient(KEY).v1.payment_intents
        with pytest.raises(stripe.InvalidRequestError, match="No such confirmation_token"):
            intents.create(paid)
        assert intents.create(paid, {"stripe_account": account}).status == "succeeded"
