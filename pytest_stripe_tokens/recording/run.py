"""`RecordRun`: one `--record` run from its start to its report."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.processes import is_running
from pytest_stripe_tokens.recording.live import LiveAPI
from pytest_stripe_tokens.recording.replacement import Replacement
from pytest_stripe_tokens.recording.report import RecordReport
from pytest_stripe_tokens.recording.stage import SENT, Stage
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from pytest_stripe_tokens.cassettes.library import Library
    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.recording.choices import Choices
    from pytest_stripe_tokens.recording.environment import RecordSettings
    from pytest_stripe_tokens.recording.stage import PendingCassette
    from pytest_stripe_tokens.redaction.scrubbing import Scrubber


_PREFIX = "pytest-stripe-tokens-"
_OWNER = "owner"


class RecordRun:
    """Holds the stage of a run: in the controller, or the only process, from its making to its removal.

    Args:
        settings: keys and server.
        choices: the user's.
        scrubber: of all that the run shows.
        stage: the directory that the controller made; None where this is the controller.

    Raises:
        UsageError: no temporary directory can be made.
    """

    def __init__(
        self, settings: RecordSettings, choices: Choices, scrubber: Scrubber, stage: str | None = None
    ) -> None:
        self.settings = settings
        self.is_controller = stage is None
        try:
            self.directory = Path(stage) if stage else _new_directory()
        except OSError as error:
            raise UsageError(
                f"--record needs a directory for temporary files, and can't make one: {error.strerror or error}; "
                "nothing was sent. Name one that can be written in TMPDIR"
            ) from None
        self.stage = Stage(self.directory)
        self.report: RecordReport | None = None
        self.complaint = ""
        self.choices = choices
        self._told: set[str] = set()
        self._began = monotonic()
        self.scrubber = scrubber
        scrubber.know(lambda: settings.keys)

    def live(self, bypassed: Callable[[], AbstractContextManager[None]]) -> LiveAPI:
        """Make what sends the requests; `bypassed` opens the way past what answers Stripe's hosts in a test."""
        return LiveAPI(self.settings, bypassed=bypassed)

    def know(self, secrets: Callable[[], Iterable[str]]) -> None:
        """Let the scrubber know what else is secret."""
        self.scrubber.know(secrets)

    def news(self) -> list[PendingCassette]:
        """Give the pending cassettes that were begun since this was last asked."""
        pending_cassettes = self.stage.pending_cassettes(but=self._told)
        self._told |= {pending.name for pending in pending_cassettes}
        return pending_cassettes

    def conclude(self, library: Library, usage: Usage) -> RecordReport:
        """Replace the cassettes that were recorded well, and write the report."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        renewal = Replacement(
            library,
            recorded_at=now,
            plugin_version=version("pytest-stripe-tokens"),
            keys=self.settings.keys,
            has_passed=usage.outcomes.has_passed,
            doubt=usage.doubt,
            users=self.stage.users,
            accepted=self.choices.accepted,
            max_age=self.choices.max_age,
        )
        results = tuple(renewal.conclude(self.stage.pending_cassettes()))
        self.report = RecordReport(
            self.settings.api_base,
            now,
            results,
            self.choices.fail_on_drift,
            requests=self.stage.count(SENT),
            seconds=monotonic() - self._began,
        )
        if usage.unfinished:
            self.report = replace(self.report, nothing=f"nothing was recorded: {usage.unfinished}")
        elif self.choices.only_missing:
            self.report = replace(self.report, nothing="every cassette that the tests of this run need is there")
        if self.choices.report is not None:
            try:
                self.report.write(self.choices.report)
            except Exception as error:  # noqa: BLE001 - the cassettes are written, and the run must end in its order
                why = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
                self.complaint = f"--record-report {self.choices.report}: can't be written: {why}"
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


def _new_directory() -> Path:
    """Make the directory of a run's stage, and remove those of runs that were killed."""
    root = Path(tempfile.gettempdir())
    for owner in root.glob(f"{_PREFIX}*/{_OWNER}"):
        with contextlib.suppress(OSError, ValueError):
            if not is_running(int(owner.read_text(encoding="ascii"))):
                shutil.rmtree(owner.parent, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
    (directory / _OWNER).write_text(str(os.getpid()), encoding="ascii")
    return directory
