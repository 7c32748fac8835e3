"""`stripe-tokens serve`: the sandbox without pytest, for a suite in any language."""

from __future__ import annotations

import re
import signal
import socket
from importlib.metadata import entry_points

import pytest
from served import Served

from pytest_stripe_tokens.__main__ import main
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import Settings


@pytest.fixture
def served():
    running = Served("--seed", "7")
    yield running
    if running.process.poll() is None:
        running.stop()


def test_it_answers_and_says_so_in_a_line_without_a_secret(served):
    assert served.first.startswith("stripe-tokens: mode auto, seed 7: http://127.0.0.1:")
    number = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=987"
    status, token = served.send("/v1/tokens", number)
    assert (status, token["card"]["last4"]) == (200, "4242")
    assert served.send(f"/v1/tokens/{token['id']}") == (200, token)
    assert served.send("/v1/charges", f"amount=500&currency=usd&source={token['id']}")[1]["paid"]
    assert served.send(f"/v1/tokens/{token['id']}")[1]["used"]
    code, output, errors = served.stop()
    assert (code, errors) == (0, "")
    assert re.findall(r"^(\w+ /v1/\w+)\S* -> (\d+)$", output, re.MULTILINE)[:3] == [
        ("POST /v1/tokens", "200"),
        ("GET /v1/tokens", "200"),
        ("POST /v1/charges", "200"),
    ]
    assert not re.search("canary|987|4242424242424242", output)


def test_it_goes_on_where_nobody_reads_its_lines(served):
    # stripe-tokens serve | head -1
    served.process.stdout.close()
    for _ in range(3):
        assert served.send("/v1/customers")[0] == 200
    served.process.stdout = None
    assert served.stop()[0::2] == (0, "")


def test_ctrl_c_ends_it_in_good_order(served):
    assert served.stop(signal.SIGINT)[0::2] == (0, "")


def test_it_ends_whichever_thread_learns_of_the_signal():
    # Of an event, the main thread learned in two runs of three.
    for _ in range(6):
        running = Served()
        port = int(running.url.rpartition(":")[2])
        for _ in range(50):
            socket.create_connection(("127.0.0.1", port)).close()
        assert running.stop()[0] == 0


def test_a_request_that_is_being_answered_is_finished_first(served):
    served.send("/_stripe_tokens/fail_next", status=503, delay=60)
    with socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2])), timeout=10) as peer:
        peer.sendall(b"GET /v1/customers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_1\r\n\r\n")
        while not served.send("/_stripe_tokens/requests")[1]:
            pass
        assert served.stop()[0::2] == (0, "")
        assert peer.recv(100).startswith(b"HTTP/1.1 503 ")


def test_a_suite_in_another_language_controls_it(served):
    control = "/_stripe_tokens/"
    assert served.send(f"{control}fail_next", code="card_declined", path="/v1/charges") == (200, {})
    assert served.send("/v1/charges", "amount=500&currency=usd&source=tok_visa")[0] == 402
    body = {"object": "subscription", "status": "active"}
    assert served.send(f"{control}answer", request="POST /v1/subscriptions", body=body) == (200, {})
    assert served.send("/v1/subscriptions", "customer=cus_1")[1]["status"] == "active"
    _, seen = served.send(f"{control}requests")
    assert [(request["method"], request["path"], request["response_status"]) for request in seen] == [
        ("POST", "/v1/charges", 402),
        ("POST", "/v1/subscriptions", 200),
    ]
    assert seen[1]["params"] == {"customer": "cus_1"}
    first = served.send("/v1/customers", "name=Jenny")[1]
    assert served.send(f"{control}reset", how="POST") == (200, {})
    assert served.send(f"{control}requests") == (200, [])
    assert served.send(f"/v1/customers/{first['id']}")[0] == 404
    assert served.send("/v1/subscriptions", "customer=cus_1")[0] == 404
    for path, sent, told in (
        ("fail_next", {"code": "card_declind"}, "card_declined"),
        ("fail_next", {"exception": "KeyError"}, "expected one of ConnectionError, TimeoutError"),
        ("fail_next", {"cod": "x"}, "cod"),
        ("answer", {"request": "/v1/subscriptions", "body": {}}, "POST /v1"),
        ("stop", {"now": 1}, "no such control path"),
    ):
        status, error = served.send(control + path, **sent)
        assert status in {400, 404}
        assert told in error["error"]["message"], error


def test_the_control_paths_answer_this_machine_alone_unless_it_is_told():
    for is_controlled, status in ((False, 403), (True, 200)):
        server = Run(Settings()).serve(is_controlled=is_controlled)
        request = Request("GET", "https://api.stripe.com/_stripe_tokens/requests")
        assert server._control(request, "198.51.100.7").status == status
        assert server._control(request, "127.0.0.1").status == server._control(request, "::1").status == 200
        server.close()


def test_a_port_that_is_taken_is_said_in_a_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert re.fullmatch(rf"stripe-tokens: can't listen on 127\.0\.0\.1, port {port}: .+\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--mode", "rewind"], "--mode: unknown mode 'rewind'"),
        (["--seed", "x"], "--seed: invalid seed 'x'"),
        (["--locale", "xx_YY"], "--locale"),
        (["--port", "http"], "invalid int value"),
    ],
)
def test_a_wrong_argument_is_a_usage_error(capsys, arguments, told):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_command_is_installed():
    (found,) = entry_points(group="console_scripts", name="stripe-tokens")
    assert found.load() is main
