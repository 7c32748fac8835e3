"""The options and ini values, and the settings that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_stripe_tokens.sandbox.settings import (
    MODES,
    Settings,
    checked_locale,
    checked_max_age,
    checked_mode,
    checked_on_expiry,
    checked_seed,
)

if TYPE_CHECKING:
    from pytest_stripe_tokens.redaction.scrubbing import Output

_GROUP = "stripe-tokens"
RECORD = "stripe_tokens_record"
_MISSING = "stripe_tokens_record_missing"
_REPORT = "stripe_tokens_record_report"
_FAIL_ON_DRIFT = "stripe_tokens_fail_on_drift"
output_key: pytest.StashKey[Output] = pytest.StashKey()


def add(parser: pytest.Parser) -> None:
    """Add all but `--record`, which another plugin may own."""
    group = parser.getgroup(_GROUP, "Stripe tokens")
    group.addoption(
        "--stripe-tokens",
        metavar="MODE",
        dest="stripe_tokens_mode",
        help=f"where Stripe's answers come from: {', '.join(MODES)} (default: auto)",
    )
    group.addoption(
        "--stripe-tokens-seed",
        metavar="SEED",
        dest="stripe_tokens_seed",
        help="the seed of generated answers, a whole number (default: 0)",
    )
    group.addoption(
        "--stripe-cassettes",
        nargs="?",
        const="",
        default=None,
        metavar="NAME",
        dest="stripe_tokens_cassettes_shown",
        help="run no test: show the cassettes and the tests that use them, or all that one of them holds",
    )
    group.addoption(
        "--stripe-record",
        action="store_true",
        default=False,
        dest=RECORD,
        help="re-record the cassettes that the selected tests use, against Stripe's test mode",
    )
    group.addoption(
        "--record-missing",
        action="store_true",
        default=False,
        dest=_MISSING,
        help="record only the cassettes that are not there yet; what is there is replayed",
    )
    group.addoption(
        "--record-report",
        metavar="FILE",
        dest=_REPORT,
        help="write what --record did as Markdown (.md, .markdown) or JSON (.json)",
    )
    group.addoption(
        "--fail-on-drift",
        metavar="LEVEL",
        dest=_FAIL_ON_DRIFT,
        # As `recording.levels` has them, which a run that records nothing does without.
        help="the drift from which on --record fails the run: info, warning, error, never (default: error)",
    )
    parser.addini("stripe_tokens_mode", f"where Stripe's answers come from: {', '.join(MODES)}", default="auto")
    parser.addini("stripe_tokens_seed", "the seed of generated answers, a whole number", default="0")
    parser.addini("stripe_tokens_cassettes", "the directory of the cassettes, below rootdir", default="cassettes")
    parser.addini("stripe_tokens_locale", "Faker's locale for generated answers, such as de_DE", default="")
    parser.addini("stripe_tokens_max_age", "after how many days a cassette has expired (default: never)", default="")
    parser.addini(
        "stripe_tokens_on_expiry", "whether a run that uses an expired cassette warns or fails", default="warn"
    )
    parser.addini(
        "stripe_tokens_accept_drift",
        "fields whose drift is written and fails no recording, such as card.funding, one a line",
        type="linelist",
        default=[],
    )


def add_record(parser: pytest.Parser) -> None:
    """Add `--record`, unless a plugin or conftest has added its own, which then keeps it."""
    try:
        _, unknown = parser.parse_known_and_unknown_args(["--record"])
    except pytest.UsageError:
        return
    if "--record" in unknown:
        parser.getgroup(_GROUP).addoption(
            "--record", action="store_true", default=False, dest=RECORD, help="the same as --stripe-record"
        )


def settings(config: pytest.Config) -> Settings:
    """Settle the run's settings: the option over the ini value.

    Raises:
        UsageError: a value that is not one of the valid ones.
    """
    mode, seed = config.getoption("stripe_tokens_mode"), config.getoption("stripe_tokens_seed")
    ini_mode = checked_mode(config.getini("stripe_tokens_mode"), "ini option stripe_tokens_mode")
    ini_seed = checked_seed(config.getini("stripe_tokens_seed"), "ini option stripe_tokens_seed")
    return Settings(
        # argparse would repeat a key that was given by mistake.
        mode=ini_mode if mode is None else checked_mode(mode, "--stripe-tokens"),
        seed=ini_seed if seed is None else checked_seed(seed, "--stripe-tokens-seed"),
        cassettes=config.rootpath / config.getini("stripe_tokens_cassettes"),
        locale=checked_locale(config.getini("stripe_tokens_locale"), "ini option stripe_tokens_locale"),
        max_age=checked_max_age(config.getini("stripe_tokens_max_age"), "ini option stripe_tokens_max_age"),
        on_expiry=checked_on_expiry(config.getini("stripe_tokens_on_expiry"), "ini option stripe_tokens_on_expiry"),
    )


def header_line(chosen: Settings, cassettes: str = "none") -> str:
    """The line of the run's header, given what it says of the cassettes."""
    return f"stripe-tokens: mode {chosen.mode}, cassettes: {cassettes}, seed {chosen.seed}"


def is_recording(options: Any) -> bool:
    """Whether the run is to record."""
    return bool(getattr(options, RECORD, False) or getattr(options, _MISSING, False))


def is_about_recording(config: pytest.Config) -> bool:
    """Whether anything that was asked for is a recording's to check; most runs have nothing of the kind."""
    said = (config.getoption(name, None) for name in (_REPORT, _FAIL_ON_DRIFT))
    return is_recording(config.option) or output_key in config.stash or any(value is not None for value in said)
