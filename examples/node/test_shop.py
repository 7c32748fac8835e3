"""The shop runs in Node, a process of its own; these tests say what Stripe answers it, and see what it sent."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# npm takes seconds.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A copy of the shop with its packages, so that none are left here; skips where they can't be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node and npm are not installed")
    shop = tmp_path_factory.mktemp("node") / "shop"
    shutil.copytree(HERE, shop, ignore=shutil.ignore_patterns("node_modules", "*.py", "__pycache__"))
    command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--fetch-retries=1"]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm can't install the packages: {done.stderr.strip()[-200:]}")
    return shop


@pytest.fixture
def node(installed, stripe_server):
    """Run Node in the shop's directory; Stripe is the server that the test's sandbox answers."""

    def run(*arguments, timeout=60):
        environ = {**os.environ, **stripe_server.environ}
        command = ["node", *arguments]
        return subprocess.run(
            command, cwd=installed, env=environ, capture_output=True, text=True, timeout=timeout, check=False
        )

    return run


def test_a_token_pays_once(node, card_token, stripe_tokens):
    assert node("shop.mjs", card_token, "500").stdout == "paid 5 USD by Visa ending in 4242\n"
    assert stripe_tokens.retrieve(card_token.id).used
    assert stripe_tokens.requests[-2].params["amount"] == "500"
    again = node("shop.mjs", card_token, "500")
    assert again.returncode == 1
    assert again.stdout == f"not paid: You cannot use a Stripe token more than once: {card_token}.\n"


def test_a_declined_card_says_why(node, card_token, stripe_tokens):
    stripe_tokens.fail_next(code="card_declined", path="/v1/charges")
    assert node("shop.mjs", card_token, "500").stdout == "not paid: Your card was declined.\n"
    assert not stripe_tokens.retrieve(card_token.id).used


@pytest.mark.parametrize("failure", [{"status": 503}, {"exception": ConnectionError}], ids=str)
def test_a_short_outage_is_survived_without_a_second_charge(node, card_token, stripe_tokens, failure):
    stripe_tokens.fail_next(**failure, path="/v1/charges")
    assert node("shop.mjs", card_token, "500").stdout.startswith("paid 5 USD")
    tries = [request for request in stripe_tokens.requests if request.path == "/v1/charges"]
    assert len(tries) == 2
    assert len({request.headers["idempotency-key"] for request in tries}) == 1


def test_nodes_own_suite(node):
    done = node("--test", timeout=300)
    assert "# fail 0\n" in done.stdout, done.stdout
    assert "# tests 30\n" in done.stdout
