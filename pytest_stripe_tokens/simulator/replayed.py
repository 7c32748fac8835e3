"""Makes what cassettes have answered known to the simulator, so that a test can go on with it.

A recording says what an object looks like, not what it is made of: the number of a customer's card, the token that it
came from. So each recorded request is answered here anew, and what that makes takes its ids and values.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.request import account_of, params_of
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.simulator.pretty import copy_of, without_null
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.simulator.state import World

_ID = re.compile(r"[a-z]+(?:_[a-z]+)*_[A-Za-z0-9]{6,}")
_PART = re.compile(r"[A-Za-z0-9_]+")


def take_over(world: World, request: Request, response: Response, answer: Callable[[Request], Response]) -> None:
    """Make known what a recorded request has made, changed or read.

    Args:
        world: of the test.
        request: as the test sent it.
        response: of the recording.
        answer: answers a request from what is known.
    """
    recorded = as_object(response.data)
    if request.method == "GET":
        for body in _objects(recorded):
            _add(world, request, body)
        return
    spent = [entry for _, value in forms.pairs(params_of(request)) if (entry := world.token(value)) is not None]
    shown = [{name: entry.body.get(name) for name in BY_OBJECT[entry.object].unused} for entry in spent]
    for entry in spent:
        entry.body |= BY_OBJECT[entry.object].unused
    # The key is the recording's: another request may have it here.
    headers = {name: value for name, value in request.headers.items() if name != "idempotency-key"}
    again = answer(replace(request, headers=headers))
    for entry, used in zip(spent, shown, strict=True):
        entry.body |= used
    if not again.is_success:
        _add(world, request, recorded)
        return
    rename(world, dict(_renamings(again.data, recorded)))
    entry = world.find(str(recorded.get("id")))
    if entry is not None:
        # An account of /v2 is one of /v1 too, with another body; what a request did not include is null in it.
        of_v2 = entry.private.get("v2")
        _merge(*(entry.body, recorded) if of_v2 is None else (of_v2, without_null(recorded)))


def rename(world: World, names: Mapping[str, str]) -> None:
    """Give objects other ids, wherever they are named."""
    if not names:
        return
    entries = list(world.every())
    for entry in entries:
        world.remove(entry)
    # The objects themselves stay: others hold them.
    for entry in entries:
        entry.body = _renamed(entry.body, names)
        entry.private = {name: _renamed(value, names) for name, value in entry.private.items()}
        world.keep(entry)
    world.happenings = [item._replace(body=_renamed(item.body, names)) for item in world.happenings]


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PART.sub(lambda part: names.get(part[0], part[0]), value) if "_" in value else value
    if isinstance(value, dict):
        return {_renamed(name, names): _renamed(item, names) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in cast("list[object]", value)]
    if isinstance(value, Instrument):
        return value._replace(body=_renamed(dict(value.body), names))
    return value


def _renamings(made: Any, recorded: Any) -> Iterator[tuple[str, str]]:
    """Pair the ids that stand at the same places of two answers."""
    if isinstance(made, dict) and isinstance(recorded, dict):
        there = cast("dict[str, Any]", recorded)
        for name, value in cast("dict[str, Any]", made).items():
            yield from _renamings(value, there.get(name))
    elif isinstance(made, list) and isinstance(recorded, list):
        for value, other in zip(cast("list[object]", made), cast("list[object]", recorded), strict=False):
            yield from _renamings(value, other)
    elif isinstance(made, str) and isinstance(recorded, str) and _ID.fullmatch(made) and _ID.fullmatch(recorded):
        yield made, recorded


def _objects(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    listed = recorded.get("data")
    return [as_object(item) for item in cast("list[object]", listed)] if isinstance(listed, list) else [recorded]


def _add(world: World, request: Request, body: dict[str, Any]) -> None:
    """Make an object known of which nothing but its look is known."""
    identity = body.get("id")
    if isinstance(identity, str) and isinstance(body.get("object"), str) and world.find(identity) is None:
        account = account_of(request.headers)
        world.add(copy_of(body), (account, body.get("livemode") is True))


def _merge(body: dict[str, Any], recorded: Mapping[str, Any]) -> None:
    """Take the recording's values, but not its expanded objects."""
    for name, value in recorded.items():
        if name in body and (type(value) is type(body[name]) or None in {_scalar(value), _scalar(body[name])}):
            body[name] = copy_of(value)


def _scalar(value: Any) -> Any:
    return value if not isinstance(value, dict | list) else ...
