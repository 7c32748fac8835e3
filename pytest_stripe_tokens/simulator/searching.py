"""Search endpoints: the query language, and the objects that a query finds."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.simulator.call import Call

# What can be searched for in each object (docs.stripe.com/search): texts and numbers.
_TEXTS = {
    "charge": (
        "billing_details.address.postal_code",
        "currency",
        "customer",
        "disputed",
        "payment_method_details.card.brand",
        "payment_method_details.card.exp_month",
        "payment_method_details.card.exp_year",
        "payment_method_details.card.fingerprint",
        "payment_method_details.card.last4",
        "refunded",
        "status",
    ),
    "customer": ("email", "name", "phone"),
    "payment_intent": ("currency", "customer", "status"),
}
_NUMBERS = {
    "charge": ("amount", "created"),
    "customer": ("created",),
    "payment_intent": ("amount", "created"),
}
_QUOTED = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_CLAUSE = re.compile(
    rf"""\s*(?P<negated>-)?\s*(?P<field>[A-Za-z_][\w.]*)(?:\[\s*(?P<key>{_QUOTED})\s*\])?\s*"""
    rf"""(?P<operator>>=|<=|[:~<>])\s*(?P<value>{_QUOTED}|[^\s"']+)"""
)
_JOINT = re.compile(r"\s+(?P<word>AND|OR)(?=\s)", re.IGNORECASE)
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SHORTEST = 3


@dataclass(frozen=True)
class _Clause:
    path: tuple[str, ...]
    operator: str
    value: str | None
    is_number: bool
    is_negated: bool

    def fits(self, body: Mapping[str, Any]) -> bool:
        found: Any = body
        for name in self.path:
            found = cast("dict[str, Any]", found).get(name) if isinstance(found, dict) else None
        return self._compares(found) is not self.is_negated

    def _compares(self, found: Any) -> bool:
        if self.value is None or found is None:
            return self.value is None and found is None
        if self.is_number:
            return _COMPARED[self.operator](float(found), float(self.value))
        # Both operators of texts take no notice of case (docs.stripe.com/search).
        text, wanted = str(found).casefold(), self.value.casefold()
        return wanted in text if self.operator == "~" else text == wanted


def search(call: Call, object_type: str) -> dict[str, Any]:
    """Find objects of a type by the request's `query`, the newest first.

    Raises:
        ApiError: the query cannot be read.
    """
    clauses, joined_by = _parse(str(call.params["query"]), object_type)
    every = all if joined_by == "AND" else any
    entries = list(call.world.every(object_type, call.scope))[::-1]
    found = [entry.copy() for entry in entries if every(clause.fits(entry.body) for clause in clauses)]
    page = call.text("page") or "0"
    if not page.isascii() or not page.isdigit():
        raise ApiError("refused", param="page", message="Invalid page: take the next_page of the answer before.")
    start, limit = int(page), int(call.text("limit") or "10")
    end = start + limit
    has_more = len(found) > end
    body: dict[str, Any] = {
        "object": "search_result",
        "data": found[start:end],
        "has_more": has_more,
        "next_page": str(end) if has_more else None,
    }
    if "total_count" in call.params.get("expand", []):
        body["total_count"] = len(found)
    return body | {"url": f"/v1/{object_type}s/search"}


def _parse(query: str, object_type: str) -> tuple[list[_Clause], str]:
    clauses: list[_Clause] = []
    words: set[str] = set()
    place = 0
    while not clauses or query[place:].strip():
        match = _CLAUSE.match(query, place)
        if match is None:
            raise _unreadable(f"there is no clause such as email:'a@example.com' in {query[place:].strip()!r}")
        clauses.append(_clause(match, object_type))
        joint = _JOINT.match(query, match.end())
        words |= {joint["word"].upper()} if joint else set()
        place = joint.end() if joint else match.end()
        if not joint and query[place:].strip() and not query[place].isspace():
            raise _unreadable(f"{query[place:]!r} follows a clause without a blank")
    if len(words) > 1:
        raise _unreadable("AND and OR cannot be combined in one query")
    return clauses, words.pop() if words else "AND"


def _clause(match: re.Match[str], object_type: str) -> _Clause:
    field, key, sign = match["field"], match["key"], match["operator"]
    path = ("metadata", _unquoted(key)) if key is not None else tuple(field.split("."))
    is_number = key is None and field in _NUMBERS[object_type]
    if not is_number and not (field in _TEXTS[object_type] if key is None else field == "metadata"):
        known = ", ".join(sorted((*_TEXTS[object_type], *_NUMBERS[object_type], "metadata['key']")))
        raise _unreadable(f"{field} is no field that can be searched; those of a {object_type} are {known}")
    value = None if match["value"].lower() == "null" else _unquoted(match["value"])
    if is_number and (sign == "~" or value is None or _NUMBER.fullmatch(value) is None):
        raise _unreadable(f"{field} is compared with a number by :, <, >, <= or >=")
    if not is_number and sign not in ":~":
        raise _unreadable(f"{field} is a text, which : and ~ compare")
    if sign == "~" and (value is None or len(value) < _SHORTEST):
        raise _unreadable(f"~ wants at least {_SHORTEST} characters")
    return _Clause(path, sign, value, is_number, match["negated"] is not None)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] in "\"'" else text


def _unreadable(reason: str) -> ApiError:
    return ApiError("invalid_query", reason=reason)
