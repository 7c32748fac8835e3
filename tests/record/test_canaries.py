"""Secrets that are sent, or that the server gives away, are found in no file and in no output."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
import server as test_mode
from suites import ALONE_AND_BY_TWO

CANARIES = {
    "key": test_mode.SECRET_KEY,
    "publishable key": test_mode.PUBLISHABLE_KEY,
    "key of the code": "sk_test_" + "CanaryOfTheCode12345",
    "card number": "4000056655665556",
    "cvc": "731",
    "account number": "000999999991",
    "iban": "DE08370400440532013003",
    "id number": "222222222",
    "ssn": "9876",
    "number of v2": "555443333",
    "cookie": "CanaryCookie12345",
    "sent cookie": "CanarySent98765",
    "account id": test_mode.ACCOUNT,
    "connected account": "acct_" + "1CanaryConnect00",
    "address": test_mode.CLIENT_IP,
    "telemetry": "CanaryTelemetry123",
}

CODE = """
import os, requests, stripe

def secret(name): return os.environ["CANARY_" + name.replace(" ", "_").upper()]

def send(params, path="/v1/tokens", **headers):
    headers = {"Cookie": f"c={secret('sent cookie')}", "X-Stripe-Client-Telemetry": secret("telemetry"), **headers}
    return requests.post("https://api.stripe.com" + path, data=params, headers=headers, auth=(secret("key of the code"), ""))

def pay():
    send({"card[number]": secret("card number"), "card[cvc]": secret("cvc"), "card[exp_month]": "12", "card[exp_year]": "2050"})
    send({"bank_account[country]": "US", "bank_account[currency]": "usd", "bank_account[routing_number]": "110000000", "bank_account[account_number]": secret("account number")})
    send({"pii[id_number]": secret("id number")})
    send({"person[ssn_last_4]": secret("ssn"), "person[first_name]": "Jane"}, **{"Stripe-Account": secret("connected account")})
    person = {"given_name": "Jane", "id_numbers": [{"type": "us_ssn", "value": secret("number of v2")}]}
    headers = {"Authorization": f"Bearer {secret('key of the code')}", "Stripe-Context": secret("connected account")}
    token = requests.post("https://api.stripe.com/v2/core/account_tokens", json={"identity": {"individual": person}}, headers=headers)
    assert token.status_code == 200, token.text
    confirm()
    stripe.api_key = secret("key")
    return stripe.Token.create(card={"number": secret("card number"), "cvc": secret("cvc"), "exp_month": 11, "exp_year": 2050})

def confirm():
    card = {"number": secret("card number"), "cvc": secret("cvc"), "exp_month": "12", "exp_year": "2050"}
    for kind, sent in {"card": card, "us_bank_account": {"account_number": secret("account number")}, "sepa_debit": {"iban": secret("iban")}}.items():
        data = {f"payment_method_data[{kind}][{name}]": value for name, value in sent.items()}
        send({"payment_method_data[type]": kind, **data}, "/v1/test_helpers/confirmation_tokens")
"""
# What the workers of pytest-xdist send.
CONFTEST = """
import pathlib

def pytest_report_from_serializable(data):
    with pathlib.Path(__file__).with_name("payload.txt").open("a") as file:
        file.write(repr(data))
"""
TESTS = """
import logging, pytest, requests, stripe
import code_under_test

@pytest.mark.stripe_tokens(cassette="mine")
def test_passes(stripe_tokens):
    assert code_under_test.pay().card.last4

@pytest.mark.stripe_tokens(cassette="other")
def test_fails(stripe_tokens):
    token = code_under_test.pay()
    assert stripe_tokens.requests == [token]

@pytest.mark.stripe_tokens(cassette="third")
def test_raises(stripe_tokens):
    code_under_test.pay()
    stripe.Charge.create(amount=1, currency="usd", source="tok_unknown1234")

def test_says_it_aloud(card_token):
    print(code_under_test.secret("key"))
    logging.getLogger().debug("key %s", code_under_test.secret("key"))
    assert not card_token

def test_every_type(stripe_token): ...

def test_a_token_of_another_endpoint(confirmation_token, stripe_tokens):
    data = {"type": "card", "card": {"number": code_under_test.secret("card number"), "cvc": code_under_test.secret("cvc"), "exp_month": 12, "exp_year": 2050}}
    stripe_tokens.create("confirmation_token", payment_method_data=data)
"""


def _forms(secret):
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    yield base64.b64encode(f"{secret}:".encode()).decode()


def _find(where, data):
    found = []
    for name, secret in CANARIES.items():
        # Four digits stand in many a number; what was sent stands beside its name.
        needles = [f"cvc]={secret}", f"cvc': '{secret}", f"ssn_last_4]={secret}", f"ssn_last_4': '{secret}"]
        if len(secret) > 4:
            needles = list(_forms(secret))
        found += [f"{name} in {where}" for needle in needles if needle.encode() in data]
    return found


@pytest.fixture
def canary_suite(suite):
    for name, secret in CANARIES.items():
        suite.monkeypatch.setenv("CANARY_" + name.replace(" ", "_").upper(), secret)
    suite.monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", test_mode.PUBLISHABLE_KEY)
    suite.monkeypatch.setenv("TMPDIR", str(suite.path / "tmp"))
    (suite.path / "tmp").mkdir()
    return suite.write("code_under_test.py", CODE).write("test_it.py", TESTS).write("conftest.py", CONFTEST)


LOUD = ("-vv", "--showlocals", "-o", "log_level=DEBUG", "-rA")


@ALONE_AND_BY_TWO
@pytest.mark.parametrize("fault", [None, "500", "echo"])
def test_no_secret_is_found_anywhere(canary_suite, server, workers, fault):
    if fault == "500":
        server.fail(test_mode.error(500, f"what about {CANARIES['card number']}", Stripe_Should_Retry="false"))
    if fault == "echo":
        server.fail(test_mode.error(401, f"bad key {test_mode.SECRET_KEY}, {CANARIES['card number']}"))
    suite = canary_suite
    result = suite.record(
        *LOUD,
        *workers,
        "--junitxml=junit.xml",
        "--record-report=report.md",
        "-o",
        "junit_logging=all",
        "--log-file=log.txt",
        "--log-file-level=DEBUG",
    )
    assert result.ret == 1
    assert (suite.path / "report.md").exists()
    assert len(server.requests) >= {None: 20, "500": 9, "echo": 1}[fault]
    found = _find("stdout", result.stdout.str().encode()) + _find("stderr", result.stderr.str().encode())
    for path in suite.path.rglob("*"):
        found += _find(path.name, path.read_bytes()) if path.is_file() else []
    assert found == []
    assert (suite.path / "payload.txt").exists() == bool(workers)


def test_the_search_finds_what_stands_there():
    for name, secret in CANARIES.items():
        assert _find("x", f"cvc]={secret} ssn_last_4': '{secret}".encode())[0].startswith(name)


def test_the_last_four_digits_are_kept(canary_suite):
    canary_suite.record("-k", "passes")
    text = (canary_suite.cassettes / "mine.yaml").read_text()
    assert "card[number]=****5556" in text
    assert '"last4": "5556"' in text
