"""What holds for the redaction of anything."""

from __future__ import annotations

import json
from base64 import b64encode

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_stripe_tokens.api.forms import encode
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.redaction.leaks import leaks
from pytest_stripe_tokens.redaction.messages import (
    hide,
    redact_params,
    redact_request,
    redact_response,
    secrets_of,
)
from pytest_stripe_tokens.redaction.sensitive import is_card_number

ACCOUNTS = st.from_regex(r"acct_[A-Za-z0-9]{16}", fullmatch=True)
NUMBERS = st.from_regex(r"[2-9][0-9]{11,17}", fullmatch=True).map(
    lambda body: next(body + str(check) for check in range(10) if is_card_number(body + str(check)))
)
KEYS = st.from_regex(r"[srp]k_(test|live)_[A-Za-z0-9]{10,30}", fullmatch=True)
SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=8)
NAMES = st.sampled_from(["cvc", "number", "account_number", "id_number", "name", "metadata", "ssn_last_4", "currency"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | NUMBERS | KEYS | ACCOUNTS
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
    max_leaves=15,
)
PARAMS = st.dictionaries(NAMES | st.text(), TREES, max_size=4)
BODIES = (
    st.binary() | PARAMS.map(lambda params: encode(params).encode()) | PARAMS.map(lambda it: json.dumps(it).encode())
)
KINDS = st.sampled_from(["", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "multipart/x"])


@given(PARAMS)
def test_reducing_twice_changes_nothing(params):
    once = redact_params(params)

    assert redact_params(once) == once


@given(st.text() | st.builds("{} {}".format, NUMBERS, KEYS))
def test_hiding_twice_changes_nothing(text):
    assert hide(hide(text)) == hide(text)


@given(BODIES, KINDS, st.text(), ACCOUNTS)
@example(b"[]", "", "", "acct_0000000000000000")
def test_redacting_a_request_twice_changes_nothing(body, kind, query, account):
    url = f"https://api.stripe.com/v1/tokens?{query}"
    once = redact_request(Request("POST", url, {"content-type": kind, "stripe-account": account}, body))

    assert redact_request(once) == once


@given(BODIES, KINDS)
def test_redacting_an_answer_twice_changes_nothing(body, kind):
    once = redact_response(Response(200, {"Content-Type": kind}, body))

    assert redact_response(once) == once


@given(NUMBERS, SECRETS, KEYS, ACCOUNTS, st.booleans())
def test_no_secret_survives(number, secret, key, account, is_json):
    params = {
        "card": {"number": number, "cvc": secret},
        "person": {"id_number": secret},
        "metadata": {"note": f"of {number} by {key}"},
        "account": account,
    }
    body = json.dumps(params) if is_json else encode(params)
    headers = {"authorization": f"Bearer {key}", "stripe-account": account, "cookie": f"session={secret}"}
    request = Request("POST", "https://api.stripe.com/v1/tokens", headers, body.encode())
    stored = redact_request(request)

    assert (
        leaks("\n".join([stored.url, *stored.headers.values(), stored.body.decode()]).encode(), secrets_of(request))
        == []
    )


@given(NUMBERS, KEYS, ACCOUNTS)
def test_no_secret_survives_in_an_answer(number, key, account):
    value = {"id": account, "message": f"{number} {key}", "list": [{"number": number}], key: account}
    stored = redact_response(Response(200, {"Request-Id": "req_1"}, json.dumps(value).encode()))

    assert leaks(stored.body, [number, key, account]) == []


WRITTEN = st.sampled_from(
    [
        str,
        str.upper,
        lambda text: text[::-1],
        lambda text: text.encode().hex(),
        " ".join,
        "_".join,
        ".".join,
        "\u00a0".join,
        lambda text: "".join(f"&#{ord(sign)};" for sign in text),
        lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
        lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
        lambda text: b64encode(b"x:" + text.encode()).decode(),
    ]
)
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=["L", "M", "N", "Cs"], exclude_characters="\\&%"))


@given(NUMBERS | KEYS | ACCOUNTS, WRITTEN, AROUND, AROUND)
def test_a_secret_is_found_in_any_form_at_any_place(secret, write, before, after):
    assert leaks(f"{before}: {write(secret)} {after}".encode(), [secret]) != []


@given(st.text() | st.lists(NUMBERS | st.sampled_from([" ", "-", ".", "*", ", "]), max_size=6).map("".join))
def test_what_is_hidden_is_not_found(text):
    assert "a card number" not in leaks(hide(text).encode(), [])
