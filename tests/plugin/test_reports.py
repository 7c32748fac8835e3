"""What a failing test shows."""

from __future__ import annotations

import pytest

FAILING = """
    import pytest, stripe

    def test_checkout(card_token, stripe_tokens):
        stripe.Customer.create(source=card_token.id, email="a@example.com", metadata={"order": "6735"})
        stripe_tokens.fail_next(exception=ConnectionError, times=3)
        with pytest.raises(stripe.APIConnectionError):
            stripe.Token.retrieve(card_token.id)
        assert card_token == {"id": "tok_other"}
"""


@pytest.fixture
def output(run_test):
    def run(text, *args):
        result = run_test(text, "-vv", *args)
        return result.stdout.str()

    return run


def test_it_lists_the_requests_with_their_secrets_hidden(output):
    shown = output(FAILING)
    table = shown.split("- requests to Stripe -")[1].splitlines()[1:4]
    assert [line.split()[:5] for line in table] == [
        ["POST", "/v1/tokens", "card", "200", "generated"],
        ["POST", "/v1/customers", "-", "200", "generated"],
        ["GET", table[2].split()[1], "card", "no", "answer"],
    ]
    assert table[0].endswith("card[number]=****4242 card[exp_month]=12 card[exp_year]=2050 card[cvc]=***")
    assert "metadata[order]=6735" in table[1]
    assert "4242424242424242" not in shown


def test_the_columns_stand_below_each_other(output):
    first, second = output(FAILING).split("- requests to Stripe -")[1].splitlines()[1:3]
    assert first.index("generated") == second.index("generated")


def test_a_test_that_passes_lists_nothing(output):
    shown = output("def test_it(card_token): pass", "-rA")
    assert "requests to Stripe" not in shown


def test_many_requests_are_cut_with_a_count(output):
    shown = output("""
        def test_it(stripe_tokens):
            for _ in range(50):
                stripe_tokens.create("pii")
            assert not stripe_tokens.tokens
    """)
    table = shown.split("- requests to Stripe -")[1]
    assert "... and 30 before these" in table
    assert table.count("POST") == 20


def test_a_long_request_is_cut(output):
    shown = output("""
        def test_it(stripe_tokens):
            stripe_tokens.create("person", first_name="J" * 90, last_name="x" * 90)
            assert False
    """)
    line = shown.split("- requests to Stripe -")[1].splitlines()[1]
    assert line.endswith("...")
    assert len(line) < 160


def test_a_token_and_the_sandbox_are_short_in_a_traceback(output):
    shown = output(FAILING)
    assert "stripe_tokens = <StripeTokens (mode auto, 5 requests)>" in shown
    assert "card_token = <Token tok_" in shown


def test_tokens_that_differ_are_shown_field_by_field(output):
    shown = output("""
        def test_it(card_token):
            assert card_token == {**card_token.to_dict(), "livemode": True}
    """)
    assert "{'livemode': False} != {'livemode': True}" in shown
