"""A cassette's plain data as YAML; saves nine tenths of the time where it is simple, and nearly all of it is.

The bytes are those of PyYAML's safe dumper in Python, which writes whatever is not simple. libyaml's dumper, where it
is there at all, folds and quotes in its own way.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of printable ASCII: with no sign in it that YAML takes for its own, and whatever else begins with one or like a word.
_LINE = re.compile('[0-9A-Za-z/](?:[!-9;-~]|:(?=[!-~])| (?=[ !"$-~]))*+')
_QUOTED = re.compile(r"[][0-9A-Za-z/{}&*!|>'\"%@`#,][ -~]*")
_NAME = re.compile("[A-Za-z][0-9A-Za-z_-]{0,63}")
# Letters of any script, but what YAML escapes or ends a line with.
_SIGN = r"[ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]"
_LINES = re.compile(rf"(?![ \n])(?:{_SIGN}*+(?<! )\n)*+{_SIGN}*+(?<!\n\n)(?<! )")
_WORDS: dict[Any, str] = {None: "null", True: "true", False: "false"}


class _NotSimpleError(Exception):
    """PyYAML knows better how a value is written."""


def dump(data: Any) -> bytes:
    """Write plain data, the same bytes for the same data."""
    try:
        return "".join(_lines(data, "")).encode()
    except _NotSimpleError:
        return dump_any(data)


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Write a mapping or a sequence that is not empty."""
    if isinstance(value, dict) and value:
        for name, item in cast("dict[object, Any]", value).items():
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise _NotSimpleError
            if isinstance(item, dict | list) and item:
                yield f"{indent}{_text(name)}:\n"
                # A sequence is not indented below its name.
                yield from _lines(item, indent if isinstance(item, list) else f"{indent}  ")
            else:
                yield f"{indent}{_text(name)}: {_scalar(item, f'{indent}  ')}\n"
    elif isinstance(value, list) and value:
        for item in cast("list[object]", value):
            if isinstance(item, dict | list) and item:
                yield f"{indent}- {''.join(_lines(item, f'{indent}  '))[len(indent) + 2 :]}"
            else:
                yield f"{indent}- {_scalar(item)}\n"
    else:
        raise _NotSimpleError


def _scalar(value: Any, indent: str | None = None) -> str:
    if isinstance(value, str):
        return _text(value) if "\n" not in value or indent is None else _literal(value, indent)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        return str(value)
    if value in ({}, []):
        return "{}" if value == {} else "[]"
    raise _NotSimpleError


def _text(text: str) -> str:
    if not text:
        return "''"
    # A number, a date, `yes`: texts that are no texts to YAML.
    resolvers = _dumper().yaml_implicit_resolvers.get(text[0], ())
    if _LINE.fullmatch(text) and not any(pattern.match(text) for _, pattern in resolvers):
        return text
    if not _QUOTED.fullmatch(text):
        raise _NotSimpleError
    return "'" + text.replace("'", "''") + "'"


def _literal(text: str, indent: str) -> str:
    if not _LINES.fullmatch(text):
        raise _NotSimpleError
    lines = [f"{indent}{line}" if line else "" for line in text.removesuffix("\n").split("\n")]
    return "\n".join(["|" if text.endswith("\n") else "|-", *lines])


def dump_any(data: Any) -> bytes:
    """Write plain data with PyYAML, whatever it is."""
    import yaml  # noqa: PLC0415 - only a recording writes

    # Lines are never folded: a secret that a fold cuts in two would not be found by the search.
    # A type of types-PyYAML's own is not known.
    write: Any = yaml.dump  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    text: str = write(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=sys.maxsize)
    return text.encode("utf-8")


@cache
def _dumper() -> Any:
    import yaml  # noqa: PLC0415 - as above

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
            return True

    def represent(dumper: Any, text: str) -> yaml.ScalarNode:
        node: yaml.ScalarNode = dumper.represent_str(text)
        node.style = "|" if "\n" in text else node.style
        return node

    Dumper.add_representer(str, represent)
    return Dumper
