"""Time the parts of a test in this process, without pytest and once all is loaded.

    python benchmarks/parts.py             # beside stripe-python
    python benchmarks/parts.py --crowded   # where more clients and mocks are loaded

What is printed are microseconds, the least and the median of 15 turns of 200.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

CROWD = ("aiohttp", "httpx", "respx", "responses", "vcr")
TURNS, TIMES = 15, 200


def timed(name: str, part: Callable[[], object]) -> None:
    """Print what a part takes."""
    taken: list[float] = []
    for _ in range(TURNS):
        started = time.perf_counter()
        for _ in range(TIMES):
            part()
        taken.append((time.perf_counter() - started) / TIMES * 1e6)
    print(f"{name:<44} {min(taken):>7.1f} {statistics.median(taken):>7.1f}")


def main() -> None:
    """Time them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crowded", action="store_true")
    for module in ("stripe", *(CROWD if parser.parse_args().crowded else ())):
        importlib.import_module(module)
    settings = Settings(mode="auto", seed=0, cassettes=Path("cassettes").absolute())
    run = Run(settings)
    run.prepare()
    tests = (f"test_it.py::test_it[{number}]" for number in count())

    def opened() -> None:
        with run.sandbox(settings, test=next(tests)):
            pass

    def placed() -> None:
        with run.clients.open(lambda _request: sys.exit("nothing is sent"), lambda _host, _message: None):
            pass

    timed("opening and closing a sandbox", opened)
    timed("of it: putting something in place in clients", placed)
    with run.sandbox(settings, test=next(tests)) as tokens:
        timed("making a card token", lambda: tokens.create("card"))


if __name__ == "__main__":
    main()
