"""`Trials`: facts one after the other against Stripe and beside it through the simulator, and what each comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from pytest_stripe_tokens.calibration.comparing import Part, lacking, parted
from pytest_stripe_tokens.calibration.filling import Unknown, known_at
from pytest_stripe_tokens.calibration.rows import as_read
from pytest_stripe_tokens.calibration.sides import Side
from pytest_stripe_tokens.calibration.table import NEEDS
from pytest_stripe_tokens.recording.live import LiveError
from pytest_stripe_tokens.recording.verdicts import problem_of
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.calibration.sides import Answer, Keys, Send
    from pytest_stripe_tokens.calibration.table import Fact, Step

Verdict = Literal["agrees", "differs", "untested"]
_HALTING = frozenset({401, 429})
_HALTED = _HALTING | {403}
_OWN_KEYS = frozenset({"secret", "restricted"})
_SERVER_ERROR = 500
_NO_VERSION = "Invalid Stripe API version"
_JANUARY = 1


@dataclass(frozen=True)
class Difference:
    """Two answers to one request that part.

    Args:
        request: as it is named, `POST /v1/charges`.
        step: its number in the fact, from 0.
        parts: what differs.
    """

    request: str
    step: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Outcome:
    """What the trial of one fact has come to.

    Args:
        fact: which one.
        verdict: `"agrees"`, `"differs"`, or `"untested"` where Stripe could not be asked.
        reason: why it is untested; one line, without a secret.
        differences: of the requests whose answers part.
        row: the fact as it would have to read for Stripe's answers; None where they agree.
    """

    fact: Fact
    verdict: Verdict
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    row: Mapping[str, Any] | None = None


class Halted(Exception):  # noqa: N818 - it ends a run in good order
    """No further fact would fare better; the message says why."""


@dataclass
class Trials:
    """Tries facts; what one learns of the account is known to the next.

    Args:
        send: sends a request to Stripe.
        keys: that the requests carry.
        unique: a word of this run alone.
        clean: deletes what a fact has made, after each.
        pause: waits, in seconds.
        now: what time it is at Stripe.
    """

    send: Send
    keys: Keys
    unique: str
    clean: Callable[[], None] = lambda: None
    pause: Callable[[float], None] = lambda _seconds: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _refused: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, fact: Fact) -> Outcome:
        """Try one fact.

        Raises:
            Halted: the key is not accepted, the limit is reached, or Stripe does not answer.
        """
        reason = self._untestable(fact)
        if reason:
            return Outcome(fact, "untested", reason)
        try:
            return self._tried(fact)
        except LiveError as error:
            reason = f"unreachable: {error.reason}" if error.is_unreachable else error.reason
            if error.halts:
                raise Halted(reason) from None
            return Outcome(fact, "untested", reason)
        finally:
            self.clean()

    def _untestable(self, fact: Fact) -> str:
        """Tell why a fact can't be tried, as far as it is known without asking; empty where it can."""
        kinds = {step.key for step in fact.steps}
        if "publishable" in kinds and self.keys.publishable is None:
            return "it needs a publishable key: export STRIPE_PUBLISHABLE_KEY"
        if "restricted" in kinds and not self.keys.secret.startswith("rk_"):
            return "it needs a restricted key: export one, rk_test_..., as STRIPE_SECRET_KEY"
        if "another_month" in fact.needs and self.now().month == _JANUARY:
            return NEEDS["another_month"]
        return next((self._refused[need] for need in fact.needs if need in self._refused), "")

    def _tried(self, fact: Fact) -> Outcome:
        generator = Generator(seed=0, scope=f"{fact.name} {self.unique}")
        today = datetime.fromtimestamp(generator.today, UTC)
        label = f"stripe-tokens-{self.unique}-{fact.name}"
        ours = Side(Simulator(generator).answer, self.keys, known_at(today, self.unique, self.keys.secret), label)
        theirs = Side(self.send, self.keys, known_at(self.now(), self.unique, self.keys.secret), label)
        found: list[Difference] = []
        answers: list[Answer] = []
        for number, step in enumerate(fact.steps):
            simulated = ours.ask(step, number)
            try:
                answer, parts = self._asked(step, number, theirs, simulated)
            except Unknown as unknown:
                found.append(Difference(step.request, number, (lacking(unknown),)))
                break
            refusal = self._refusal(fact, step, answer, simulated)
            if refusal:
                return Outcome(fact, "untested", refusal)
            answers.append(answer)
            if parts:
                found.append(Difference(step.request, number, tuple(parts)))
            if step.expected is None and not answer.is_success:
                break
        if not found:
            return Outcome(fact, "agrees")
        row = as_read(fact, answers, found, self.now().date().isoformat())
        return Outcome(fact, "differs", "", tuple(found), row)

    def _asked(self, step: Step, number: int, theirs: Side, simulated: Answer) -> tuple[Answer, list[Part]]:
        """Ask Stripe, and again where it takes its time about what the simulator does at once."""
        end = monotonic() + step.within
        while True:
            answer = theirs.ask(step, number)
            parts = parted(step.expected, answer, simulated)
            if not parts or monotonic() >= end:
                return answer, parts
            self.pause(2.0)

    def _refusal(self, fact: Fact, step: Step, answer: Answer, simulated: Answer) -> str:
        """Tell why this account can't be asked for a fact; empty where its answer counts.

        Raises:
            Halted: no other fact would fare better.
        """
        if answer.is_success or answer.error == simulated.error:
            return ""
        said, ours = (str(side.error.get("message")) for side in (answer, simulated))
        if said.startswith(_NO_VERSION) and not ours.startswith(_NO_VERSION):
            raise Halted(f"the version of the API that the simulator answers is not known there: {said}")
        problem = problem_of(answer.response, is_error_good=True)
        if problem is None or answer.status == simulated.status >= _SERVER_ERROR:
            return ""
        if answer.status in _HALTING and simulated.status not in _HALTED and step.key in _OWN_KEYS:
            raise Halted(problem.reason)
        # What every account may be told, and the simulator too, is no word about this one.
        is_of_account = problem.need != "" or simulated.is_success
        if problem.status == "refused" and is_of_account:
            if problem.need in fact.needs:
                self._refused[problem.need] = f"{problem.reason} (found by {fact.name})"
            return problem.reason
        return problem.reason if answer.status >= _SERVER_ERROR else ""
