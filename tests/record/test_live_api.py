"""The recorder over real sockets."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
import server as test_mode

from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.recording.environment import from_environment
from pytest_stripe_tokens.recording.live import Limits, LiveAPI, LiveError

CARD = b"card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=123"
HEADERS = {"authorization": "Bearer sk_test_ofthecode", "content-type": "application/x-www-form-urlencoded"}
CREATE = Request("POST", "https://api.stripe.com/v1/tokens", HEADERS, CARD)
QUICK = Limits(connect=2, answer=0.3)


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def live(server, pauses):
    return _live(server.url, pauses)


def _live(url, pauses, limits=QUICK, **environ):
    keys = {"STRIPE_SECRET_KEY": test_mode.SECRET_KEY, "STRIPE_API_BASE": url}
    return LiveAPI(from_environment({**keys, **environ}), limits, pause=pauses.append)


def test_a_token_is_created_and_read_back(live):
    created = live.send(CREATE)
    read = live.send(Request("GET", f"https://api.stripe.com/v1/tokens/{created.json()['id']}", HEADERS))
    assert created.json()["card"]["last4"] == "4242"
    assert created.json() == read.json()


@pytest.mark.parametrize(
    "sent", ["Bearer sk_test_ofthecode", "Basic " + base64.b64encode(b"sk_test_ofthecode:").decode(), "Bearer dummy"]
)
def test_the_environments_key_is_sent_and_never_the_codes(live, server, sent):
    live.send(Request("POST", CREATE.url, {**HEADERS, "authorization": sent}, CARD))
    assert server.requests[-1].headers["authorization"] == f"Bearer {test_mode.SECRET_KEY}"
    assert "ofthecode" not in str(server.requests)


def test_a_publishable_key_is_replaced_by_the_environments(server, pauses):
    live = _live(server.url, pauses, STRIPE_PUBLISHABLE_KEY=test_mode.PUBLISHABLE_KEY)
    answer = live.send(Request("POST", CREATE.url, {**HEADERS, "authorization": "Bearer pk_test_ofthecode"}, CARD))
    assert server.requests[-1].headers["authorization"] == f"Bearer {test_mode.PUBLISHABLE_KEY}"
    assert "fingerprint" not in answer.json()["card"]


def test_a_publishable_key_that_is_not_set_is_named(live, server):
    with pytest.raises(LiveError, match="STRIPE_PUBLISHABLE_KEY is not set"):
        live.send(Request("POST", CREATE.url, {**HEADERS, "authorization": "Bearer pk_test_ofthecode"}, CARD))
    assert server.requests == []


def test_only_the_headers_that_the_api_needs_are_sent(live, server):
    private = {
        "cookie": "a=b",
        "x-stripe-client-user-agent": "{}",
        "x-stripe-client-telemetry": "{}",
        "user-agent": "me",
        "x-any": "1",
    }
    api = {"stripe-version": "2024-06-20", "stripe-account": "acct_1", "idempotency-key": "mine"}
    live.send(Request("POST", CREATE.url, {**HEADERS, **private, **api}, CARD))
    sent = server.requests[-1].headers
    assert api.items() <= sent.items()
    assert sent["user-agent"] == "pytest-stripe-tokens"
    assert not (private.keys() - {"user-agent"}) & sent.keys()


def test_the_base_may_have_a_path(server, pauses):
    _live(f"{server.url}/proxy/", pauses).send(CREATE)
    assert server.requests[-1].path == "/proxy/v1/tokens"


def test_a_query_is_sent(live, server):
    live.send(Request("GET", "https://api.stripe.com/v1/tokens/tok_1?expand[]=card", HEADERS))
    assert server.requests[-1].path == "/v1/tokens/tok_1?expand[]=card"


def test_gzip_is_undone(live, server):
    server.fail(test_mode.gzipped)
    answer = live.send(CREATE)
    assert answer.json()["object"] == "token"
    assert "content-encoding" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize(
    ("status", "headers"), [(409, {}), (429, {}), (500, {}), (503, {}), (400, {"Stripe_Should_Retry": "true"})]
)
def test_what_is_worth_it_is_tried_again_with_the_same_idempotency_key(live, server, pauses, status, headers):
    server.fail(test_mode.error(status, "later", **headers), times=2)
    assert live.send(CREATE).is_success
    assert len({seen.headers["idempotency-key"] for seen in server.requests}) == 1
    assert pauses == [0.5, 1.0]


def test_two_requests_have_two_idempotency_keys(live, server):
    live.send(CREATE)
    live.send(CREATE)
    assert len({seen.headers["idempotency-key"] for seen in server.requests}) == 2


def test_a_retried_create_is_one_token_and_does_not_say_that_it_is_a_repetition(live, server):
    server.fail(test_mode.error(500, "later"), times=1)
    first = live.send(CREATE)
    assert "idempotent-replayed" not in {name.lower() for name in first.headers}
    assert live.send(Request("GET", f"{CREATE.url}/{first.json()['id']}", HEADERS)).json() == first.json()


def test_tries_are_capped(live, server, pauses):
    server.fail(test_mode.error(429, "slow down"))
    assert live.send(CREATE).status == 429
    assert len(server.requests) == 5
    assert pauses == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0"}, 0.5),
        ({"Retry_After": "soon"}, 0.5),
        ({"Date": "Sun, 22 Nov 2026 10:00:00 GMT", "Retry_After": "Sun, 22 Nov 2026 10:00:09 GMT"}, 9.0),
    ],
)
def test_retry_after_is_honoured(live, server, pauses, headers, pause):
    server.fail(test_mode.error(429, "slow down", **headers), times=1)
    assert live.send(CREATE).is_success
    assert pauses == [pause]


def test_a_server_that_asks_for_an_hour_is_given_up(live, server, pauses):
    server.fail(test_mode.error(429, "slow down", Retry_After="3600"))
    assert live.send(CREATE).status == 429
    assert pauses == []


def test_stripe_should_retry_false_is_obeyed(live, server):
    server.fail(test_mode.error(500, "no use", Stripe_Should_Retry="false"))
    assert live.send(CREATE).status == 500
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
def test_other_errors_are_answers(live, server, status):
    server.fail(test_mode.error(status, "no"))
    assert live.send(CREATE).status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("act", [test_mode.reset, test_mode.cut])
def test_a_connection_lost_in_the_middle_is_tried_again(live, server, act):
    server.fail(act, times=2)
    assert live.send(CREATE).is_success
    assert len({seen.headers["idempotency-key"] for seen in server.requests}) == 1


@pytest.mark.parametrize(
    ("act", "tries", "reason"),
    [
        (test_mode.reset, 3, "broke off the connection: Connection reset by peer"),
        (test_mode.cut, 3, "20 bytes of the answer are missing"),
        # A server that has answered nothing yet is not asked again.
        (test_mode.hang, 1, "did not answer in 0.3 s"),
    ],
)
def test_a_connection_that_is_always_lost_is_unreachable(live, server, act, tries, reason):
    server.fail(act)
    with pytest.raises(LiveError) as error:
        live.send(CREATE)
    assert error.value.is_unreachable
    assert reason in error.value.reason
    assert len(server.requests) == tries


def test_a_server_that_drips_does_not_hold_the_run_up(live, server):
    def drip(handler, right):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(right.body)))
        handler.end_headers()
        for byte in right.body[:40]:
            handler.wfile.write(bytes([byte]))
            handler.server.stopped.wait(0.05)
        handler.close_connection = True

    server.fail(drip)
    with pytest.raises(LiveError, match="did not answer"):
        live.send(CREATE)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (test_mode.html, "answered 200 with text/html, not JSON"),
        (test_mode.truncated, "answered 200 with JSON that is cut short or broken"),
        (test_mode.changed(lambda token: token.update(livemode=True)), "livemode: true"),
        (test_mode.changed(lambda token: token["card"].update(livemode=True)), "livemode: true"),
    ],
)
def test_an_answer_that_is_none_is_not_tried_again(live, server, act, reason):
    server.fail(act)
    with pytest.raises(LiveError, match=reason) as error:
        live.send(CREATE)
    assert not error.value.is_unreachable
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_unreachable(server, pauses):
    server.close()
    with pytest.raises(LiveError, match=r"Connection refused \(tried 3 times\)") as error:
        _live(server.url, pauses).send(CREATE)
    assert error.value.is_unreachable
    assert error.value.halts


def test_tls_trusts_the_file_that_the_environment_names(tls_server, trust, pauses):
    live = _live(tls_server.url, pauses, SSL_CERT_FILE=str(trust))
    assert live.send(CREATE).json()["object"] == "token"


def test_tls_refuses_what_it_does_not_trust(tls_server, pauses):
    with pytest.raises(LiveError, match="SSL_CERT_FILE") as error:
        _live(tls_server.url, pauses).send(CREATE)
    assert error.value.is_unreachable
    assert tls_server.requests == []


def test_a_file_without_certificates_is_named(tls_server, tmp_path, pauses):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(LiveError, match=r"empty\.pem holds no certificates"):
        _live(tls_server.url, pauses, SSL_CERT_FILE=str(empty)).send(CREATE)


def test_mocks_of_the_suite_do_not_see_what_is_recorded(live):
    import responses
    import vcr

    with responses.RequestsMock(), vcr.VCR(record_mode="none").use_cassette("/nonexistent/cassette.yaml"):
        assert json.loads(live.send(CREATE).body)["object"] == "token"


URL_IN_QUERY = """
import pytest
from clients import CLIENTS

@pytest.mark.stripe_tokens(cassette="asked")
@pytest.mark.filterwarnings("ignore")
def test_it(stripe_tokens):
    names = [name for name in CLIENTS if not name.lower().startswith("stripe")]
    for name in names:
        CLIENTS[name]("GET", f"https://api.stripe.com/v1/charges?note=https://shop.example/{name}", {}, "sk_test_mine")
    assert [seen.params for seen in stripe_tokens.requests] == [{"note": f"https://shop.example/{name}"} for name in names]
"""


def test_a_url_in_a_query_is_recorded_and_replayed_in_every_client(suite, server):
    plugin_tests = Path(__file__).parents[1] / "plugin"
    suite.monkeypatch.setenv("PYTHONPATH", str(plugin_tests), prepend=os.pathsep)
    suite.write("test_it.py", URL_IN_QUERY)
    assert suite.record().ret == 0
    asked = [seen.path for seen in server.requests]
    assert [path.rpartition("/")[0] for path in asked] == ["/v1/charges?note=https://shop.example"] * 7
    assert suite.run("--stripe-tokens=replay").ret == 0
