"""Servers for other processes, side by side: the same calls by stripe-python to each in turn, round by round."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import stripe

COMMANDS = {
    "server": [sys.executable, "-m", "pytest_stripe_tokens", "serve", "--port"],
    "localstripe": [sys.executable, "-m", "localstripe", "--from-scratch", "--port"],
    "stripe-mock": ["stripe-mock", "-http-port"],
}
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2050, "cvc": "123"}
WARM_UP = 20
TRIES = 400


@dataclass
class Server:
    """One that runs, and what each round of calls took: seconds by the clock, and of its own processor time."""

    process: subprocess.Popen[bytes]
    port: int
    clock: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])

    def call(self, times: int) -> None:
        """Create a card token and retrieve it, `times` times over one connection."""
        client = stripe.StripeClient("sk_test_bench", base_addresses={"api": f"http://127.0.0.1:{self.port}"})
        for _ in range(times):
            token = client.v1.tokens.create({"card": CARD})
            assert client.v1.tokens.retrieve(token.id).card.last4 == "4242"

    def measure(self, times: int) -> None:
        """Note what the calls take."""
        before, started = self._used(), time.perf_counter()
        self.call(times)
        self.clock.append(time.perf_counter() - started)
        self.processor.append(self._used() - before)

    def _used(self) -> float:
        # Of a process that runs, only Linux tells; elsewhere the column shows nothing.
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(command: list[str]) -> Server:
    """Start a server and wait until it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port)
    for _ in range(TRIES):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    raise SystemExit(f"{command} does not listen")


def table(tests: int, rounds: int) -> None:
    """Print what the calls take, and the ratio to localstripe."""
    print(f"\nservers: {tests} times create and retrieve by stripe-python, medians of {rounds} rounds")
    print(f"{'server':<20} {'ms by the clock':>16} {'ratio':>7} {'ms of the server':>17} {'ratio':>7}")
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for name, command in COMMANDS.items():
            if shutil.which(command[0]):
                servers[name] = start(command)
                stack.callback(servers[name].process.terminate)
                servers[name].call(WARM_UP)
        for _ in range(rounds):
            for server in servers.values():
                server.measure(tests)
        costs = {
            name: [statistics.median(taken) / tests * 1000 for taken in (server.clock, server.processor)]
            for name, server in servers.items()
        }
        for name, (clock, processor) in costs.items():
            base = costs["localstripe"]
            ratios = clock / base[0], processor / base[1] if base[1] else 0.0
            print(f"{name:<20} {clock:>16.2f} {ratios[0]:>7.2f} {processor:>17.2f} {ratios[1]:>7.2f}")
    for name in COMMANDS.keys() - servers.keys():
        print(f"{name:<20} is not on this machine")
