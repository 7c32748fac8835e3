"""The run's header line, and the summary of the cassettes that no test used."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from os import SEEK_END
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.token_types import ORIGINS, TOKEN_TYPES
from pytest_stripe_tokens.sandbox import stripe_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.sandbox.settings import Settings

_SHOWN = 8
_READ = 1024
_LINES = re.MULTILINE | re.ASCII
_METADATA = re.compile(r"^metadata:[ \t]*\r?\n((?:[ \t]+.*\n?)+)", _LINES)


def header(settings: Settings, now: datetime | None = None) -> str:
    """The line of the run's header: mode, cassettes and their age, seed."""
    found = list(_heads(settings.cassettes))
    ages = [f"{name} {_age(head, now or datetime.now(UTC))}" for name, head in found]
    more = [f"and {len(ages) - _SHOWN} more"] if len(ages) > _SHOWN else []
    cassettes = ", ".join(ages[:_SHOWN] + more) or "none"
    line = f"stripe-tokens: mode {settings.mode}, cassettes: {cassettes}, seed {settings.seed}"
    return line + _version_note([head for _, head in found])


def unused(settings: Settings, usage: Usage) -> list[str]:
    """Name the cassettes of the suite that no test uses, and what to do about them.

    One that a test may need which this run left out, or which did not get to its end, is not named.
    """
    if usage.narrowed or settings.mode == "generate" or not settings.cassettes.is_dir():
        return []
    found = ((name, head) for name, head in _heads(settings.cassettes) if name not in usage.used)
    names = [name for name, head in found if _is_ours(name, head) and not usage.doubt(name)]
    folder = settings.cassettes.name
    return [f"unused: {folder}/{name}.yaml - no test used it: delete it, or run the test that does" for name in names]


def _names(directory: Path) -> Iterator[str]:
    for path in sorted(directory.rglob("*.yaml")):
        name = path.relative_to(directory).with_suffix("").as_posix()
        # Any other is no name of a cassette, and may be no text that a terminal can show.
        if name.isprintable():
            yield name


def _heads(directory: Path) -> Iterator[tuple[str, str]]:
    if not directory.is_dir():
        return
    for name in _names(directory):
        path = directory / f"{name}.yaml"
        try:
            if not path.is_file():
                continue  # A pipe would be waited for.
            with path.open("rb") as file:
                # The metadata stands before the interactions, or after them in a file with sorted keys: the header must
                # not read, or parse, the whole file.
                start = file.read(_READ)
                size = file.seek(0, SEEK_END)
                file.seek(max(size - _READ, len(start)))
                yield name, (start + b"\n" + file.read(_READ)).decode("utf-8", "replace")
        except OSError:
            continue


def _is_ours(name: str, head: str) -> bool:
    # pytest-recording keeps its cassettes in a directory of the same name.
    return name in TOKEN_TYPES or "plugin_version:" in head or "stripe.com/" in head


def _age(head: str, now: datetime) -> str:
    recorded = _value(head, "recorded_at")
    origin = _value(head, "origin")
    unknown = f"({origin if origin in ORIGINS else 'of unknown age'})"
    try:
        days = (now - datetime.fromisoformat(recorded or "")).days
    except (TypeError, ValueError):
        return unknown
    if days < -1:
        return unknown  # A clock that is a day behind is one that is wrong.
    return "(today)" if days < 1 else f"({days} day{'s' if days > 1 else ''} old)"


def _version_note(heads: list[str]) -> str:
    versions = sorted({version for head in heads if (version := _value(head, "api_version"))})
    installed = stripe_python.api_version() if versions else None
    other = [version for version in versions if installed and version != installed]
    return f" (recorded with API version {', '.join(other)}; stripe-python here has {installed})" if other else ""


def _value(head: str, name: str) -> str | None:
    metadata = _METADATA.search(head)
    # A word, a version or a time: anything else is no more than text in a file.
    found = re.search(rf"^\s*{name}:\s*['\"]?([\w.:+-]{{1,40}})['\"]?\s*$", metadata[1] if metadata else "", _LINES)
    return found[1] if found and found[1] not in ("null", "~") else None
