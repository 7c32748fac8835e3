"""Stripe's form encoding and the nested parameters it stands for, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl, quote_plus, urlencode

MAX_DEPTH = 20
"""Levels below which a key is no longer taken apart: Stripe's deepest documented parameter has 5."""

LONGEST_KEPT = 16384
"""Characters of the longest form that is kept for the next of its kind: more than any of Stripe's, less than a file."""

_KEY = re.compile(r"(?P<name>[^\[\]]+)(?P<path>(?:\[[^\[\]]*\])+)")
_SEGMENT = re.compile(r"\[([^\[\]]*)\]")

_PYTHONS = {"True": "true", "False": "false"}


class _Tree(dict[str, "str | _Tree"]):
    """A hash or a list, as it grows; no number below `free` is free."""

    __slots__ = ("free",)

    def __init__(self) -> None:
        super().__init__()
        self.free = 0


def decode(data: str | bytes) -> dict[str, Any]:
    """Decode a form or a query string into nested parameters; never raises.

    `a[b]=1` gives a dict, `a[]=x` and `a[0]=x` give lists, a list being what is numbered 0, 1, 2... without a gap.
    Every leaf is a string. Where keys repeat or contradict each other (`a=1&a[b]=2`) the last one wins. A key that is
    not well-formed (`a[b`), or nested deeper than `MAX_DEPTH`, is kept as it is, undivided. Bytes that are not UTF-8
    become U+FFFD.
    """
    text = data.decode("utf-8", errors="replace") if isinstance(data, bytes) else data
    grow = _tree if len(text) <= LONGEST_KEPT else _tree.__wrapped__
    # What is kept is the tree; the values are new ones each time.
    return {key: _settle(value) for key, value in grow(text).items()}


# A suite sends the same few forms in test after test.
@lru_cache(maxsize=256)
def _tree(text: str) -> _Tree:
    tree = _Tree()
    for key, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        _insert(tree, _segments(key), value)
    return tree


def boolean(value: Any) -> Any:
    """Spell a boolean as Stripe does: stripe-python before 12.1, and requests, send Python's `True` and `False`."""
    return _PYTHONS.get(value, value) if isinstance(value, str) else value


def pairs(params: Mapping[str, Any], *, with_empty: bool = False) -> list[tuple[str, str]]:
    """Flatten nested parameters into the names and values of a form, in the order they stand.

    Lists are numbered (`a[0]`), as stripe-python does. `True` is `"true"`, `None` is `""`, an object with a text `id`
    is that id, as in stripe-python; anything else is its `str()`. Empty dicts and lists have no form and leave nothing.

    Args:
        params: nested parameters.
        with_empty: let an empty dict or list, which JSON has, leave `"{}"` or `"[]"`.
    """
    flat: list[tuple[str, str]] = []
    for key, value in params.items():
        _flatten(str(key), value, flat, with_empty=with_empty)
    return flat


def encode(params: Mapping[str, Any], *, safe: str = "[]") -> str:
    """Encode nested parameters as a form, percent-encoded as stripe-python 15 does, which leaves brackets readable.

    `decode(encode(params)) == params` where the leaves are strings, no dict or list is empty, no key holds brackets,
    and no dict is numbered like a list.

    Args:
        params: nested parameters.
        safe: characters left as they are.
    """
    return urlencode(pairs(params), safe=safe, quote_via=quote_plus, errors="replace")


def _segments(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    if match is None:
        return [key]
    path = _SEGMENT.findall(match["path"])
    return [match["name"], *path] if len(path) < MAX_DEPTH else [key]


def _insert(tree: _Tree, segments: list[str], value: str) -> None:
    node = tree
    for depth, segment in enumerate(segments[:-1]):
        name = segment if segment or depth == 0 else _element(node, segments[depth + 1 :])
        child = node.get(name)
        if not isinstance(child, dict):
            child = _Tree()
            # Removed first, so that the order of the keys is that of the values that won.
            node.pop(name, None)
            node[name] = child
        node = child
    name = segments[-1] if segments[-1] or len(segments) == 1 else _next_index(node)
    node.pop(name, None)
    node[name] = value


def _element(node: _Tree, rest: list[str]) -> str:
    """Choose the element that `a[][b]` means: the last one while it lacks `b`, then a new one."""
    last = str(len(node) - 1)
    return last if isinstance(node.get(last), dict) and not _holds(node[last], rest) else _next_index(node)


def _holds(node: str | _Tree, path: list[str]) -> bool:
    for segment in path:
        if not isinstance(node, dict) or segment not in node:
            return False
        node = node[segment]
    return True


def _next_index(node: _Tree) -> str:
    # Looked for from where the last one was found: entries are only ever added.
    node.free = max(node.free, len(node))
    while str(node.free) in node:
        node.free += 1
    return str(node.free)


def _settle(node: str | _Tree) -> Any:
    if isinstance(node, str):
        return node
    if "0" in node:
        numbers = [str(index) for index in range(len(node))]
        if node.keys() == set(numbers):
            return [_settle(node[number]) for number in numbers]
    return {key: _settle(value) for key, value in node.items()}


def _flatten(key: str, value: Any, flat: list[tuple[str, str]], *, with_empty: bool) -> None:
    if with_empty and value in ({}, []):
        flat.append((key, str(value)))
    elif isinstance(value, Mapping):
        identity = None if isinstance(value, dict) else getattr(cast("object", value), "id", None)
        if isinstance(identity, str):
            flat.append((key, identity))
            return
        for name, item in cast("Mapping[object, Any]", value).items():
            _flatten(f"{key}[{name}]", item, flat, with_empty=with_empty)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("list[Any]", value)):
            _flatten(f"{key}[{index}]", item, flat, with_empty=with_empty)
    else:
        flat.append((key, _leaf(value)))


def _leaf(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
