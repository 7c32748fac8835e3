"""`stripe_server`: what other processes send is answered by the sandbox of the test that runs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from urllib.parse import urlencode, urlsplit

import pytest
from suites import ALONE_AND_BY_TWO

from pytest_stripe_tokens.interception.connections import Connections

SHOP = """
import os, subprocess, sys, pytest, stripe

SHOP = '''
import os, stripe
stripe.api_base, stripe.api_key = os.environ["STRIPE_API_BASE"], os.environ["STRIPE_SECRET_KEY"]
try:
    print(stripe.Charge.create(amount=500, currency="usd", source=os.environ["TOKEN"]).status)
except stripe.StripeError as error:
    print(type(error).__name__, error.code, str(error))
'''

def buy(server, token="tok_visa"):
    environ = {**os.environ, **server.environ, "TOKEN": str(token)}
    return subprocess.run([sys.executable, "-c", SHOP], env=environ, capture_output=True, text=True).stdout.strip()
"""


def test_a_program_is_answered_by_the_tests_sandbox(suite):
    suite.write(
        "test_it.py",
        SHOP
        + """
def test_use(stripe_server, card_token, stripe_tokens):
    assert buy(stripe_server, card_token) == "succeeded"
    assert stripe_tokens.requests[-1].path == stripe_server.requests[-1].path == "/v1/charges"
    assert stripe_tokens.retrieve(card_token.id).used
    assert buy(stripe_server, card_token).startswith("InvalidRequestError token_already_used")

def test_failures(stripe_server, stripe_tokens):
    stripe_tokens.fail_next(code="card_declined", path="/v1/charges")
    assert buy(stripe_server).startswith("CardError card_declined")
    stripe_tokens.fail_next(exception=ConnectionError, times=3)
    assert buy(stripe_server).startswith("APIConnectionError")
    stripe_tokens.answer("POST /v1/charges", {"object": "charge", "status": "odd"})
    assert buy(stripe_server) == "odd"

def test_between(stripe_server):
    assert buy(stripe_server) == "succeeded"

@pytest.mark.stripe_tokens(mode="replay")
def test_miss(stripe_server):
    assert buy(stripe_server).startswith('InvalidRequestError None mode is "replay"')
""",
    )
    result = suite.run()
    # The miss, which the program swallowed, fails its test at its end.
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*test_miss*", "the code under test swallowed this failure:"])


@ALONE_AND_BY_TWO
def test_nothing_of_one_test_is_left_for_the_next_one_on_the_same_server(suite, workers):
    suite.write(
        "test_it.py",
        """
        import json, urllib.error, urllib.request, pytest

        SENT = []

        def ask(server, path, data=None):
            SENT.append(path)
            headers = {"Authorization": "Bearer sk_test_1"}
            try:
                return json.load(urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers)))
            except urllib.error.HTTPError as error:
                with error:
                    return error.code

        @pytest.mark.parametrize("turn", range(100))
        def test_it(stripe_server, card_token, stripe_tokens, turn):
            # Of the test before there was a customer and an answer.
            assert ask(stripe_server, f"/v1/tokens/{card_token.id}") == card_token
            assert ask(stripe_server, "/v1/customers")["data"] == []
            assert ask(stripe_server, "/v1/products") == 404
            assert len(stripe_tokens.requests) == 4
            assert [request.path for request in stripe_server.requests] == SENT
            ask(stripe_server, "/v1/customers", b"name=Jenny")
            stripe_tokens.answer("GET /v1/products", {"object": "list"}, optional=True)

        def test_after(stripe_server, stripe_tokens):
            assert stripe_tokens.requests == [] and stripe_tokens.tokens == {}
        """,
    )
    suite.run("-p", "xdist", *workers).assert_outcomes(passed=101)


@pytest.mark.slow
def test_each_worker_has_a_server_of_its_own(suite):
    suite.write(
        "test_it.py",
        """
        import pathlib, pytest

        @pytest.mark.parametrize("turn", range(6))
        def test_it(stripe_server, worker_id, turn):
            pathlib.Path("servers").mkdir(exist_ok=True)
            pathlib.Path("servers", f"{worker_id}-{stripe_server.url.rpartition(':')[2]}").touch()
        """,
    )
    suite.run("-p", "xdist", "-n", "2").assert_outcomes(passed=6)
    workers = {path.name.split("-")[0] for path in (suite.path / "servers").iterdir()}
    ports = {path.name.split("-")[1] for path in (suite.path / "servers").iterdir()}
    assert len(workers) == len(ports) == len(list((suite.path / "servers").iterdir()))


AUTH = {"Authorization": "Bearer sk_test_1"}
FORM = {**AUTH, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def connection(stripe_server):
    parts = urlsplit(stripe_server.url)
    made = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    yield made
    made.close()


def test_a_connection_is_kept_open_and_a_body_may_come_in_chunks(connection):
    body = urlencode({"pii[id_number]": "000000000"}).encode()
    for sent, more in ((body, {}), (iter([body[:5], body[5:]]), {"Transfer-Encoding": "chunked"})):
        connection.request("POST", "/v1/tokens", sent, {**FORM, **more}, encode_chunked=bool(more))
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["type"]) == (200, "pii")
        assert connection.sock is not None
    connection.request("HEAD", "/v1/customers", headers=AUTH)
    answer = connection.getresponse()
    assert answer.read() == b""


def test_stripe_python_keeps_its_connection(stripe_server, monkeypatch):
    taken = []
    serve = Connections.serve
    monkeypatch.setattr(Connections, "serve", lambda self, peer, run: (taken.append(peer), serve(self, peer, run)))
    code = """
