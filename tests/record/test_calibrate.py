"""`stripe-tokens calibrate` over real sockets: against our own server, and against one that refuses, fails and breaks off."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import server as test_mode
from rows import each

from pytest_stripe_tokens.__main__ import main
from pytest_stripe_tokens.calibration.command import Calibration, chosen
from pytest_stripe_tokens.calibration.ledger import Ledger
from pytest_stripe_tokens.calibration.trials import Halted
from pytest_stripe_tokens.recording.environment import RecordSettings
from pytest_stripe_tokens.recording.live import Limits
from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import Settings

COMMAND = [sys.executable, "-m", "pytest_stripe_tokens", "calibrate"]
QUICK = Limits(pause=0.001, answer=5)
LIMIT = (
    "sends 1 request and stops at 2, repeats included; customers and accounts that it makes are deleted after each fact"
)
# Of all that test mode knows and nobody is to see.
SECRETS = (
    test_mode.SECRET_KEY,
    test_mode.PUBLISHABLE_KEY,
    test_mode.SECRET_KEY[-8:],
    test_mode.ACCOUNT,
    test_mode.CLIENT_IP,
    "CanaryCookie",
    "4242424242424242",
)


class Tried:
    """A calibration in this process: what it said, its report and its exit code."""

    def __init__(self, url, only, *, key=test_mode.SECRET_KEY, limits=QUICK):
        self.lines = []
        settings = RecordSettings(key, test_mode.PUBLISHABLE_KEY, url)
        facts = [fact for name in only for fact in chosen(name)]
        self.path = Path("report.json")
        self.code = Calibration(settings, facts, self.lines.append, self.path, limits).run()
        self.report = json.loads(self.path.read_text(encoding="utf-8"))
        self.verdicts = {fact["name"]: fact["verdict"] for fact in self.report["facts"]}
        self.reasons = {fact["name"]: fact.get("reason", "") for fact in self.report["facts"]}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environ(server, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", test_mode.SECRET_KEY)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", test_mode.PUBLISHABLE_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", server.url)
    for name in ("STRIPE_API_KEY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def left(server):
    """What a calibration is to delete and is still there."""
    return [entry.id for entry in server._simulator._world.every(("customer", "account", "person"))]


def refuse(server, method, path, status, message):
    """Let a server refuse requests before anything comes of them."""
    right, answer = server._right, test_mode.error(status, message)(None, None)
    server._right = lambda sent: answer if (sent.method, sent.path[: len(path)]) == (method, path) else right(sent)


def at(path, act):
    """Let something befall the requests to a path."""
    return lambda handler, right: act(handler, right) if handler.path.startswith(path) else right


@pytest.fixture
def served(tmp_path):
    """`stripe-tokens serve` as another process; gives its address."""
    command = [
        sys.executable,
        "-m",
        "pytest_stripe_tokens",
        "serve",
        "--port",
        "0",
        "--mode",
        "generate",
        "--seed",
        "7",
    ]
    log = tmp_path / "served.log"
    with log.open("w", encoding="utf-8") as output, subprocess.Popen(command, stdout=output) as serving:
        end = time.monotonic() + 30
        while not (found := re.search(r"http://\S+\n", log.read_text(encoding="utf-8"))) and time.monotonic() < end:
            time.sleep(0.05)
        yield found[0].strip()
        serving.terminate()


@pytest.mark.slow
def test_all_facts_agree_with_our_own_server(served):
    keys = {"STRIPE_SECRET_KEY": test_mode.SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": test_mode.PUBLISHABLE_KEY}
    env = {**os.environ, **keys, "STRIPE_API_BASE": served}
    done = subprocess.run([*COMMAND, "--report", "r.md"], env=env, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 differ, 1 not testable with this account" in done.stdout
    assert "# Calibration" in Path("r.md").read_text(encoding="utf-8")


def test_a_subject_agrees_with_our_own_server_and_nothing_is_left_there():
    server = Run(Settings(mode="generate", seed=3, cassettes=Path("none"))).serve()
    try:
        tried = Tried(server.url, ["customers", "keys"])
        world = server._own._simulator._world
        assert [entry.id for entry in world.every(("customer", "account"))] == []
    finally:
        server.close()
    assert (tried.code, set(tried.verdicts.values())) == (0, {"agrees"})
    assert tried.report["deleted"]["customer"] > 10
    assert tried.report["requests"] == len(server.requests)


def test_a_difference_is_shown_as_a_person_reads_it(environ, server, capsys):
    server.fail(at("/v1/refunds", test_mode.changed(lambda body: body["error"].update(message="No."))), method="POST")
    code = main(["calibrate", "--only", "refund_of_nothing", "--report", "r.md"])
    shown, report = capsys.readouterr().out, Path("r.md").read_text(encoding="utf-8")
    expected = "One of the following params should be provided for this request: payment_intent or charge."
    assert code == 1
    assert shown.splitlines()[:6] == [
        f"stripe-tokens calibrate: 1 fact, 0 of them unconfirmed, against {server.url}",
        LIMIT,
        "1/1  differs   refund_of_nothing",
        "          POST /v1/refunds",
        '            error.message  Stripe:    "No."',
        f'                           simulator: "{expected}"',
    ]
    assert "refund_of_nothing would have to read, in facts/refunds.yaml:\n- fact: refund_of_nothing\n" in shown
    assert "      message: 'No.'\n" in shown or "      message: No.\n" in shown
    assert f'| `POST /v1/refunds` | `error.message` | `"No."` | `"{expected}"` |' in report
    assert (
        "```yaml\n- fact: refund_of_nothing\n  errors:\n  - refund_of_nothing\n  source: stripe-tokens calibrate"
        in report
    )


def test_a_key_that_is_not_accepted_ends_it(server):
    server.fail(test_mode.invalid_key)
    tried = Tried(server.url, ["customers"])
    assert (tried.code, tried.report["facts"], tried.report["requests"]) == (3, [], 1)
    assert tried.report["ended"].startswith("the key is not accepted: 401: Invalid API Key provided: ")


def test_a_rate_limit_that_lasts_ends_it_and_one_that_does_not_is_waited_for(server):
    act = test_mode.error(429, test_mode.RATE_LIMIT, code="rate_limit")
    server.fail(act, times=2)
    assert (Tried(server.url, ["customer_deleted_and_read"]).code, left(server)) == (0, [])
    server.fail(act, method="GET")
    tried = Tried(server.url, ["customer_deleted_and_read"])
    assert (tried.code, left(server)) == (3, [])
    assert tried.report["ended"].startswith("rate limited: 429: Testmode request rate limit exceeded")


def test_a_restricted_key_is_told_what_it_lacks(server):
    server.fail(at("/v1/refunds", test_mode.error(403, test_mode.PERMISSION)), method="POST")
    tried = Tried(server.url, ["refund_made", "customer_deleted_and_read"])
    assert tried.verdicts == {"refund_made": "untested", "customer_deleted_and_read": "agrees"}
    assert tried.reasons["refund_made"].startswith("this key lacks a permission: give the restricted key")
    assert (tried.code, left(server)) == (0, [])


@each(
    ("path", "status", "message", "only", "said"),
    [
        (
            "/v1/accounts",
            400,
            test_mode.CONNECT,
            ["account_made", "person_token_used_twice"],
            "Connect is not enabled for this account: enable it",
        ),
        (
            "/v1/tokens",
            402,
            test_mode.RAW_CARDS,
            ["card_token_made", "charge_of_0002"],
            "this account may not send raw card numbers: ask Stripe for the raw card data APIs",
        ),
    ],
)
def test_what_an_account_lacks_is_told_and_asked_for_once(path, status, message, only, said):
    server = test_mode.Server()
    try:
        refuse(server, "POST", path, status, message)
        tried = Tried(server.url, [*only, "charge_made"])
    finally:
        server.close()
    assert list(tried.verdicts.values()) == ["untested", "untested", "agrees"]
    assert all(tried.reasons[name].startswith(said) for name in only)
    assert len([seen for seen in server.requests if seen.path.startswith(path)]) == 1
    assert (tried.code, left(server)) == (0, [])


@each(("act", "times"), [(test_mode.reset, 1), (test_mode.reset, 3), (test_mode.cut, 3)])
def test_what_was_made_by_a_request_without_an_answer_is_deleted(act, times):
    server = test_mode.Server()
    try:
        server.fail(at("/v1/customers", act), method="POST", times=times)
        tried = Tried(server.url, ["customer_deleted_and_read", "charge_made"])
    finally:
        server.close()
    assert tried.verdicts["charge_made"] == "agrees"
    if times > 1:
        assert tried.reasons["customer_deleted_and_read"].startswith("unreachable: ")
    assert (left(server), tried.report["left"]) == ([], [])


def test_what_could_not_be_deleted_is_told(server):
    refuse(server, "DELETE", "/v1/customers", 500, "Sorry.")
    tried = Tried(server.url, ["list_of_two"])
    (there,) = left(server)
    assert (tried.verdicts, tried.code) == ({"list_of_two": "agrees"}, 3)
    assert tried.report["left"] == [f"customer {there}"]
    assert f"could not be deleted: customer {there}" in tried.lines


def test_a_server_that_is_not_there_ends_it(server):
    server.close()
    tried = Tried(server.url, ["customers"])
    assert (tried.code, tried.report["facts"]) == (3, [])
    assert tried.report["ended"].startswith("unreachable: localhost:")


def test_it_stops_at_its_limit(server):
    ledger = Ledger(RecordSettings(test_mode.SECRET_KEY, None, server.url), limit=2, limits=QUICK)
    from pytest_stripe_tokens.api.messages import Request

    request = Request("GET", "https://api.stripe.com/v1/balance", {"authorization": f"Bearer {test_mode.SECRET_KEY}"})
    ledger.send(request)
    server.fail(test_mode.error(500, "Sorry."), times=1)
    ledger.send(request)
    assert (ledger.sent, len(server.requests)) == (3, 3)
    with pytest.raises(Halted, match="the limit of 2 requests is reached"):
        ledger.send(request)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_what_it_has_and_leaves_nothing(environ, server, number):
    server.delay = 0.02
    with subprocess.Popen(
        [*COMMAND, "--report", "r.json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        for line in run.stdout:
            if re.match(r" *20/", line):
                break
        run.send_signal(number)
        output, errors = run.communicate(timeout=60)
    report = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert (run.returncode in {1, 3}, errors) == (True, "")
    assert report["ended"] == "interrupted"
    assert 20 <= len(report["facts"]) < 60
    assert "not tried" in output
    assert (left(server), report["left"]) == ([], [])


def test_no_secret_is_in_what_it_says_or_writes(environ, server, capsys):
    # What differs shows what the server says.
    server.fail(test_mode.changed(lambda body: body.update(colour="blue")))
    texts = []
    for name in ("r.md", "r.json"):
        assert main(["calibrate", "--only", "tokens", "--report", name]) == 1
        texts += [capsys.readouterr().out, Path(name).read_text(encoding="utf-8")]
    assert all("colour" in text for text in texts)
    assert [secret for text in texts for secret in SECRETS if secret in text] == []


HOSTILE = "No.  Really | `no` @somebody\n::error::stop\n\x1b[2J ##[command]x"


def test_what_a_server_says_stays_text(environ, server, capsys):
    server.fail(test_mode.changed(lambda body: body["error"].update(message=HOSTILE)), method="POST")
    for name in ("r.md", "r.json"):
        assert main(["calibrate", "--only", "refund_of_nothing", "--report", name]) == 1
        for text in (capsys.readouterr().out, Path(name).read_text(encoding="utf-8")):
            assert "Really" in text
            assert "\x1b" not in text
            assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


def test_a_row_has_a_long_text_as_it_is(environ, server, capsys):
    long = f"One  {'two ' * 400}three."
    server.fail(test_mode.changed(lambda body: body["error"].update(message=long)), method="POST")
    main(["calibrate", "--only", "refund_of_nothing"])
    assert f"      message: {long}\n" in capsys.readouterr().out


def test_a_key_of_its_own_is_sent_as_it_is_and_the_accounts_with_no_other(server):
    Tried(server.url, ["keys"])
    sent = [seen.headers.get("authorization", "") for seen in server.requests]
    own = f"Bearer {test_mode.SECRET_KEY}"
    assert {"", "Bearer", "Bearer an_unknown_api_key", "Bearer pk_fake", own} <= {text.strip() for text in sent}


@each(
    ("key", "arguments", "said"),
    [
        ("", [], "stripe-tokens calibrate needs a key of Stripe's test mode in STRIPE_SECRET_KEY"),
        ("sk_" + "live_1", [], "stripe-tokens calibrate: STRIPE_SECRET_KEY is a key of live mode; nothing was sent"),
        ("sk_test_1", ["--only", "charge_mad"], "no fact is called 'charge_mad'; the nearest is 'charge_made'"),
        ("sk_test_1", ["--report", "r.txt"], "'r.txt' has an unknown suffix; a report's are .md, .markdown, .json"),
    ],
)
def test_a_usage_error_sends_nothing(monkeypatch, capsys, key, arguments, said):
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    # Where nobody listens: whatever is sent would end it in another way.
    monkeypatch.setenv("STRIPE_API_BASE", "http://localhost:1")
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_report_that_can_not_be_written_is_told(environ, capsys):
    Path("r.md").mkdir()
    assert main(["calibrate", "--only", "customer_of_today", "--report", "r.md"]) == 3
    assert "the report can't be written to r.md: Is a directory" in capsys.readouterr().out


def test_it_needs_no_pytest_and_no_plugin(environ):
    code = "import sys; sys.modules['pytest'] = None; from pytest_stripe_tokens.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "calibrate", "--only", "customer_of_today"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_only_takes_a_name_a_family_and_a_subject():
    assert [fact.name for fact in chosen("card[visa]")] == ["card[visa]"]
    assert {fact.family for fact in chosen("card")} == {"card"}
    assert {fact.subject for fact in chosen("banks")} == {"banks"}
    assert len(chosen(None)) > len(chosen("cards"))
    assert replace(chosen("masked_key")[0], settled="2026-12-01").is_open is False


def test_a_fault_of_its_own_ends_one_fact_alone(server, monkeypatch):
    from pytest_stripe_tokens.calibration import trials

    def broken(*_):
        raise KeyError("id")

    monkeypatch.setattr(trials, "as_read", broken)
    server.fail(test_mode.changed(lambda body: body.get("error", {}).update(colour="blue")), method="POST")
    tried = Tried(server.url, ["customer_without_a_card", "customer_deleted_and_read"])
    assert tried.verdicts == {"customer_without_a_card": "untested", "customer_deleted_and_read": "agrees"}
    assert tried.reasons["customer_without_a_card"].endswith("own, please report it: KeyError: 'id'")
    assert left(server) == []


def test_its_help_says_what_the_exit_codes_mean(capsys):
    with pytest.raises(SystemExit):
        main(["calibrate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 all that could be tried agree; 1 Stripe and the simulator part somewhere; 2 a usage" in said
    assert "3 nothing parts, but the run ended early" in said


def test_one_of_several_alike_takes_its_place_in_their_row(environ, server, capsys):
    server.fail(test_mode.changed(lambda body: body["bank_account"].update(bank_name="DEUTSCHE BANK")))
    assert main(["calibrate", "--only", "bank[DE]"]) == 1
    told = "bank[DE] would have to read, in facts/banks.yaml, in place of its value in the `each` of `bank`:"
    assert told in capsys.readouterr().out.splitlines()
