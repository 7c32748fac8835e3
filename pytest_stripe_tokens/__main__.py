"""`stripe-tokens serve` and `calibrate`, also `python -m pytest_stripe_tokens`: what needs no pytest."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import MODES, Settings, checked_locale, checked_mode, checked_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# stripe-mock's, whose place it can take.
PORT = 12111
_USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: of the command line; None for those of this process.

    Returns:
        The exit code. Of `serve`: 0 where it was stopped, 1 where it can't listen; of `calibrate` as its help says;
        2 for a usage error.
    """
    parser = argparse.ArgumentParser(prog="stripe-tokens", description="Stripe's API for tests, on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer Stripe's API until Ctrl-C")
    serve.add_argument("--host", default="127.0.0.1", help="to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=PORT, help=f"to listen on, 0 for a free one (default: {PORT})")
    serve.add_argument("--mode", default="auto", help=f"{', '.join(MODES)} (default: auto)")
    serve.add_argument("--seed", default="0", help="of generated answers (default: 0)")
    serve.add_argument("--cassettes", default="cassettes", metavar="DIR", help="their directory (default: cassettes)")
    serve.add_argument("--locale", default="", help="Faker's, such as de_DE")
    serve.add_argument("--control", action="store_true", help="let other machines use the control paths too")
    _add_calibrate(commands.add_parser)
    options = parser.parse_args(arguments)
    return _serve(parser, options) if options.command == "serve" else _calibrate(parser, options)


def _add_calibrate(add: Callable[..., argparse.ArgumentParser]) -> None:
    calibrate = add(
        "calibrate",
        help="try what the simulator rests on against Stripe's test mode",
        description="Sends the requests of a table of facts to Stripe's test mode, with the key in STRIPE_SECRET_KEY, "
        "and beside it to the simulator, and tells where their answers part. Facts that no public answer shows come "
        "first. Customers and accounts that it makes are deleted; charges and the like stay, as test mode wants it.",
        epilog="Exit codes: 0 all that could be tried agree; 1 Stripe and the simulator part somewhere; 2 a usage "
        "error, nothing was sent; 3 nothing parts, but the run ended early, nothing could be tried, something could "
        "not be deleted, or the report could not be written.",
    )
    calibrate.add_argument("--report", metavar="FILE", help="to write (.md or .json)")
    calibrate.add_argument("--only", metavar="NAME", help="a fact, or a subject such as keys (default: all)")


def _calibrate(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    # Whoever serves, which other processes wait for, does without all this.
    from pytest_stripe_tokens.calibration.command import SOURCE, Calibration, chosen  # noqa: PLC0415
    from pytest_stripe_tokens.recording.environment import from_environment  # noqa: PLC0415
    from pytest_stripe_tokens.recording.report import checked_report  # noqa: PLC0415

    try:
        report = checked_report(options.report, "--report") if options.report else None
        facts = chosen(options.only)
        settings = from_environment(os.environ, SOURCE)
    except UsageError as error:
        parser.error(str(error))
    return Calibration(settings, facts, _say, report).run()


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    try:
        settings = Settings(
            mode=checked_mode(options.mode, "--mode"),
            seed=checked_seed(options.seed, "--seed"),
            cassettes=Path(options.cassettes).absolute(),
            locale=checked_locale(options.locale, "--locale"),
        )
    except UsageError as error:
        parser.error(str(error))
    try:
        server = Run(settings).serve(host=options.host, port=options.port, is_controlled=options.control, log=_say)
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"stripe-tokens: can't listen on {options.host}, port {options.port}: {error}\n")
        return 1
    # Whichever thread a signal reaches, this one wakes up: of an event it would not always learn.
    told, tells = socket.socketpair()
    tells.settimeout(0)
    signal.set_wakeup_fd(tells.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    _say(f"stripe-tokens: mode {settings.mode}, seed {settings.seed}: {server.url}")
    told.recv(1)
    server.close()
    return 0


def _say(line: str) -> None:
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # `serve | head -1`: nobody reads any more, and whoever asks the server is still to be answered.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
