"""Compare suites that use pytest-stripe-tokens with the same suites on its peers, side by side in one process tree.

    python benchmarks/compare.py                                       # every table, 5 rounds: about 8 minutes
    python benchmarks/compare.py --tables recording
    python benchmarks/compare.py --tables tests --cases replay generate --tests 1000 --rounds 3

Every case is a whole `pytest` run in a process of its own; the cases take turns, round by round, so that a machine
that grows slower does so for all. What is counted is processor time (user and system) of the run and of what it
started, over that of the same suite without the calls, and the peak of its memory over that suite's; the tables give
medians. Processor time is what a run costs whatever else the machine does; a peer that waits, for a server of its own
in another process tree, would look cheaper than it is, so localstripe's server is counted too. Two workers are held
against one by the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import recording
import servers
from suites import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES = (10, 1000, 10000)
WORKERS_TESTS = 2000
ONE_TEST = ("replay", "generate", "card_token", "unused", "thousand", "responses", "pytest-recording", "cassetter")
SCALED = ("replay", "generate", "responses")
MEBIBYTE = 1 << 20


@dataclass
class Result:
    """What the runs of one case cost: processor time and time by the clock, in seconds, and bytes at the peak."""

    seconds: list[float] = field(default_factory=list[float])
    elapsed: list[float] = field(default_factory=list[float])
    peaks: list[int] = field(default_factory=list[int])

    def over(self, base: Result, tests: int) -> tuple[float, float]:
        """Milliseconds a test, and mebibytes, over the base: medians of pairs of the same round."""
        milliseconds = [(own - other) / tests * 1000 for own, other in zip(self.seconds, base.seconds, strict=True)]
        mebibytes = [(own - other) / MEBIBYTE for own, other in zip(self.peaks, base.peaks, strict=True)]
        return statistics.median(milliseconds), statistics.median(mebibytes)


def run(case: Case, directory: Path, result: Result | None, *options: str) -> None:
    """Run a case once."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    # Where nothing may be compiled ahead, every run would compile every library anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *case.options, *options, str(directory)]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, cwd=directory, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{case.name} failed:\n{output[-4000:]}")
    if result is not None:
        result.elapsed.append(time.perf_counter() - started)
        result.seconds.append(usage.ru_utime + usage.ru_stime)
        result.peaks.append(usage.ru_maxrss * 1024)


def measure(names: Sequence[str], tests: int, rounds: int, *options: str) -> dict[str, Result]:
    """Run cases, and the suites that they are held against, in turn, `rounds` times after a warm-up."""
    bases = [CASES[name].base for name in names if CASES[name].base]
    results = {name: Result() for name in dict.fromkeys([*bases, *names])}
    with tempfile.TemporaryDirectory() as temporary:
        for name in results:
            CASES[name].write(Path(temporary) / name, tests)
        for turn in range(rounds + 1):
            for name, result in results.items():
                run(CASES[name], Path(temporary) / name, result if turn else None, *options)
    return results


def show(names: Sequence[str], results: dict[str, Result], tests: int) -> None:
    """Print a row for each case, with its ratio to the hand-written stubs of the same client."""
    for name in names:
        case = CASES[name]
        milliseconds, mebibytes = results[name].over(results[case.base], tests)
        ratio = ""
        if case.stubs in results:
            stubs = results[case.stubs].over(results[CASES[case.stubs].base], tests)
            ratio = f"{milliseconds / stubs[0]:.2f}"
        print(f"{name:<20} {tests:>7} {milliseconds:>10.2f} {ratio:>7} {mebibytes:>7.1f}  {case.about}")


def head(title: str) -> None:
    """Print the head of a table."""
    print(f"\n{title}")
    print(f"{'case':<20} {'tests':>7} {'ms a test':>10} {'ratio':>7} {'MiB':>7}  what it does")


def tests_table(arguments: argparse.Namespace) -> None:
    """Each case with a few hundred tests."""
    head(f"processor time over the same suite without the calls, medians of {arguments.rounds} rounds")
    results = measure(arguments.cases, arguments.tests, arguments.rounds)
    show([name for name in arguments.cases if CASES[name].base], results, arguments.tests)


def first_table(arguments: argparse.Namespace) -> None:
    """What the first test of a run costs; of an unused plugin that is what start-up costs."""
    head("one test: what is loaded and read at the first use")
    show(ONE_TEST, measure(ONE_TEST, 1, arguments.rounds * 2), 1)


def sizes_table(arguments: argparse.Namespace) -> None:
    """Ten tests to ten thousand."""
    head("suites of other sizes")
    for tests in SIZES:
        rounds = min(arguments.rounds, 2) if tests > SIZES[1] else arguments.rounds
        show(SCALED, measure(SCALED, tests, rounds), tests)


def workers_table(arguments: argparse.Namespace) -> None:
    """Two workers of pytest-xdist against one, and against none, by the clock."""
    print(f"\n{WORKERS_TESTS} tests by the clock, in seconds: without workers, with one and with two")
    print(f"{'case':<20} {'none':>7} {'one':>7} {'two':>7} {'one : two':>10}")
    for name in ("empty", "replay", "responses", "pytest-recording"):
        rounds = min(arguments.rounds, 3)
        taken = [
            statistics.median(measure([name], WORKERS_TESTS, rounds, *options)[name].elapsed)
            for options in ((), ("-p", "xdist.plugin", "-n", "1"), ("-p", "xdist.plugin", "-n", "2"))
        ]
        print(f"{name:<20} {taken[0]:>7.2f} {taken[1]:>7.2f} {taken[2]:>7.2f} {taken[1] / taken[2]:>10.2f}")


def servers_table(arguments: argparse.Namespace) -> None:
    """What answers other processes, without pytest and without what a server's start takes."""
    servers.table(arguments.tests, arguments.rounds)


def recording_table(arguments: argparse.Namespace) -> None:
    """What `--record` takes of a server on this machine, whatever the number of tests in the first table."""

    def taken(case: Case, directory: Path) -> tuple[float, float]:
        result = Result()
        run(case, directory, result)
        return result.elapsed[0], result.seconds[0]

    recording.table(arguments.rounds, taken)


TABLES: dict[str, Callable[[argparse.Namespace], None]] = {
    "tests": tests_table,
    "first": first_table,
    "sizes": sizes_table,
    "workers": workers_table,
    "servers": servers_table,
    "recording": recording_table,
}


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES), metavar="TABLE")
    parser.add_argument("--tests", type=int, default=300, help="how many, in the first table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES), metavar="CASE")
    arguments = parser.parse_args()
    for name in arguments.tables:
        TABLES[name](arguments)


if __name__ == "__main__":
    main()
