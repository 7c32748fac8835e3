"""What the cassettes of a suite say of themselves, read without the rest of their files."""

from __future__ import annotations

import re
from datetime import datetime
from io import FileIO
from os import SEEK_END
from os.path import isfile
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.token_types import BY_CASSETTE
from pytest_stripe_tokens.cassettes.library import files_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
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


class Head(NamedTuple):
    """One cassette.

    Args:
        name: below the directory, without its suffix.
        file: where it lies.
        is_ours: whether it holds requests to Stripe: pytest-recording keeps its cassettes in the same directory.
        metadata: what it says of itself, each value as text.
    """

    name: str
    file: str
    is_ours: bool
    metadata: Mapping[str, str]


def heads(
    directory: Path, wanted: Callable[[str], bool] = bool, known: Mapping[str, Head] = MappingProxyType({})
) -> Iterator[Head]:
    """Read the heads of the cassettes below a directory, by name; what can't be read is left out.

    Args:
        directory: of the suite's cassettes.
        wanted: whether the one of a name is; all are by default.
        known: by their files, those that need not be read again.
    """
    for name, file in files_below(directory):
        # Any other is no name of a cassette, and may be no text that a terminal can show.
        if not name.isprintable() or not wanted(name):
            continue
        head = known.get(file) or _head(name, file)
        if head is not None:
            yield head


def age(recorded_at: str | None, now: datetime) -> int | None:
    """How many days old a recording is; None where it does not say, or says what can't be."""
    try:
        days = (now - datetime.fromisoformat(recorded_at or "")).days
    except (TypeError, ValueError):
        return None
    # A clock that is a day behind is one that is wrong.
    return None if days < -1 else days


def _head(name: str, file: str) -> Head | None:
    text = _ends(file)
    if text is None:
        return None
    is_ours = name in BY_CASSETTE or "plugin_version:" in text or "stripe.com/" in text
    return Head(name, file, is_ours, _metadata(text))


def _ends(file: str) -> str | None:
    """Read the start and the end of a file: the metadata stands last where keys are sorted."""
    try:
        if not isfile(file):  # noqa: PTH113 - a path of pathlib's takes half as long as the reading
            return None  # A pipe would be waited for.
        with FileIO(file) as opened:
            start = opened.read(_READ)
            size = opened.seek(0, SEEK_END)
            opened.seek(max(size - _READ, len(start)))
            return (start + b"\n" + opened.read(_READ)).decode("utf-8", "replace")
    except OSError:
        return None


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
