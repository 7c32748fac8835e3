"""The differences between two answers, and how grave each is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.schemas import problems
from pytest_stripe_tokens.recording.levels import LEVELS, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Drift:
    """One difference between two answers.

    Args:
        path: of the field, `card.networks.preferred`; empty for the whole answer.
        level: how grave it is.
        change: `"new"`, `"gone"`, `"type"`, `"nullability"`, `"enum"`, `"value"` or `"schema"`.
        old: what was there: a type's name for `gone`, `type` and `nullability`, else the value; `None` for nothing.
        new: what is there now, likewise; for `schema` what is wrong.
        request: whose answer it is in, `POST /v1/tokens`; empty where that is not known.
        is_accepted: whether the user accepts drift of this field.
    """

    path: str
    level: Level
    change: str
    old: Any
    new: Any
    request: str = ""
    is_accepted: bool = False


# Values that differ from one recording to the next of the same behaviour, by the field that holds them (the fact book's
# real answers). Fields ending in `_at` and `_on` are dates and belong to them.
VOLATILE = frozenset(
    {
        "account",
        "arrival_date",
        "authorization_code",
        "balance_transaction",
        "charge",
        "client_ip",
        "client_secret",
        "created",
        "current_period_end",
        "current_period_start",
        "customer",
        "date",
        "default_source",
        "destination",
        "external_account",
        "fingerprint",
        "id",
        "idempotency_key",
        "invoice",
        "invoice_prefix",
        "ip",
        "latest_attempt",
        "latest_charge",
        "network_transaction_id",
        "next_page_url",
        "payment_intent",
        "payment_method",
        "period_end",
        "period_start",
        "person",
        "previous_page_url",
        "receipt_number",
        "receipt_url",
        "refund",
        "request",
        "request_id",
        "request_log_url",
        "setup_intent",
        "source",
        "token",
        "transfer",
        "transfer_group",
        "updated",
        "url",
    }
)

# Fields whose values the API reference lists (response_schema.md, sections 2 and 3; errors.md, section 0).
ENUMS = frozenset(
    {
        "account_holder_type",
        "account_type",
        "allow_redisplay",
        "brand",
        "business_type",
        "capture_method",
        "code",
        "confirmation_method",
        "decline_code",
        "funding",
        "network_status",
        "object",
        "preferred",
        "regulated_status",
        "risk_level",
        "setup_future_usage",
        "status",
        "tokenization_method",
        "type",
    }
)

_ID = re.compile(r"\b([a-z]+(?:_[a-z]+)*_)[A-Za-z0-9]{8,}")
_TYPES = {
    "bool": "boolean",
    "dict": "object",
    "float": "number",
    "int": "integer",
    "list": "array",
    "NoneType": "null",
    "str": "string",
}


def compare(old: Any, new: Any) -> list[Drift]:
    """Compare two answers' JSON; volatile values are no difference, their types are.

    A field that is new is information, one that is gone a warning; another type, nullability or enumerated value is an
    error; any other changed value is information.

    Returns:
        The differences in the order of the fields, the old answer's first. Empty where the behaviour is the same.
    """
    return list(_compare(old, new, "", ""))


def breaks_schema(token: Mapping[str, Any], kind: str = "token") -> list[Drift]:
    """Tell where a token's JSON contradicts the documented schema of its `object`; each place is an error."""
    drifts: list[Drift] = []
    for problem in problems(token, kind):
        path, separator, wrong = problem.partition(": ")
        drifts.append(
            Drift(path if separator else "", LEVELS["schema"], "schema", None, wrong if separator else problem)
        )
    return drifts


def is_volatile(name: str) -> bool:
    """Tell whether a field's value changes from one recording to the next of the same behaviour."""
    return name in VOLATILE or name.endswith(("_at", "_on"))


def steady(value: Any, name: str = "") -> Any:
    """Give an answer without what is volatile in it: of an id its prefix, of any other volatile value `...`."""
    if isinstance(value, dict):
        return {key: steady(item, str(key)) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [steady(item, name) for item in cast("list[object]", value)]
    left = _steady(name, value)
    if left == value or value is None:
        return value
    return "..." if left is None else left if name == "message" else f"{left}..."


def _compare(old: Any, new: Any, path: str, name: str) -> Iterator[Drift]:
    old_type, new_type = _type(old), _type(new)
    if old_type != new_type:
        change = "nullability" if "null" in (old_type, new_type) else "type"
        yield Drift(path, LEVELS[change], change, old_type, new_type)
    elif isinstance(old, dict):
        yield from _compare_objects(cast("dict[str, Any]", old), cast("dict[str, Any]", new), path)
    elif isinstance(old, list):
        yield from _compare_arrays(cast("list[object]", old), cast("list[object]", new), path, name)
    elif _steady(name, old) != _steady(name, new):
        is_enum = isinstance(old, str) and (name in ENUMS or name.endswith("_check"))
        change = "enum" if is_enum else "value"
        yield Drift(path, LEVELS[change], change, old, new)


def _compare_objects(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Drift]:
    for name in (*old, *(name for name in new if name not in old)):
        below = f"{path}.{name}" if path else name
        if name not in new:
            yield Drift(below, LEVELS["gone"], "gone", _type(old[name]), None)
        elif name not in old:
            yield Drift(below, LEVELS["new"], "new", None, _type(new[name]))
        else:
            yield from _compare(old[name], new[name], below, name)


def _compare_arrays(old: list[Any], new: list[Any], path: str, name: str) -> Iterator[Drift]:
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        yield from _compare(before, after, f"{path}[{index}]", name)
    for index in range(len(new), len(old)):
        yield Drift(f"{path}[{index}]", LEVELS["gone"], "gone", _type(old[index]), None)
    for index in range(len(old), len(new)):
        yield Drift(f"{path}[{index}]", LEVELS["new"], "new", None, _type(new[index]))


def _steady(name: str, value: Any) -> Any:
    """Give what of a value stays the same: of an id its prefix, of a volatile value nothing."""
    if name == "message" and isinstance(value, str):
        return _ID.sub(r"\1", value)
    if not is_volatile(name):
        return value
    match = _ID.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


def _type(value: Any) -> str:
    return _TYPES.get(type(value).__name__, type(value).__name__)
