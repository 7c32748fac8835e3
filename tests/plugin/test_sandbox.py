from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
import requests
import stripe

from pytest_stripe_tokens import TEST_CARDS, StripeAPIError, stripe_sandbox
from pytest_stripe_tokens.api.errors import RequestMissed
from pytest_stripe_tokens.redaction.usage_error import UsageError

API = "https://api.stripe.com/v1/tokens"
AUTH = ("sk_test_mine", "")


def test_create_merges_parameters_over_the_defaults(stripe_tokens):
    token = stripe_tokens.create("card", **TEST_CARDS["visa_debit"])
    assert (token.card.funding, token.card.exp_year, token.card.last4) == ("debit", 2050, "5556")


def test_a_parameter_that_is_none_is_not_sent(stripe_tokens):
    assert stripe_tokens.create("card", cvc=None).card.cvc_check is None
    assert "cvc" not in stripe_tokens.requests[-1].params["card"]


def test_create_of_an_unknown_type_names_the_types(stripe_tokens):
    with pytest.raises(UsageError, match="no token type 'paypal'; the types are account, bank_account"):
        stripe_tokens.create("paypal")


def test_an_error_answer_is_raised_with_its_parts(stripe_tokens):
    with pytest.raises(StripeAPIError) as error:
        stripe_tokens.retrieve("tok_none")
    raised = error.value
    assert (raised.status, raised.type, raised.code, raised.param) == (
        400,
        "invalid_request_error",
        "resource_missing",
        "token",
    )
    assert raised.message == raised.body["error"]["message"] == "No such token: 'tok_none'"
    assert raised.headers["Request-Id"].startswith("req_")


def test_a_token_is_used_once(card_token, stripe_tokens):
    stripe_tokens.use(card_token)
    assert stripe_tokens.tokens[card_token.id].used
    with pytest.raises(StripeAPIError) as error:
        stripe_tokens.use(card_token.id)
    assert error.value.code == "token_already_used"
    assert not card_token.used, "a token is what the API returned when it returned it"


def test_requests_hold_the_fixtures_own_and_printing_hides_secrets(card_token, stripe_tokens):
    requests.post(API, data={"card[number]": "378282246310005", "card[cvc]": "9876"}, auth=AUTH, timeout=5)
    shown = repr(stripe_tokens.requests)
    assert [request.path for request in stripe_tokens.requests] == ["/v1/tokens"] * 2
    assert stripe_tokens.requests[1].params["card"]["number"] == "378282246310005"
    assert "0005" in shown
    assert not any(secret in shown for secret in ("378282246310005", "9876", "4242424242424242", "sk_test"))


def test_headers_of_requests_are_found_in_any_case_and_hold_no_secret(stripe_tokens):
    requests.get(f"{API}/tok_1", auth=AUTH, headers={"Stripe-Account": "acct_1", "Cookie": "a=b"}, timeout=5)
    headers = stripe_tokens.requests[-1].headers
    assert headers["Stripe-Account"] == headers["stripe-account"] == "acct_1"
    assert "Authorization" not in headers
    assert "Cookie" not in headers


def test_stripe_sandbox_answers_without_pytest(tmp_path):
    script = """
        import sys
        from pytest_stripe_tokens import stripe_sandbox
        import requests

        with stripe_sandbox(mode="generate", seed=3) as stripe_tokens:
            token = stripe_tokens.create("card")
            assert requests.get(f"https://api.stripe.com/v1/tokens/{token}", auth=("sk_test_1", "")).json() == token
        assert "pytest" not in sys.modules
        print(token.id)
    """
    code = [sys.executable, "-c", textwrap.dedent(script)]
    first, second = (
        subprocess.run(code, check=True, capture_output=True, text=True, cwd=tmp_path).stdout for _ in "12"
    )
    assert first == second
    assert first.startswith("tok_1")


def test_stripe_sandbox_replays_the_built_in_cassettes(tmp_path):
    with stripe_sandbox(mode="replay", cassettes=tmp_path) as stripe_tokens:
        assert stripe_tokens.create("card").origin == "documented"


def test_a_miss_in_stripe_sandbox_names_no_command_that_records_a_whole_suite(tmp_path):
    with stripe_sandbox(mode="replay", cassettes=tmp_path), pytest.raises(RequestMissed) as missed:
        requests.get(f"{API}/tok_1", auth=AUTH, timeout=5)
    assert "test: none, a sandbox outside pytest" in str(missed.value)
    assert "--stripe-record" not in str(missed.value)


def test_a_miss_in_stripe_sandbox_passes_any_except_exception(tmp_path):
    with stripe_sandbox(mode="replay", cassettes=tmp_path), pytest.raises(RequestMissed, match="no cassette holds GET"):
        requests.get(f"{API}/tok_1", auth=AUTH, timeout=5)


@pytest.mark.parametrize(
    ("arguments", "message"), [({"mode": "rewind"}, "auto, replay, generate"), ({"seed": "x"}, "whole number")]
)
def test_stripe_sandbox_refuses_bad_arguments(arguments, message):
    with pytest.raises(UsageError, match=message), stripe_sandbox(**arguments):
        pass


