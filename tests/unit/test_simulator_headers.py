from __future__ import annotations

from email.utils import parsedate_to_datetime

from rows import each
from simulator_api import Api

from pytest_stripe_tokens.api.messages import Request

CARD = {"card": {"number": "4242424242424242", "exp_month": "12", "exp_year": "2050"}}
SUCCESS = ["Server", "Date", "Content-Type", "Content-Length", "Connection"]


def test_the_headers_are_those_of_real_answers_in_their_order():
    response = Api().send("POST", "/v1/tokens", CARD, idempotency_key="k", stripe_version="2024-06-20")
    names = list(response.headers)
    assert names[:5] == SUCCESS
    assert names[-6:] == [
        "Cache-Control",
        "Idempotency-Key",
        "Original-Request",
        "Request-Id",
        "Stripe-Should-Retry",
        "Stripe-Version",
    ]
    assert response.headers["Server"] == "nginx"
    assert response.headers["Content-Length"] == str(len(response.body))
    assert response.headers["Stripe-Should-Retry"] == "false"


def test_the_date_is_the_objects_own():
    response = Api().send("POST", "/v1/tokens", CARD)
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == response.json()["created"]


def test_a_success_ends_without_a_newline():
    body = Api().send("POST", "/v1/tokens", CARD).body
    assert body.startswith(b'{\n  "id": "tok_')
    assert body.endswith(b"\n}")


def test_a_request_id_has_its_form():
    api = Api()
    ids = [api.send("GET", "/v1/tokens/x").headers["Request-Id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(len(name) == 18 and name.startswith("req_") and name[4:].isalnum() for name in ids)


@each("key", [None, "nope"])
def test_what_is_refused_early_has_no_idempotency_headers(key):
    headers = Api().send("POST", "/v1/tokens", CARD, key=key, idempotency_key="k").headers
    assert ("Request-Id" in headers) is (key is not None)


def test_a_request_without_a_key_is_asked_for_one():
    headers = Api().send("GET", "/v1/tokens/x", key=None).headers
    assert headers["Www-Authenticate"] == 'Basic realm="Stripe"'
    assert "Request-Id" not in headers


def test_an_unknown_account_is_kept_from_robots():
    headers = Api().send("GET", "/v1/accounts/acct_x").headers
    assert headers["X-Robots-Tag"] == "none"
    assert "Request-Id" not in headers


@each(
    ("params", "retry"),
    [
        (CARD, "false"),
        ({"card": {**CARD["card"], "number": "4242424242424241"}}, "false"),
        ({"bank_account": {"country": "US", "routing_number": "110000000", "account_number": "1"}}, "false"),
        ({"nope": "1"}, None),
        ({}, None),
    ],
)
def test_retrying_is_advised_against_once_the_request_ran(params, retry):
    assert Api().send("POST", "/v1/tokens", params).headers.get("Stripe-Should-Retry") == retry


def test_a_get_says_nothing_of_retrying():
    api = Api()
    assert "Stripe-Should-Retry" not in api.send("GET", f"/v1/tokens/{api.token()}").headers
    assert "Stripe-Should-Retry" not in api.send("GET", "/v1/tokens/x").headers


def test_errors_on_posts_carry_the_key_and_the_original_request():
    headers = Api().send("POST", "/v1/tokens", {"nope": "1"}, idempotency_key="k").headers
    assert headers["Idempotency-Key"] == "k"
    assert headers["Original-Request"] == headers["Request-Id"]


def test_another_host_is_refused():
    request = Request("POST", "https://files.stripe.com/v1/files", {"authorization": "Bearer sk_test_1"})
    response = Api().simulator.answer(request)
    assert response.status == 404
    assert "files.stripe.com/v1/files" in response.json()["error"]["message"]
