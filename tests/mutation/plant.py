"""Plants one wrong value at a time in a copy of the checkout, and tells which of them the quick tests catch.

    python tests/mutation/plant.py [--sample 300] [--seed 0] [--jobs 2] [--minutes 15] [--only PART]

Wrong values go into the tables (parameters, test values, errors, magic tokens, catalogue, schemas) and into the code of
the simulator. A sample takes from each file and each kind in turn; the same seed plants the same values.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from mutations import Mutation, in_code, in_json, in_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.queues import Queue

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_stripe_tokens"
FORK = multiprocessing.get_context("fork")
# Tables outside the simulator, under the names that they have had.
TABLES = {"card_values", "bank_values", "card_numbers", "bank_numbers", "published", "test_values", "catalogue"} | {
    "token_types"
}
# The tests that run in the process and know the simulator or the tables.
SUITES = ("unit/*.py", "property/*.py", "plugin/test_using_tokens.py", "plugin/test_error*.py")
WORDS = ("simulator", "catalogue", "TEST_CARDS", "TOKEN_TYPES", "schemas", "error_catalogue")
EARLY = ("test_oracle", "test_approved", "test_calibration_table")
LONGEST = 300


def mutations() -> Iterator[Mutation]:
    """Give everything that can be planted."""
    for path in sorted(PACKAGE.rglob("*")):
        name, text = path.relative_to(ROOT).as_posix(), ""
        if path.suffix in {".py", ".json"}:
            text = path.read_text(encoding="utf-8")
        if path.suffix == ".py" and ("simulator" in path.parts or path.stem in TABLES):
            yield from in_code(name, text)
        elif path.suffix == ".json" and "tables" in path.parts:
            yield from in_table(name, text)
        elif path.suffix == ".json":
            yield from in_json(name, text)


def sampled(every: list[Mutation], size: int, seed: int) -> list[Mutation]:
    """Take one of each kind of each file, then a second of each, until there are enough."""
    groups: dict[tuple[str, str], list[Mutation]] = {}
    for mutation in every:
        groups.setdefault((mutation.path, mutation.kind), []).append(mutation)
    chance = random.Random(seed)
    for group in groups.values():
        chance.shuffle(group)
    rounds = [[mutation for mutation in row if mutation] for row in zip_longest(*groups.values())]
    for row in rounds:
        chance.shuffle(row)
    return [mutation for row in rounds for mutation in row][:size]


def tests(tree: Path, stem: str) -> list[list[str]]:
    """Find the tests to run in two steps, first those that catch the most and those that are named after the module."""
    found = dict.fromkeys(path for suite in SUITES for path in sorted((tree / "tests").glob(suite)))
    texts = {path: path.read_text(encoding="utf-8") for path in found}
    chosen = [path for path in found if any(word in texts[path] for word in WORDS)]
    steps: list[list[str]] = [[], []]
    for path in sorted(chosen, key=lambda path: (path.parent.name == "property", stem not in texts[path])):
        is_early = path.stem.startswith(EARLY) or (stem != "" and stem in path.stem)
        steps[not is_early].append(str(path))
    return [step for step in steps if step]


def run_tests(tree: Path, step: list[str]) -> None:
    """Run the tests in this process, which ends with pytest's exit code."""
    os.chdir(tree)
    os.environ |= {"PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": "1"}  # CI: hypothesis repeats
    sys.path.insert(0, str(tree))
    with (tree / "output").open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    import pytest

    sys.exit(pytest.main(["-xq", "-p", "stripe_tokens", "-p", "no:cacheprovider", *step]))


def is_green(tree: Path, stem: str = "") -> bool:
    """Run the tests, each step in a process of its own; one that does not come to an end is not green."""
    for step in tests(tree, stem):
        process = FORK.Process(target=run_tests, args=(tree, step))
        process.start()
        process.join(LONGEST)
        if process.is_alive():
            process.kill()
            process.join()
        if process.exitcode != 0:
            return False
    return True


def survives(mutation: Mutation, tree: Path) -> bool:
    path = tree / mutation.path
    text, times = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(mutation.apply(text), encoding="utf-8")
    # Another time than the one that the compiled file of the unchanged source knows.
    os.utime(path, (1, 1))
    try:
        return is_green(tree, path.stem)
    finally:
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def work(planted: list[Mutation], turns: Queue[int], results: Queue[tuple[int, bool]]) -> None:
    """Take one mutation after the other."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "checkout"
        files = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
        for file in filter(None, files):
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(ROOT / file, tree / file)
        for library in ("stripe", "faker", "jsonschema", "yaml", "vcr", "requests"):
            __import__(library)
        if not is_green(tree):
            sys.stderr.write((tree / "output").read_text(encoding="utf-8"))
            sys.exit("the tests fail before anything is planted")
        sys.dont_write_bytecode = True
        while (turn := turns.get()) >= 0:
            results.put((turn, survives(planted[turn], tree)))


def plant(planted: list[Mutation], jobs: int, minutes: float) -> tuple[list[Mutation], list[Mutation]]:
    """Plant one after the other, as many as the time allows; give those that were planted and those not caught."""
    turns: Queue[int] = FORK.Queue()
    results: Queue[tuple[int, bool]] = FORK.Queue()
    for turn in (*range(len(planted)), *[-1] * jobs):
        turns.put(turn)
    workers = [FORK.Process(target=work, args=(planted, turns, results)) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    done: dict[int, bool] = {}
    end = time.monotonic() + minutes * 60
    while len(done) < len(planted) and time.monotonic() < end and any(worker.is_alive() for worker in workers):
        with contextlib.suppress(queue.Empty):
            turn, has_survived = results.get(timeout=1)
            done[turn] = has_survived
            if has_survived:
                sys.stdout.write(f"{len(done)}/{len(planted)} survived: {planted[turn]}\n")
                sys.stdout.flush()
    # What is being tried when the time is over is let go through, not left half planted.
    while not turns.empty():
        with contextlib.suppress(queue.Empty):
            turns.get_nowait()
    for _ in workers:
        turns.put(-1)
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("nothing was tried")
    return [planted[turn] for turn in sorted(done)], [planted[turn] for turn in sorted(done) if done[turn]]


def table(title: str, planted: list[str], survived: list[str]) -> str:
    every, left = Counter(planted), Counter(survived)
    rows = [f"{every[name] - left[name]:5}/{every[name]:<5} {name}" for name in sorted(every)]
    return "\n".join([f"\ncaught by {title}", *rows, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="how many to plant (default 300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--minutes", type=float, default=15, help="when to stop and report (default 15)")
    parser.add_argument("--only", default="", help="only in files whose path has this in it")
    parser.add_argument("--list", action="store_true", help="only tell what would be planted")
    options = parser.parse_args()
    every = [mutation for mutation in mutations() if options.only in mutation.path]
    planted = sampled(every, options.sample, options.seed)
    if options.list:
        sys.stdout.write("".join(f"{mutation}\n" for mutation in planted))
        return
    planted, survivors = plant(planted, options.jobs, options.minutes)
    sys.stdout.write(table("file", [item.path for item in planted], [item.path for item in survivors]))
    sys.stdout.write(table("kind", [item.kind for item in planted], [item.kind for item in survivors]))
    caught = len(planted) - len(survivors)
    sys.stdout.write(f"\n{caught} of {len(planted)} caught ({caught / len(planted):.1%}), out of {len(every)}\n")


if __name__ == "__main__":
    main()
