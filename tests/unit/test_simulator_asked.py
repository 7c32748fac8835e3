from __future__ import annotations

from rows import each

from pytest_stripe_tokens.simulator.errors.by_code import error_for
from pytest_stripe_tokens.simulator.errors.table import ERRORS
from pytest_stripe_tokens.simulator.tokens.instruments import DECLINES

CODES = sorted({row.code for row in ERRORS.values() if row.code})


def answer(*args, **kwargs):
    error = error_for(*args, **kwargs)
    return {"status": error.row.status, **error.fields()}


@each("code", CODES)
def test_every_code_of_the_tables_has_its_words(code):
    found = answer(code=code)
    assert (found["code"], found["type"]) == (code, "card_error" if found["status"] == 402 else found["type"])
    assert "{" not in found["message"]


@each("code", DECLINES)
def test_a_decline_code_stands_in_both_fields_and_is_a_card_error(code):
    found = answer(code=code)
    assert (found["status"], found["code"], found["decline_code"], found["type"]) == (402, code, code, "card_error")
    assert found["message"] == DECLINES[code].message
    assert found.get("advice_code") == DECLINES[code].advice_code


@each(
    ("status", "code", "type_"),
    [
        (400, None, "invalid_request_error"),
        (401, None, "invalid_request_error"),
        (402, "card_declined", "card_error"),
        (403, None, "invalid_request_error"),
        (404, "resource_missing", "invalid_request_error"),
        (409, "idempotency_key_in_use", "idempotency_error"),
        (418, None, "invalid_request_error"),
        (429, "rate_limit", "invalid_request_error"),
        (500, None, "api_error"),
        (502, None, "api_error"),
        (503, None, "api_error"),
        (599, None, "api_error"),
    ],
)
def test_a_status_has_its_most_common_meaning(status, code, type_):
    found = answer(status)
    assert (found["status"], found.get("code"), found["type"]) == (status, code, type_)


@each(
    ("code", "start"),
    [
        ("lock_timeout", "This object cannot be accessed right now because another API request or Stripe process is"),
        ("rate_limit", "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode."),
        ("token_in_use", "There is currently another in-progress request using this Stripe token (that probably means"),
        ("api_key_expired", "Expired API Key provided: "),
        ("insufficient_funds", "Your card has insufficient funds."),
        ("card_declined", "Your card was declined."),
        ("incorrect_zip", "Your card could not be authorized using the postal code provided."),
    ],
)
def test_a_codes_words_are_the_apis(code, start):
    assert answer(code=code)["message"].startswith(start)


@each(
    ("code", "param"),
    [
        ("expired_card", "exp_month"),
        ("parameter_missing", "source"),
        ("resource_missing", "token"),
        ("rate_limit", None),
    ],
)
def test_a_code_names_its_parameter(code, param):
    assert answer(code=code).get("param") == param


@each(
    ("type_", "status", "code"),
    [
        ("api_error", 500, None),
        ("card_error", 402, "card_declined"),
        ("idempotency_error", 400, None),
        ("invalid_request_error", 400, None),
        ("rate_limit_error", 429, "rate_limit"),
        ("authentication_error", 401, None),
        ("made_up", 500, None),
    ],
)
def test_a_type_has_a_status(type_, status, code):
    found = answer(type=type_)
    assert (found["status"], found["type"], found.get("code")) == (status, type_, code)


def test_nothing_asked_for_is_an_error_of_the_servers():
    assert answer() == {"status": 500, "message": "An unknown error occurred", "type": "api_error"}


def test_an_unknown_code_is_told_in_words():
    assert answer(code="tls_version_unsupported") == {
        "status": 400,
        "code": "tls_version_unsupported",
        "doc_url": "https://stripe.com/docs/error-codes/tls-version-unsupported",
        "message": "Tls version unsupported.",
        "type": "invalid_request_error",
    }


@each("status", [402, 424, 503])
def test_what_is_given_stands_in_the_answer_as_it_is(status):
    found = answer(status, code="a_code", type="a_type", message="50% {off}")
    assert (found["status"], found["code"], found["type"], found["message"]) == (
        status,
        "a_code",
        "a_type",
        "50% {off}",
    )


def test_another_type_than_the_statuss_has_that_types_words():
    found = answer(402, type="invalid_request_error")
    assert (found["status"], found["type"], found.get("code")) == (402, "invalid_request_error", None)
    assert "declined" not in found["message"]


@each(
    ("arguments", "retry", "executed"),
    [
        ({"status": 429}, "true", False),
        ({"status": 409}, "true", False),
        ({"code": "lock_timeout"}, "true", False),
        ({"status": 503, "code": "card_declined"}, None, False),
        ({"status": 500}, None, False),
        ({"code": "card_declined"}, None, True),
    ],
)
def test_what_is_worth_repeating_says_so(arguments, retry, executed):
    kind = error_for(**arguments).row
    assert (kind.retry, kind.executed) == (retry, executed)


def test_the_keys_stand_in_the_apis_order():
    assert list(error_for(code="insufficient_funds").fields()) == [
        "advice_code",
        "code",
        "decline_code",
        "doc_url",
        "message",
        "network_advice_code",
        "network_decline_code",
        "type",
    ]
    assert list(error_for(code="account_invalid").fields()) == ["message", "type", "code", "doc_url"]
