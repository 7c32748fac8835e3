from __future__ import annotations

import pytest
from filelock import Timeout

from pytest_stripe_tokens.drift import Drift, Level
from pytest_stripe_tokens.exchange import Request, Response
from pytest_stripe_tokens.matching import Interaction
from pytest_stripe_tokens.staging import Part, Stage, Take
from pytest_stripe_tokens.verdicts import Problem

DRIFT = Drift("card.brand", Level.ERROR, "enum", "Visa", "VISA")
MADE = Interaction(
    Request("POST", "https://api.stripe.com/v1/tokens", {"authorization": "Bearer sk_test_***"}, b"pii[id_number]=***"),
    Response(200, {"Content-Type": "application/json"}, b'{\n  "id": "pii_1"\n}'),
)
TAKE = Take(
    "refunds/partial",
    None,
    (Part("test_it.py::test[a/b]", (MADE,), (DRIFT,)),),
    Problem("drifted", "schema", "broken", (DRIFT,), halts=True),
)


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_a_take_is_read_as_it_was_written(stage):
    stage.save(TAKE)
    assert Stage(stage.directory).load("refunds/partial") == TAKE
    assert stage.takes() == [TAKE]


def test_what_was_not_recorded_is_none(stage):
    assert stage.load("card") is None
    assert stage.takes() == []
    assert stage.halted is None


def test_a_halt_is_known_to_all(stage):
    problem = Problem("kept", "unreachable", "nobody there", halts=True)
    stage.halt(problem)
    assert Stage(stage.directory).halted == problem


def test_the_first_problem_stays():
    first = Take("card").failed(Problem("kept", "answer", "one"))
    assert first.failed(Problem("refused", "refused", "two")) == first


def test_a_lock_keeps_others_out_until_it_is_released(stage):
    held = stage.lock("card")
    held.acquire()
    with pytest.raises(Timeout):
        stage.lock("card").acquire(timeout=0)
    stage.lock("person").acquire(timeout=0)
    held.release()
    stage.lock("card").acquire(timeout=0)


def test_names_that_differ_in_case_alone_are_two(stage):
    stage.save(Take("Card"))
    stage.save(Take("card"))
    assert [take.name for take in stage.takes()] == ["Card", "card"]


def test_the_turn_to_send_is_no_cassettes_lock(stage):
    with stage.lock("turn"), stage.lock("live"):
        stage.turn().acquire(timeout=0)


def test_known_takes_are_left_out(stage):
    stage.save(Take("card"))
    stage.save(Take("pii"))
    assert [take.name for take in stage.takes(but={"card"})] == ["pii"]
