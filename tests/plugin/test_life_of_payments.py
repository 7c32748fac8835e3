"""What suites do once a token is paid with: refunds, captures, cancels, through stripe-python, each done once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import stripe

from pytest_stripe_tokens import stripe_sandbox

MONEY = {"amount": 500, "currency": "usd"}


def test_a_suite_refunds_a_charge(pytester):
    pytester.makepyfile(
        """
        import stripe

        def test_refund(card_token):
            charge = stripe.Charge.create(amount=500, currency="usd", source=card_token.id)
            assert stripe.Refund.create(charge=charge.id).status == "succeeded"
            assert stripe.Charge.retrieve(charge.id, expand=["refunds"]).refunded

        def test_nothing_of_another_test_is_here(card_token):
            assert stripe.Refund.list().data == []
            assert stripe.Balance.retrieve().pending[0].amount == 0
        """
    )
    pytester.runpytest().assert_outcomes(passed=2)


def held():
    return stripe.PaymentIntent.create(**MONEY, payment_method="pm_card_visa", confirm=True, capture_method="manual").id


def charged():
    return stripe.Charge.create(**MONEY, source="tok_visa").id


@pytest.mark.parametrize(
    ("make", "act"),
    [
        (charged, lambda made: stripe.Refund.create(charge=made)),
        (held, stripe.PaymentIntent.capture),
        (held, stripe.PaymentIntent.cancel),
    ],
    ids=["refund", "capture", "cancel"],
)
def test_threads_do_it_once(make, act):
    count = 4
    barrier = Barrier(count)

    def race(made):
        barrier.wait()
        try:
            return act(made).id
        except stripe.InvalidRequestError as error:
            return error.code

    with stripe_sandbox() as tokens, ThreadPoolExecutor(count) as pool:
        made = make()
        answers = list(pool.map(race, [made] * count))
        statuses = [request.response_status for request in tokens.requests[-count:]]
    assert sorted(statuses) == [200, *[400] * (count - 1)]
    assert len({answer for answer in answers if answer.startswith(("re_", "pi_"))}) == 1
