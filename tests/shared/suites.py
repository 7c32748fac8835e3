"""A user's suite that a test writes, runs and looks at afterwards; for all tests that run pytest in pytest."""

from __future__ import annotations

import hashlib
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

# Loading the plugins that happen to be installed takes five sixths of a run's time.
LEAN = ("-p", "stripe_tokens", "-p", "no:cacheprovider")
RECORDING = (*LEAN, "-p", "xdist")
# With those plugins, but what they bring along must not decide what a suite shows.
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist")

# What holds in one process holds in two: that is tried with the long tables.
ALONE_AND_BY_TWO = pytest.mark.parametrize("workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)])


@dataclass(frozen=True)
class Suite:
    """A suite in a directory of its own; a run is a process of its own, free of our clients, mocks and modules.

    Args:
        pytester: makes the directory and runs it.
        options: what each run is given; with `LEAN` in them no other plugin is loaded.
        monkeypatch: of the test, for the runs' environment.
    """

    pytester: pytest.Pytester
    options: tuple[str, ...] = LEAN
    monkeypatch: pytest.MonkeyPatch | None = None

    @property
    def path(self) -> Path:
        return self.pytester.path

    @property
    def cassettes(self) -> Path:
        return self.path / "cassettes"

    def write(self, name: str, text: str) -> Suite:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return self

    def give(self, recordings: Mapping[str, bytes], *names: str) -> None:
        """Put cassettes that were recorded earlier into the suite."""
        self.cassettes.mkdir(exist_ok=True)
        for name in names:
            (self.cassettes / f"{name}.yaml").write_bytes(recordings[f"{name}.yaml"])

    def run(self, *args: str, quiet: bool = True) -> pytest.RunResult:
        """Run pytest; not `quiet` is with every plugin that is installed and with nothing but `args`."""
        with pytest.MonkeyPatch.context() as environ:
            if quiet and self.options[: len(LEAN)] == LEAN:
                environ.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            return self.pytester.runpytest_subprocess(*(self.options if quiet else ()), *args)

    def record(self, *args: str) -> pytest.RunResult:
        return self.run("--record", *args)

    def run_pytest(
        self,
        *args: str,
        outcomes: Mapping[str, int] | None = None,
        report: Iterable[str] = (),
        changed_files: Iterable[str] | None = None,
    ) -> pytest.RunResult:
        """Run pytest and hold the run against what is expected of it.

        Args:
            args: pytest's.
            outcomes: how many tests passed, failed and so on, `{"passed": 2}`.
            report: lines of the output in their order, as `fnmatch_lines` takes them.
            changed_files: the files that the run makes, changes or deletes; none is `()`.
        """
        before = self.hashes(self.path)
        result = self.run(*args)
        if outcomes is not None:
            result.assert_outcomes(**outcomes)
        result.stdout.fnmatch_lines(list(report))
        if changed_files is not None:
            changed = {name for name, _ in before.items() ^ self.hashes(self.path).items()}
            assert changed == set(changed_files)
        return result

    def hashes(self, directory: Path | None = None) -> dict[str, str]:
        """What lies in the cassettes' directory, or another, to the byte."""
        root = directory or self.cassettes
        files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
