from __future__ import annotations

from dataclasses import replace

import pytest
from filelock import Timeout

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.file_format import RedactedInteraction
from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import Level
from pytest_stripe_tokens.recording.stage import Contribution, PendingCassette, Stage
from pytest_stripe_tokens.recording.verdicts import Problem

DRIFT = Drift("card.brand", Level.ERROR, "enum", "Visa", "VISA")
MADE = RedactedInteraction(
    Request("POST", "https://api.stripe.com/v1/tokens", {"authorization": "Bearer sk_test_***"}, b"pii[id_number]=***"),
    Response(200, {"Content-Type": "application/json"}, b'{\n  "id": "pii_1"\n}'),
)
TAKE = PendingCassette(
    "refunds/partial",
    None,
    (Contribution("test_it.py::test[a/b]", (MADE,), (DRIFT,)),),
    Problem("drifted", "schema", "broken", (DRIFT,), halts=True),
)


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_a_take_is_read_as_it_was_written(stage):
    stage.save(TAKE)
    assert Stage(stage.directory).load("refunds/partial") == TAKE
    assert stage.pending_cassettes() == [TAKE]


def test_what_was_not_recorded_is_none(stage):
    assert stage.load("card") is None
    assert stage.pending_cassettes() == []
    assert stage.halted is None


def test_a_halt_is_known_to_all(stage):
    problem = Problem("kept", "unreachable", "nobody there", halts=True)
    stage.halt(problem)
    assert Stage(stage.directory).halted == problem


def test_the_first_problem_stays():
    first = PendingCassette("card").failed(Problem("kept", "answer", "one"))
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
    stage.save(PendingCassette("Card"))
    stage.save(PendingCassette("card"))
    assert [take.name for take in stage.pending_cassettes()] == ["Card", "card"]


def test_the_turn_to_send_is_no_cassettes_lock(stage):
    with stage.lock("turn"), stage.lock("live"):
        stage.turn().acquire(timeout=0)


def test_known_takes_are_left_out(stage):
    stage.save(PendingCassette("card"))
    stage.save(PendingCassette("pii"))
    assert [take.name for take in stage.pending_cassettes(but={"card"})] == ["pii"]


def _part(*names, test="test_it"):
    return Contribution(
        test, tuple(replace(MADE, response=replace(MADE.response, body=f'"{name}"'.encode())) for name in names)
    )


def test_a_take_grows_by_what_is_new_in_it_for_every_process(stage):
    other = Stage(stage.directory)
    steps = (
        (_part(),),
        (_part("1"),),
        (_part("1", "2"),),
        (_part("1", "2"), _part(test="test_b")),
        (_part("1", "2"), _part("3", test="test_b"), _part("4", test="test_c")),
    )
    sizes = []
    for contributions in steps:
        stage.save(PendingCassette("card", None, contributions))
        (file,) = stage.directory.glob("*.take")
        sizes.append((file.stat().st_ino, file.stat().st_size))
        assert (
            other.load("card")
            == stage.load("card")
            == Stage(stage.directory).load("card")
            == PendingCassette("card", None, contributions)
        )
    assert len({inode for inode, _ in sizes}) == 1
    assert [size for _, size in sizes] == sorted(size for _, size in sizes)


def test_what_is_no_longer_in_a_take_is_in_no_file(stage):
    stage.save(PendingCassette("card", None, (_part("1", "secret"),)))
    stage.load("card")
    other = Stage(stage.directory)
    other.load("card")
    stage.save(PendingCassette("card", None, (), Problem("kept", "leak", "found")))
    assert [path for path in stage.directory.iterdir() if b"secret" in path.read_bytes()] == []
    assert other.load("card") == PendingCassette("card", None, (), Problem("kept", "leak", "found"))


def test_half_a_line_of_a_process_that_was_killed_is_left_out_and_written_over(stage):
    stage.save(PendingCassette("card", None, (_part("1"),)))
    (file,) = stage.directory.glob("*.take")
    with file.open("ab") as log:
        log.write(b'{"interaction": {"request": ' + b"x" * 500)
    other = Stage(stage.directory)
    assert other.load("card") == PendingCassette("card", None, (_part("1"),))
    other.save(PendingCassette("card", None, (_part("1", "2"),)))
    assert Stage(stage.directory).load("card") == PendingCassette("card", None, (_part("1", "2"),))


def test_what_cant_be_written_or_read_again_is_told_all_the_same(tmp_path):
    stage = Stage(tmp_path / "stage")
    stage.fail("card", Problem("kept", "error", "full"))
    (tmp_path / "stage").mkdir()
    stage.save(PendingCassette("pii", None, (_part("1"),)))
    (file,) = stage.directory.glob("*.take")
    file.unlink()
    controller = Stage(stage.directory)
    controller.lose(stage.plain_lost())
    assert controller.pending_cassettes() == [PendingCassette("card", problem=Problem("kept", "error", "full"))]
    assert [take.name for take in stage.pending_cassettes() if take.problem] == ["card", "pii"]
