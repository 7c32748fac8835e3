"""A client need not be loaded before a test uses it, and nothing is loaded for a client that no test uses."""

from __future__ import annotations

import pytest

CALLS = {
    "stripe": "import stripe\n    stripe.Token.retrieve(card_token.id)",
    "requests": "import requests\n    requests.get(url, auth=('sk_test_1', ''))",
    "urllib3": "import urllib3\n    urllib3.PoolManager().request('GET', url, headers={'Authorization': 'Bearer sk_test_1'})",
    "httpx": "import httpx\n    httpx.get(url, auth=('sk_test_1', ''))",
    "aiohttp": (
        "import aiohttp, asyncio\n"
        "    async def get():\n"
        "        async with aiohttp.ClientSession() as session, session.get(url, headers={'Authorization': 'Bearer sk_test_1'}): ...\n"
        "    asyncio.run(get())"
    ),
}


@pytest.fixture
def bare(suite, monkeypatch):
    """Run without the plugins of others, which load clients."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(text, *plugins):
        suite.write("test_it.py", text)
        options = [part for name in ("pytest_stripe_tokens.plugin", *plugins) for part in ("-p", name)]
        return suite.pytester.runpytest_subprocess("-W", "ignore", *options)

    return run


@pytest.mark.parametrize("client", CALLS)
def test_a_client_that_is_first_imported_inside_the_test_is_answered(bare, client):
    text = f"""
import sys

def test_it(card_token, stripe_tokens):
    assert "{client}" not in sys.modules
    url = f"https://api.stripe.com/v1/tokens/{{card_token}}"
    {CALLS[client]}
    assert [request.response_status for request in stripe_tokens.requests] == [200, 200]

def test_afterwards_it_is_as_it_was():
    for module in list(sys.modules.values()):
        for owner in list(vars(module).values()) if module.__name__ == "{client}" else []:
            for value in list(vars(owner).values()) if isinstance(owner, type) else []:
                assert "pytest_stripe_tokens" not in getattr(getattr(value, "__code__", None), "co_filename", "")
"""
    bare(text).assert_outcomes(passed=2)


def test_a_suite_on_requests_loads_neither_vcrpy_nor_other_clients(bare):
    text = """
import sys, requests

def test_it(card_token):
    assert requests.get(f"https://api.stripe.com/v1/tokens/{card_token}", auth=("sk_test_1", "")).json() == card_token
    assert not {"vcr", "httpx", "aiohttp", "stripe", "jsonschema"} & set(sys.modules)
"""
    bare(text).assert_outcomes(passed=1)


def test_a_test_without_requests_loads_no_client(bare):
    text = """
import sys

def test_it(card_token):
    assert not {"vcr", "httpx", "aiohttp", "stripe", "jsonschema", "requests", "urllib3"} & set(sys.modules)
"""
    bare(text).assert_outcomes(passed=1)


def test_vcrpy_loaded_under_a_mock_knows_the_real_functions_afterwards(bare, tmp_path):
    text = f"""
import sys, httpx, pytest

def test_first(stripe_tokens, httpx_mock):
    assert httpx.get("https://api.stripe.com/v1/tokens/tok_1").status_code == 401
    assert "vcr" not in sys.modules
    import vcr

def test_second():
    import vcr
    with vcr.use_cassette({str(tmp_path / "x.yaml")!r}), pytest.raises(httpx.ConnectError):
        httpx.get("http://127.0.0.1:1/", timeout=2)
"""
    bare(text, "pytest_httpx").assert_outcomes(passed=2)
