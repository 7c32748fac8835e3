"""What a suite does with stripe-python, in every version that is supported: run with the installed one.

`.ci/run` runs it with the oldest, some in between and the newest; each sends its own spelling of the same requests.
"""

from __future__ import annotations

import asyncio
import importlib.util

import pytest
import stripe

from pytest_stripe_tokens import TOKEN_TYPES
from pytest_stripe_tokens.sandbox.stripe_python import api_version

# stripe-python's own: how it uses httpx is deprecated there.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
MONEY = {"amount": 500, "currency": "usd"}
CardError = getattr(stripe, "CardError", None) or stripe.error.CardError
InvalidRequestError = getattr(stripe, "InvalidRequestError", None) or stripe.error.InvalidRequestError
needs_client = pytest.mark.skipif(not hasattr(stripe, "StripeClient"), reason="this stripe-python has no StripeClient")
needs_async = pytest.mark.skipif(not hasattr(stripe.Token, "create_async"), reason="this stripe-python has no async")


def client(**options):
    made = stripe.StripeClient("sk_test_1", **options)
    # Since 12.2 a client's services stand under v1.
    return getattr(made, "v1", made)


@pytest.mark.parametrize("stripe_token", TOKEN_TYPES, indirect=True)
def test_a_fixtures_token_is_retrieved(stripe_token):
    found = stripe.Token.retrieve(stripe_token.id)
    assert (found.id, found.type, found.used) == (stripe_token.id, stripe_token.type, False)


def test_nested_parameters_make_a_token_that_is_used_up(stripe_tokens):
    token = stripe.Token.create(card=CARD)
    assert (token.card.last4, token.card.brand, token.card.cvc_check) == ("4242", "Visa", "unchecked")
    charge = stripe.Charge.create(source=token.id, metadata={"order": "6735"}, **MONEY)
    assert (charge.paid, charge.metadata["order"], charge.source.id) == (True, "6735", token.card.id)
    with pytest.raises(InvalidRequestError) as refused:
        stripe.Charge.create(source=token.id, **MONEY)
    assert (refused.value.code, refused.value.http_status) == ("token_already_used", 400)


def test_a_list_and_flat_parameters(stripe_tokens):
    customer = stripe.Customer.create(preferred_locales=["de", "en"], source="tok_visa", email="jane@example.com")
    assert (list(customer.preferred_locales), customer.email) == (["de", "en"], "jane@example.com")
    changed = stripe.Customer.modify(customer.id, description="A customer")
    assert (changed.description, changed.default_source) == ("A customer", customer.default_source)
    assert [found.id for found in stripe.Customer.list(limit=1).auto_paging_iter()] == [customer.id]


def test_a_payment_lives_its_whole_life(stripe_tokens):
    charge = stripe.Charge.create(source="tok_visa", capture=False, **MONEY)
    assert charge.capture().captured
    part = stripe.Refund.create(charge=charge.id, amount=100, metadata={"order": "6735"})
    assert (part.status, stripe.Refund.retrieve(part.id).metadata["order"]) == ("succeeded", "6735")
    stripe.Refund.create(charge=charge.id)
    with pytest.raises(InvalidRequestError) as refused:
        stripe.Refund.create(charge=charge.id)
    assert refused.value.code == "charge_already_refunded"
    shown = stripe.Charge.retrieve(charge.id, expand=["refunds.data.balance_transaction"])
    assert [found.balance_transaction.amount for found in shown.refunds.data] == [-400, -100]
    assert (shown.refunded, stripe.Balance.retrieve().pending[0].amount) == (True, -45)
    customer = stripe.Customer.create()
    setup = stripe.SetupIntent.create(confirm=True, customer=customer.id, payment_method="pm_card_visa")
    held = {"customer": customer.id, "payment_method": setup.payment_method, "confirm": True, "off_session": True}
    intent = stripe.PaymentIntent.create(capture_method="manual", **held, **MONEY)
    assert (setup.status, intent.capture(amount_to_capture=200).amount_received) == ("succeeded", 200)
    canceled = stripe.PaymentIntent.create(**MONEY).cancel(cancellation_reason="abandoned")
    assert canceled.status == "canceled"
    assert stripe.PaymentMethod.detach(setup.payment_method).customer is None


@pytest.mark.parametrize("captures", [True, False])
def test_a_boolean(stripe_tokens, captures):
    charge = stripe.Charge.create(source="tok_visa", capture=captures, **MONEY)
    assert charge.captured is captures


def test_a_nested_boolean(stripe_tokens):
    account = stripe.Token.create(account={"business_type": "individual", "tos_shown_and_accepted": True})
    made = stripe.Account.create(type="custom", country="US", account_token=account.id)
    assert made.tos_acceptance.date == account.created
    assert stripe.Account.retrieve(made.id).business_type == "individual"


def test_expand(stripe_tokens):
    customer = stripe.Customer.create(source="tok_visa", expand=["sources", "default_source"])
    assert customer.default_source.customer == customer.id
    assert [source.id for source in customer.sources.data] == [customer.default_source.id]
    charge = stripe.Charge.create(customer=customer.id, **MONEY)
    assert stripe.Charge.retrieve(charge.id, expand=["customer"]).customer.id == customer.id


