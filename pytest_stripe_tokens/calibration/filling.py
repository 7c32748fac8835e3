"""What stands for `{name.path}` in a step: what an earlier answer holds, a test value, the time, the run's own word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.test_values import TEST_BANK_ACCOUNTS, TEST_CARDS
from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from datetime import datetime

# A custom account has to ask for one (API reference).
_CAPABILITIES = {name: {"requested": "true"} for name in ("card_payments", "transfers")}
_PLACE = re.compile(r"\{([a-z]\w*(?:\.\w+)*)\}")


class Unknown(LookupError):  # noqa: N818 - it says what an answer lacks
    """Nothing stands for a place: the answer that should hold it does not; `place` names it."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class Values(Mapping[str, Any]):
    """Test values as whole hashes of parameters, `{cards.visa}`, put together when one is asked for.

    Args:
        kind: the type of token that they are for.
        named: the values by name, laid over the type's defaults.
    """

    def __init__(self, kind: str, named: Mapping[str, Mapping[str, Any]]) -> None:
        self._kind = kind
        self._named = named

    def __getitem__(self, name: str) -> dict[str, Any]:
        return CATALOGUE[self._kind].merged(self._named[name])

    def __iter__(self) -> Any:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


def known_at(now: datetime, unique: str, key: str) -> dict[str, Any]:
    """Give what is known before the first request.

    Args:
        now: what time it is where the request goes.
        unique: a word of this run alone.
        key: the secret one that is sent; only its ends are known here.
    """
    return {
        "unique": unique,
        "clock": {
            "year": str(now.year),
            "past_month": str(now.month - 1),
            "far_year": str(now.year + 51),
            "now": str(int(now.timestamp())),
        },
        # One more than the API's limits allow.
        "long": {"text": "x" * 5001, "value": "x" * 501, "metadata": {f"key_{number}": "x" for number in range(51)}},
        # As the API's messages show a key: its prefix and its last four characters (real answers).
        "key": {"masked": f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}"},
        "cards": Values("card", TEST_CARDS),
        "numbers": {name: card["number"] for name, card in TEST_CARDS.items()},
        "accounts": {"custom": {"type": "custom", "country": "US", "capabilities": _CAPABILITIES}},
        "banks": Values("bank_account", TEST_BANK_ACCOUNTS),
        "defaults": {name: row.defaults for name, row in CATALOGUE.items()},
    }


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """Put what is known in the places of a value.

    Raises:
        Unknown: an answer does not hold what it should.
    """
    if isinstance(value, Mapping):
        return {name: filled(item, names) for name, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [filled(item, names) for item in cast("list[object]", value)]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value)
    return _found(whole[1], names) if whole else _PLACE.sub(lambda match: _text(match[1], names), value)


def inside(value: object, part: str) -> Any:
    """Give what a hash has under a name, or a list at a place.

    Raises:
        LookupError: it has nothing there, or is neither.
    """
    if isinstance(value, list) and part.isdecimal():
        return cast("list[object]", value)[int(part)]
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value)[part]
    raise LookupError(part)


def _text(place: str, names: Mapping[str, Any]) -> str:
    value = _found(place, names)
    if not isinstance(value, str):
        raise Unknown(place)
    return value


def _found(place: str, names: Mapping[str, Any]) -> Any:
    value: Any = names
    for part in place.split("."):
        try:
            value = inside(value, part)
        except LookupError:
            raise Unknown(place) from None
    return value
