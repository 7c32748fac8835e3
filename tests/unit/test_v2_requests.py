"""How /v2 is asked and refuses: JSON, its types, the form of errors, idempotency, versions, contexts."""

from __future__ import annotations

import json

from rows import each
from simulator_api import FORM, LIVE
from v2_api import PUBLISHED, V2Api

from pytest_stripe_tokens.simulator.errors import codes, of_v2

TOKENS, ACCOUNTS = "/v2/core/account_tokens", "/v2/core/accounts"
JSON = {"content_type": "application/json"}
LINK = {"account": "acct_1", "use_case": {"type": "account_onboarding"}}
ENDING = {"refresh_url": "https://example.com"}


def test_every_published_code_is_known_with_its_status_and_text():
    rows = of_v2.rows()
    assert {code: rows[code].status for code in PUBLISHED} == {code: said["status"] for code, said in PUBLISHED.items()}
    texts = {code: said["text"] for code, said in PUBLISHED.items() if "text" in said}
    assert {code: rows[code].message[: len(text)] for code, text in texts.items()} == texts
    # stripe/openapi 2026-09-30 has two more.
    more = {
        "account_rate_limit_exceeded": (429, "rate_limit"),
        "non_connect_platform_accounts_v2_access_blocked": (400, ""),
    }
    assert {code: (rows[code].status, rows[code].type) for code in codes.of_v2().keys() - PUBLISHED.keys()} == more


WRONG = [
    (TOKENS, {"contact_emial": "a"}, "unknown_field", "contact_emial"),
    (TOKENS, {"identity": {"individual": {"first_name": "Jane"}}}, "unknown_field", "identity.individual.first_name"),
    (TOKENS, {"identity": {"country": "us"}}, "unknown_field", "identity.country"),
    (TOKENS, {"expand": ["identity"]}, "unknown_field", "expand"),
    (TOKENS, {"contact_email": 1}, "invalid_type", "contact_email"),
    (TOKENS, {"contact_email": ["a"]}, "invalid_type", "contact_email"),
    (TOKENS, {"identity": "company"}, "invalid_type", "identity"),
    (
        TOKENS,
        {"identity": {"individual": {"nationalities": "US"}}},
        "invalid_type",
        "identity.individual.nationalities",
    ),
    (
        TOKENS,
        {"identity": {"business_details": {"estimated_worker_count": "3"}}},
        "invalid_type",
        "estimated_worker_count",
    ),
    (
        TOKENS,
        {"identity": {"business_details": {"estimated_worker_count": True}}},
        "invalid_type",
        "estimated_worker_count",
    ),
    (TOKENS, {"identity": {"individual": {"relationship": {"owner": "true"}}}}, "invalid_type", "relationship.owner"),
    (
        TOKENS,
        {"identity": {"individual": {"relationship": {"percent_ownership": 0.8}}}},
        "invalid_type",
        "percent_ownership",
    ),
    (
        TOKENS,
        {"identity": {"individual": {"relationship": {"percent_ownership": "x"}}}},
        "invalid_type",
        "percent_ownership",
    ),
    (TOKENS, {"identity": {"entity_type": "nope"}}, "invalid_value", "identity.entity_type"),
    (
        TOKENS,
        {"identity": {"individual": {"id_numbers": [{"type": "us_ssn"}]}}},
        "missing_field",
        "id_numbers[0].value",
    ),
    (TOKENS, {"identity": {"individual": {"metadata": {"a": 1}}}}, "invalid_type", "metadata.a"),
    (TOKENS, {"identity": {"individual": {"metadata": {"a": "x" * 501}}}}, "too_long", "metadata.a"),
    (ACCOUNTS, {"metadata": dict.fromkeys(map(str, range(51)), "x")}, "too_many_metadata_keys", "metadata"),
    (ACCOUNTS, {"include": ["identify"]}, "invalid_value", "include[0]"),
    (ACCOUNTS, {"dashboard": "", "account_token": None}, "invalid_value", "dashboard"),
    ("/v2/core/account_links", {"account": "acct_1"}, "missing_field", "use_case"),
    ("/v2/core/account_links", {"account": None, "use_case": LINK["use_case"]}, "missing_field", "account"),
]


