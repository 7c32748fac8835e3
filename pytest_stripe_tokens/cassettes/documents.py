"""A cassette's YAML as plain data with its lines.

It is read by a safe loader: a tag that would build a Python object is an error, and so is what would take longer than
the file's length says.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.cassettes.file_format import Malformed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 100
# Python takes time with the square of a number's digits, and does not show one of more than 4,300.
_LONGEST_NUMBER = 100
_NUMBER = re.compile(r"[-+]?[.0-9][-+0-9a-fA-F._:xo]*")


def load(data: bytes) -> tuple[Any, Any]:
    """Read YAML with a safe loader, to its value and to the node that knows its lines.

    Raises:
        Malformed: it is no YAML, or holds what a safe loader refuses.
    """
    import yaml  # noqa: PLC0415 - a suite without cassettes does without it

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("is not UTF-8 text", line=data.count(b"\n", 0, error.start) + 1) from error
    safe = _loader()
    root: Any = None
    try:
        _check_events(safe(text))
        loader: Any = safe(text)
        root = loader.get_single_node()
        _check_keys(root)
        value: Any = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        # Its own words change with its versions.
        mark = error.problem_mark or error.context_mark
        raise Malformed(f"is not a cassette: {_said(error)}", line=mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        where = text.count("\n", 0, error.position) + 1
        raise Malformed("is not a cassette: it holds a character that YAML does not allow", line=where) from error
    except _CONTRADICTIONS as error:
        where = next((node.start_mark.line + 1 for node in _nodes(root) if _contradicts(safe(""), node)), 1)
        raise Malformed("is not a cassette: a value is not what its tag says", line=where) from error
    if root is None:
        raise Malformed("is empty", line=1)
    return value, root


@cache
def _loader() -> Any:
    """The safe loader, which takes for a text what was recorded as one under Python 2, and a date without quotes."""
    import yaml  # noqa: PLC0415

    safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (safe,), {})
    timestamp = "tag:yaml.org,2002:timestamp"
    loader.yaml_implicit_resolvers = {
        first: [resolver for resolver in resolvers if resolver[0] != timestamp]
        for first, resolvers in safe.yaml_implicit_resolvers.items()
    }
    for name in ("python/unicode", "python/str"):
        loader.add_constructor(f"tag:yaml.org,2002:{name}", loader.construct_yaml_str)
    return loader


# PyYAML lets these through from values that contradict their tags, `!!int x`, or are no date, `2026-13-45`.
_CONTRADICTIONS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _said(error: Exception) -> str:
    kind = type(error).__name__
    if kind == "ComposerError":
        return "a second document begins here, or an alias or an anchor is wrong"
    if kind == "ConstructorError":
        return "it has a tag or a key here that no cassette has"
    # PyYAML 6.0.4's parser counts levels too, and meets its limit before ours.
    return "its YAML is wrong here: a quote, a bracket or a space is missing, or it is nested too deep"


def _check_events(loader: Any) -> None:
    """Refuse what costs more than its length, while it is a flat row of events.

    Endless nesting, on which libyaml's composer overruns the stack; numbers of any length; and merge keys, which
    double what they merge each time.
    """
    depth = 0
    while loader.check_event():
        event = loader.get_event()
        number = event.start_mark.line + 1
        name = type(event).__name__
        depth += name.endswith("StartEvent")
        depth -= name.endswith("EndEvent")
        if depth > _MAX_DEPTH:
            raise Malformed("is not a cassette: its values are nested too deep", line=number)
        if name == "ScalarEvent" and event.implicit[0]:
            _check_plain(event.value, number)


def _check_plain(value: str, number: int) -> None:
    if value == "<<":
        raise Malformed("is not a cassette: it has a merge key, '<<'; write out what it stands for", line=number)
    if len(value) > _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        raise Malformed(
            f"is not a cassette: a number is longer than {_LONGEST_NUMBER} digits; quote a text", line=number
        )


def _nodes(root: Any) -> Iterator[Any]:
    """Every node once, however often it is named."""
    seen: set[int] = set()
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if node.id == "mapping":
            waiting += [part for entry in reversed(node.value) for part in reversed(entry)]
        elif node.id == "sequence":
            waiting += reversed(node.value)


def _check_keys(root: Any) -> None:
    """Refuse an entry that stands twice: YAML's reader takes the last and says nothing."""
    for node in _nodes(root):
        if node.id != "mapping":
            continue
        names: set[str] = set()
        for key, _ in node.value:
            if key.id == "scalar":
                if key.value in names:
                    raise Malformed(f"has {shown(key.value)} twice", line=key.start_mark.line + 1)
                names.add(key.value)


def _contradicts(loader: Any, node: Any) -> bool:
    if node.id != "scalar":
        return False
    try:
        loader.construct_object(node)
    except _CONTRADICTIONS:
        return True
    return False


def line(node: Any, where: tuple[str | int, ...]) -> int:
    """Find the line, from 1, of what `where` leads to, or of the innermost thing that is there."""
    found_at = node.start_mark.line
    for step in where:
        entries: list[Any] = node.value if node.id != "scalar" else []
        if isinstance(step, str):
            found = [entry for entry in entries if entry[0].value == step] if node.id == "mapping" else []
            # An alias is what it stands for, which was written further up.
            found_at = max([found_at, *(key.start_mark.line for key, _ in found)])
            entries = [item for _, item in found]
            step = 0  # noqa: PLW2901 - the one that was found
        if step >= len(entries):
            break
        node = entries[step]
        found_at = max(found_at, node.start_mark.line)
    return int(found_at) + 1
