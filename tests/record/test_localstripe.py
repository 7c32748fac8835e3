"""localstripe, somebody else's server: its tokens are not the API's, and that is what the run says; the rest is recorded."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest

TESTS = """
import pytest, stripe

def test_card(card_token): assert card_token.card.last4 == "4242"
def test_pii(pii_token): assert pii_token.type == "pii"

@pytest.mark.stripe_tokens(cassette="customers")
def test_customers(stripe_tokens):
    customer = stripe.Customer.create(email="jenny@example.com")
    assert stripe.Customer.retrieve(customer.id).email == "jenny@example.com"
"""


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("localstripe"), stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://localhost:{port}"
    process.kill()
    process.wait()


def test_its_tokens_break_the_schema_and_its_customers_are_recorded(suite, localstripe):
    suite.monkeypatch.setenv("STRIPE_API_BASE", localstripe)
    suite.write("test_it.py", TESTS)
    result = suite.record()
    result.assert_outcomes(passed=3)
    assert result.ret == 1
    assert list(suite.hashes()) == ["customers.yaml"]
    result.stdout.fnmatch_lines(
        [
            "  card       drifted    *'used' is a required property (error)*; no cassette is written",
            "  customers  refreshed  first recording",
            "  pii        kept       the API answered 400: Unexpected pii; no cassette is written",
            "ERROR: could not be recorded: card, pii",
        ]
    )
    before = suite.hashes()
    suite.record("-k", "customers").stdout.fnmatch_lines(["  customers  unchanged"])
    assert suite.hashes() == before
    suite.run("--stripe-tokens=replay", "-k", "customers").assert_outcomes(passed=1, deselected=2)