@each(("path", "params", "code", "field"), WRONG)
def test_a_wrong_field_is_refused(path, params, code, field):
    response = V2Api().send("POST", path, params)
    error = response.json()["error"]
    assert (response.status, list(error), error["code"]) == (400, ["code", "message"], code)
    assert f'{field}"' in error["message"]


@each(
    "params",
    [
        {"contact_email": None, "identity": None},
        {"identity": {"individual": {"metadata": {"a": None}, "nationalities": []}}},
        {"identity": {"individual": {"relationship": {"percent_ownership": "0.8"}}}},
        {},
    ],
)
def test_null_and_what_is_empty_are_taken(params):
    assert V2Api().post(TOKENS, params)["used"] is False


def test_an_unknown_field_begins_as_stripe_begins_it_and_names_what_is_near():
    response = V2Api().send("POST", TOKENS, {"contact_emial": "a"})
    assert response.json()["error"]["message"] == 'Unknown field "contact_emial". Did you mean contact_email?'


@each(
    ("body", "content_type", "code"),
    [
        (b"contact_email=a", FORM, "unsupported_content_type"),
        (b'{"contact_email": "a"}', FORM, "unsupported_content_type"),
        (b'{"contact_email": "a"}', "", "unsupported_content_type"),
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "invalid_json"),
        (b"\xff", "application/json", "invalid_json"),
        (b"[" * 100000, "application/json", "invalid_json"),
    ],
)
def test_what_is_no_json_is_refused(body, content_type, code):
    assert V2Api().error(TOKENS, body, content_type=content_type) == (400, code)


