"""What is taken out of requests and answers."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

import pytest

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.request import api_key, key_kind, params_of
from pytest_stripe_tokens.redaction.leaks import leaks
from pytest_stripe_tokens.redaction.messages import redact_params, redact_request, redact_response, secrets_of

KEY = "sk_test_" + "51HcAnArY" * 3
ACCOUNT = "acct_1032D82eZvKYlo2C"
URL = "https://api.stripe.com/v1/tokens"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def post(body: bytes | str, url: str = URL, **headers: str) -> Request:
    data = body if isinstance(body, bytes) else body.encode()
    return Request("POST", url, {**FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}, data)


def answer(value: object, **headers: str) -> Response:
    return Response(200, {"Content-Type": "application/json", **headers}, json.dumps(value).encode())


class TestParams:
    def test_card_and_account_numbers_keep_four_characters(self):
        params = {"card": {"number": "4242 4242 4242 4242"}, "bank_account": {"account_number": "000123456789"}}

        assert redact_params(params) == {"card": {"number": "****4242"}, "bank_account": {"account_number": "****6789"}}

    @pytest.mark.parametrize(
        "name", ["cvc", "id_number", "ssn_last_4", "tax_id", "id_number_secondary", "password", "ip"]
    )
    def test_other_secrets_show_nothing_at_any_depth(self, name):
        assert redact_params({"a": {"b": [{name: "9876"}]}}) == {"a": {"b": [{name: "***"}]}}

    def test_whatever_stands_below_a_secret_name_is_secret(self):
        assert redact_params({"id_number": {"value": "1", "of": ["2"]}}) == {
            "id_number": {"value": "***", "of": ["***"]}
        }

    def test_a_number_that_is_too_short_shows_nothing(self):
        assert redact_params({"card": {"number": "4242"}}) == {"card": {"number": "***"}}

    def test_numbers_of_json_are_reduced_too(self):
        assert redact_params({"card": {"number": 4242424242424242, "cvc": 123, "exp_month": 12}}) == {
            "card": {"number": "****4242", "cvc": "***", "exp_month": 12}
        }

    @pytest.mark.parametrize("value", ["", None, True])
    def test_what_holds_no_secret_stays(self, value):
        assert redact_params({"cvc": value}) == {"cvc": value}

    @pytest.mark.parametrize("value", ["4242424242424242", "4242-4242-4242-4241", "000123456789"])
    def test_a_card_given_as_its_number_is_reduced(self, value):
        assert redact_params({"card": value}) == {"card": f"****{value[-4:]}"}

    @pytest.mark.parametrize("value", ["tok_visa", "card_1N3T00LkdIwHu7ixRdxpVI1Q"])
    def test_a_card_given_as_an_id_stays(self, value):
        assert redact_params({"card": value}) == {"card": value}

    @pytest.mark.parametrize(
        ("value", "reduced"),
        [("pay 4242424242424242", "pay ****4242"), (KEY, "sk_test_***"), (ACCOUNT, "acct_106319a383")],
    )
    def test_a_value_that_looks_like_a_secret_is_reduced_under_any_name(self, value, reduced):
        assert redact_params({"description": value}) == {"description": reduced}

    def test_a_key_that_looks_like_a_secret_is_reduced(self):
        assert redact_params({"metadata": {"4242424242424242": "x"}}) == {"metadata": {"****4242": "x"}}

    @pytest.mark.parametrize("key", ["card[cvc", '{"cvc":"987"', "", "x" * 200])
    def test_what_is_no_parameter_is_hidden_with_its_value(self, key):
        assert redact_params({key: "987"}) == {"***": "***"}

    @pytest.mark.parametrize("value", ["****4242", "***"])
    def test_what_is_reduced_stays(self, value):
        assert redact_params({"card": {"number": value}}) == {"card": {"number": value}}

    def test_a_secret_cannot_pass_for_a_reduced_number(self):
        assert redact_params({"cvc": "****1234"}) == {"cvc": "***"}

    def test_endless_nesting_is_cut(self):
        params: dict[str, object] = {"a": "x"}
        for _ in range(5000):
            params = {"a": params}

        assert "***" in str(redact_params(params))


class TestKeys:
    @pytest.mark.parametrize(
        ("authorization", "kind"),
        [
            ("Bearer sk_test_x", "secret"),
            ("bearer rk_live_x", "secret"),
            ("Bearer pk_test_x", "publishable"),
            ("Basic " + b64encode(b"sk_test_x:").decode(), "secret"),
            ("Basic " + b64encode(b"pk_test_x:").decode().rstrip("="), "publishable"),
            ("Basic \xff", "none"),
            ("Digest sk_test_x", "none"),
            ("Bearer", "none"),
            ("sk_test_x", "none"),
        ],
    )
    def test_the_kind_is_read_from_the_header(self, authorization, kind):
        assert key_kind({"authorization": authorization}) == kind

    def test_no_header_is_no_key(self):
        assert (key_kind({}), api_key({})) == ("none", "")


class TestParamsOf:
    def test_query_and_body_are_taken_together(self):
        assert params_of(post("card[cvc]=1", f"{URL}?expand[]=a")) == {"expand": ["a"], "card": {"cvc": "1"}}

    def test_json_is_taken_too(self):
        assert params_of(Request("POST", URL, {}, b'{"a": {"b": 1}}')) == {"a": {"b": 1}}

    def test_an_upload_has_none(self):
        assert params_of(Request("POST", URL, {"content-type": "multipart/form-data"}, b"--x")) == {}


class TestRequest:
    def test_headers_are_chosen_by_an_allow_list(self):
        request = post(
            "",
            authorization=f"Bearer {KEY}",
            cookie="a=1",
            stripe_version="2026-10-28.endive",
            idempotency_key="x",
            user_agent="x",
            x_stripe_client_user_agent="{}",
        )

        assert redact_request(request).headers == {
            "authorization": "Bearer sk_test_***",
            "content-type": "application/x-www-form-urlencoded",
            "stripe-version": "2026-10-28.endive",
        }

    @pytest.mark.parametrize(
        ("authorization", "reduced"),
        [
            ("Basic " + b64encode(f"{KEY}:".encode()).decode(), "Bearer sk_test_***"),
            ("Bearer pk_test_123", "Bearer pk_test_***"),
            ("Bearer hunter2", "Bearer ***"),
        ],
    )
    def test_of_a_key_its_kind_stays(self, authorization, reduced):
        assert redact_request(post("", authorization=authorization)).headers["authorization"] == reduced

    @pytest.mark.parametrize(("account", "reduced"), [(ACCOUNT, "acct_106319a383"), ("something", "***")])
    def test_the_account_is_reduced(self, account, reduced):
        assert redact_request(post("", stripe_account=account)).headers["stripe-account"] == reduced

    def test_charset_and_boundary_are_not_kept(self):
        request = Request("POST", URL, {"content-type": "multipart/form-data; boundary=random"}, b"--random")

        assert redact_request(request).headers["content-type"] == "multipart/form-data"

    def test_the_body_is_sorted_and_readable(self):
        body = "card%5Bnumber%5D=4242424242424242&card%5Bcvc%5D=987&card[exp_month]=12"

        assert redact_request(post(body)).body == b"card[cvc]=***&card[exp_month]=12&card[number]=****4242"

    def test_json_is_reduced_and_sorted(self):
        assert redact_request(post('{"cvc": "987", "a": 1}')).body == b'{"a": 1, "cvc": "***"}'

    def test_json_that_is_no_object_is_hidden(self):
        assert redact_request(post('["987"]')).body == b'"***"'

    def test_a_body_in_another_charset_is_understood(self):
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-16"}

        assert redact_request(Request("POST", URL, headers, "cvc=987".encode("utf-16"))).body == b"cvc=***"

    def test_a_compressed_body_is_understood(self):
        request = Request("POST", URL, {"content-encoding": "gzip"}, gzip.compress(b"cvc=987"))

        assert redact_request(request).body == b"cvc=***"

    @pytest.mark.parametrize("kind", ["multipart/form-data", "application/json", "application/octet-stream"])
    def test_a_body_that_is_not_understood_is_hidden(self, kind):
        assert redact_request(Request("POST", URL, {"content-type": kind}, b'{"cvc": "987"')).body == b"***"

    def test_the_url_is_reduced(self):
        url = f"https://{KEY}:x@api.stripe.com/v1/accounts/{ACCOUNT}/4242424242424242?card[cvc]=987#{KEY}"

        assert redact_request(post("", url)).url == (
            "https://api.stripe.com/v1/accounts/acct_106319a383/****4242?card[cvc]=***"
        )

    def test_an_encoded_path_stays_as_it_is_where_it_holds_no_secret(self):
        assert redact_request(post("", f"{URL}/tok%5f1")).url == f"{URL}/tok%5f1"

    def test_a_url_that_is_none_is_hidden(self):
        assert redact_request(post("", "http://[")).url == "***"


class TestResponse:
    def test_headers_are_chosen_by_an_allow_list(self):
        response = answer({}, **{"Set-Cookie": "a=1", "Request-Id": "req_1", "Date": "now", "Stripe-Account": ACCOUNT})

        assert list(redact_response(response).headers.items()) == [
            ("Content-Type", "application/json"),
            ("Request-Id", "req_1"),
            ("Stripe-Account", "acct_106319a383"),
        ]

    def test_the_address_of_the_caller_is_replaced(self):
        assert redact_response(answer({"client_ip": "198.51.100.7"})).json() == {"client_ip": "0.0.0.0"}

    def test_what_a_confirmation_token_carries_is_stored_as_a_payment_methods_without_the_address(self):
        online = {"ip_address": "198.51.100.7", "user_agent": "Browser/1.0"}
        billing = {"email": "j@example.com", "name": "Jenny Rosen"}
        stored = redact_response(
            answer(
                {
                    "mandate_data": {"customer_acceptance": {"online": online, "type": "online"}},
                    "payment_method_preview": {"billing_details": billing, "card": {"last4": "4242"}},
                }
            )
        ).json()
        assert stored["mandate_data"]["customer_acceptance"]["online"] == {**online, "ip_address": "0.0.0.0"}
        assert stored["payment_method_preview"] == {"billing_details": billing, "card": {"last4": "4242"}}

    def test_an_address_that_is_not_given_stays_null(self):
        assert redact_response(answer({"client_ip": None})).json() == {"client_ip": None}

    def test_links_into_the_dashboard_are_removed(self):
        error = {"message": f"See https://dashboard.stripe.com/{ACCOUNT}/logs?x", "request_log_url": "https://x"}

        assert redact_response(answer({"error": error})).json() == {
            "error": {"message": "See https://dashboard.stripe.com/***"}
        }

    def test_links_into_the_documentation_stay(self):
        url = "https://stripe.com/docs/error-codes/card-declined"

        assert redact_response(answer({"doc_url": url})).json() == {"doc_url": url}

    @pytest.mark.parametrize(
        ("name", "value", "clean"),
        [
            ("client_secret", "pi_1_secret_abc", "pi_1_secret_***"),
            ("secret", "hunter2", "***"),
            ("account_number", "000123456789", "****6789"),
            ("account_number", "****6789", "****6789"),
            ("number", "INV-000001", "INV-000001"),
            ("number", "4242424242424242", "****4242"),
            ("account", ACCOUNT, "acct_106319a383"),
            ("last4", "4242", "4242"),
            ("used", False, False),
        ],
    )
    def test_values_are_cleaned_by_name_and_by_look(self, name, value, clean):
        assert redact_response(answer([{name: value}])).json() == [{name: clean}]

    def test_json_is_laid_out_as_the_api_does(self):
        assert redact_response(Response(200, {}, '{"a":{},"b":"é"}\n'.encode())).body == (
            '{\n  "a": {},\n  "b": "é"\n}\n'.encode()
        )

    def test_a_compressed_body_of_another_charset_is_stored_as_utf_8(self):
        headers = {"Content-Type": "application/json; charset=utf-16", "Content-Encoding": "gzip"}
        clean = redact_response(Response(200, headers, gzip.compress('{"name": "é"}'.encode("utf-16"))))

        assert (clean.headers, clean.json()) == ({"Content-Type": "application/json"}, {"name": "é"})

    def test_a_body_that_is_not_json_is_cleaned_as_text(self):
        text = f"{KEY} https://dashboard.stripe.com/{ACCOUNT}"

        assert redact_response(Response(502, {}, text.encode())).body == b"sk_test_*** https://dashboard.stripe.com/***"

    def test_a_text_is_stored_as_utf_8(self):
        clean = redact_response(
            Response(502, {"Content-Type": "text/html; charset=latin-1"}, "é\x00".encode("latin-1"))
        )

        assert (clean.headers["Content-Type"], clean.body.decode()) == ("text/html; charset=utf-8", "é\ufffd")

    def test_endless_nesting_is_cut(self):
        deep = b'{"a":' * 200 + b'"4242424242424242"' + b"}" * 200

        assert b"4242424242424242" not in redact_response(Response(200, {}, deep)).body


class TestSecrets:
    def test_every_secret_of_a_request_is_collected(self):
        request = post(
            "card[number]=4242 4242 4242 4242&card[cvc]=987&person[id_number]=000000000",
            f"{URL}?bank_account[account_number]=000123456789",
            authorization=f"Bearer {KEY}",
            cookie="session=abcdefgh; theme=1",
            stripe_account=ACCOUNT,
            x_stripe_client_telemetry='{"id": "req_9f8e7d6c5b4a"}',
            user_agent="requests",
        )

        assert secrets_of(request) == {
            "4242 4242 4242 4242",
            "4242424242424242",
            "987",
            "000000000",
            "000123456789",
            KEY,
            f"Bearer {KEY}",
            "abcdefgh",
            ACCOUNT,
            '{"id": "req_9f8e7d6c5b4a"}',
        }

    def test_a_word_is_no_secret_and_what_looks_like_one_is(self):
        plain = {
            "x-client-name": [
                "stripe",
                "acme-shop",
                "python-requests/2.31.0",
                "api.stripe.com",
                "2026-11-28",
                "pytest8",
            ],
            "x-session-kind": ["checkout", "CustomerSession", "application/json"],
            "x-api-key": ["short", "stripe test", "application/json", "livemode"],
            "cookie": ["theme=midnight", "lang=en-US; consent=accepted", "session=short"],
            "authorization": ["Bearer test", "Bearer stripe test"],
            "idempotency-key": ["9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f"],
        }
        secret = {
            "x-client-id": ["c0ffee15badf00d5", "QWxhZGRpbjpvcGVuIHNlc2FtZQ"],
            "x-session-kind": ["9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f"],
            "x-api-key": ["open-sesame-forever", "hunter2hunter2"],
            "cookie": ["session=opensesame", "theme=c0ffee15badf00d5"],
            "authorization": ["Bearer opensesame", "Basic b3BlbnNlc2FtZTp4"],
        }
        found = [(n, v) for n, values in plain.items() for v in values if secrets_of(post("", **{n: v}))]
        missed = [(n, v) for n, values in secret.items() for v in values if not secrets_of(post("", **{n: v}))]
        assert (found, missed) == ([], [])

    def test_a_public_word_in_a_secret_parameter_is_not_looked_for(self):
        assert secrets_of(post("card[cvc]=customer&person[id_number]=opensesame")) == {"opensesame"}

    def test_a_key_in_basic_credentials_is_collected(self):
        credentials = b64encode(f"{KEY}:".encode()).decode()

        assert {KEY, credentials} <= secrets_of(post("", authorization=f"Basic {credentials}"))

    def test_the_user_in_a_url_is_collected(self):
        assert secrets_of(Request("GET", f"https://{KEY}:@api.stripe.com/")) == {KEY}

    def test_a_body_that_is_a_list_is_searched(self):
        assert secrets_of(Request("POST", URL, {}, b'[{"cvc": "987"}]')) == {"987"}

    def test_a_malformed_key_hides_its_value(self):
        assert secrets_of(post("card[cvc=987")) == {"987"}

    def test_a_redacted_request_has_none(self):
        request = post("card[number]=4242424242424242&cvc=987", authorization=f"Bearer {KEY}", stripe_account=ACCOUNT)

        assert secrets_of(redact_request(request)) == frozenset()

    def test_nothing_that_was_sent_is_left_after_redaction(self):
        request = post(
            "card[number]=4242424242424242&card[cvc]=987", authorization=f"Bearer {KEY}", stripe_account=ACCOUNT
        )

        assert leaks(repr(redact_request(request)).encode(), secrets_of(request)) == []
