"""A header's value is a secret where it looks like one: a word in it stops no recording, and another test's none."""

from __future__ import annotations

import pytest

HARMLESS = {
    "X-Client-Name": "stripe",
    "X-Client": "pii_token_service",
    "X-Session-Kind": "customer",
    "X-Account-Type": "standard",
    "X-Auth-Scheme": "application/json",
    "X-Token-Type": "id_number",
    "X-Api-Key-Version": "2026-10-28.endive",
    "X-Client-Version": "python-requests/2.31.0 (Linux; x86_64)",
    "X-Client-Host": "api.stripe.com",
    "X-Secret": "livemode",
    "X-Pass-Through": "false",
    "X-Auth-Token": "token",
    "Cookie": "theme=dark; lang=en; mode=livemode; session=created",
    "Idempotency-Key": "livemode",
    "Proxy-Authorization": "Basic c3RyaXBlOnB5dGhvbg==",
}
TESTS = """
import pytest, requests

def send(name, **headers):
    data = {{"name": name, "description": "echo " + name}}
    answer = requests.post("https://api.stripe.com/v1/customers", data=data, headers=headers, auth={auth})
    assert answer.status_code == 200

@pytest.mark.stripe_tokens(cassette="one")
def test_one(stripe_tokens): send({value!r}, **{headers})

@pytest.mark.stripe_tokens(cassette="two")
def test_two(stripe_tokens): send({value!r})

def test_card(card_token): ...
"""


def test_a_word_in_a_header_stops_no_recording(suite):
    failed = []
    text = TESTS.format(headers=HARMLESS, value="stripe", auth=("stripe", "python"))
    result = suite.write("test_it.py", text).record()
    failed += [line for line in result.outlines if "kept" in line or "leak" in line]
    assert failed == []
    assert result.ret == 0
    assert sorted(suite.hashes()) == ["card.yaml", "one.yaml", "two.yaml"]
    # The words are not hidden either.
    assert "stripe-tokens: recording against" in result.stdout.str()
    assert '"object": "customer"' in (suite.cassettes / "one.yaml").read_text()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Auth-Token", "c0ffee15badf00d5"),
        ("X-Client-Session", "9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f"),
        ("X-Api-Key", "open-sesame-forever"),
    ],
)
def test_a_secret_of_a_header_stops_the_recording_of_its_test_alone_and_both_are_named(suite, header, value):
    suite.write("test_it.py", TESTS.format(headers={header: value}, value=value, auth=("sk_test_1", "")))
    result = suite.record()
    (line,) = [line for line in result.outlines if line.startswith("  one ")]
    assert line.split()[1] == "kept"
    assert f"the value of the header {header} that test_it.py::test_one sends would have been written" in line
    result.stdout.fnmatch_lines(["  card  refreshed *", "  two   refreshed *"])
    assert sorted(suite.hashes()) == ["card.yaml", "two.yaml"]
    assert value not in line
    assert result.ret == 1
