"""A recording against a loopback server, beside the same calls to that server without one.

The server lives in this process, outside of the runs: what it takes is in the time by the clock of every case, of the
one that only asks it too, and in nobody's processor time. What is over that case is what recording adds.
"""

from __future__ import annotations

import os
import shutil
import socketserver
import statistics
import tempfile
import threading
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from suites import BODY, CALLS, EMPTY, HEAD, MANY, OURS, TOKEN, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASSETTES = 50
REQUESTS = 2
KEY = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
ASKING = HEAD.replace(
    "import pytest, stripe", 'import os, pytest, stripe\n\nstripe.api_base = os.environ["BENCH_BASE"]'
)
NAMED = '@pytest.mark.stripe_tokens(cassette="all/{number}")\n'
RECORDED = MANY + NAMED + CALLS.format(fixtures="")
OTHERS = MANY + "@pytest.mark.vcr\n" + CALLS.format(fixtures="")
CASES = (
    Case("loads", "the same suite without the calls and without a plugin", text=MANY + EMPTY.format(fixtures="")),
    Case("asks", "the calls alone, answered by the server", head=ASKING, text=MANY + CALLS.format(fixtures="")),
    Case("recording", "ours: --record, a cassette a test", options=(*OURS, "--record"), text=RECORDED),
    Case(
        "recording-again",
        "ours: the same over the cassettes that are there",
        options=(*OURS, "--record"),
        text=RECORDED,
    ),
    Case(
        "pytest-recording",
        "pytest-recording, the same, nothing redacted",
        head=ASKING,
        options=("-p", "pytest_recording.plugin", "--record-mode=rewrite"),
        text=OTHERS,
    ),
    Case(
        "cassetter",
        "cassetter, the same",
        head=ASKING,
        options=("-p", "cassetter.pytest_plugin", "--record-mode=rewrite"),
        text=OTHERS,
    ),
)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    numbers: ClassVar[Iterator[int]] = count(1)


class _Handler(socketserver.StreamRequestHandler):
    """Answers a create with a token of a new id, and a retrieve with that of the path: as little as a server can do."""

    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        while start := self.rfile.readline():
            headers = [line.lower() for line in iter(self.rfile.readline, b"\r\n")]
            lengths = [int(line.partition(b":")[2]) for line in headers if line.startswith(b"content-length:")]
            self.rfile.read(sum(lengths))
            made = f"{TOKEN[:-8]}{next(_Server.numbers):08}"
            token = made if start.startswith(b"POST") else start.split()[1].rpartition(b"/")[2].decode()
            body = BODY.replace(TOKEN, token).encode()
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRequest-Id: req_bench\r\n"
                b"Stripe-Version: 2026-10-28.endive\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            self.wfile.flush()
            if b"connection: close\r\n" in headers:
                return


@contextmanager
def _served() -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def table(rounds: int, run: Callable[[Case, Path], tuple[float, float]]) -> None:
    """Print what a request costs over the same suite without the calls, and over the calls alone.

    Args:
        rounds: after a warm-up.
        run: runs a case in its directory, and tells its seconds by the clock and of processor time.
    """
    taken: dict[str, list[tuple[float, float]]] = {case.name: [] for case in CASES}
    with _served() as url, tempfile.TemporaryDirectory() as temporary:
        os.environ.update(STRIPE_SECRET_KEY=KEY, STRIPE_API_BASE=url, BENCH_BASE=url)
        for case in CASES:
            case.write(Path(temporary) / case.name, CASSETTES)
        for turn in range(rounds + 1):
            for case in CASES:
                directory = Path(temporary) / case.name
                if not case.name.endswith("again"):
                    shutil.rmtree(directory / "cassettes", ignore_errors=True)
                seconds = run(case, directory)
                if turn:
                    taken[case.name].append(seconds)
    print(f"\nrecording: {CASSETTES} cassettes of {REQUESTS} requests, ms a request, medians of {rounds} rounds")
    print(f"{'case':<17} {'by the clock':>12} {'over asks':>10} {'processor':>10} {'over asks':>10}  what it does")
    for case in CASES[1:]:
        cells = [
            statistics.median(
                (own[kind] - other[kind]) / CASSETTES / REQUESTS * 1000
                for own, other in zip(taken[case.name], taken[base], strict=True)
            )
            for kind in (0, 1)
            for base in ("loads", "asks")
        ]
        print(f"{case.name:<17} {cells[0]:>12.2f} {cells[1]:>10.2f} {cells[2]:>10.2f} {cells[3]:>10.2f}  {case.about}")
