from __future__ import annotations

import pytest

TYPES = ("account", "bank_account", "card", "cvc_update", "person", "pii")
FIXTURES = ("account_token", "bank_token", "card_token", "cvc_update_token", "person_token", "pii_token")


@pytest.mark.parametrize(("fixture", "type_"), list(zip(FIXTURES, TYPES, strict=True)))
def test_a_fixture_gives_a_token_of_its_type(fixture, type_, request):
    token = request.getfixturevalue(fixture)
    assert (token.object, token.type, token.used, token.livemode) == ("token", type_, False, False)


def test_stripe_token_runs_once_for_each_type_with_the_type_as_id(run_test):
    result = run_test("def test_it(stripe_token): assert stripe_token.type", "-v")
    result.assert_outcomes(passed=6)
    for type_ in TYPES:
        result.stdout.fnmatch_lines([f"*::test_it[[]{type_}[]] PASSED*"])


def test_k_picks_a_type_of_stripe_token(run_test):
    run_test("def test_it(stripe_token): assert stripe_token.type == 'card'", "-k", "card").assert_outcomes(
        passed=1, deselected=5
    )


def test_stripe_token_is_of_the_types_it_is_parametrized_with(run_test):
    result = run_test(
        """
        import pytest

        @pytest.mark.parametrize("stripe_token", ["card", "bank_account"], indirect=True)
        def test_it(stripe_token, request):
            assert stripe_token.type == request.node.callspec.id
        """
    )
    result.assert_outcomes(passed=2)


def test_an_unknown_type_for_stripe_token_names_the_types(run_test):
    result = run_test(
        """
        import pytest

        @pytest.mark.parametrize("stripe_token", ["paypal"], indirect=True)
        def test_it(stripe_token): ...
        """
    )
    result.stdout.fnmatch_lines(["*no token type 'paypal'; the types are account, bank_account, card*"])


def test_stripe_tokens_params_are_merged_over_the_defaults(run_test):
    result = run_test(
        """
        import pytest

        @pytest.fixture
        def stripe_tokens_params():
            return {"card": {"name": "Ada"}, "bank_account": {"country": "DE", "account_number": "DE89370400440532013000"}}

        def test_it(card_token, bank_token):
            assert (card_token.card.name, card_token.card.last4) == ("Ada", "4242")
            assert (bank_token.bank_account.country, bank_token.bank_account.currency) == ("DE", "eur")
        """
    )
    result.assert_outcomes(passed=1)


