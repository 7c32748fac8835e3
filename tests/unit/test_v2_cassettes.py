"""Requests to /v2 in cassettes: what is built in, how JSON is matched, and what of it is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rows import each
from v2_api import DOCUMENTED, V2Api

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.schemas import problems
from pytest_stripe_tokens.cassettes.library import Library
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata, Player
from pytest_stripe_tokens.redaction.messages import parameter_secrets, redact_params, redact_request, redact_response

KEY = {"authorization": "Bearer sk_test_1", "content-type": "application/json"}
ACCOUNTS = "/v2/core/accounts"


def sent(params, path=ACCOUNTS, **headers):
    return Request("POST", f"https://api.stripe.com{path}", {**KEY, **headers}, json.dumps(params).encode())


@each(
    ("name", "shown"),
    [
        ("v2_account_token", [DOCUMENTED["account_token"][0]]),
        ("v2_person_token", [DOCUMENTED["account"][0], DOCUMENTED["person_token"][0]]),
    ],
)
def test_the_built_in_cassettes_hold_the_references_examples(name, shown):
    cassette = Library(Path("nowhere")).builtin(name)
    found = [(json.loads(item.request.body), json.loads(item.response.body)) for item in cassette.interactions]
    assert found == [(redact_params(example["request"]["json"]), example["body"]) for example in shown]
    token = cassette.interactions[-1]
    assert (cassette.origin, cassette.metadata.token_type) == ("documented", token.token_type)
    assert problems(token.answer, token.answer["object"]) == []


@each(
    ("recorded", "asked", "is_played"),
    [
        ({"a": {"b": 1, "c": "x"}}, {"a": {"c": "x", "b": 1}}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"configuration": {"customer": {}}}, {"configuration": {"merchant": {}}}, False),
        ({"configuration": {"customer": {}}}, {}, False),
        (
            {"id_numbers": [{"type": "us_ein", "value": "***"}]},
            {"id_numbers": [{"type": "us_ein", "value": "1"}]},
            True,
        ),
        (
            {"id_numbers": [{"type": "us_ein", "value": "***"}]},
            {"id_numbers": [{"type": "us_ssn", "value": "1"}]},
            False,
        ),
        ({"metadata": {"value": "1"}}, {"metadata": {"value": "2"}}, False),
    ],
)
def test_json_is_matched_by_what_it_holds(recorded, asked, is_played):
    item = Interaction(sent(recorded), Response(200, {}, b"{}"))
    player = Player([Cassette(Path("a.yaml"), Metadata(), (item,))])
    assert (player.play(sent(asked)) is not None) is is_played


@pytest.mark.parametrize("header", ["acct_1CanaryAccount00", "org_1Canary/acct_1CanaryAccount00"])
def test_a_context_is_stored_reduced_and_matched(header):
    request = sent({}, stripe_context=header)
    request = Request(request.method, request.url, {**KEY, "stripe-context": header}, request.body)
    stored = redact_request(request)
    assert "Canary" not in str(stored.headers)
    player = Player([Cassette(Path("a.yaml"), Metadata(), (Interaction(stored, Response(200, {}, b"{}")),))])
    assert player.play(sent({})) is None
    assert player.play(request) is not None


def test_what_a_token_carries_is_stored_without_its_numbers():
    person = {
        "given_name": "Jane",
        "id_numbers": [{"type": "us_ssn", "value": "222222222"}],
        "documents": {"passport": {"files": ["file_123"], "type": "files"}},
    }
    company = {"id_numbers": [{"type": "us_ein", "registrar": "x", "value": "333333333"}]}
    params = {"identity": {"individual": person, "business_details": company}, "display_name": "value"}
    assert parameter_secrets(sent(params)) == {"222222222", "333333333", "sk_test_1"}
    assert redact_params(params) == {
        "display_name": "value",
        "identity": {
            "business_details": {"id_numbers": [{"type": "us_ein", "registrar": "x", "value": "***"}]},
            "individual": {**person, "id_numbers": [{"type": "us_ssn", "value": "***"}]},
        },
    }
    stored = json.loads(redact_request(sent(params)).body)
    assert stored == redact_params(params)


def test_an_address_that_accepted_terms_is_stored_as_none():
    accepted = {"date": "2026-05-01T00:00:00.000Z", "ip": "203.0.113.7", "user_agent": "Firefox"}
    body = {"identity": {"attestations": {"terms_of_service": {"account": accepted}}}}
    stored = json.loads(redact_response(Response(200, {}, json.dumps(body).encode())).body)
    assert stored["identity"]["attestations"]["terms_of_service"]["account"] == {**accepted, "ip": "0.0.0.0"}
    request = json.loads(redact_request(sent(body)).body)
    assert request["identity"]["attestations"]["terms_of_service"]["account"]["ip"] == "***"


def replayed(api, method, path, params, body):
    headers = {**KEY} if params is not None else {"authorization": KEY["authorization"]}
    content = b"" if params is None else json.dumps(params).encode()
    request = Request(method, f"https://api.stripe.com{path}", headers, content)
    api.simulator.replayed(request, Response(200, {}, json.dumps(body).encode()))


@each("example", [DOCUMENTED["account"][0], DOCUMENTED["account"][1]])
def test_an_account_that_a_cassette_has_made_or_read_can_be_gone_on_with(example):
    """Test mode's answers have `livemode` false; the reference's are of live mode."""
    api, request = V2Api(), example["request"]
    body = {**example["body"], "livemode": False}
    replayed(api, request["method"], request["path"], request.get("json"), body)
    read = api.get(f"{ACCOUNTS}/{body['id']}?include[0]=configuration.merchant&include[1]=identity")
    assert (read["created"], read["display_name"]) == (body["created"], body["display_name"])
    assert read["identity"]["entity_type"] == "company"
    merchant = body["configuration"]["merchant"]["capabilities"]["card_payments"]
    assert read["configuration"]["merchant"]["capabilities"]["card_payments"] == merchant
    assert api.post(f"{ACCOUNTS}/{body['id']}", {"display_name": "New"})["display_name"] == "New"
    assert api.person(body["id"], given_name="Jane")
