"""Tokens are used up by the code under test: through stripe-python's own classes, in a test's own sandbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from rows import each

from pytest_stripe_tokens import TEST_BANK_ACCOUNTS, TEST_CARDS, stripe_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

MONEY = {"amount": 500, "currency": "usd"}
CONNECTED = "acct_1Ot4L8S3R2m7OSYI"
CUSTOM = {"type": "custom", "country": "US"}


@dataclass(frozen=True)
class Use:
    """A way to use a token up.

    Args:
        kind: the token's type.
        wrong: a type that is not taken.
        param: the parameter that takes it.
        send: makes the request with a token's id, gives the object.
        read: reads the object back.
        prefix: what an id that does not exist begins with.
    """

    name: str
    kind: str
    wrong: str
    param: str
    send: Callable[[str], Any]
    read: Callable[[Any], Any]
    prefix: str = "tok"


def again(cls):
    return lambda made: cls.retrieve(made.id)


def customer():
    return stripe.Customer.create(name="Jenny Rosen").id


def account():
    return stripe.Account.create(**CUSTOM).id


def intent():
    return stripe.PaymentIntent.create(**MONEY, payment_method="pm_card_visa").id


def external_account(made):
    return stripe.Account.retrieve_external_account(made.account, made.id)


def person_of_account(made):
    return stripe.Account.retrieve_person(made.account, made.id)


def as_card(token):
    return {"type": "card", "card": {"token": token}}


def cvc(token):
    return {"card": {"cvc_token": token}}


CVC = ("cvc_update", "card", "payment_method_options[card][cvc_token]")
INTENT = again(stripe.PaymentIntent)
# The rest of the ways are tried in unit/test_simulator_endpoints.py; these go through stripe-python and the sandbox.
USES = [
    Use("Charge.create", "card", "bank_account", "source",
        lambda token: stripe.Charge.create(**MONEY, source=token), again(stripe.Charge)),
    Use("PaymentIntent.confirm", *CVC,
        lambda token: stripe.PaymentIntent.confirm(intent(), payment_method_options=cvc(token)), INTENT,
        prefix="cvctok"),
    Use("Account.create_external_account", "bank_account", "person", "external_account",
        lambda token: stripe.Account.create_external_account(account(), external_account=token), external_account,
        prefix="btok"),
    Use("Account.create_person, id number", "pii", "card", "id_number",
        lambda token: stripe.Account.create_person(account(), id_number=token), person_of_account, prefix="pii"),
    Use("3DS authentication", "card", "bank_account", "payment_method_data[card][token]",
        lambda token: raw("post", "/v1/three_d_secure/authentications", channel={"type": "browser"},
                          message_category="payment_authentication", payment_method_data=as_card(token)),
        lambda made: raw("get", f"/v1/three_d_secure/authentications/{made.id}")),
]  # fmt: skip
each_use = pytest.mark.parametrize("use", USES, ids=lambda use: use.name)


def raw(method, path, **params):
    client = stripe.StripeClient(stripe.api_key)
    return client.deserialize(client.raw_request(method, path, **params), api_mode="V1")


@each_use
def test_a_fresh_token_makes_an_object_that_can_be_read_and_is_used_up(use, stripe_tokens):
    token = stripe_tokens.create(use.kind)
    made = use.send(token.id)
    assert use.read(made).to_dict() == made.to_dict()
    assert stripe.Token.retrieve(token.id).used
    assert stripe_tokens.tokens[token.id].used
    assert not token.used


@each_use
def test_a_used_token_is_refused(use, stripe_tokens):
    token = stripe_tokens.create(use.kind)
    use.send(token.id)
    with pytest.raises(stripe.InvalidRequestError) as error:
        use.send(token.id)
    raised = error.value
    assert (raised.http_status, raised.code, raised.param) == (400, "token_already_used", None)
    assert raised.user_message == f"You cannot use a Stripe token more than once: {token.id}."


@each_use
def test_a_token_used_by_the_test_is_refused(use, stripe_tokens):
    token = stripe_tokens.create(use.kind)
    stripe_tokens.use(token)
    with pytest.raises(stripe.InvalidRequestError, match="more than once"):
        use.send(token.id)


@each_use
def test_an_unknown_token_is_refused(use, stripe_tokens):
    unknown = f"{use.prefix}_1SrMb2unknown"
    with pytest.raises(stripe.InvalidRequestError) as error:
        use.send(unknown)
    raised = error.value
    assert (raised.http_status, raised.code, raised.param) == (400, "resource_missing", use.param)
    assert raised.user_message == f"No such token: '{unknown}'"
    assert stripe_tokens.tokens == {}


@each_use
def test_a_token_of_another_type_is_refused_and_stays_unused(use, stripe_tokens):
    token = stripe_tokens.create(use.wrong)
    with pytest.raises(stripe.InvalidRequestError) as error:
        use.send(token.id)
    assert (error.value.http_status, error.value.param) == (400, use.param)
    assert token.id in error.value.user_message
    assert not stripe.Token.retrieve(token.id).used


def test_a_charge_carries_the_tokens_card(card_token):
    charge = stripe.Charge.create(**MONEY, source=card_token.id)
    assert (charge.source.id, charge.payment_method) == (card_token.card.id, card_token.card.id)
    assert (charge.paid, charge.status, charge.source.cvc_check) == (True, "succeeded", "pass")
    assert charge.payment_method_details.card.last4 == card_token.card.last4


def test_a_customer_carries_the_tokens_bank_account(bank_token):
    made = stripe.Customer.create(source=bank_token.id, expand=["sources"])
    assert made.default_source == bank_token.bank_account.id == made.sources.data[0].id
    assert made.sources.data[0].status == "new"


def test_an_account_carries_what_its_token_says(stripe_tokens):
    token = stripe_tokens.create("account", individual={"first_name": "Ann", "last_name": "Lee"})
    made = stripe.Account.create(**CUSTOM, account_token=token.id)
    assert (made.individual.first_name, made.business_type) == ("Ann", "individual")
    assert (made.tos_acceptance.date, made.tos_acceptance.ip) == (token.created, token.client_ip)


def test_an_id_number_is_provided_and_never_shown(pii_token):
    made = stripe.Account.create_person(account(), id_number=pii_token.id)
    assert made.id_number_provided
    assert "id_number" not in made.to_dict()


USED_BY_THREADS = {
    "charge": lambda token: stripe.Charge.create(**MONEY, source=token),
    "customer": lambda token: stripe.Customer.create(source=token),
    "use": None,
}


@pytest.mark.parametrize("how", USED_BY_THREADS)
def test_two_threads_spend_a_token_once(how, stripe_tokens):
    send = USED_BY_THREADS[how] or stripe_tokens.use
    for _ in range(5):
        token, barrier = stripe_tokens.create("card"), Barrier(2)

        def spend(_, token=token, barrier=barrier):
            barrier.wait()
            try:
                send(token.id)
            except Exception as error:  # noqa: BLE001 - of the SDK or ours
                return error.code
            return "spent"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(spend, range(2))) == ["spent", "token_already_used"]


def test_an_idempotency_key_replays_the_answer_and_spends_nothing(card_token, stripe_tokens):
    first, second = (stripe.Charge.create(**MONEY, source=card_token.id, idempotency_key="order-1") for _ in range(2))
    assert first.to_dict() == second.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(stripe.Charge.list().data) == 1
    assert [request.path for request in stripe_tokens.requests].count("/v1/charges") == 3


def test_an_idempotency_key_belongs_to_its_parameters(card_token, bank_token):
    stripe.Customer.create(source=card_token.id, idempotency_key="order-1")
    with pytest.raises(stripe.IdempotencyError, match="only be used with the same parameters"):
        stripe.Customer.create(source=bank_token.id, idempotency_key="order-1")
    assert not stripe.Token.retrieve(bank_token.id).used


def test_an_idempotency_key_replays_a_decline(stripe_tokens):
    token = stripe_tokens.create("card", **TEST_CARDS["charge_declined"])
    raised = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            stripe.Charge.create(**MONEY, source=token.id, idempotency_key="order-1")
        raised.append(error.value)
    assert raised[0].json_body == raised[1].json_body
    assert raised[1].headers["Idempotent-Replayed"] == "true"


def test_a_retried_request_is_answered_once(card_token, stripe_tokens, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    stripe_tokens.fail_next(429, times=2)
    assert stripe.Charge.create(**MONEY, source=card_token.id).paid
    keys = {request.headers["Idempotency-Key"] for request in stripe_tokens.requests if request.path == "/v1/charges"}
    assert len(keys) == 1


def test_a_token_belongs_to_its_account(card_token):
    with pytest.raises(stripe.InvalidRequestError) as error:
        stripe.Token.retrieve(card_token.id, stripe_account=CONNECTED)
    assert (error.value.http_status, error.value.code) == (400, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="No such token"):
        stripe.Charge.create(**MONEY, source=card_token.id, stripe_account=CONNECTED)
    assert not stripe.Token.retrieve(card_token.id).used


@pytest.mark.stripe_tokens
def test_a_connected_accounts_token_is_its_own():
    token = stripe.Token.create(card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2050},
                                stripe_account=CONNECTED)  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError, match="No such token"):
        stripe.Token.retrieve(token.id)
    charge = stripe.Charge.create(**MONEY, source=token.id, stripe_account=CONNECTED)
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        stripe.Charge.retrieve(charge.id)
    assert stripe.Charge.retrieve(charge.id, stripe_account=CONNECTED).to_dict() == charge.to_dict()


# name -> code, decline code and message of a charge.
CHARGES = {
    "charge_declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "lost_card", "Your card was declined."),
    "stolen_card": ("card_declined", "stolen_card", "Your card was declined."),
    "expired_card": ("expired_card", "expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "velocity_exceeded": (
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
    "fraudulent": ("card_declined", "fraudulent", "Your card was declined."),
    "decline_after_attaching": ("card_declined", "generic_decline", "Your card was declined."),
}
ATTACHES = {
    name: (code, None if code == decline else decline, message)
    for name, (code, decline, message) in CHARGES.items()
    if name not in {"decline_after_attaching", "fraudulent"}
}


@each("name", CHARGES)
def test_a_card_is_declined_when_it_is_charged(name, stripe_tokens):
    code, decline, message = CHARGES[name]
    token = stripe_tokens.create("card", **TEST_CARDS[name])
    with pytest.raises(stripe.CardError) as error:
        stripe.Charge.create(**MONEY, source=token.id)
    raised = error.value
    assert (raised.http_status, raised.code, raised.error.decline_code) == (402, code, decline)
    assert raised.user_message == message
    failed = stripe.Charge.retrieve(raised.error.charge)
    assert (failed.status, failed.paid, failed.failure_code) == ("failed", False, code)
    assert not stripe.Token.retrieve(token.id).used


ATTACH = {
    "customer": lambda _, token: stripe.Customer.create(source=token),
    "source": lambda known, token: stripe.Customer.create_source(known, source=token),
}


@pytest.mark.parametrize("attach", ATTACH)
@pytest.mark.parametrize("name", ATTACHES)
def test_a_card_is_declined_when_it_is_attached(name, attach, stripe_tokens):
    code, decline, message = ATTACHES[name]
    token = stripe_tokens.create("card", **TEST_CARDS[name])
    before = customer()
    with pytest.raises(stripe.CardError) as error:
        ATTACH[attach](before, token.id)
    raised = error.value
    assert (raised.http_status, raised.code, getattr(raised.error, "decline_code", None)) == (402, code, decline)
    assert raised.user_message == message
    assert raised.error.charge is None
    assert [known.id for known in stripe.Customer.list().data] == [before]
    assert stripe.Customer.list_sources(before).data == []


@pytest.mark.parametrize("name", ["decline_after_attaching", "fraudulent"])
def test_a_card_that_is_attached_is_declined_later(name, stripe_tokens):
    token = stripe_tokens.create("card", **TEST_CARDS[name])
    made = stripe.Customer.create(source=token.id)
    with pytest.raises(stripe.CardError) as error:
        stripe.Charge.create(**MONEY, customer=made.id)
    assert error.value.code == "card_declined"


def test_a_declined_token_can_be_tried_again_and_is_declined_again(stripe_tokens):
    token = stripe_tokens.create("card", **TEST_CARDS["insufficient_funds"])
    for _ in range(2):
        with pytest.raises(stripe.CardError, match="insufficient funds"):
            stripe.Charge.create(**MONEY, source=token.id)


@pytest.mark.parametrize("country", ["US", "DE", "GB"])
def test_a_bank_account_of_any_country_is_paid_out_to(country, stripe_tokens):
    token = stripe_tokens.create("bank_account", **TEST_BANK_ACCOUNTS[country])
    made = stripe.Account.create_external_account(account(), external_account=token.id)
    assert (made.id, made.country) == (token.bank_account.id, country)


DOCUMENTED = """
version: 1
metadata: {{origin: {origin}, recorded_at: null, api_version: null, plugin_version: '0.1.0', token_type: card}}
interactions:
- request:
    method: POST
    uri: https://api.stripe.com/v1/tokens
    body: card[number]=%2A%2A%2A%2A4242&card[exp_month]=5&card[exp_year]=2026&card[cvc]=%2A%2A%2A
    headers: {{Authorization: ['Bearer sk_test_***']}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [application/json]}}
    body: {{string: '{body}'}}
