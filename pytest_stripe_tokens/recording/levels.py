"""How grave each kind of drift is, and from which level on drift may fail a run."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Level(IntEnum):
    """How grave a drift is, the graver the greater; `str()` gives the word that options and reports use."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "new": Level.INFO,
        "gone": Level.WARNING,
        "type": Level.ERROR,
        "nullability": Level.ERROR,
        "enum": Level.ERROR,
        "value": Level.INFO,
        "status": Level.ERROR,
        "schema": Level.ERROR,
    }
)
"""What has changed in an answer, and how grave that is: a field is new, has gone, has another type, ..."""

FAIL_LEVELS = (*(str(level) for level in Level), "never")
"""The values of `--fail-on-drift`."""

DEFAULT_FAIL_LEVEL = str(Level.ERROR)


def checked_level(value: object, source: str) -> str:
    """Return a valid level of drift.

    Raises:
        UsageError: it is none.
    """
    if isinstance(value, str) and value in FAIL_LEVELS:
        return value
    raise UsageError(f"{source}: unknown level {value!r}; the levels are {', '.join(FAIL_LEVELS)}")
