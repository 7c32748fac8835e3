"""Events: what happened to the objects of an account, and the endpoints that tell it.

What happens is only noted (`Call.happened`), which costs a test that asks for no events next to nothing. It becomes
events once somebody asks for them; their ids follow from the order in which things happened, whenever that is.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION
from pytest_stripe_tokens.simulator.resources.objects import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry, Happening, World


def event_of(happening: Happening, identity: str, api_version: str = DEFAULT_VERSION) -> dict[str, Any]:
    """Build an Event's JSON, its keys in the order of real ones.

    Args:
        happening: what it tells of; `account` is there only where a connected account owns the object.
        identity: the event's id, `"evt_..."`.
        api_version: the version that its object has the shape of.
    """
    account, livemode = happening.scope
    data: dict[str, Any] = {"object": dict(happening.body)}
    if happening.previous is not None:
        data["previous_attributes"] = dict(happening.previous)
    return {
        "id": identity,
        "object": "event",
        **({} if account is None else {"account": account}),
        "api_version": api_version,
        "created": happening.created,
        "data": data,
        "livemode": livemode,
        "pending_webhooks": 0,
        "request": {"id": happening.request_id, "idempotency_key": happening.idempotency_key},
        "type": happening.event,
    }


def retrieve(call: Call) -> dict[str, Any]:
    """Give an event."""
    tell(call.world)
    return _shown(call, call.world.read(call.ids[0], call.scope, "event", "id").copy())


def list_all(call: Call) -> dict[str, Any]:
    """List events, the newest first, of the types that are asked for."""
    tell(call.world)
    params = {name: value for name, value in call.params.items() if name not in _FILTERS}
    listed = page("/v1/events", _wanted(call), params)
    return listed | {"data": [_shown(call, body) for body in listed["data"]]}


_FILTERS = ("delivery_success", "type", "types")


def _wanted(call: Call) -> Iterator[Entry]:
    pattern, types = call.text("type"), cast("list[str] | None", call.params.get("types"))
    if pattern is not None and types:
        raise ApiError("parameters_exclusive", params="type, types")
    # No webhook is pending here: every event counts as delivered.
    entries = call.world.every("event", call.scope) if call.flag("delivery_success", default=True) else iter(())
    for entry in entries:
        name = str(entry.body["type"])
        if fnmatchcase(name, pattern or "*") and (not types or name in types):
            yield entry


def told(world: World, name: str, identity: str) -> Entry | None:
    """Give the latest event of a type that tells of an object; None where there is none."""
    tell(world)
    events = [entry for entry in world.every("event") if entry.body["type"] == name]
    return next((entry for entry in reversed(events) if entry.body["data"]["object"].get("id") == identity), None)


def tell(world: World) -> None:
    """Make events of what has happened since the last were made."""
    happenings, world.happenings = world.happenings, []
    for happening in happenings:
        identity = world.generator.object_id("evt", happening.created, happening.scope[0])
        world.add(event_of(happening, identity), happening.scope)


def _shown(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Name the version whose shape the event's object gets: the reader's, as of any other answer."""
    return body | {"api_version": call.caller.version}
