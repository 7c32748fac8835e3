"""`stripe-tokens calibrate`: tries the facts against test mode, and tells where Stripe and the simulator part."""

from __future__ import annotations

import difflib
import secrets
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

from pytest_stripe_tokens.calibration.ledger import Ledger
from pytest_stripe_tokens.calibration.report import Report, counted, told
from pytest_stripe_tokens.calibration.table import facts
from pytest_stripe_tokens.calibration.trials import Halted, Outcome, Trials
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path
    from types import FrameType

    from pytest_stripe_tokens.calibration.table import Fact
    from pytest_stripe_tokens.recording.environment import RecordSettings
    from pytest_stripe_tokens.recording.live import Limits

SOURCE = "stripe-tokens calibrate"
AGREES, DIFFERS, UNFINISHED = 0, 1, 3
# A request may be repeated: a busy night is no reason to give up, an endless one is.
_REPEATS = 2


class _Stopped(BaseException):
    """The user has had enough: Ctrl-C, or SIGTERM."""


@dataclass(frozen=True)
class Calibration:
    """One run.

    Args:
        settings: keys and server.
        facts: to try, in their order.
        say: is told of what happens, a line at a time.
        report: the file to write; None for none.
        limits: how patient it is with the server; None for the recorder's.
    """

    settings: RecordSettings
    facts: Sequence[Fact]
    say: Callable[[str], None]
    report: Path | None = None
    limits: Limits | None = None

    def run(self) -> int:
        """Try the facts, delete what they made, report.

        Returns:
            The exit code.
        """
        steps = sum(len(fact.steps) for fact in self.facts)
        ledger = Ledger(self.settings, steps * _REPEATS, self.limits)
        readings = sum(fact.is_open for fact in self.facts)
        facts = counted(len(self.facts), "fact")
        self.say(f"{SOURCE}: {facts}, {readings} of them unconfirmed, against {self.settings.api_base}")
        self.say(
            f"sends {counted(steps, 'request')} and stops at {ledger.limit}, repeats included; customers and accounts"
            " that it makes are deleted after each fact"
        )
        outcomes: list[Outcome] = []
        with _stoppable():
            ended = self._tried(ledger, outcomes)
            report = self._reported(ledger, outcomes, ended)
        for line in report.lines():
            self.say(line)
        return self._exit_code(report)

    def _tried(self, ledger: Ledger, outcomes: list[Outcome]) -> str:
        """Try one fact after the other; tell why it ends early, or nothing."""
        trials = Trials(ledger.send, ledger.keys, secrets.token_hex(8), clean=ledger.clean, pause=sleep, now=ledger.now)
        width = len(str(len(self.facts)))
        ended = ""
        try:
            for number, fact in enumerate(self.facts, 1):
                outcome = _of(trials, fact)
                outcomes.append(outcome)
                for at, line in enumerate(told(outcome, self.settings)):
                    self.say(line if at else f"{number:>{width}}/{len(self.facts)}  {line}")
        except Halted as halted:
            ended = self._clean(str(halted))
        except _Stopped:
            ended = "interrupted"
            self.say("interrupted: what it made is deleted first; once more to leave it")
        try:
            ledger.finish()
        except _Stopped:
            ended = "interrupted twice: not all that it made is deleted"
        return ended

    def _reported(self, ledger: Ledger, outcomes: Sequence[Outcome], ended: str) -> Report:
        return Report(
            self._clean(ledger.version),
            datetime.now(UTC).isoformat(timespec="seconds"),
            tuple(outcomes),
            len(self.facts),
            ended,
            ledger.sent,
            ledger.deleted,
            ledger.kept,
            tuple(ledger.left),
            self.settings,
        )

    def _clean(self, text: str) -> str:
        return self.settings.clean(text)

    def _exit_code(self, report: Report) -> int:
        is_written = True
        if self.report is not None:
            try:
                report.write(self.report)
            except OSError as error:
                is_written = False
                self.say(f"{SOURCE}: the report can't be written to {self.report}: {error.strerror}")
        if report.differing:
            return DIFFERS
        has_agreed = any(outcome.verdict == "agrees" for outcome in report.outcomes)
        return AGREES if has_agreed and is_written and not report.ended and not report.left else UNFINISHED


def _of(trials: Trials, fact: Fact) -> Outcome:
    try:
        return trials.of(fact)
    except Halted:
        raise
    except Exception as error:  # noqa: BLE001 - whatever an answer brings about, the other facts can still be tried
        return Outcome(
            fact, "untested", f"a fault of {SOURCE}'s own, please report it: {type(error).__name__}: {error}"
        )


def chosen(only: str | None) -> tuple[Fact, ...]:
    """Give the facts to try: all, or those of a name, a family or a subject.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    table = facts()
    if only is None:
        return table
    found = tuple(fact for fact in table if only in {fact.name, fact.family, fact.subject})
    if found:
        return found
    names = sorted({name for fact in table for name in (fact.name, fact.family, fact.subject)})
    nearest = difflib.get_close_matches(only, names, n=1, cutoff=0)
    raise UsageError(f"--only: no fact is called {only!r}; the nearest is {nearest[0]!r}")


@contextmanager
def _stoppable() -> Generator[None]:
    """Let Ctrl-C and SIGTERM end the run in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
