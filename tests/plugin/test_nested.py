"""A sandbox inside another sees what the outer one holds; what it adds or changes ends with it."""

from __future__ import annotations

import pytest
import requests
import stripe

from pytest_stripe_tokens import StripeAPIError, stripe_sandbox

PERSON = {"business_type": "individual", "individual": {"first_name": "Ada", "last_name": "Lovelace"}}


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setattr(stripe, "api_key", "sk_test_mine")
    monkeypatch.setattr(stripe, "max_network_retries", 0)


def charge(source, **params):
    return stripe.Charge.create(amount=500, currency="usd", source=source, **params)


def test_what_the_outer_one_made_is_read_used_and_listed():
    with stripe_sandbox() as outer:
        token = outer.create("card")
        customer = stripe.Customer.create(source=outer.create("card").id, name="outer")
        with stripe_sandbox() as inner:
            assert stripe.Token.retrieve(token.id).to_dict() == token == inner.retrieve(token)
            own = stripe.Customer.create(name="inner")
            assert [each.name for each in stripe.Customer.list().data] == ["inner", "outer"]
            assert (
                stripe.Customer.retrieve(customer.id, expand=["sources"]).sources.data[0].id == customer.default_source
            )
            assert charge(token.id).paid
            with pytest.raises(stripe.InvalidRequestError, match="more than once"):
                charge(token.id)
            later = outer.create("card")
            assert charge(later.id).paid
            assert list(inner.tokens) == []
        assert [each.name for each in stripe.Customer.list().data] == ["outer"]
        with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
            stripe.Customer.retrieve(own.id)
        # It was used inside alone.
        assert charge(token.id).paid
        assert stripe.Charge.list().data[0].source.last4 == "4242"


def test_what_the_inner_one_changes_or_deletes_is_as_it_was_afterwards():
    with stripe_sandbox():
        customers = [stripe.Customer.create(name=name) for name in ("first", "second", "third")]
        first, second, _ = (customer.id for customer in customers)
        with stripe_sandbox():
            stripe.Customer.modify(first, name="changed", metadata={"a": "b"})
            assert stripe.Customer.delete(second).deleted
            with stripe_sandbox():
                assert stripe.Customer.retrieve(first).name == "changed"
                assert stripe.Customer.retrieve(second).deleted
                stripe.Customer.modify(first, name="deeper")
                assert [each.name for each in stripe.Customer.list().data] == ["third", "deeper"]
            assert [each.name for each in stripe.Customer.list().data] == ["third", "changed"]
        assert [each.name for each in stripe.Customer.list().data] == ["third", "second", "first"]
        assert stripe.Customer.retrieve(first).metadata.to_dict() == {}


def test_what_belongs_together_stays_together():
    """A connected account's own person is kept beside it."""
    with stripe_sandbox() as outer:
        account = stripe.Account.create(type="custom", country="US", **PERSON)
        payment = stripe.PaymentIntent.create(amount=500, currency="usd", payment_method="pm_card_visa")
        with stripe_sandbox():
            changed = stripe.Account.modify(account.id, individual={"first_name": "Grace"})
            assert changed.individual.first_name == "Grace"
            persons = stripe.Account.list_persons(account.id).data
            assert [person.first_name for person in persons] == ["Grace"]
            assert stripe.PaymentIntent.confirm(payment.id, return_url="https://a.example").status == "succeeded"
            assert stripe.Account.create_external_account(
                account.id, external_account=outer.create("bank_account").id
            ).id.startswith("ba_")
        assert stripe.Account.retrieve(account.id).individual.first_name == "Ada"
        assert stripe.Account.retrieve(account.id).external_accounts.data == []
        assert stripe.PaymentIntent.retrieve(payment.id).status == "requires_confirmation"


def test_an_idempotency_key_of_the_outer_one_is_known_and_events_are():
    with stripe_sandbox():
        first = stripe.Customer.create(name="Ada", idempotency_key="one")
        with stripe_sandbox():
            assert stripe.Customer.create(name="Ada", idempotency_key="one").id == first.id
            stripe.Customer.create(idempotency_key="two")
            assert [event.type for event in stripe.Event.list().data] == ["customer.created"] * 2
        assert len(stripe.Event.list().data) == 1
        assert stripe.Customer.create(idempotency_key="two").id != first.id


def test_an_own_answer_of_the_outer_one_holds_inside():
    url = "https://api.stripe.com/v1/subscriptions"
    with stripe_sandbox() as outer:
        outer.answer("POST /v1/subscriptions", {"from": "outer"})
        with stripe_sandbox() as inner:
            assert requests.post(url, timeout=5).json() == {"from": "outer"}
            inner.answer("POST /v1/subscriptions", {"from": "inner"})
            assert requests.post(url, timeout=5).json() == {"from": "inner"}
        assert requests.post(url, timeout=5).json() == {"from": "outer"}


def test_two_that_are_not_inside_each_other_share_nothing():
    with stripe_sandbox() as first:
        token = first.create("card")
    with stripe_sandbox() as second, pytest.raises(StripeAPIError):
        second.retrieve(token)


SUITE = """
    import pytest, requests, stripe, unittest
    from pytest_stripe_tokens import stripe_sandbox

    @pytest.fixture(scope="SCOPE")
    def seller_token():
        with stripe_sandbox(seed=3) as stripe_tokens:
            yield stripe_tokens.create("account")

    @pytest.fixture(scope="SCOPE")
    def customer():
        with stripe_sandbox(seed=3) as stripe_tokens:
            yield stripe.Customer.create(source=stripe_tokens.create("card").id)

    class TestIt:
        def test_alone(self, seller_token):
            assert stripe.Token.retrieve(seller_token.id).to_dict() == seller_token

        @pytest.mark.parametrize("turn", range(2))
        def test_beside_a_fixture(self, seller_token, customer, card_token, turn):
            assert stripe.Token.retrieve(seller_token.id).to_dict() == seller_token
            assert stripe.Charge.create(amount=500, currency="usd", customer=customer.id).paid
            assert stripe.Charge.list().data[0].customer == customer.id
            assert len(stripe.Charge.list().data) == 1
            stripe.Customer.delete(customer.id)

        @pytest.mark.stripe_tokens(mode="generate")
        @pytest.mark.parametrize("turn", range(2))
        def test_a_token_is_used_in_each_test_anew(self, seller_token, turn):
            assert stripe.Account.create(type="custom", country="US", account_token=seller_token.id).id

    @pytest.mark.stripe_tokens
    class TestMarked(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.customer = stripe.Customer.create(source="tok_visa").id

        def test_it(self):
            assert stripe.Customer.delete(self.customer).deleted

        def test_again(self):
            assert stripe.Customer.delete(self.customer).deleted
"""


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_tokens_of_wider_fixtures(run_test, scope):
    run_test(SUITE.replace("SCOPE", scope)).assert_outcomes(passed=7)