import os, stripe
client = stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"], base_addresses={"api": os.environ["STRIPE_API_BASE"]})
for _ in range(20):
    client.v1.customers.list()
    try:
        client.v1.tokens.retrieve("tok_none")
    except stripe.InvalidRequestError:
        pass
"""
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **stripe_server.environ}, check=True)
    assert len(taken) == 1


def test_a_page_may_ask_it_from_anywhere(connection):
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "authorization,stripe-version"}
    connection.request("OPTIONS", "/v1/tokens", headers=asked)
    preflight = connection.getresponse()
    preflight.read()
    connection.request("GET", "/v1/tokens/tok_none", headers=AUTH)
    answer = connection.getresponse()
    answer.read()
    assert (preflight.status, answer.status) == (200, 400)
    assert preflight.headers["Access-Control-Allow-Headers"] == "authorization,stripe-version"
    for headers in (preflight.headers, answer.headers):
        # Real answers of 2026.
        assert {name: value for name, value in headers.items() if name.startswith("Access-Control")} | {
            "Access-Control-Allow-Headers": ""
        } == {
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "",
            "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, "
            "X-Stripe-External-Auth-Required, X-Stripe-Privileged-Session-Required",
            "Access-Control-Max-Age": "300",
        }


def test_no_page_may_ask_the_control_paths(connection):
    origin = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "content-type"}
    # A page sends a POST of plain text without asking first, and a script or an image without saying its origin.
    for method, call, headers, status in (
        ("OPTIONS", "requests", origin, 403),
        ("GET", "requests", origin, 403),
        ("POST", "reset", origin, 403),
        ("GET", "requests", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "requests", {"Sec-Fetch-Site": "same-origin"}, 403),
        ("GET", "requests", {"Sec-Fetch-Site": "none"}, 200),  # the address bar
        ("GET", "requests", {}, 200),
    ):
        connection.request(method, f"/_stripe_tokens/{call}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status, (method, headers)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_stripe_js_is_served_under_every_name_that_it_has(connection, stripe_server):
    for path, status in (
        ("/v3", 200),
        ("/v3/", 200),
        ("/v3/stripe.js", 200),
        ("/basil/stripe.js?advancedFraudSignals=false", 200),
        ("/endive/stripe.js", 200),
        ("/v3/other.js", 404),
        ("/BASIL/stripe.js", 404),
        ("/basil/", 404),
    ):
        connection.request("GET", path, headers=AUTH)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == status, path
        assert answer.headers["Content-Type"].startswith("text/javascript" if status == 200 else "application/json")
        assert text.startswith(b"// A stand-in of Stripe.js" if status == 200 else b"{")
    assert [request.path for request in stripe_server.requests[-3:]] == ["/v3/other.js", "/BASIL/stripe.js", "/basil/"]


def test_an_answer_that_never_comes_is_waited_for_by_the_client_alone(connection, stripe_server, stripe_tokens):
    stripe_tokens.fail_next(exception=TimeoutError)
    connection.timeout = 0.3
    connection.request("GET", "/v1/customers", headers=AUTH)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
    connection.request("GET", "/v1/customers", headers=AUTH)
    assert connection.getresponse().status == 200


def test_nothing_is_started_before_the_fixture_is_asked_for(suite):
    suite.write(
        "test_it.py",
        """
        import sys, threading

        def test_it(card_token):
            assert not [name for name in sys.modules if name.endswith(("interception.loopback", "sandbox.serving"))]
            assert [thread.name for thread in threading.enumerate()] == ["MainThread"]
        """,
    )
    suite.run().assert_outcomes(passed=1)
