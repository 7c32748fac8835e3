"""What the cassettes of a suite say of themselves, read without the rest of their files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from os import SEEK_END
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.token_types import BY_CASSETTE
from pytest_stripe_tokens.cassettes.library import files_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_READ = 1024
# The key and what is indented below it, or the rest of its line in flow style.
_METADATA = re.compile(r"^metadata:.*\n?(?:^[ \t}].*\n?)*", re.MULTILINE)
# A word, a version or a time: anything else is no more than text in a file.
_VALUE = re.compile(r"[\w.:+-]{1,40}", re.ASCII)
# What a recording writes, which is read without YAML: a suite may have a thousand, and YAML takes most of their time.
_PLAIN = re.compile(
    r"metadata:\n(?:  [a-z_]+: (?:null|'[\w.:+-]{1,40}'|\d+\.\d+\.\d+|\d{4}-\d\d-\d\d\.[a-z]+|[a-z_]{3,40})\n)+",
    re.ASCII,
)
_NO_TEXT = frozenset({"null", "true", "false", "yes", "off"})


@dataclass(frozen=True)
class Head:
    """One cassette.

    Args:
        name: below the directory, without its suffix.
        path: of the file.
        is_ours: whether it holds requests to Stripe: pytest-recording keeps its cassettes in the same directory.
        metadata: what it says of itself, each value as text.
    """

    name: str
    path: Path
    is_ours: bool
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


def heads(directory: Path) -> Iterator[Head]:
    """Read the heads of all cassettes below a directory, by name; what can't be read is left out."""
    for name, path in files_below(directory):
        # Any other is no name of a cassette, and may be no text that a terminal can show.
        text = _ends(path) if name.isprintable() else None
        if text is not None:
            is_ours = name in BY_CASSETTE or "plugin_version:" in text or "stripe.com/" in text
            yield Head(name, path, is_ours, _metadata(text))


def age(recorded_at: str | None, now: datetime) -> int | None:
    """How many days old a recording is; None where it does not say, or says what can't be."""
    try:
        days = (now - datetime.fromisoformat(recorded_at or "")).days
    except (TypeError, ValueError):
        return None
    # A clock that is a day behind is one that is wrong.
    return None if days < -1 else days


def _ends(path: Path) -> str | None:
    """Read the start and the end of a file: the metadata stands last where keys are sorted."""
    try:
        if not path.is_file():
            return None  # A pipe would be waited for.
        with path.open("rb", buffering=0) as file:
            start = file.read(_READ)
            size = file.seek(0, SEEK_END)
            file.seek(max(size - _READ, len(start)))
            return (start + b"\n" + file.read(_READ)).decode("utf-8", "replace")
    except OSError:
        return None


# A run reads them at its start and at its end.
@lru_cache(maxsize=2048)
def _metadata(text: str) -> Mapping[str, str]:
    found = _METADATA.search(text)
    if found is None:
        return {}
    if _PLAIN.fullmatch(found[0]):
        pairs = [line.strip().split(": ", 1) for line in found[0].splitlines()[1:]]
        values = {name: value for name, value in pairs if value not in _NO_TEXT}
        if len({name for name, _ in pairs}) == len(pairs):
            return {name: value.strip("'") for name, value in values.items()}
    from pytest_stripe_tokens.cassettes import documents  # noqa: PLC0415 - a suite without such cassettes has none to read
    from pytest_stripe_tokens.cassettes.file_format import Malformed  # noqa: PLC0415

    try:
        value, _ = documents.load(found[0].encode("utf-8", "replace"))
    except Malformed:
        return {}
    entries = as_object(as_object(value).get("metadata"))
    return {str(name): item for name, item in entries.items() if isinstance(item, str) and _VALUE.fullmatch(item)}
