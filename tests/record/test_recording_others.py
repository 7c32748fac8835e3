"""What another process sends to `stripe_server` is recorded as the test's own, with the environment's key."""

from __future__ import annotations

import server as test_mode
from suites import ALONE_AND_BY_TWO

TESTS = """
import os, subprocess, sys, pytest

BUY = '''
import os, stripe
stripe.api_base, stripe.api_key = os.environ["STRIPE_API_BASE"], os.environ["STRIPE_SECRET_KEY"]
print(stripe.Charge.create(amount=500, currency="usd", source="tok_visa").id)
'''

@pytest.mark.stripe_tokens(cassette=True)
def test_buy(stripe_server, stripe_tokens):
    environ = {**os.environ, **stripe_server.environ}
    bought = subprocess.run([sys.executable, "-c", BUY], env=environ, capture_output=True, text=True, check=True)
    assert bought.stdout.startswith("ch_")
    print("ORIGIN", stripe_tokens.requests[-1].origin)
"""


@ALONE_AND_BY_TWO
def test_it_is_recorded_and_replayed(suite, server, workers):
    suite.write("test_it.py", TESTS)
    result = suite.record("-s", *workers)
    result.assert_outcomes(passed=1)
    assert list(suite.hashes()) == ["test_it/test_buy.yaml"]
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {test_mode.SECRET_KEY}"]
    sent = len(server.requests)
    suite.run("--stripe-tokens=replay", *workers).assert_outcomes(passed=1)
    assert len(server.requests) == sent
