"""`expand[]`: an id in an answer is replaced by the object that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call


def expand(call: Call, body: dict[str, Any]) -> None:
    """Expand an answer in place, as the request's `expand` asks.

    Raises:
        ApiError: a path names what is not there or is no object's id.
    """
    for path in cast("list[str]", call.params.get("expand", [])):
        names = path.split(".")
        _walk(call, body, names, path)


def _walk(call: Call, body: dict[str, Any], names: list[str], path: str) -> None:
    if not names:
        return
    name = names[0]
    if name not in body:
        raise ApiError("nothing_to_expand", path=path)
    value = body[name]
    if isinstance(value, str):
        entry = next((call.world.get(value, scope, *_EXPANDABLE) for scope in (call.scope, call.platform)), None)
        if name not in _REFERENCES or entry is None:
            raise ApiError("cannot_expand", path=path)
        value = body[name] = entry.copy()
    if isinstance(value, dict):
        _walk(call, cast("dict[str, Any]", value), names[1:], path)
    elif isinstance(value, list):
        for item in cast("list[dict[str, Any]]", value):
            _walk(call, item, names[1:], path)
    elif value is not None or name not in _REFERENCES:
        raise ApiError("cannot_expand", path=path)


# The fields that hold the id of another object.
_REFERENCES = frozenset(
    {"account", "charge", "customer", "default_source", "latest_charge", "payment_intent", "payment_method"}
)
_EXPANDABLE = (
    "account", "bank_account", "card", "charge", "customer", "payment_intent", "payment_method", "source"
)  # fmt: skip
