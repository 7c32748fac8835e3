"""pytest-flask's live_server, a process that is forked before any test's sandbox opens, and outlives it."""

from __future__ import annotations

import pytest

# With the other ways out, in a step of CI's own.
pytestmark = pytest.mark.slow

pytest.importorskip("pytest_flask", reason="pytest-flask is not installed")

SUITE = """
    import flask, pytest, requests, stripe

    @pytest.fixture(scope="session")
    def app():
        made = flask.Flask("shop")

        @made.get("/last4/<token>")
        def last4(token):
            # It was forked before any test had a key.
            client = stripe.StripeClient(stripe.api_key, max_network_retries=0)
            try:
                return client.v1.tokens.retrieve(token).card.last4
            except Exception as error:
                return str(error)

        return made

    def ask(live_server, token):
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"http://127.0.0.1:{live_server.port}/last4/{token}", timeout=30).text

    def test_first(live_server, card_token, stripe_tokens):
        assert ask(live_server, card_token) == "4242"
        assert [request.method for request in stripe_tokens.requests] == ["POST", "GET"]

    def test_fails(live_server, card_token, stripe_tokens):
        stripe_tokens.fail_next(429)
        assert "rate limit" in ask(live_server, card_token)

    def test_asks_for_nothing(live_server):
        assert "pytest-stripe-tokens lets nothing reach Stripe from live_server" in ask(live_server, "tok_1")
"""


def test_live_server_is_answered_by_the_sandbox_of_each_test(suite):
    suite.write("test_it.py", SUITE)
    suite.run("-p", "pytest_flask.plugin").assert_outcomes(passed=3)
