"""`stripe_server`: what other processes send is answered by the sandbox of the test that runs."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlencode, urlsplit

import pytest

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


def test_nothing_of_one_test_is_left_for_the_next_one_on_the_same_server(suite):
    suite.write(
        "test_it.py",
        """
        import json, urllib.request, pytest

        @pytest.mark.parametrize("turn", range(100))
        def test_it(stripe_server, card_token, stripe_tokens, turn):
            headers = {"Authorization": "Bearer sk_test_1"}
            url = f"{stripe_server.url}/v1/tokens/{card_token.id}"
            body = json.load(urllib.request.urlopen(urllib.request.Request(url, headers=headers)))
            assert body == card_token
            assert len(stripe_tokens.requests) == 2
            assert len(stripe_server.requests) == turn + 1

        def test_after(stripe_server, stripe_tokens):
            assert stripe_tokens.requests == [] and stripe_tokens.tokens == {}
        """,
    )
    suite.run("-p", "no:randomly").assert_outcomes(passed=101)


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


def test_a_request_that_names_another_host_is_refused(connection):
    # So a page can't have its own name lead to this machine and then read what it likes.
    for host, status in (
        ("shop.example", 421),
        ("127.0.0.1.shop.example:80", 421),
        ("198.51.100.7", 421),
        ("api.stripe.com.evil.example", 421),
        ("[zz", 421),
        ("api.stripe.com", 200),  # as a hosts file leads it here
        ("localhost:12111", 200),
        ("shop.localhost", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:12111", 200),
    ):
        for path in ("/v1/customers", "/_stripe_tokens/requests"):
            connection.request("GET", path, headers={**AUTH, "Host": host})
            answer = connection.getresponse()
            told = answer.read()
            assert answer.status == status, host
            assert (b"Host" in told) == (status == 421)


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


def test_what_is_no_http_and_what_is_too_long_ends_and_the_server_goes_on(connection, stripe_server):
    port = urlsplit(stripe_server.url).port
    for sent, answered in (
        (b"garbage\r\n\r\n", b"400"),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b" 400 "),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: x\r\n\r\n", b" 400 "),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b" 400 "),
        (b"POST /v1/tokens HTTP/1.1\r\nContent-Length: 52428800\r\n\r\n", b" 413 "),
        (b"POST /v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3200000\r\n", b" 413 "),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
            peer.sendall(sent)
            assert answered in peer.recv(4096), sent
    for _ in range(300):
        socket.create_connection(("127.0.0.1", port)).close()
    connection.request("GET", "/v1/customers", headers=AUTH)
    assert connection.getresponse().status == 200


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
