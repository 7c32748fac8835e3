"""stripe-python on requests is answered without requests where nobody has changed it: nothing but time may tell."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from unittest import mock

import pytest
import requests
import stripe
from rows import each

from pytest_stripe_tokens import stripe_sandbox

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2050, "cvc": "123"}


class Own(requests.Session):
    """A session of the suite's own: the long way."""


def client(session=None):
    return stripe.StripeClient(
        "sk_test_mine", http_client=stripe.RequestsClient(session=session), max_network_retries=0
    )


def made(stripe_client, sandbox):
    del sandbox
    token = stripe_client.v1.tokens.create({"card": CARD})
    again = stripe_client.v1.tokens.retrieve(token.id, {"expand": ["card"]}, {"idempotency_key": "one"})
    return again.last_response.body, dict(again.last_response.headers), again.last_response.code


def found(stripe_client, sandbox):
    del sandbox
    customer = stripe_client.v1.customers.create({"name": "Zoë & Co. + 1", "metadata": {"a": "ü=1"}})
    return customer.to_dict(), stripe_client.v1.customers.list({"email": "a+b@ü.example"}).to_dict()


def without_body(stripe_client, sandbox):
    del sandbox
    customer = stripe_client.v1.customers.create()
    return stripe_client.v1.customers.delete(customer.id).to_dict()


def refused(stripe_client, sandbox):
    del sandbox
    return shown(lambda: stripe_client.v1.tokens.retrieve("tok_ü/?x"))


def failing(exception=None, **failure):
    def ask(stripe_client, sandbox):
        sandbox.fail_next(exception=exception, **failure)
        return shown(lambda: stripe_client.v1.tokens.retrieve("tok_1"))

    return ask


def bad_key(stripe_client, sandbox):
    del sandbox
    return shown(lambda: stripe_client.v1.tokens.retrieve("tok_1", options={"api_key": "sk_test_a\nX-Other: 1"}))


def uploaded(stripe_client, sandbox):
    sandbox.answer("POST https://files.stripe.com/v1/files", {"object": "file", "id": "file_1", "created": 1})
    return stripe_client.v1.files.create({"purpose": "dispute_evidence", "file": b"text"}).to_dict()


def streamed(stripe_client, sandbox):
    sandbox.answer("GET https://files.stripe.com/v1/quotes/qt_1/pdf", {"id": "pdf"})
    return stripe_client.v1.quotes.pdf("qt_1").io.read()


def shown(call):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        call()
    error = raised.value
    cause = error.__cause__ or error.__context__
    asked = getattr(cause, "request", None)
    return [
        type(error),
        getattr(error, "user_message", None) or str(error),
        getattr(error, "http_status", None),
        getattr(error, "should_retry", None),
        type(cause),
        asked and (asked.method, asked.url, dict(asked.headers), asked.body),
    ]


def kept(headers):
    """The headers without what each request draws anew."""
    content_type = headers.get("content-type", "").partition(";")[0]
    return {**headers, "idempotency-key": "", "content-type": content_type}


CASES = {
    "made": made,
    "a query and a form": found,
    "without a body": without_body,
    "refused": refused,
    "rate limited": failing(status=429),
    "declined": failing(code="card_declined"),
    "a connection lost": failing(ConnectionResetError("gone")),
    "timed out": failing(TimeoutError),
    "late": failing(status=500, delay=0.01),
    "an exception of the suite's own": failing(LookupError("mine")),
    "no exception": failing(KeyboardInterrupt),
    "a key with a line's end": bad_key,
    "a file": uploaded,
    "streamed": streamed,
}


@contextmanager
def counted():
    """Count what goes through requests."""
    calls = []
    code = requests.Session.prepare_request.__code__
    sys.setprofile(lambda frame, event, _: event == "call" and frame.f_code is code and calls.append(1))
    try:
        yield calls
    finally:
        sys.setprofile(None)


@each("name", CASES)
def test_a_short_cut_shows_what_the_long_way_shows(name):
    def outcome(session):
        with stripe_sandbox(mode="generate") as sandbox:
            try:
                result = CASES[name](client(session), sandbox)
            except KeyboardInterrupt as error:
                result = repr(error)
            seen = [
                (each.method, each.path, kept(each.headers), each.params, each.response_status)
                for each in sandbox.requests
            ]
        return result, seen

    assert outcome(None) == outcome(Own())


def test_nothing_goes_through_requests():
    with stripe_sandbox(mode="generate"), counted() as calls:
        made(client(), None)
    assert not calls


LOOKED_AT = {
    "request is a spy": lambda: mock.patch.object(requests.Session, "request", autospec=True),
    "send is a spy": lambda: mock.patch.object(requests.Session, "send", autospec=True),
    "prepare_request is a spy": lambda: mock.patch.object(requests.Session, "prepare_request", autospec=True),
    "send is a mock": lambda: mock.patch.object(requests.Session, "send"),
    "get_adapter is a mock": lambda: mock.patch.object(requests.Session, "get_adapter"),
    "the session is another": lambda: mock.patch.object(requests, "Session"),
}


@each("name", LOOKED_AT)
def test_what_a_suite_has_put_in_place_is_asked(name):
    replaced = LOOKED_AT[name]
    with stripe_sandbox(mode="generate"), replaced() as spy:
        spy.side_effect = LookupError("asked")
        with pytest.raises((stripe.APIConnectionError, LookupError), match="asked"):
            client().v1.tokens.create({"card": CARD})
    # Put in place before the sandbox opens.
    with replaced() as spy, stripe_sandbox(mode="generate"):
        spy.side_effect = LookupError("asked")
        with pytest.raises((stripe.APIConnectionError, LookupError), match="asked"):
            client().v1.tokens.create({"card": CARD})


def test_a_session_with_settings_takes_the_long_way(monkeypatch, tmp_path):
    with stripe_sandbox(mode="generate") as sandbox:
        session = requests.Session()
        session.headers["X-Mine"] = "1"
        asked = client()
        asked._requestor._client._thread_local.session = session
        asked.v1.customers.create()
        assert sandbox.requests[-1].headers["x-mine"] == "1"
    (tmp_path / "netrc").write_text("machine api.stripe.com login sk_test_netrc password x")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with stripe_sandbox(mode="generate") as sandbox:
        with counted() as calls:
            client().v1.customers.create()
        assert len(calls) == len(sandbox.requests) == 1