def test_a_payment(stripe_tokens):
    intent = stripe.PaymentIntent.create(
        payment_method="pm_card_visa",
        confirm=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        expand=["latest_charge"],
        **MONEY,
    )
    assert (intent.status, intent.latest_charge.paid) == ("succeeded", True)
    assert intent.automatic_payment_methods.allow_redirects == "never"


def test_a_payment_by_the_types_that_older_versions_take(stripe_tokens):
    intend = {"payment_method_types": ["card"], **MONEY}
    version = stripe.api_version
    if version is not None and version >= "2026-09-30":
        with pytest.raises(InvalidRequestError) as refused:
            stripe.PaymentIntent.create(**intend)
        assert refused.value.code == "payment_method_types_no_longer_supported"
    else:
        assert list(stripe.PaymentIntent.create(**intend).payment_method_types) == ["card"]


def test_what_an_answer_shows_is_its_versions(stripe_tokens):
    version = stripe.api_version
    charge = stripe.Charge.create(source="tok_visa", **MONEY)
    assert ("invoice" in charge) is (version is not None and version < "2025-03-31")
    older = stripe.Charge.retrieve(charge.id, stripe_version="2022-08-01")
    assert list(older.refunds.data) == []


def test_a_decline(stripe_tokens):
    with pytest.raises(CardError) as declined:
        stripe.Charge.create(source="tok_chargeDeclinedInsufficientFunds", **MONEY)
    error = declined.value
    assert (error.code, error.error.decline_code, error.http_status) == ("card_declined", "insufficient_funds", 402)
    assert error.user_message == "Your card has insufficient funds."


def test_a_failure_that_was_asked_for(stripe_tokens):
    stripe_tokens.fail_next(code="card_declined")
    with pytest.raises(CardError):
        stripe.Token.create(card=CARD)
    assert stripe.Token.create(card=CARD).type == "card"


def test_a_missing_parameter_names_itself(stripe_tokens):
    with pytest.raises(InvalidRequestError) as refused:
        stripe.Charge.create(amount=500)
    assert refused.value.param == "currency"


def test_connected_accounts_and_persons(stripe_tokens):
    account = stripe.Account.create(
        type="custom", country="US", settings={"payouts": {"schedule": {"interval": "manual"}}}
    )
    assert account.settings.payouts.schedule.interval == "manual"
    token = stripe.Token.create(person={"first_name": "Jane", "relationship": {"director": True, "owner": False}})
    person = stripe.Account.create_person(account.id, person_token=token.id)
    assert (person.first_name, person.relationship.director, person.relationship.owner) == ("Jane", True, False)
    there = stripe.Token.create(
        bank_account={
            "country": "US",
            "currency": "usd",
            "account_number": "000123456789",
            "routing_number": "110000000",
        },
        stripe_account=account.id,
    )
    added = stripe.Account.create_external_account(account.id, external_account=there.id, default_for_currency=True)
    assert added.default_for_currency is True


def test_an_idempotency_key(stripe_tokens):
    first = stripe.Charge.create(source="tok_visa", idempotency_key="once", **MONEY)
    assert stripe.Charge.create(source="tok_visa", idempotency_key="once", **MONEY).id == first.id


@pytest.mark.stripe_tokens(mode="replay")
def test_a_replayed_token(card_token):
    assert card_token.origin == "documented"
    assert stripe.Token.retrieve(card_token.id).card.last4 == "4242"


@needs_client
def test_a_client(stripe_tokens):
    services = client()
    token = services.tokens.create(params={"card": CARD})
    assert services.tokens.retrieve(token.id).card.last4 == "4242"
    customer = services.customers.create(params={"source": token.id, "preferred_locales": ["de"]})
    charge = services.charges.create(params={"customer": customer.id, "capture": False, **MONEY})
    assert (charge.captured, services.tokens.retrieve(token.id).used) == (False, True)
    with pytest.raises(CardError):
        services.charges.create(params={"source": "tok_chargeDeclined", **MONEY})


@needs_async
@pytest.mark.parametrize("library", ["httpx", "aiohttp"])
def test_async(stripe_tokens, library):
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")

    async def pay():
        options = {"allow_sync_methods": True} if library == "httpx" else {}
        http = getattr(stripe, {"httpx": "HTTPXClient", "aiohttp": "AIOHTTPClient"}[library])(**options)
        services = client(http_client=http)
        try:
            token = await services.tokens.create_async(params={"card": CARD})
            charge = await services.charges.create_async(params={"source": token.id, "capture": False, **MONEY})
            found = await services.charges.retrieve_async(charge.id, params={"expand": ["customer"]})
            with pytest.raises(CardError):
                await services.charges.create_async(params={"source": "tok_chargeDeclined", **MONEY})
        finally:
            await http.close_async()
        return found

    found = asyncio.run(pay())
    assert (found.captured, found.customer) == (False, None)


def test_the_version_it_was_made_for_is_known():
    made_for = getattr(stripe, "_api_version", None)
    assert api_version() == (None if made_for is None else made_for._ApiVersion.CURRENT)
