"""`Token`: the JSON object of the Tokens API as a read-only mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

Origin = Literal["recorded", "documented", "generated", "live", "given"]


# Asked first: to ask an abstract class is slow, and a token is both a mapping and a string.
_LEAVES = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:
    """Turn views back into what the json module takes."""
    if type(value) in _LEAVES:
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("Iterable[Any]", value)]
    return value


class _View(Mapping[str, Any]):
    """A JSON object with its fields as items and as attributes, read-only."""

    __slots__ = ()
    _data: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        value = self._data[key]
        if isinstance(value, dict):
            return StripeObject(cast("dict[str, Any]", value))
        if isinstance(value, list):
            items = cast("Iterable[Any]", value)
            return [StripeObject(cast("dict[str, Any]", item)) if isinstance(item, dict) else item for item in items]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._data:
            fields = ", ".join(self._data) if not name.startswith("_") else ""
            raise AttributeError(f"{type(self).__name__} has no field {name!r}; it has {fields}")
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name!r} can't be set: this is what the API returned, and read-only")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name!r} can't be deleted: this is what the API returned, and read-only")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping):
            return bool(self._data == _plain(other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal to dicts, which have none

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data]

    def to_dict(self) -> dict[str, Any]:
        """Give a plain copy, for `json.dumps` and for changes."""
        return cast("dict[str, Any]", _plain(self._data))


class StripeObject(_View):
    """A JSON object inside a token, `token.card`.

    Args:
        data: the decoded JSON object; it is copied.
    """

    __slots__ = ("_data",)
    __hash__ = None

    def __init__(self, data: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_data", _plain(data))

    def __repr__(self) -> str:
        return f"StripeObject({self._data!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (StripeObject, (self._data,))


class Token(_View, str):  # type: ignore[misc]  # it reads as a mapping, and its text is its id
    """A token of the Tokens API: a mapping equal to the JSON object, readable by attribute at every level.

    It is a `str` too, its id, because form encoders walk through any other mapping: requests, Django's test client
    and `urlencode(doseq=True)` would send the names of its fields in place of the id.

    Args:
        data: the decoded JSON object.
        origin: `"recorded"` (a cassette recorded from test mode), `"documented"` (the API reference's own
            example), `"generated"`, `"live"` or `"given"` (by the test itself).
    """

    __slots__ = ("_data", "_origin")

    if TYPE_CHECKING:
        id: str
        client_ip: str | None
        created: int
        livemode: bool
        type: str
        used: bool

    def __new__(cls, data: Mapping[str, Any], origin: Origin = "generated") -> Self:
        """Make the string from the object's id."""
        token = str.__new__(cls, data.get("id") or "")
        object.__setattr__(token, "_data", _plain(data))
        object.__setattr__(token, "_origin", origin)
        return token

    @property
    def origin(self) -> Origin:
        """Where the answer came from."""
        return cast("Origin", self._origin)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping):
            return super().__eq__(cast("Mapping[str, Any]", other))
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        state = ", used" if self._data.get("used") else ""
        kind = self._data.get("type") or self._data.get("object")
        return f"<Token {self._data.get('id')} ({kind}, {self.origin}{state})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Token, (self._data, self.origin))
