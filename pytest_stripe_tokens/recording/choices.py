"""What the user chose for a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_stripe_tokens.recording.levels import DEFAULT_FAIL_LEVEL

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Choices:
    """The options of a recording.

    Args:
        report: the file to write; None for none.
        fail_on_drift: the level from which on drift fails the run, or `"never"`.
        accepted: paths of fields whose drift is written and fails nothing, such as `"card.funding"`.
        max_age: after how many days a cassette has expired; None for never.
        only_missing: whether a cassette that is there is left alone and replayed.
    """

    report: Path | None = None
    fail_on_drift: str = DEFAULT_FAIL_LEVEL
    accepted: frozenset[str] = frozenset()
    max_age: int | None = None
    only_missing: bool = False
