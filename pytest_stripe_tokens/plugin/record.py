"""pytest's hooks for `--record`, registered only where a run records."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stripe_tokens.plugin.options import RECORD, is_recording, output_key
from pytest_stripe_tokens.recording.levels import DEFAULT_FAIL_LEVEL, checked_level
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    import warnings
    from collections.abc import Generator

    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.recording.run import RecordRun
    from pytest_stripe_tokens.redaction.scrubbing import Output
    from pytest_stripe_tokens.sandbox.run import Run

_STAGE = "stripe_tokens_stage"
_LOST = "stripe_tokens_lost"
_COLOURS = {"refreshed": "green", "unchanged": "green", "drifted": "yellow", "refused": "yellow", "kept": "red"}
_key = pytest.StashKey["_Recording"]()


class _Recording:
    """A recording run and what the plugin holds of the whole run."""

    def __init__(self, record: RecordRun, run: Run, usage: Usage) -> None:
        self.record = record
        self.run = run
        self.usage = usage


def begin(config: pytest.Config, run: Run, usage: Usage) -> None:
    """Check what recording needs, where the run is to record.

    Raises:
        UsageError: no key of test mode, no usable address, a report of unknown form, or no level of drift.
    """
    report = config.getoption("stripe_tokens_record_report", None)
    if report is not None:
        from pytest_stripe_tokens.recording.report import checked_report  # noqa: PLC0415 - with what reads cassettes

        report = config.invocation_params.dir / checked_report(report, "--record-report")
    fail_on = config.getoption("stripe_tokens_fail_on_drift")
    level = checked_level(DEFAULT_FAIL_LEVEL if fail_on is None else fail_on, "--fail-on-drift")
    if not is_recording(config.option):
        if output_key in config.stash:
            # `--record` is another plugin's.
            config.stash[output_key].give_back()
        if report is not None:
            raise UsageError("--record-report reports what a recording did; add --record or --record-missing")
        return
    from pytest_stripe_tokens.recording.choices import Choices  # noqa: PLC0415 - only a recording needs it
    from pytest_stripe_tokens.recording.environment import from_environment  # noqa: PLC0415
    from pytest_stripe_tokens.recording.run import RecordRun  # noqa: PLC0415

    choices = Choices(
        report,
        level,
        accepted=frozenset(config.getini("stripe_tokens_accept_drift")),
        max_age=run.settings.max_age,
        # Both together: what is there is recorded anew, too.
        only_missing=not config.getoption(RECORD, default=False),
    )
    scrubber = opened_output(config).scrubber
    record = RecordRun(from_environment(os.environ), choices, scrubber, getattr(config, "workerinput", {}).get(_STAGE))
    run.recording = record
    config.stash[_key] = _Recording(record, run, usage)
    scrubbing = Scrubbing(config, record)
    config.pluginmanager.register(scrubbing, "stripe-tokens-scrubbing")
    config.pluginmanager.register(sys.modules[__name__], "stripe_tokens_record")
    # Cleanups run the latest first: before that of the capture.
    config.add_cleanup(scrubbing.show_captured)


def opened_output(config: pytest.Config) -> Output:
    """Give what stands between the run and its streams, and open it where it is not."""
    if output_key not in config.stash:
        from pytest_stripe_tokens.recording.environment import keys_in  # noqa: PLC0415 - only a recording needs it
        from pytest_stripe_tokens.redaction.scrubbing import Output  # noqa: PLC0415

        keys = keys_in(os.environ)
        config.stash[output_key] = output = Output(lambda: keys)
        output.open()
        config.add_cleanup(output.close)
    return config.stash[output_key]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is recorded against."""
    recording = config.stash.get(_key, None)
    return [f"stripe-tokens: recording against {recording.record.settings.api_base}"] if recording else []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the run's recordings are staged."""
    recording = node.config.stash.get(_key, None)
    if recording:
        node.workerinput[_STAGE] = str(recording.record.directory)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker could not write down."""
    recording = node.config.stash.get(_key, None)
    if recording:
        recording.record.stage.lose(getattr(node, "workeroutput", {}).get(_LOST, {}))


class Scrubbing:
    """Hides what a recording must keep secret in what pytest is handed; registered only while recording.

    What a worker of pytest-xdist hands on is hidden there: the controller does not know all that its tests sent.
    """

    def __init__(self, config: pytest.Config, record: RecordRun) -> None:
        self._config = config
        self._keys = record.settings.keys
        self._scrubber = record.scrubber

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, object, object]:
        """Hide it in a test's and a subtest's report, before any plugin takes it."""
        self._scrubber.report(report)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> Generator[None, object, object]:
        """Hide it in a collector's report."""
        self._scrubber.report(report)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Hide it in a warning; an exception in a thread or in `__del__` is one."""
        self._scrubber.warning(warning_message)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> Generator[None, object, object]:
        """Hide it in an error of pytest itself or of a plugin, and in what the test has printed."""
        self._scrubber.walk(excrepr)
        self.show_captured()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_keyboard_interrupt(self) -> Generator[None, object, object]:
        """Hide it in what the test has printed that was interrupted."""
        self.show_captured()
        return (yield)

    def show_captured(self) -> None:
        """Show what pytest's capture still keeps: when it ends it writes that past Python's streams."""
        capture: Any = self._config.pluginmanager.getplugin("capturemanager")
        if getattr(capture, "_global_capturing", None) is not None:
            capture.suspend_global_capture(in_=True)
            self._config.stash[output_key].show(*capture.read_global_capture())

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_parametrize_id(self, val: object) -> str | None:
        """Keep the keys of the environment out of a test's id, which files and reports repeat."""
        return self._scrubber.text(val) if isinstance(val, str) and any(key in val for key in self._keys) else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Hide what junit.xml says beside the reports, such as properties of the whole suite."""
        result = yield
        junit = getattr(self._config.option, "xmlpath", None)
        if junit:
            self._scrubber.file(Path(self._config.invocation_params.dir, junit))
        return result


class Progress:
    """Follows the tests where their reports arrive: in the controller, or the only process."""

    def __init__(self, config: pytest.Config, record: RecordRun) -> None:
        self._config = config
        self._record = record

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell what the test recorded."""
        reporter: Any = self._config.pluginmanager.getplugin("terminalreporter")
        # Between pytest's dots there is no room for a line.
        if report.when != "teardown" or reporter is None or self._config.option.verbose < 1:
            return
        for pending in self._record.news():
            number = len(pending.interactions)
            what = "not recorded" if pending.problem else f"{number} request{'s' if number != 1 else ''} recorded"
            # pytest-xdist's dots stand in a line that the reporter does not count as begun.
            reporter.ensure_newline()
            if getattr(self._config.option, "numprocesses", None):
                reporter.write("\n")
            reporter.write_line(f"stripe-tokens: {pending.name}: {what}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Follow the tests from here on."""
    recording = session.config.stash.get(_key, None)
    if recording and recording.record.is_controller:
        session.config.pluginmanager.register(Progress(session.config, recording.record), "stripe-tokens-progress")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Replace the cassettes, and let the run fail where one could not be recorded or drifted."""
    recording = session.config.stash.get(_key, None)
    if not recording or session.config.option.collectonly:
        return
    if not recording.record.is_controller:
        # Where the worker may have nowhere to write to, the controller still says what was not recorded.
        session.config.workeroutput[_LOST] = recording.record.stage.plain_lost()  # type: ignore[attr-defined]
        return
    report = recording.record.conclude(recording.run.library, recording.usage)
    recording.usage.used |= {result.name for result in report.results}
    if recording.record.failures and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what became of each cassette."""
    recording = config.stash.get(_key, None)
    report = recording.record.report if recording else None
    if recording is None or report is None:
        return
    terminalreporter.section("stripe-tokens: recorded")
    terminalreporter.write_line(report.title())
    for line, status in report.table():
        terminalreporter.write_line(line, **{_COLOURS[status]: True})
    if not report.results:
        terminalreporter.write_line(f"  none: {report.nothing}")
    terminalreporter.write_line(report.sent())
    for line in recording.record.failures:
        terminalreporter.write_line(f"ERROR: {line}", red=True)
    if recording.record.failures or any(result.cause for result in report.results):
        from pytest_stripe_tokens.plugin.advice import RECORDING  # noqa: PLC0415 - a clean night says nothing more

        terminalreporter.write_line(RECORDING)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    recording = config.stash.get(_key, None)
    if recording:
        recording.record.close()
