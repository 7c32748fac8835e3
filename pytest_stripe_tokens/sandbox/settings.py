"""The settings of a run and of a test: marker over option over ini file over default."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MODES = ("auto", "replay", "generate")
ON_EXPIRY = ("warn", "fail")
MARKER_ARGUMENTS = ("mode", "seed", "cassette")


class Settings(NamedTuple):
    """What decides where the answers of a run, or of one test, come from.

    Args:
        mode: one of `MODES`.
        seed: of generated answers.
        cassettes: the directory of the suite's cassettes.
        locale: Faker's, such as `"de_DE"`; None for its default.
        cassette: the cassette that holds the test's whole traffic, a name below `cassettes`.
        max_age: after how many days a cassette has expired; None for never.
        on_expiry: `"warn"` or `"fail"`, what becomes of a run that uses one.
    """

    mode: str = "auto"
    seed: int = 0
    cassettes: Path = Path("cassettes")
    locale: str | None = None
    cassette: str | None = None
    max_age: int | None = None
    on_expiry: str = "warn"

    def with_marker(self, arguments: Mapping[str, Any]) -> Settings:
        """Give these settings with a marker's arguments over them."""
        return self._replace(**arguments)


def checked_mode(value: object, source: str) -> str:
    """Return a valid mode.

    Raises:
        UsageError: it is none; the message names `source` and lists the valid ones.
    """
    if isinstance(value, str) and value in MODES:
        return value
    raise UsageError(f"{source}: unknown mode {value!r}; the modes are {', '.join(MODES)}")


def checked_seed(value: object, source: str) -> int:
    """Return a valid seed.

    Raises:
        UsageError: it is not a whole number.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(value) if isinstance(value, str) else _no_number(value)
    except ValueError:
        raise UsageError(f"{source}: invalid seed {value!r}: expected a whole number, such as 0 or 42") from None


def _no_number(value: object) -> int:
    raise ValueError(value)


def checked_max_age(value: str, source: str) -> int | None:
    """Return a number of days; None for the empty string.

    Raises:
        UsageError: it is no whole number above 0.
    """
    if not value:
        return None
    if value.strip().isdecimal() and int(value) > 0:
        return int(value)
    raise UsageError(f"{source}: invalid age {value!r}: expected a number of days, such as 30")


def checked_on_expiry(value: str, source: str) -> str:
    """Return what is done about an expired cassette.

    Raises:
        UsageError: it is none of `ON_EXPIRY`.
    """
    if value in ON_EXPIRY:
        return value
    raise UsageError(f"{source}: unknown value {value!r}; the values are {', '.join(ON_EXPIRY)}")


def checked_locale(value: str, source: str) -> str | None:
    """Return a locale in Faker's spelling; None for the empty string.

    Raises:
        UsageError: Faker does not know it; the message lists those it does.
    """
    if not value:
        return None
    from pytest_stripe_tokens.simulator.tokens import generator  # noqa: PLC0415 - reads Faker's directories

    try:
        return generator.checked_locale(value)
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from None


def marker_arguments(markers: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]], test: str) -> dict[str, Any]:
    """Merge the arguments of a test's markers, the closest first.

    Raises:
        UsageError: an argument or a value that is not one of the valid ones.
    """
    merged: dict[str, Any] = {}
    source = f"{test}: marker stripe_tokens"
    valid = ", ".join(MARKER_ARGUMENTS)
    for args, kwargs in markers:
        if args:
            raise UsageError(f"{source} takes no positional argument ({args[0]!r}); its arguments are {valid}")
        for name, value in kwargs.items():
            if name not in MARKER_ARGUMENTS:
                raise UsageError(f"{source} has no argument {name!r}; its arguments are {valid}")
            merged.setdefault(name, value)
    if "mode" in merged:
        merged["mode"] = checked_mode(merged["mode"], source)
    if "seed" in merged:
        merged["seed"] = checked_seed(merged["seed"], source)
    cassette = merged.get("cassette", True)
    if cassette is not True and not (isinstance(cassette, str) and cassette):
        raise UsageError(
            f"{source}: invalid cassette {cassette!r}: expected the name of a file below the cassettes directory, "
            'such as "refunds/partial", or True for one that is called like the test'
        )
    return merged
