"""What a request asks."""

from __future__ import annotations

import json

import pytest
from sent import KEY, URL, VISA, post

from pytest_stripe_tokens.api import request
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.cassettes.match_key import match_key


@pytest.mark.parametrize(
    "other",
    [
        post("card[exp_year]=2050&card[cvc]=999&card[exp_month]=12&card%5Bnumber%5D=4242+4242+4242+4242"),
        post("card[cvc]=***&card[exp_month]=12&card[exp_year]=2050&card[number]=****4242"),
        post(VISA, idempotency_key="x", user_agent="y", stripe_version="z"),
        post("", f"{URL}/?{VISA}"),
        post(VISA, authorization="Basic c2tfdGVzdF95Og=="),
        Request("post", URL, {"authorization": "Bearer rk_test_x"}, VISA.encode()),
    ],
)
def test_what_is_random_or_secret_or_the_clients_own_makes_no_difference(other):
    assert match_key(read(other)) == match_key(read(post(VISA)))


@pytest.mark.parametrize(
    "other",
    [
        post(VISA.replace("2050", "2049")),
        post(VISA.replace("4242424242424242", "4000056655665556")),
        post(VISA.replace("&card[cvc]=123", "")),
        post(VISA, f"{URL}/tok_1"),
        post(VISA, stripe_account="acct_1"),
        post(VISA, authorization="Bearer pk_test_x"),
        Request("POST", URL, {}, VISA.encode()),
        Request("PUT", URL, KEY, VISA.encode()),
    ],
)
def test_what_the_api_heeds_makes_a_difference(other):
    assert match_key(read(other)) != match_key(read(post(VISA)))


def test_an_account_matches_its_reduced_self():
    path = "https://api.stripe.com/v1/accounts/{}/persons"
    sent = post("", path.format("acct_1032D82eZvKYlo2C"), stripe_account="acct_1032D82eZvKYlo2C")
    stored = post("", path.format("acct_106319a383"), stripe_account="acct_106319a383")

    assert match_key(read(sent)) == match_key(read(stored))


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("", VISA, "card"),
        ("/", "pii[id_number]=1", "pii"),
        ("?cvc_update[cvc]=123", "", "cvc_update"),
        ("", "customer=cus_1", None),
        ("", f"{VISA}&pii[id_number]=1", None),
        ("/tok_1", VISA, None),
    ],
)
def test_the_type_of_a_token_is_told_by_its_parameter(path, body, expected):
    assert read(post(body, f"{URL}{path}")).created_type == expected


def test_the_token_that_is_read_is_named_in_the_path():
    assert read(Request("GET", f"{URL}/tok_%31?expand[]=x", KEY)).retrieved_id == "tok_1"
    assert read(Request("GET", URL, KEY)).retrieved_id is None
    assert read(Request("DELETE", f"{URL}/tok_1", KEY)).retrieved_id is None


def test_a_published_number_says_what_the_answer_shows():
    shown = {"brand": "Visa", "funding": "credit", "country": "US"}
    assert read(post("card[number]=4242-4242 4242 4242")).card == shown
    assert read(post("card=4242424242424242")).card == shown
    assert read(post("card[number]=4000000000000000")).card == {}
    assert read(post("card[number]=4242424242424242", f"{URL}x")).card == {}


def test_what_was_sent_as_json_reads_as_a_form():
    body = {"card": {"number": 4242424242424242, "metadata": {"a": True}}}
    request = Request("POST", URL, {**KEY, "content-type": "application/json"}, json.dumps(body).encode())
    assert read(request).params == body
    assert read(request).form == {"card": {"number": "4242424242424242", "metadata": {"a": "true"}}}


def test_equal_requests_are_read_once_whatever_else_they_carry():
    assert read(post(VISA, user_agent="x")) is read(post(VISA, idempotency_key="y"))
    assert read(post(VISA)) is not read(post(VISA, stripe_account="acct_1"))


def test_an_upload_is_not_kept():
    # 256 of them would fill the memory of a run.
    large = post("a=" + "x" * 100_000)
    size = request._read.cache_info().currsize
    assert read(large).params == {"a": "x" * 100_000}
    assert request._read.cache_info().currsize == size
