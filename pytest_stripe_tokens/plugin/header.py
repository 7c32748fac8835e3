"""The run's header line, and the summary of the cassettes that no test used."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.token_types import ORIGINS
from pytest_stripe_tokens.cassettes.heads import Head, age, heads
from pytest_stripe_tokens.plugin.options import header_line
from pytest_stripe_tokens.sandbox import stripe_python

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.sandbox.settings import Settings

_SHOWN = 8


def header(settings: Settings, now: datetime | None = None, found: Sequence[Head] | None = None) -> str:
    """The line of the run's header: mode, cassettes and their age, seed.

    Args:
        settings: of the run.
        now: what the time is; the clock's by default.
        found: the heads of the suite's cassettes; read by default.
    """
    found = heads_of(settings) if found is None else found
    if len(found) <= _SHOWN:
        return header_line(settings, ", ".join(_named(head, now) for head in found) or "none") + _version_note(found)
    # ISO 8601 in UTC sorts by its text; the first that is a time is the oldest.
    dated = sorted(
        (head for head in found if "recorded_at" in head.metadata), key=lambda head: head.metadata["recorded_at"]
    )
    oldest = next((head for head in dated if _days(head, now) is not None), None)
    said = f"{len(found)}{f', the oldest {_named(oldest, now)}' if oldest else ''}"
    return header_line(settings, said) + _version_note(found)


def _named(head: Head, now: datetime | None) -> str:
    return f"{head.name} ({age_of(head, now)})"


def unused(settings: Settings, usage: Usage, at_start: Sequence[Head] = ()) -> list[str]:
    """Name the cassettes of the suite that no test uses, and what to do about them.

    One that a test may need which this run left out, or which did not get to its end, is not named.

    Args:
        settings: of the run.
        usage: what its tests used.
        at_start: the heads that its header has read: one that no test used is what it was then.
    """
    if usage.narrowed or settings.mode == "generate":
        return []
    known = {head.file: head for head in at_start}
    found = heads_of(settings, lambda name: name not in usage.used and not usage.doubt(name), known)
    left = [head for head in found if head.is_ours]
    files = [shown(head, settings) for head in left[:_SHOWN]]
    if len(left) > _SHOWN:
        more = f"{', '.join(files)} and {len(left) - _SHOWN} more"
        return [f"unused: {more} - no test used them: delete them, or run the tests that do"]
    return [f"unused: {file} - no test used it: delete it, or run the test that does" for file in files]


def partly_played(settings: Settings, usage: Usage) -> list[str]:
    """Name the cassettes that a test names and of which less was asked for than they hold.

    One that a test may ask which did not run to its end is not named.
    """
    if usage.narrowed:
        return []
    folder = settings.cassettes.name
    return [
        f"partly played: {folder}/{name} - {len(places)} of its recordings were not asked for: "
        "does the test still do what was recorded? If it does, record it anew with pytest --record"
        for name, places in sorted(usage.unplayed.items())
        if places and not usage.doubt(name)
    ]


def expired(settings: Settings, usage: Usage, now: datetime | None = None) -> list[str]:
    """Name the cassettes that this run used and that are older than they may be, and what to do about them."""
    if settings.max_age is None:
        return []
    limit = f"stripe_tokens_max_age is {settings.max_age}: record it anew with pytest --record"
    lines: list[str] = []
    for head in heads_of(settings, usage.used.__contains__):
        days = _days(head, now)
        if days is not None and days > settings.max_age:
            lines.append(f"expired: {shown(head, settings)} is {days} days old, {limit}")
    return lines


def shown(head: Head, settings: Settings) -> str:
    """A cassette's path as a reader knows it."""
    return f"{settings.cassettes.name}/{Path(head.file).relative_to(settings.cassettes).as_posix()}"


def heads_of(
    settings: Settings, wanted: Callable[[str], bool] = bool, known: Mapping[str, Head] = MappingProxyType({})
) -> list[Head]:
    """Read what the cassettes below the directory say of themselves, as `heads` does."""
    return list(heads(settings.cassettes, wanted, known))


def age_of(head: Head, now: datetime | None = None) -> str:
    """Say how old a cassette is, or where it comes from."""
    days = _days(head, now)
    if days is None:
        origin = head.metadata.get("origin")
        return origin if origin in ORIGINS else "of unknown age"
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} old"


def _days(head: Head, now: datetime | None) -> int | None:
    return age(head.metadata.get("recorded_at"), now or datetime.now(UTC))


def _version_note(found: Sequence[Head]) -> str:
    versions = sorted({version for head in found if (version := head.metadata.get("api_version"))})
    installed = stripe_python.api_version() if versions else None
    other = [version for version in versions if installed and version != installed]
    return f" (recorded with API version {', '.join(other)}; stripe-python here has {installed})" if other else ""
