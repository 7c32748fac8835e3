"""The search before a write."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from pytest_stripe_tokens.redaction.leaks import leaks

KEY = "sk_test_" + "51HcAnArY" * 3
SECRET = 'Canary "7é+/'


def test_nothing_is_found_in_clean_data():
    assert leaks(b"card[number]=****4242&card[cvc]=***", ["4242424242424242", "987", KEY]) == []


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(quote(SECRET)),
        quote(SECRET).replace("%C3%A9", "%c3%a9"),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
    ],
)
def test_a_secret_is_found_however_it_is_written(written):
    assert leaks(f"body: x{written}y".encode(), [SECRET]) == ["a secret of 12 characters that was sent"]


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_a_secret_is_found_in_base64_wherever_it_begins(before, encode):
    data = encode(before + "canary-é~~~?".encode() + b"after")

    assert leaks(data, ["canary-é~~~?"]) == ["a secret of 12 characters that was sent, in base64"]


@pytest.mark.parametrize(
    "text", ["cvc=987", "card%5Bcvc%5D=987", '"cvc": "987"', r"\"cvc\": \"987\"", "cvc: '987'", "card[cvc]=987"]
)
def test_a_short_secret_is_found_beside_its_name(text):
    assert leaks(text.encode(), ["987"]) == ["a secret of 3 characters that was sent"]


@pytest.mark.parametrize("text", ["amount: 987", "cvc=9876", "987 Market Street", "shipping: 987"])
def test_a_short_secret_is_not_seen_in_other_values(text):
    assert leaks(text.encode(), ["987"]) == []


def test_a_number_is_not_seen_within_a_longer_one():
    assert leaks(b"routing: 1100000000000", ["000000000"]) == []


def test_a_number_is_found_alone():
    assert leaks(b"id: 000000000.", ["000000000"]) == ["a secret of 9 characters that was sent"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Bearer {KEY}", "an API key"),
        ("pi_1_secret_abc", "an API key"),
        ("n=4242 4242 4242 4242", "a card number"),
        ("n=4242%204242%204242%204242", "a card number"),
        ("acct_1032D82eZvKYlo2C", "an account id"),
    ],
)
def test_what_looks_like_a_secret_is_found_without_being_named(text, kind):
    assert leaks(text.encode(), []) == [kind]


@pytest.mark.parametrize("text", ["Bearer sk_test_***", "****4242", "acct_106319a383", "tok_1N3T00LkdIwHu7ixt44h1F8k"])
def test_what_is_reduced_is_no_leak(text):
    assert leaks(text.encode(), []) == []


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (KEY, "an API key that was sent"),
        ("4242424242424242", "a card number that was sent"),
        ("acct_1032D82eZvKYlo2C", "an account id that was sent"),
    ],
)
def test_the_kind_of_a_sent_secret_is_told(secret, kind):
    assert kind in leaks(secret.encode(), [secret])


def test_the_secret_itself_is_never_told():
    assert SECRET not in "".join(leaks(SECRET.encode(), [SECRET]))


def test_an_empty_secret_is_nowhere():
    assert leaks(b"anything", ["", " "]) == []


def _in_all_forms(secret):
    body = secret.partition("_test_")[2]
    yield from (body, secret.upper(), secret.lower(), secret[::-1], body[::-1])
    yield from (secret.encode().hex(), secret.encode().hex().upper(), ":".join(f"{sign:02x}" for sign in body.encode()))
    yield from (sign.join(secret) for sign in (" ", "-", ".", "_", "\u00a0", "\n", ", "))
    yield "".join(f"&#{ord(sign)};" for sign in secret)
    yield "".join(f"&#x{ord(sign):X};" for sign in secret)
    yield "".join(f"\\u{ord(sign):04x}" for sign in secret)
    yield "".join(f"\\\\u{ord(sign):04X}" for sign in secret)
    yield "".join(f"%{ord(sign):02X}" for sign in secret)
    yield "".join(chr(ord(sign) + 0xFEE0) for sign in secret)


def _number_in_all_forms(number):
    for sign in (" ", "-", ".", "_", "/", ",", "\u00a0", "\u2009", "\n", "\n  ", " - ", "|", "%20", "&nbsp;"):
        yield sign.join(number)
        yield sign.join(number[start : start + 4] for start in range(0, len(number), 4))
    yield from (number[::-1], number.encode().hex(), "".join(chr(ord(sign) + 0xFEE0) for sign in number))
    yield "".join(f"&#{ord(sign)};" for sign in number)
    yield "".join(f"\\u{ord(sign):04x}" for sign in number)


@pytest.mark.parametrize(("start", "end"), [("", ""), ("a: ", "\n"), ('{"x": "', '"}'), ("https://x/", "?y=1")])
def test_a_secret_is_found_in_every_form_and_place(start, end):
    missed = [form for form in _in_all_forms(KEY) if not leaks(f"{start}{form}{end}".encode(), [KEY])]
    number = "4000056655665556"
    missed += [form for form in _number_in_all_forms(number) if not leaks(f"{start}{form}{end}".encode(), [number])]
    assert missed == []


def test_a_key_and_a_number_that_nobody_sent_are_found_by_their_look():
    number = "4000056655665556"
    forms = {*_in_all_forms(KEY), *_number_in_all_forms(number)}
    # Without its beginning a key looks like any id, and without context a number backwards like any number.
    body = KEY.partition("_test_")[2]
    unknown = {body, body[::-1], ":".join(f"{sign:02x}" for sign in body.encode()), number[::-1], number.encode().hex()}
    assert [form for form in forms - unknown if not leaks(f"x: {form} y".encode(), [])] == []


SENTENCES = (
    "the code 987 is wrong",
    "Your card's security code (987) is incorrect.",
    "cvc 987",
    "The CVC was '987', try again",
    "987 is no valid CVV",
    "we got 987 as the security code",
    "cvc: 987",
)
HARMLESS = (
    "status code 987",
    "error code 987",
    "postal code 987",
    '"code": 987, "cvc": "***"',
    "987 Market Street",
    "the code is wrong; 987 items",
    '"address_zip_code": "987"',
    "a cvc of 9871",
)


def test_a_code_is_found_in_a_sentence_about_it():
    assert [text for text in SENTENCES if not leaks(f"message: {text}".encode(), ["987"])] == []
    assert [text for text in HARMLESS if leaks(f"message: {text}".encode(), ["987"])] == []


LOOKS_LIKE = (
    "2026-11-28 13:40:53.123 2026-11-28",
    "1764337253123",
    "2026/11/28/13/40/53/12",
    "192.168.100.200:8080",
    "risk testing of 51 things",
    "[1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0]",
    "6.50, 7.00, 12.25",
    "+49 30 1234567",
    "pi_3MtwBwLkdIwHu7ix28a3tqPa_4242",
)


def test_dates_ids_and_lists_are_no_secrets():
    assert [text for text in LOOKS_LIKE if leaks(text.encode(), [KEY, "987", "4242424242424242"])] == []


def test_the_search_takes_time_in_step_with_what_is_searched():
    # Each made the search of before take the square of its length, or a gigabyte.
    texts = (
        "4",
        "4 ",
        "4.",
        "a",
        "code ",
        "cvc: ",
        "s k ",
        "&#52;",
        "\\u0034",
        "%34",
        "sk_test_",
        "=",
        "_",
        "****4242.",
    )
    secrets = [KEY, "4242424242424242", "987", "000123456789"]
    slow = {}
    for text in texts:
        times = []
        for size in (20_000, 160_000):
            data = (text * (size // len(text))).encode()
            before = time.process_time()
            leaks(data, secrets)
            times.append(time.process_time() - before)
        # Eight times the data; the square would be 64 times.
        if times[1] > 30 * max(times[0], 0.005):
            slow[text] = times
    assert slow == {}