"""
BODY = (
    '{"id": "tok_1N3T00LkdIwHu7ixt44h1F8k", "object": "token", "card": {"id": "card_1N3T00LkdIwHu7ixRdxpVI1Q",'
    ' "object": "card", "brand": "Visa", "country": "US", "exp_month": 5, "exp_year": 2026, "funding": "credit",'
    ' "last4": "4242"}, "client_ip": "52.35.78.6", "created": 1683071568, "livemode": false, "type": "card",'
    ' "used": false}'
)


@pytest.mark.parametrize("origin", ["documented", "recorded"])
@pytest.mark.parametrize("mode", ["auto", "replay"])
def test_a_token_of_the_suites_cassette_is_used_up_once(origin, mode, tmp_path, monkeypatch):
    monkeypatch.setattr(stripe, "api_key", "sk_test_mine")
    tmp_path.joinpath("card.yaml").write_text(DOCUMENTED.format(origin=origin, body=BODY), encoding="utf-8")
    with stripe_sandbox(mode=mode, cassettes=tmp_path) as stripe_tokens:
        token = stripe_tokens.create("card")
        assert token.origin == origin
        if mode == "replay":
            stripe_tokens.use(token)
        else:
            charge = stripe.Charge.create(**MONEY, source=token.id)
            assert (charge.source.id, charge.source.exp_year) == (token.card.id, 2026)
            with pytest.raises(stripe.InvalidRequestError, match="more than once"):
                stripe.Customer.create(source=token.id)
        assert stripe.Token.retrieve(token.id).used
        assert stripe_tokens.tokens[token.id].origin == origin


@pytest.mark.stripe_tokens(mode="replay")
def test_the_built_in_token_is_used_up_by_the_test(card_token, stripe_tokens):
    assert not stripe.Token.retrieve(card_token.id).used
    stripe_tokens.use(card_token)
    assert stripe.Token.retrieve(card_token.id).used
