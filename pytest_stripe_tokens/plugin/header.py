"""The run's header line, and the summary of the cassettes that no test used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.token_types import ORIGINS
from pytest_stripe_tokens.sandbox import stripe_python

if TYPE_CHECKING:
    from pytest_stripe_tokens.cassettes.heads import Head
    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.sandbox.settings import Settings

_SHOWN = 8


def header(settings: Settings, now: datetime | None = None) -> str:
    """The line of the run's header: mode, cassettes and their age, seed."""
    found = heads_of(settings)
    cassettes = ", ".join(_named(head, now) for head in found) or "none"
    if len(found) > _SHOWN:
        dated = [head for head in found if age_of(head, now).endswith((" old", "today"))]
        # ISO 8601 in UTC sorts by its text.
        oldest = min(dated, key=lambda head: head.metadata["recorded_at"], default=None)
        cassettes = f"{len(found)}{f', the oldest {_named(oldest, now)}' if oldest else ''}"
    line = f"stripe-tokens: mode {settings.mode}, cassettes: {cassettes}, seed {settings.seed}"
    return line + _version_note(found)


def _named(head: Head, now: datetime | None) -> str:
    return f"{head.name} ({age_of(head, now)})"


def unused(settings: Settings, usage: Usage) -> list[str]:
    """Name the cassettes of the suite that no test uses, and what to do about them.

    One that a test may need which this run left out, or which did not get to its end, is not named.
    """
    if usage.narrowed or settings.mode == "generate" or not settings.cassettes.is_dir():
        return []
    found = [head for head in heads_of(settings) if head.is_ours and head.name not in usage.used]
    files = [shown(head, settings) for head in found if not usage.doubt(head.name)]
    if len(files) > _SHOWN:
        more = f"{', '.join(files[:_SHOWN])} and {len(files) - _SHOWN} more"
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
    from pytest_stripe_tokens.cassettes.heads import age  # noqa: PLC0415 - as in `heads_of`

    lines: list[str] = []
    for head in heads_of(settings):
        days = age(head.metadata.get("recorded_at"), now or datetime.now(UTC)) if head.name in usage.used else None
        if days is not None and days > settings.max_age:
            lines.append(f"expired: {shown(head, settings)} is {days} days old, {limit}")
    return lines


def shown(head: Head, settings: Settings) -> str:
    """A cassette's path as a reader knows it."""
    return f"{settings.cassettes.name}/{head.path.relative_to(settings.cassettes).as_posix()}"


def heads_of(settings: Settings) -> list[Head]:
    """Read what each cassette below the directory says of itself."""
    if not settings.cassettes.is_dir():
        return []
    from pytest_stripe_tokens.cassettes.heads import heads  # noqa: PLC0415 - a suite without cassettes must not pay

    return list(heads(settings.cassettes))


def age_of(head: Head, now: datetime | None = None) -> str:
    """Say how old a cassette is, or where it comes from."""
    from pytest_stripe_tokens.cassettes.heads import age  # noqa: PLC0415 - as in `heads_of`

    days = age(head.metadata.get("recorded_at"), now or datetime.now(UTC))
    if days is None:
        origin = head.metadata.get("origin")
        return origin if origin in ORIGINS else "of unknown age"
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} old"


def _version_note(found: list[Head]) -> str:
    versions = sorted({version for head in found if (version := head.metadata.get("api_version"))})
    installed = stripe_python.api_version() if versions else None
    other = [version for version in versions if installed and version != installed]
    return f" (recorded with API version {', '.join(other)}; stripe-python here has {installed})" if other else ""
