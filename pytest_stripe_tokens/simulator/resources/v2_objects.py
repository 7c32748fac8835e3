"""What the objects of /v2 have in common: their account, times, changes by JSON, lists with the URLs of pages."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.pretty import without_null

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

VALID_FOR = 600
"""How long a token and an account link can be used, seconds: ten minutes in every example of the reference."""

NEW_ACCOUNT: Mapping[str, Any] = MappingProxyType(
    {
        "applied_configurations": [],
        "closed": False,
        "configuration": {},
        "defaults": {},
        "identity": {},
        "metadata": {},
    }
)
"""What an account is of which nothing is known; not to be changed."""

_USUAL_LIMIT = 20
# Of an identity number an answer shows what it is alone (API reference).
_SHOWN_OF_NUMBERS = frozenset({"registrar", "type"})


def find_account(call: Call) -> Entry:
    """Find the account that the path names.

    Raises:
        ApiError: 404 not_found, or 400 where the id is that of an object of /v1.
    """
    return account_of(call, call.ids[0])


def account_of(call: Call, identity: str) -> Entry:
    """Find an account of /v2.

    Raises:
        ApiError: as `find_account`.
    """
    entry = call.world.get(identity, call.platform, "account", "v2.core.account")
    if entry is not None and entry.object != "account":
        # Of one that a cassette has read nothing but its look is known.
        entry.private.setdefault("v2", {**NEW_ACCOUNT, **without_null(entry.body)})
    if entry is not None and "v2" in entry.private:
        return entry
    if entry is not None:
        raise of_v2.refusal("v1_account_instead_of_v2_account")
    if identity.startswith("cus_"):
        raise of_v2.refusal("v1_customer_instead_of_v2_account")
    raise of_v2.refusal("not_found")


def time(seconds: int) -> str:
    """Write Unix seconds as /v2 does: RFC 3339, UTC, with milliseconds."""
    return f"{dt.datetime.fromtimestamp(seconds, tz=dt.UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def changed(old: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Change what is named and leave the rest, hash by hash; null takes a value away, a list replaces the old one."""
    merged = dict(old)
    for name, value in given.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            before = merged.get(name)
            start = cast("dict[str, Any]", before) if isinstance(before, dict) else {}
            merged[name] = changed(start, cast("dict[str, Any]", value))
        else:
            merged[name] = _shown_list(name, cast("list[object]", value)) if isinstance(value, list) else value
    return merged


def _shown_list(name: str, items: list[object]) -> list[Any]:
    shown: list[Any] = [changed({}, cast("dict[str, Any]", item)) if isinstance(item, dict) else item for item in items]
    if name != "id_numbers":
        return shown
    return [{key: item[key] for key in item if key in _SHOWN_OF_NUMBERS} for item in shown]


def page(call: Call, path: str, entries: Sequence[Entry], bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """List objects, the newest first, with the URLs of the pages before and after.

    Args:
        call: the request, with `limit` and `page`.
        path: of the list.
        entries: all that there are, oldest first.
        bodies: how each of them is shown.

    Raises:
        ApiError: the page is none that this list has given.
    """
    limit = call.params.get("limit") or _USUAL_LIMIT
    ids, newest = [entry.id for entry in entries][::-1], list(bodies)[::-1]
    first = _place(ids, call.params.get("page"))
    sent = {name: value for name, value in call.params.items() if name != "page" and value is not None}

    def url(place: int) -> str | None:
        """The page that begins with an object; none where there is none."""
        if not 0 <= place < len(ids):
            return None
        query = {"page": f"page_{ids[place].encode().hex()}", "limit": limit, **sent}
        flat = [(name, _text(item)) for name, value in query.items() for item in _items(value)]
        return f"{path}?{urlencode(flat)}"

    return {
        "data": [dict(body) for body in newest[first : first + limit]],
        "next_page_url": url(first + limit),
        "previous_page_url": url(max(first - limit, 0)) if first else None,
    }


def _place(ids: list[str], token: str | None) -> int:
    if token is None:
        return 0
    places = {f"page_{identity.encode().hex()}": place for place, identity in enumerate(ids)}
    if token not in places:
        raise of_v2.refusal("invalid_page")
    return places[token]


def _items(value: Any) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