@each("content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_is_taken(content_type):
    assert V2Api().post(TOKENS, {}, content_type=content_type)["object"] == "v2.core.account_token"


def test_a_post_without_a_body_is_one_without_fields():
    assert V2Api().send("POST", TOKENS).status == 200


@each("query", ["include[0]=identity&include[1]=defaults", "include=identity&include=defaults"])
def test_a_list_in_the_query_is_numbered_or_repeated(query):
    api = V2Api()
    read = api.get(f"{ACCOUNTS}/{api.account()}?{query}")
    assert (read["identity"], read["requirements"]) == ({}, None)
    assert read["defaults"]["currency"] == "usd"


@each(
    ("query", "code"),
    [
        ("limit=x", "invalid_type"),
        ("limit=0", "invalid_type"),
        ("limit=101", "invalid_type"),
        ("closed=yes", "invalid_type"),
        ("applied_configurations[0]=nope", "invalid_value"),
        ("include[0]=identity", "unknown_field"),
        ("starting_after=acct_1", "unknown_field"),
    ],
)
def test_a_wrong_query_is_refused(query, code):
    assert V2Api().error(f"{ACCOUNTS}?{query}", method="GET") == (400, code)


@each(
    ("method", "path", "key", "status", "text"),
    [
        ("POST", TOKENS, None, 401, "You did not provide an API key."),
        ("POST", TOKENS, "sk_nope", 401, "Invalid API Key provided"),
        ("DELETE", f"{TOKENS}/accttok_1", "sk_test_1", 404, "pytest-stripe-tokens does not simulate DELETE"),
        ("GET", TOKENS, "sk_test_1", 404, "pytest-stripe-tokens does not simulate GET /v2/core/account_tokens"),
        ("GET", "/v2/core/nope", "sk_test_1", 404, "pytest-stripe-tokens does not simulate GET /v2/core/nope"),
    ],
)
def test_who_has_no_key_or_asks_for_what_is_not_there_is_refused_as_under_v1(method, path, key, status, text):
    response = V2Api().send(method, path, None, key=key)
    error = response.json()["error"]
    assert (response.status, error["type"], error["message"][: len(text)]) == (status, "invalid_request_error", text)


def test_a_success_is_kept_for_its_key():
    api = V2Api()
    sent = [api.send("POST", TOKENS, {"contact_email": "a@b"}, idempotency_key="k") for _ in range(2)]
    assert sent[0].body == sent[1].body
    assert [response.headers.get("Idempotent-Replayed") for response in sent] == [None, "true"]


def test_a_token_that_was_used_answers_its_own_key_again():
    api = V2Api()
    params = {"account_token": api.account_token()}
    first, again = (api.post(ACCOUNTS, params, idempotency_key="k") for _ in range(2))
    assert first == again
    assert api.error(ACCOUNTS, params, idempotency_key="other") == (400, "token_already_used")


def test_what_failed_is_tried_again_under_its_key():
    api = V2Api()
    account, token = api.account(), api.account_token()
    path = f"{ACCOUNTS}/{account}/persons"
    assert api.error(path, {"person_token": token}, idempotency_key="k") == (400, "incorrect_token_wrong_type")
    person = api.person_token(account)
    assert api.post(path, {"person_token": person}, idempotency_key="k")["account"] == account


@each(
    ("path", "params"),
    [(TOKENS, {"contact_email": "other@example.com"}), (ACCOUNTS, {"contact_email": "a@example.com"})],
)
def test_a_key_is_of_one_request(path, params):
    api = V2Api()
    api.post(TOKENS, {"contact_email": "a@example.com"}, idempotency_key="k")
    response = api.send("POST", path, params, idempotency_key="k")
    text = PUBLISHED["idempotency_error"]["text"]
    expected = {"code": "idempotency_error", "message": text, "type": "idempotency_error"}
    assert (response.status, response.json()) == (409, {"error": expected})


def test_a_delete_is_kept_for_its_key():
    api = V2Api()
    account = api.account()
    path = f"{ACCOUNTS}/{account}/persons/{api.person(account)}"
    first, again = (api.send("DELETE", path, idempotency_key="k") for _ in range(2))
    assert (first.status, first.body) == (200, again.body)
    assert api.error(path, method="DELETE", idempotency_key="other") == (404, "not_found")


@each(
    ("version", "is_taken"),
    [
        ("2026-10-28.endive", True),
        ("2025-12-15.clover", True),
        ("2025-08-27.preview", True),
        ("2025-11-17.clover", False),
        ("2024-06-20", False),
    ],
)
def test_an_older_version_has_no_v2(version, is_taken):
    response = V2Api().send("POST", TOKENS, {}, stripe_version=version)
    assert (response.status == 200) is is_taken
    assert is_taken or version in response.json()["error"]["message"]
    assert response.headers["Stripe-Version"] == version


@each(("version", "is_taken"), [("2026-08-26.dahlia", True), ("2026-09-30.endive", False), (None, True)])
def test_configurations_of_a_link_went_with_a_version(version, is_taken):
    api = V2Api()
    onboarding = {**ENDING, "configurations": ["recipient"]}
    params = {"account": api.account(), "use_case": {"type": "account_onboarding", "account_onboarding": onboarding}}
    response = api.send("POST", "/v2/core/account_links", params, **({"stripe_version": version} if version else {}))
    error = response.json().get("error", {})
    assert error.get("code") == (None if is_taken else "unknown_field")
    assert is_taken or 'account_onboarding.configurations"' in error["message"]


def test_a_link_says_more_of_its_use_case():
    api = V2Api()
    error = api.error("/v2/core/account_links", {**LINK, "account": api.account()})
    assert error == (400, "missing_field")


@each("context", ["acct_1Context000000001", "org_1/acct_1Context000000001"])
def test_a_context_takes_the_place_of_an_account(context):
    api = V2Api()
    token = api.post(TOKENS, {}, stripe_context=context)["id"]
    assert api.get(f"{TOKENS}/{token}", stripe_context=context)["id"] == token
    assert api.get(f"{TOKENS}/{token}", stripe_account="acct_1Context000000001")["id"] == token
    assert api.error(f"{TOKENS}/{token}", method="GET") == (404, "not_found")
    customer = api.post("/v1/customers", {}, stripe_context=context)["id"]
    assert api.get(f"/v1/customers/{customer}", stripe_account="acct_1Context000000001")["id"] == customer


def test_the_live_world_is_another():
    api = V2Api()
    account = api.account()
    assert api.error(f"{ACCOUNTS}/{account}", method="GET", key=LIVE) == (404, "not_found")


def test_an_answer_is_json_in_the_apis_layout():
    response = V2Api().send("POST", TOKENS, {})
    assert response.body.decode() == json.dumps(response.json(), indent=2)
    assert response.headers["Request-Id"].startswith("req_")