def test_stripe_tokens_params_of_an_unknown_type_name_the_types(run_test):
    result = run_test(
        """
        import pytest

        @pytest.fixture
        def stripe_tokens_params():
            return {"paypal": {}}

        def test_it(card_token): ...
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stripe_tokens_params: no token type 'paypal'; the types are account*"])


def test_a_suites_own_fixture_of_our_name_wins_and_starts_nothing(run_test):
    result = run_test(
        """
        import socket, pytest

        @pytest.fixture
        def card_token():
            return "theirs"

        before = socket.getaddrinfo

        def test_it(card_token):
            assert card_token == "theirs"
            assert socket.getaddrinfo is before
        """
    )
    result.assert_outcomes(passed=1)


def test_getfixturevalue_starts_the_sandbox_when_it_asks(run_test):
    result = run_test(
        """
        import requests, socket

        before = socket.getaddrinfo

        def test_it(request):
            assert socket.getaddrinfo is before
            token = request.getfixturevalue("card_token")
            answer = requests.get(f"https://api.stripe.com/v1/tokens/{token}", auth=("sk_test_1", ""))
            assert answer.json() == token
        """
    )
    result.assert_outcomes(passed=1)


def test_the_marker_alone_answers_stripe(run_test):
    result = run_test(
        """
        import pytest, requests

        @pytest.mark.stripe_tokens
        def test_it():
            assert requests.get("https://api.stripe.com/v1/tokens/tok_1", auth=("sk_test_1", "")).status_code == 400
        """
    )
    result.assert_outcomes(passed=1)


def test_the_marker_answers_stripe_for_a_unittest_class(run_test):
    result = run_test(
        """
        import unittest, pytest, requests

        @pytest.mark.stripe_tokens
        class Test(unittest.TestCase):
            def setUp(self):
                self.answer = requests.get("https://api.stripe.com/v1/tokens/tok_1", auth=("sk_test_1", ""))

            def test_it(self):
                self.assertEqual(self.answer.status_code, 400)
        """
    )
    result.assert_outcomes(passed=1)


def test_other_fixtures_of_the_test_are_answered_too_whatever_their_order(run_test):
    result = run_test(
        """
        import pytest, requests

        @pytest.fixture
        def customer():
            return requests.get("https://api.stripe.com/v1/tokens/tok_1", auth=("sk_test_1", "")).status_code

        def test_it(customer, card_token):
            assert customer == 400
        """
    )
    result.assert_outcomes(passed=1)


def test_stripe_python_gets_a_key_for_the_length_of_the_test(run_test):
    result = run_test(
        """
        import stripe

        def test_with(card_token):
            assert stripe.Token.retrieve(card_token.id).id == card_token.id

        def test_without():
            assert stripe.api_key is None
        """
    )
    result.assert_outcomes(passed=2)


def test_a_key_that_stripe_python_has_is_left_alone(run_test):
    result = run_test(
        """
        import stripe

        stripe.api_key = "sk_test_mine"

        def test_it(card_token):
            assert stripe.api_key == "sk_test_mine"
            assert stripe.Token.retrieve(card_token.id).to_dict() == card_token
        """
    )
    result.assert_outcomes(passed=1)


def test_after_the_test_everything_is_as_it_was(run_test):
    result = run_test(
        """
        import http.client, socket, aiohttp, httpx, requests, urllib3, vcr.cassette, pytest

        PLACES = [
            (socket, "getaddrinfo"), (http.client.HTTPConnection, "putrequest"), (http.client.HTTPConnection, "connect"),
            (http.client.HTTPSConnection, "connect"), (urllib3.connection.HTTPSConnection, "connect"),
            (urllib3.connection.HTTPConnection, "connect"), (requests.Session, "get_adapter"),
            (httpx.HTTPTransport, "handle_request"), (httpx.AsyncHTTPTransport, "handle_async_request"),
            (httpx.Client, "_transport_for_url"), (httpx.AsyncClient, "_transport_for_url"),
            (aiohttp.ClientSession, "_request"), (vcr.cassette.Cassette, "play_response"),
            (vcr.cassette.Cassette, "can_play_response_for"),
        ]
        BEFORE = [vars(owner)[name] for owner, name in PLACES]

        def test_during(card_token):
            assert all(vars(owner)[name] is not before for (owner, name), before in zip(PLACES, BEFORE))

        def test_after():
            assert [vars(owner)[name] for owner, name in PLACES] == BEFORE
        """
    )
    result.assert_outcomes(passed=2)


def test_a_plugin_of_the_suites_own_wins(suite):
    suite.write("conftest.py", 'pytest_plugins = ["shopfix"]\n')
    suite.write(
        "shopfix.py",
        """
        import pytest

        @pytest.fixture
        def stripe_tokens_params():
            return {"card": {"exp_year": 2040}}

        @pytest.fixture
        def pii_token():
            return "mine"
        """,
    )
    suite.write(
        "test_it.py",
        """
        def test_params(card_token):
            assert card_token.card.exp_year == 2040

        def test_own(pii_token):
            assert pii_token == "mine"
        """,
    )
    suite.run().assert_outcomes(passed=2)


def test_a_marker_that_a_conftest_adds_counts(suite):
    suite.write(
        "conftest.py",
        """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker("stripe_tokens")
        """,
    )
    suite.write(
        "test_it.py",
        """
        import requests

        def test_it():
            assert requests.get("https://api.stripe.com/v1/tokens/tok_x", auth=("sk_test_x", "")).status_code == 400
        """,
    )
    suite.run().assert_outcomes(passed=1)
