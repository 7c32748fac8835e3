"""What becomes of a fact where Stripe refuses, fails or takes its time, and the row that its answers ask for."""

from __future__ import annotations

import json

import pytest
from calibrating import KEYS, TODAY, UNIQUE, Server, changed, fact
from rows import each
from test_calibration_deviations import DEVIATIONS

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.calibration.comparing import problems
from pytest_stripe_tokens.calibration.filling import known_at
from pytest_stripe_tokens.calibration.sides import Keys, Side
from pytest_stripe_tokens.calibration.table import facts, read
from pytest_stripe_tokens.calibration.trials import Halted, Trials
from pytest_stripe_tokens.cassettes.writing import dump
from pytest_stripe_tokens.recording.live import LiveError
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import Generator

RAW_CARDS = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map"
    " to the test card you are using, see https://stripe.com/docs/testing."
)
CONNECT = (
    "You can only create new accounts if you've signed up for Connect, which you can learn how to do at"
    " https://stripe.com/docs/connect."
)
PERMISSION = (
    "The provided key 'rk_test_****' does not have the required permissions for this endpoint on account 'acct_x'. Having"
    " the 'rak_token_write' permission would allow this request to continue."
)


def refusal(status, message, kind="invalid_request_error"):
    return Response(status, {}, json.dumps({"error": {"message": message, "type": kind}}).encode())


def always(answer):
    return lambda _name, _number, _response: answer


@each(
    ("need", "answer", "said"),
    [
        ("raw_cards", refusal(402, RAW_CARDS), "this account may not send raw card numbers: ask Stripe for"),
        ("connect", refusal(400, CONNECT), "Connect is not enabled for this account: enable it"),
    ],
)
def test_what_an_account_lacks_is_asked_for_once(need, answer, said):
    rows = [row for row in facts() if row.needs == (need,) and row.name != "connected_account_is_no_platform"]
    server = Server(always(answer))
    outcomes = server.tried(rows)
    assert {outcome.verdict for outcome in outcomes} == {"untested"}
    assert len(rows) > 10
    assert len(server.requests) == 1
    assert outcomes[0].reason.startswith(said)
    assert {outcome.reason for outcome in outcomes[1:]} == {f"{outcomes[0].reason} (found by {rows[0].name})"}


def test_a_permission_that_a_key_lacks_is_told_and_no_other_fact_is_left_out():
    rows = [fact("customer_of_today"), fact("charge_made")]
    server = Server(lambda name, _number, response: refusal(403, PERMISSION) if name == rows[0].name else response)
    first, second = server.tried(rows)
    assert (first.verdict, second.verdict) == ("untested", "agrees")
    assert first.reason.startswith("this key lacks a permission: ")


def test_a_refusal_that_the_simulator_gives_too_is_an_answer():
    (outcome,) = Server().tried([fact("connected_account_is_no_platform")])
    assert outcome.verdict == "agrees"


def test_another_text_of_a_refusal_that_the_simulator_gives_too_is_a_difference():
    other = always(refusal(400, "Contact us via https://support.stripe.com for help."))
    (outcome,) = Server(other).tried([fact("nothing_to_tokenize")])
    assert outcome.verdict == "differs"


@each(
    ("status", "message", "said"),
    [
        (401, "No.", "the key is not accepted: 401: No."),
        (429, "No.", "rate limited: 429: No."),
        (400, "Invalid Stripe API version: 1", "simulator answers is not known there: Invalid Stripe API version: 1"),
    ],
)
def test_what_every_fact_would_meet_ends_the_run(status, message, said):
    with pytest.raises(Halted, match=said):
        Server(always(refusal(status, message))).tried([fact("charge_made")])


def test_a_key_of_a_facts_own_that_is_not_accepted_is_a_difference():
    (outcome,) = Server(always(refusal(401, "No."))).tried([fact("publishable_key_reads_token")])
    assert outcome.verdict == "differs"


def test_a_fault_of_the_servers_leaves_a_fact_untested():
    (outcome,) = Server(always(refusal(500, "Sorry.", "api_error"))).tried([fact("charge_made")])
    assert (outcome.verdict, outcome.reason) == ("untested", "the server fails: 500: Sorry.")


def losing(halts):
    def lose(*_):
        raise LiveError("broke off", is_unreachable=True, halts=halts)

    return Server(lose)


def test_no_answer_is_no_difference():
    cleaned = []
    (outcome,) = losing(halts=False).tried([fact("charge_made")], clean=lambda: cleaned.append(1))
    assert (outcome.verdict, outcome.reason, cleaned) == ("untested", "unreachable: broke off", [1])


def test_no_server_ends_the_run():
    cleaned = []
    with pytest.raises(Halted, match="unreachable: broke off"):
        losing(halts=True).tried([fact("charge_made")], clean=lambda: cleaned.append(1))
    assert cleaned == [1]


@each(
    ("name", "keys", "said"),
    [
        ("token_of_a_publishable_key", Keys(KEYS.secret), "export STRIPE_PUBLISHABLE_KEY"),
        ("restricted_key_makes_a_token", KEYS, "export one, rk_test_..., as STRIPE_SECRET_KEY"),
    ],
)
def test_a_key_that_is_not_there_leaves_a_fact_untested(name, keys, said):
    outcome = Trials(lambda _: pytest.fail("sent"), keys, UNIQUE).of(fact(name))
    assert (outcome.verdict, outcome.reason.endswith(said)) == ("untested", True)


def test_in_january_no_month_of_the_year_is_past():
    trials = Trials(lambda _: pytest.fail("sent"), KEYS, UNIQUE, now=lambda: TODAY.replace(month=1))
    assert trials.of(fact("past_month_of_this_year")).reason == "in January no month of the year is past"


def test_stripe_is_asked_again_where_it_takes_its_time():
    waits = []

    def slow(_name, number, response):
        is_late = number in {2, 3}
        return changed(response, lambda body: body.update(status="pending")) if is_late else response

    (outcome,) = Server(slow).tried([fact("pending_refund")], pause=waits.append)
    assert (outcome.verdict, waits) == ("agrees", [2.0, 2.0])


def test_an_answer_that_lacks_what_the_next_request_names_is_a_difference():
    (outcome,) = Server(
        lambda _name, number, response: changed(response, lambda body: body.pop("id")) if number == 0 else response
    ).tried([fact("refunded_before")])
    ((difference,), verdict) = (outcome.differences, outcome.verdict)
    assert (verdict, difference.request, difference.parts[0].path) == ("differs", "POST /v1/refunds", "charge.id")


@each("deviation", DEVIATIONS)
def test_the_row_that_a_difference_asks_for_holds(deviation):
    (outcome,) = Server(deviation).tried([fact(deviation.fact)])
    (row,) = read("mine", dump({"rows": [outcome.row]}).partition(b"\n")[2])
    assert (row.name, row.reading, row.source) == (deviation.fact, "", "stripe-tokens calibrate, 2026-05-28")
    simulator, answered = Simulator(Generator(seed=2, scope="row")), []

    def send(request):
        answered.append(deviation(row.name, len(answered), simulator.answer(request)))
        return answered[-1]

    side = Side(send, KEYS, known_at(TODAY, UNIQUE, KEYS.secret))
    wrong = []
    for number, step in enumerate(row.steps):
        answer = side.ask(step, number)
        wrong += problems(step.expected, side, answer)
    assert wrong == []