def test_stripe_sandbox_serves_a_session_wide_fixture(run_test):
    result = run_test(
        """
        import pytest, requests
        from pytest_stripe_tokens import stripe_sandbox

        @pytest.fixture(scope="session", autouse=True)
        def stripe():
            with stripe_sandbox() as tokens:
                yield tokens

        def test_one(stripe): stripe.create("card")
        def test_two(stripe): assert len(stripe.tokens) == 1
        def test_inner(card_token, stripe): assert card_token.id not in stripe.tokens
        """
    )
    result.assert_outcomes(passed=3)


STATUSES = [
    ({"status": 429}, 429),
    ({"code": "rate_limit"}, 429),
    ({"code": "card_declined"}, 402),
    ({"type": "api_error"}, 500),
    ({}, 500),
]


@pytest.mark.parametrize(("arguments", "status"), STATUSES)
def test_fail_next_answers_with_a_stripe_error(arguments, status, stripe_tokens):
    stripe_tokens.fail_next(**arguments)
    answer = requests.get(f"{API}/tok_1", auth=AUTH, timeout=5)
    assert answer.status_code == status == stripe_tokens.requests[-1].response_status
    assert answer.json()["error"]["message"]


def test_fail_next_fails_as_often_as_it_is_told(stripe_tokens):
    stripe_tokens.fail_next(503, times=2)
    token = stripe_tokens
    codes = [requests.get(f"{API}/tok_1", auth=AUTH, timeout=5).status_code for _ in range(3)]
    assert codes == [503, 503, 400]
    assert len(token.requests) == 3


@pytest.mark.parametrize(
    "arguments",
    [{"status": 200}, {"status": 999}, {"times": 0}, {"delay": -1}, {"exception": ConnectionError, "status": 500}],
)
def test_fail_next_refuses_what_can_not_be(arguments, stripe_tokens):
    with pytest.raises(UsageError, match="fail_next"):
        stripe_tokens.fail_next(**arguments)


def test_a_token_of_a_connected_account(stripe_tokens):
    token = stripe_tokens.create("card", stripe_account="acct_1Seller")
    assert stripe.Token.retrieve(token.id, stripe_account="acct_1Seller").id == token.id
    assert stripe_tokens.retrieve(token, stripe_account="acct_1Seller") == token
    with pytest.raises(StripeAPIError, match="No such token"):
        stripe_tokens.retrieve(token)
    assert [seen.stripe_account for seen in stripe_tokens.requests] == ["acct_1Seller"] * 3 + [None]
    with pytest.raises(UsageError, match=r"create\(stripe_account=5\)"):
        stripe_tokens.create("card", stripe_account=5)


def test_a_failing_tests_list_names_the_account(run_test):
    result = run_test("""
        def test_it(stripe_tokens):
            stripe_tokens.create("card", stripe_account="acct_1SellerOfMany")
            assert 0
    """)
    result.stdout.fnmatch_lines(["POST  /v1/tokens  card  200  generated  Stripe-Account: acct_* card*"])
    result.stdout.no_fnmatch_line("POST*acct_1SellerOfMany*")


@pytest.mark.parametrize("opens_again", [True, False])
def test_a_sandbox_takes_the_place_of_the_one_before_whatever_is_left_of_that(suite, opens_again):
    # The gate of the sandbox before is opened again, which must show nowhere.
    suite.write(
        "conftest.py",
        f"""
        from pytest_stripe_tokens.interception.gate import Gate

        Gate.can_open_again = {opens_again}
        """,
    )
    suite.write(
        "test_it.py",
        """
        import gc, unittest.mock, weakref
        import pytest, requests, stripe

        stripe.api_key = "sk_test_mine"
        left = {}

        def answered(stripe_tokens):
            # By a client of its own each: stripe-python's short cut looks at whose the functions are.
            made = requests.post("https://api.stripe.com/v1/tokens", data={"pii[id_number]": "000000000"},
                                 auth=("sk_test_mine", ""))
            return made.json()["id"] in stripe_tokens.tokens and stripe.Token.create(
                pii={"id_number": "000000000"}).id in stripe_tokens.tokens

        def test_first(stripe_tokens):
            left["sandbox"], left["send"] = weakref.ref(stripe_tokens), requests.Session.send
            left["mock"] = unittest.mock.patch.object(requests.Session, "send", lambda *_, **__: "theirs")
            left["mock"].start()

        def test_where_none_is_open():
            gc.collect()
            assert left["sandbox"]() is None

        def test_beside_its_mock(stripe_tokens):
            assert requests.get("https://shop.example/") == "theirs"
            left["mock"].stop()
            assert requests.Session.send is left["send"]
            assert answered(stripe_tokens)

        @pytest.mark.parametrize("number", range(2))
        def test_after_it(stripe_tokens, number):
            assert answered(stripe_tokens)
            assert len(stripe_tokens.tokens) == len(stripe_tokens.requests) == 2

        class TestOverAMock:
            @pytest.fixture(scope="class", autouse=True)
            def mocked(self):
                with unittest.mock.patch.object(requests.Session, "send") as spy:
                    left["spy"] = weakref.ref(spy)
                    yield

            def test_it(self, stripe_tokens):
                requests.get("https://shop.example/")
                assert left["spy"]().called

        def test_where_none_is_open_any_more():
            gc.collect()
            assert left["spy"]() is None
            for send in (requests.Session.send, left["send"]):
                with pytest.raises(requests.exceptions.InvalidSchema):
                    send(requests.Session(), requests.Request("GET", "odd://shop.example").prepare())
        """,
    )
    suite.run().assert_outcomes(passed=7)
