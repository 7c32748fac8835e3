"""Compare suites that use pytest-stripe-tokens with the same suites on its peers, side by side in one process tree.

    python benchmarks/compare.py                    # all cases, 300 tests each, 5 rounds
    python benchmarks/compare.py --cases replay generate --tests 1000 --rounds 3

Every case is a whole `pytest` run in a process of its own; the cases take turns, round by round, so that a machine
that grows slower does so for all. What is counted is processor time (user and system) of the run and of what it
started, over that of the same suite without the calls, in milliseconds a test; the table gives medians, and the
ratio to ours. Processor time is what a run costs whatever else the machine does; a peer that waits, for a server of
its own in another process tree, would look cheaper than it is, so localstripe's server is counted too.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from suites import CASES, Case

OURS = "replay"


@dataclass
class Result:
    """What the runs of one case cost: seconds of processor time and bytes at the peak."""

    seconds: list[float] = field(default_factory=list[float])
    peaks: list[int] = field(default_factory=list[int])

    def milliseconds(self, base: Result, tests: int) -> float:
        """The cost of a test over the base's, from pairs of the same round."""
        pairs = zip(self.seconds, base.seconds, strict=True)
        return statistics.median((own - other) / tests * 1000 for own, other in pairs)


def run(case: Case, directory: Path) -> tuple[float, int]:
    """Run a case once: seconds of processor time, and the largest process's peak in bytes."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    # Where nothing may be compiled ahead, every run would compile every library anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *case.options, str(directory)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, env=environment, cwd=directory, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{case.name} failed:\n{output[-4000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, after.ru_maxrss * 1024


def measure(cases: list[Case], tests: int, rounds: int) -> dict[str, Result]:
    """Run all cases in turn, `rounds` times after a warm-up."""
    results = {case.name: Result() for case in cases}
    with tempfile.TemporaryDirectory() as temporary:
        for case in cases:
            case.write(Path(temporary) / case.name, tests)
        for turn in range(rounds + 1):
            for case in cases:
                seconds, peak = run(case, Path(temporary) / case.name)
                if turn:
                    results[case.name].seconds.append(seconds)
                    results[case.name].peaks.append(peak)
    return results


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES), metavar="CASE")
    arguments = parser.parse_args()
    names = dict.fromkeys([*arguments.cases, *(CASES[name].base for name in arguments.cases if CASES[name].base)])
    cases = [CASES[name] for name in names]
    results = measure(cases, arguments.tests, arguments.rounds)
    print(
        f"{arguments.tests} tests, {arguments.rounds} rounds, medians; processor time over the suite without the calls"
    )
    print(f"{'case':<20} {'ms a test':>10} {'ratio':>7} {'seconds':>8}  what it does")
    ours = CASES[OURS].name in results and results[OURS].milliseconds(results[CASES[OURS].base], arguments.tests)
    for case in cases:
        result = results[case.name]
        seconds = statistics.median(result.seconds)
        if not case.base:
            print(f"{case.name:<20} {'':>10} {'':>7} {seconds:>8.2f}  {case.about}")
            continue
        cost = result.milliseconds(results[case.base], arguments.tests)
        ratio = f"{cost / ours:.2f}" if ours else ""
        print(f"{case.name:<20} {cost:>10.2f} {ratio:>7} {seconds:>8.2f}  {case.about}")


if __name__ == "__main__":
    main()
