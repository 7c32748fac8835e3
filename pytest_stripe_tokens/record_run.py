"""One `--record` run from its start to its report: the stage, what became of the tests, the conclusion; no pytest."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stripe_tokens.record_report import RecordReport
from pytest_stripe_tokens.recorder import LiveAPI
from pytest_stripe_tokens.renewal import Renewal
from pytest_stripe_tokens.staging import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from pytest_stripe_tokens.cassettes import Library
    from pytest_stripe_tokens.record_settings import RecordSettings
    from pytest_stripe_tokens.scrubbing import Scrubber
    from pytest_stripe_tokens.staging import Take

_PHASES = frozenset({"setup", "call", "teardown"})


@dataclass
class Outcomes:
    """What became of each test, phase by phase; a test that is run anew starts again."""

    _passed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _failed: set[str] = field(default_factory=set[str])

    def note(self, test: str, phase: str, *, has_passed: bool) -> None:
        """Take down the outcome of one phase of one test."""
        if phase == "setup":
            self._passed.pop(test, None)
            self._failed.discard(test)
        if has_passed:
            self._passed.setdefault(test, set()).add(phase)
        else:
            self._failed.add(test)

    def has_passed(self, test: str) -> bool:
        """Whether a test has passed in all its phases; one that did not get to its end has not."""
        # pytest-xdist appends the group to the node id with --dist loadgroup.
        return any(
            phases >= _PHASES and name not in self._failed
            for name, phases in self._passed.items()
            if name == test or name.startswith(f"{test}@")
        )


@dataclass(frozen=True)
class Choices:
    """What the user chose for the end of the run.

    Args:
        report: the file to write; None for none.
        fail_on_drift: the level from which on drift fails the run, or `"never"`.
    """

    report: Path | None
    fail_on_drift: str


class RecordRun:
    """Holds the stage of a run: in the controller, or the only process, from its making to its removal.

    Args:
        settings: keys and server.
        choices: what happens at the end.
        scrubber: of all that the run shows.
        stage: the directory that the controller made; None where this is the controller.
    """

    def __init__(
        self, settings: RecordSettings, choices: Choices, scrubber: Scrubber, stage: str | None = None
    ) -> None:
        self.settings = settings
        self.is_controller = stage is None
        self.directory = Path(stage or tempfile.mkdtemp(prefix="pytest-stripe-tokens-"))
        self.stage = Stage(self.directory)
        self.outcomes = Outcomes()
        self.report: RecordReport | None = None
        self.complaint = ""
        self._choices = choices
        self._told: set[str] = set()
        self.scrubber = scrubber
        scrubber.know(lambda: settings.keys)

    def live(self, bypassed: Callable[[], AbstractContextManager[None]]) -> LiveAPI:
        """Make what sends the requests; `bypassed` opens the way past what answers Stripe's hosts in a test."""
        return LiveAPI(self.settings, bypassed=bypassed)

    def know(self, secrets: Callable[[], Iterable[str]]) -> None:
        """Let the scrubber know what else is secret."""
        self.scrubber.know(secrets)

    def news(self) -> list[Take]:
        """Give the takes that were begun since this was last asked."""
        takes = self.stage.takes(but=self._told)
        self._told |= {take.name for take in takes}
        return takes

    def conclude(self, library: Library, *, is_partial: bool) -> RecordReport:
        """Replace the cassettes that were recorded well, and write the report."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        renewal = Renewal(
            library,
            recorded_at=now,
            plugin_version=version("pytest-stripe-tokens"),
            keys=self.settings.keys,
            has_passed=self.outcomes.has_passed,
            is_partial=is_partial,
        )
        results = tuple(renewal.conclude(self.stage.takes()))
        self.report = RecordReport(self.settings.api_base, now, results, self._choices.fail_on_drift)
        if self._choices.report is not None:
            try:
                self.report.write(self._choices.report)
            except OSError as error:
                self.complaint = f"--record-report {self._choices.report}: can't be written: {error.strerror or error}"
        return self.report

    @property
    def failures(self) -> list[str]:
        """Why the run fails, one line for each kind of reason."""
        lines = self.report.failures if self.report else []
        return [*lines, self.complaint] if self.complaint else lines

    def close(self) -> None:
        """Leave nothing behind."""
        if self.is_controller:
            shutil.rmtree(self.directory, ignore_errors=True)
