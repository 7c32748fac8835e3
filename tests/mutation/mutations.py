"""Wrong values for Python source, for tables of parameters and for other JSON."""

from __future__ import annotations

import ast
import json
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Mutation:
    """One wrong value.

    Args:
        path: the file, below the checkout.
        where: the line, or the path in a JSON document.
        kind: what sort of mistake it is.
        what: the value before and after.
        apply: makes the wrong file of the right one.
    """

    path: str
    where: str
    kind: str
    what: str
    apply: Callable[[str], str]

    def __str__(self) -> str:
        return f"{self.path}:{self.where} {self.kind}: {self.what}"


COMPARISONS = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
# What only a developer sees, or what no value depends on: mistakes of ours, caches, the checkers' types.
UNSEEN_CALLS = {"TypeError", "ValueError", "RuntimeError", "KeyError", "lru_cache", "TypeVar", "getLogger"}


def in_code(path: str, text: str) -> Iterator[Mutation]:
    """Give the mutations of a module."""
    source = _Source(path, text)
    for node in source.nodes(ast.parse(text)):
        yield from source.mutations(node)


class _Source:
    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self._lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def nodes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Walk without docstrings, annotations, decorators, imports and what is for type checkers."""
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "type_comment"}:
                continue
            children = value if isinstance(value, list) else [value]
            if name == "args" and isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
                children = children[1:]
            for child in children:
                if isinstance(child, ast.AST) and not self._is_unseen(child):
                    yield child
                    if not isinstance(child, ast.JoinedStr):
                        yield from self.nodes(child)

    @staticmethod
    def _is_unseen(node: ast.AST) -> bool:
        if isinstance(node, ast.Import | ast.ImportFrom):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return True
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return True
        if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
            return True
        called = node.func if isinstance(node, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        return name in UNSEEN_CALLS

    def mutations(self, node: ast.AST) -> Iterator[Mutation]:
        if isinstance(node, ast.Compare):
            yield from self._comparisons(node)
        elif isinstance(node, ast.Constant):
            yield from self._constant(node)
        elif isinstance(node, ast.JoinedStr):
            yield from self._text(node)
        elif isinstance(node, ast.Dict):
            yield from self._dropped(node)
        elif isinstance(node, ast.BoolOp):
            swapped = deepcopy(node)
            swapped.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield self._replaced(node, f"({ast.unparse(swapped)})", "and/or")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield self._replaced(node, f"({ast.unparse(node.operand)})", "not dropped")
        elif isinstance(node, ast.FunctionDef):
            yield from self._early(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield self._replaced(node, "pass", "statement dropped")

    def _comparisons(self, node: ast.Compare) -> Iterator[Mutation]:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            was, now = COMPARISONS[type(operator)]
            start, end = self._at(left.end_lineno, left.end_col_offset), self._at(right.lineno, right.col_offset)
            between = self.text.encode()[start:end].decode()
            line = f"{ast.unparse(left)} {was} {ast.unparse(right)}"
            yield self._edited(
                (start, end), between.replace(was, now, 1), "comparison flipped", f"{line} -> {now}", node
            )
            left = right

    def _constant(self, node: ast.Constant) -> Iterator[Mutation]:
        value = node.value
        if isinstance(value, bool):
            yield self._replaced(node, str(not value), "boolean flipped")
        elif isinstance(value, int):
            yield self._replaced(node, str(value + 1), "number changed")
        elif isinstance(value, str) and value:
            yield self._replaced(node, repr(misspelt(value)), "text misspelt")

    def _text(self, node: ast.JoinedStr) -> Iterator[Mutation]:
        for index, part in enumerate(node.values):
            if isinstance(part, ast.Constant) and re.search(r"\w", part.value):
                wrong = deepcopy(node)
                wrong.values[index] = ast.Constant(misspelt(part.value))
                yield self._replaced(node, ast.unparse(wrong), "text misspelt")

    def _dropped(self, node: ast.Dict) -> Iterator[Mutation]:
        for index, key in enumerate(node.keys):
            if key is not None:
                fewer = deepcopy(node)
                del fewer.keys[index], fewer.values[index]
                yield self._replaced(node, ast.unparse(fewer), "key dropped", ast.unparse(key))

    def _early(self, node: ast.FunctionDef) -> Iterator[Mutation]:
        first = next((inner for inner in node.body if not self._is_unseen(inner)), None)
        if first is None or isinstance(first, ast.FunctionDef):
            return
        if isinstance(first, ast.Return) and isinstance(first.value, ast.Constant):
            return
        start = self._at(first.lineno, first.col_offset)
        text = f"return None\n{' ' * first.col_offset}"
        yield self._edited((start, start), text, "early return", f"{node.name}()", node)

    def _replaced(self, node: ast.AST, new: str, kind: str, what: str = "") -> Mutation:
        start, end = (
            self._at(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._at(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )
        was = " ".join(self.text.encode()[start:end].decode().split())
        shown = what or (f"{was[:100]} -> {new[:100]}" if len(was) < LONG else difference(was, new))
        return self._edited((start, end), new, kind, shown, node)

    def _edited(self, span: tuple[int, int], new: str, kind: str, what: str, node: ast.AST) -> Mutation:
        start, end = span

        def apply(text: str) -> str:
            source = text.encode()
            return (source[:start] + new.encode() + source[end:]).decode()

        return Mutation(self.path, str(node.lineno), kind, what, apply)  # type: ignore[attr-defined]

    def _at(self, line: int | None, column: int | None) -> int:
        return self._lines[(line or 1) - 1] + (column or 0)


LONG = 100


def difference(was: str, new: str) -> str:
    """Show where two long texts part."""
    at = next((index for index, (one, other) in enumerate(zip(was, new, strict=False)) if one != other), 0)
    return f"...{was[max(0, at - 30) : at + 40]}..."


def misspelt(text: str) -> str:
    """Change a text so that it stays of its kind: a card number still passes Luhn, a country stays one."""
    if re.fullmatch(r"[A-Z]{2}", text):
        return "PT" if text != "PT" else "ES"
    if re.fullmatch(r"[a-z]{3}", text):
        return "sek" if text != "sek" else "nok"
    digits = [index for index, sign in enumerate(text) if sign.isdigit()]
    if len(digits) > len(text) // 2:
        # Two digits in places of the same weight change places.
        for one, other in reversed(list(zip(digits, digits[2:], strict=False))):
            if text[one] != text[other]:
                return text[:one] + text[other] + text[one + 1 : other] + text[one] + text[other + 1 :]
        return text[: digits[-1]] + str((int(text[digits[-1]]) + 1) % 10) + text[digits[-1] + 1 :]
    letters = [index for index, sign in enumerate(text) if sign.isalpha()]
    if not letters:
        return text + "z"
    at = letters[len(letters) // 2]
    return text[:at] + ("q" if text[at] != "q" else "k") + text[at + 1 :]


Step = str | int


def _at(document: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _leaves(document: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Give each value with its path, the hashes and lists themselves too."""
    if path:
        yield path, document
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _leaves(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from _leaves(value, (*path, index))


def _json(path: str, at: tuple[Step, ...], kind: str, what: str, change: Callable[[Any, Any], Any]) -> Mutation:
    """Make a mutation of a JSON document; `change` gets what holds the value, and its last step."""

    def apply(text: str) -> str:
        document = json.loads(text)
        change(_at(document, at[:-1]), at[-1])
        return json.dumps(document, indent=1)

    return Mutation(path, ".".join(map(str, at)), kind, what, apply)


def in_json(path: str, text: str) -> Iterator[Mutation]:
    """Give the mutations of a JSON document: values, keys and items."""
    for at, value in _leaves(json.loads(text)):
        if {"description", "title", "$schema"} & set(at):
            continue
        if isinstance(value, bool):
            yield _json(path, at, "boolean flipped", str(value), _set(not value))
        elif isinstance(value, int):
            yield _json(path, at, "number changed", str(value), _set(value + 1))
        elif isinstance(value, str) and at[-1] != "$ref":
            yield _json(path, at, "text misspelt", value, _set(misspelt(value)))
        if isinstance(at[-1], int):
            yield _json(path, at, "item dropped", json.dumps(value)[:100], _drop)
        else:
            yield _json(path, at, "key dropped", at[-1], _drop)


def _set(value: Any) -> Callable[[Any, Any], None]:
    return lambda holder, step: holder.__setitem__(step, value)


def _drop(holder: Any, step: Any) -> None:
    del holder[step]


def _renamed(name: str) -> Callable[[Any, Any], None]:
    def change(holder: Any, step: Any) -> None:
        items = [(name if key == step else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(items)

    return change


def in_table(path: str, text: str) -> Iterator[Mutation]:
    """Give the mutations of a table of parameters, whose notation parameters.py explains."""
    document = json.loads(text)
    for at, value in _leaves(document):
        is_name = isinstance(at[-1], str) and len(at) > 1 and at[-1] not in {"", "?"} and at[:-1] != ("$defs",)
        if is_name:
            name = str(at[-1])
            yield _json(
                path, at, "name misspelt", name, _renamed(misspelt(name.rstrip("!")) + name[len(name.rstrip("!")) :])
            )
            yield _json(path, at, "parameter dropped", name, _drop)
            if name.endswith("!"):
                yield _json(path, at, "required dropped", name, _renamed(name[:-1]))
            else:
                yield _json(path, at, "required added", name, _renamed(f"{name}!"))
        if at[-1] in {"", "?"} and not isinstance(at[-1], int):
            yield _json(path, at, "alternative dropped", str(at[-1]), _drop)
        if isinstance(value, str) and value != "?":
            yield from _of_leaf(path, at, value)
        if isinstance(value, list) and isinstance(value[0], str):
            yield _json(path, at, "list dropped", value[0], _set(value[0]))
        if isinstance(value, dict) and len(at) > 1 and "?" not in value:
            yield _json(path, at, "unset added", "?", _set({**value, "?": True}))


def _of_leaf(path: str, at: tuple[Step, ...], leaf: str) -> Iterator[Mutation]:
    kind, *rest = leaf.split()
    if kind.startswith("@"):
        return
    wrong = {"type changed": ["boolean" if kind in {"string", "integer", "number"} else "string 5000"]}
    if kind in {"string", "integer"}:
        wrong["limit changed"] = list(_other_limits(kind, rest))
    if kind in {"enum", "enum*"}:
        wrong |= _other_enums(kind, rest)
    if leaf.endswith(" ?"):
        wrong["unset dropped"] = [leaf[:-2]]
    elif kind != "any":
        wrong["unset added"] = [f"{leaf} ?"]
    for mistake, leaves in wrong.items():
        for new in leaves:
            yield _json(path, at, mistake, f"{leaf[:60]} -> {new[:60]}", _set(new))


def _other_limits(kind: str, rest: list[str]) -> Iterator[str]:
    for index, word in enumerate(rest):
        if word != "?":
            yield " ".join([kind, *rest[:index], str(int(word) + 1), *rest[index + 1 :]])
    if kind == "string" and rest[:1] != ["200"]:
        yield " ".join(["string", "200", *(word for word in rest if word == "?")])


def _other_enums(kind: str, rest: list[str]) -> dict[str, list[str]]:
    values = [word for word in rest if word != "?"]
    middle = values[len(values) // 2]
    dropped = [" ".join([kind, *(word for word in rest if word != middle)])] if len(values) > 1 else []
    return {
        "enum value added": [" ".join([kind, "made_up", *rest])],
        "enum value dropped": dropped,
        "enum value misspelt": [" ".join([kind, *(misspelt(word) if word == middle else word for word in rest)])],
        "enum opened or closed": [" ".join(["enum" if kind == "enum*" else "enum*", *rest])],
    }
