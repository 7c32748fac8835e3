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


def test_a_key_that_is_refused_is_explained_once(output):
    shown = output("""
        import pytest, stripe

        @pytest.mark.parametrize("key", ["dummy", "sk_test_abc-def"])
        def test_it(stripe_tokens, key):
            for _ in range(2):
                with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
                    stripe.Customer.create(api_key=key)
            assert False

        def test_it_was_asked_for(stripe_tokens):
            stripe_tokens.fail_next(401)
            with pytest.raises(stripe.AuthenticationError):
                stripe.Customer.create()
            assert False
    """)
    assert shown.count("any of the form sk_test_123 will do here") == 2


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


SECRETS = {
    "a card written as JSON": 'data={"card": json.dumps({"number": "4242424242424242", "cvc": "987"})}',
    "a code in the token's place": 'data={"cvc_update": "987"}',
    "an id in the hash's place": 'data={"pii": "A98765432"}',
    "an account written as JSON": 'data={"bank_account": json.dumps({"account_number": "A98765432"})}',
    "a misspelled code": 'data={"card[cvc2]": "987", "card[cvv_code]": "987", "bank_account[account_no]": "987"}',
}


@pytest.mark.parametrize("sent", SECRETS)
def test_what_is_sent_in_the_wrong_place_is_hidden_too(sent, output):
    shown = output(f"""
        import json, requests

        def send(**options):
            requests.post("https://api.stripe.com/v1/tokens", auth=("sk_test_x", ""), **options)

        def test_it(stripe_tokens):
            send({SECRETS[sent]})
            pytest_fails
    """)
    table = shown.split("- requests to Stripe -")[1]
    assert "POST  /v1/tokens" in table
    assert "987" not in table


def test_a_number_in_the_path_is_hidden(output):
    shown = output("""
        import requests

        def test_it(stripe_tokens):
            requests.get("https://api.stripe.com/v1/tokens/4000%200566%205566%205556", auth=("sk_test_x", ""))
            print("printed:", stripe_tokens.requests)
            assert False
    """)
    assert "printed: [<GET /v1/tokens/****5556 " in shown
    assert "5566" not in shown.split("- requests to Stripe -")[1]


def test_what_was_sent_is_shown_whatever_the_test_did_with_it(output):
    shown = output("""
        def test_it(stripe_tokens, pii_token):
            stripe_tokens.requests[0].params.clear()
            assert False
    """)
    assert "pii[id_number]=***" in shown.split("- requests to Stripe -")[1]


@pytest.mark.parametrize(
    "body",
    [
        "'{\"a\":' + '['*480 + ']'*480 + '}'",
        r"""'{"a": "\\ud800"}'""",
        r"""'{"a": "b\\nc \\u001b[31m"}'""",
        "'{\"a\": \"' + '1 ' * 200000 + '\"}'",
    ],
    ids=["deep", "surrogate", "control characters", "long"],
)
def test_no_body_ends_the_run_or_breaks_the_table(body, output):
    shown = output(
        f"""
        import requests

        def test_it(stripe_tokens):
            headers = {{"Content-Type": "application/json", "Authorization": "Bearer sk_test_x"}}
            requests.post("https://api.stripe.com/v1/tokens", data={body}, headers=headers)
            assert False
        """,
        "-p",
        "xdist",
        "-n1",
    )
    table = shown.split("- requests to Stripe -")[1].splitlines()
    assert "POST  /v1/tokens" in table[1]
    assert table[2].startswith(("==", "--", "__"))
    assert "\x1b[31m" not in shown
    assert "1 failed" in shown
