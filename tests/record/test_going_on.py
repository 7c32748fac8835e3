"""In `auto` a test goes on with what a cassette has answered: reading it, using it, changing it."""

from __future__ import annotations

from suites import ALONE_AND_BY_TWO

RECORDED = """
import pytest, stripe

@pytest.mark.stripe_tokens(cassette="shop")
def test_it(card_token, stripe_tokens):
    customer = stripe.Customer.create(source=card_token.id, email="jenny@example.com", metadata={"order": "1"})
    method = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"})
"""
GOES_ON = """
    charge = stripe.Charge.create(amount=500, currency="usd", customer=customer.id)
    assert [request.origin for request in stripe_tokens.requests] == ["recorded"] * 3 + ["generated"]
    assert charge.customer == customer.id
    assert charge.source.id == customer.default_source == card_token.card.id
    again = stripe.Customer.retrieve(customer.id)
    assert (again.id, again.email, again.created, again.metadata) == (customer.id, customer.email, customer.created, customer.metadata)
    stripe.PaymentMethod.attach(method.id, customer=customer.id)
    intent = stripe.PaymentIntent.create(amount=900, currency="usd", customer=customer.id, payment_method=method.id, confirm=True, return_url="https://example.com")
    assert (intent.status, intent.payment_method, intent.customer) == ("succeeded", method.id, customer.id)
    assert stripe.Customer.modify(customer.id, name="Jenny Rosen").name == "Jenny Rosen"
    assert [item.id for item in stripe.Customer.list(email="jenny@example.com").data] == [customer.id]
    assert stripe.Token.retrieve(card_token.id).used
    with pytest.raises(stripe.InvalidRequestError, match="more than once"): stripe.Customer.create(source=card_token.id)
"""


def test_what_a_named_cassette_has_made_can_be_used(suite):
    suite.write("test_it.py", RECORDED)
    suite.record().assert_outcomes(passed=1)
    before = suite.hashes()
    suite.write("test_it.py", RECORDED + GOES_ON)
    suite.run().assert_outcomes(passed=1)
    suite.run("--stripe-tokens=auto", "--stripe-tokens-seed=7").assert_outcomes(passed=1)
    assert suite.hashes() == before


@ALONE_AND_BY_TWO
def test_a_named_cassette_that_was_only_partly_played_is_told(suite, workers):
    suite.write("test_it.py", RECORDED)
    suite.record()
    first, last = RECORDED.rstrip().rsplit("\n", 1)
    result = suite.run(*workers)
    result.stdout.no_fnmatch_line("partly played:*")
    suite.write("test_it.py", first + "\n")
    result = suite.run(*workers)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["partly played: cassettes/shop - 1 of its recordings were not asked for: *"])
    # Another test plays the rest.
    suite.write("test_other.py", f"{RECORDED.split('def', maxsplit=1)[0]}def test_other(stripe_tokens):\n{last}\n")
    result = suite.run(*workers)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("partly played:*")
    # Nothing is said of a part of the suite, or of a test that failed.
    result = suite.run("test_it.py", *workers)
    result.stdout.no_fnmatch_line("partly played:*")
    (suite.path / "test_other.py").unlink()
    suite.write("test_it.py", first + "\n    assert False\n")
    suite.run(*workers).stdout.no_fnmatch_line("partly played:*")


def test_a_request_that_the_named_cassette_nearly_holds_is_marked_in_a_failing_tests_list(suite):
    suite.write("test_it.py", RECORDED)
    suite.record()
    long = "o" * 90
    changed = RECORDED.replace('{"order": "1"}', f'{{"order": "{long}"}}')
    suite.write(
        "test_it.py",
        changed + "    stripe.Charge.create(amount=500, currency='usd', source='tok_visa')\n    assert False\n",
    )
    result = suite.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "POST  /v1/tokens           card  200  recorded *",
            "POST  /v1/customers        -     200  generated *",
            "    nearly in cassettes/shop.yaml:",
            f"    metadata[[]order]: recorded '1', sent '{long}'",
            "POST  /v1/payment_methods  -     200  recorded *",
            "POST  /v1/charges          -     200  generated *",
        ],
        consecutive=True,
    )


def test_a_recorded_charge_can_be_refunded_and_its_events_read(suite):
    recorded = """
import pytest, stripe

@pytest.mark.stripe_tokens(cassette=True)
def test_it(card_token, stripe_tokens):
    customer = stripe.Customer.create(source=card_token.id)
    charge = stripe.Charge.create(amount=500, currency="usd", customer=customer.id)
    intent = stripe.PaymentIntent.create(amount=900, currency="usd", payment_method="pm_card_visa", confirm=True, capture_method="manual", return_url="https://example.com")
"""
    suite.write("test_it.py", recorded)
    suite.record().assert_outcomes(passed=1)
    suite.write(
        "test_it.py",
        recorded
        + """
    refund = stripe.Refund.create(charge=charge.id, amount=200)
    assert (refund.charge, refund.status) == (charge.id, "succeeded")
    now = stripe.Charge.retrieve(charge.id)
    assert (now.amount_refunded, now.customer, now.balance_transaction) == (200, customer.id, charge.balance_transaction)
    assert stripe.PaymentIntent.capture(intent.id).latest_charge == intent.latest_charge
    told = {event.type: event.data.object.id for event in stripe.Event.list(limit=100).data}
    assert told["charge.succeeded"] == charge.id
    assert told["customer.created"] == customer.id
    assert told["payment_intent.succeeded"] == intent.id
    assert stripe.Customer.delete(customer.id).deleted
    assert stripe.Customer.retrieve(customer.id).deleted
""",
    )
    suite.run().assert_outcomes(passed=1)
