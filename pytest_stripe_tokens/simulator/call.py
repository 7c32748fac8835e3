"""One request as an endpoint sees it: who asks, with what parameters, and what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.keys import mask
from pytest_stripe_tokens.simulator.state import Happening

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.keys import Caller
    from pytest_stripe_tokens.simulator.state import Entry, Later, Scope, World


class Call(NamedTuple):
    """One request that got past the checks of its key and its parameters.

    Args:
        world: what exists.
        caller: who asks.
        params: the parameters of form and query, nested; every leaf is a string, or None where it was empty.
        ids: the path's ids, in their order.
        request_id: the request's own, which events name.
        idempotency_key: as sent, or None.
        user_agent: as sent, or None; of a request to /v2 alone.
    """

    world: World
    caller: Caller
    params: Mapping[str, Any]
    ids: tuple[str, ...] = ()
    request_id: str | None = None
    idempotency_key: str | None = None
    user_agent: str | None = None

    @property
    def scope(self) -> Scope:
        """What the objects that are read and made belong to."""
        return self.caller.scope

    @property
    def platform(self) -> Scope:
        """The scope of the platform itself, which owns accounts and persons."""
        return None, self.caller.livemode

    def text(self, name: str) -> str | None:
        """Read a parameter that is a string; None where it is not sent or empty."""
        value = self.params.get(name)
        return value if isinstance(value, str) and value else None

    def number(self, name: str) -> int | None:
        """Read a parameter that the table says is an integer."""
        value = self.text(name)
        return None if value is None else int(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a parameter that the table says is a boolean."""
        return (self.text(name) or str(default).lower()) == "true"

    def hash(self, name: str) -> dict[str, Any]:
        """Read a parameter that is a hash; an empty one where it is not sent."""
        return as_object(self.params.get(name))

    def new_id(self, prefix: str, created: int) -> str:
        """Make the id of a new object of the caller's account."""
        return self.world.generator.object_id(prefix, created, self.caller.account)

    def add(self, body: dict[str, Any], **private: Any) -> Entry:
        """Keep a new object of the caller's."""
        return self.world.add(body, self.scope, **private)

    def later(self, entry: Entry, change: Later) -> None:
        """Let something become of an object after this answer: the next request of any kind finds it done."""
        self.world.due.append((entry, change))

    def catch_up(self) -> None:
        """Do what earlier requests put off; no request does it, as events tell."""
        due, self.world.due = self.world.due, []
        for entry, change in due:
            change(self._replace(request_id=None, idempotency_key=None), entry)

    def happened(self, event: str, entry: Entry, previous: Mapping[str, Any] | None = None) -> None:
        """Note what `GET /v1/events` tells, last of all: the object is kept as it is now.

        Args:
            event: the event's type, `"charge.refunded"`.
            entry: the object that it happened to.
            previous: what an update changed, with the values from before.
        """
        created = self.world.generator.latest_created
        self.world.happenings.append(
            Happening(event, entry.copy(), entry.scope, previous, created, self.request_id, self.idempotency_key)
        )

    def updated(self, event: str, entry: Entry, before: Mapping[str, Any]) -> None:
        """Note an update, unless nothing has changed.

        Args:
            event: the event's type, `"customer.updated"`.
            entry: the object as it is now.
            before: its JSON from before.
        """
        previous = changes_of(before, entry.body)
        if previous:
            self.happened(event, entry, previous)


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an update changed, with the values from before: only the keys that changed, in nested hashes too."""
    changed: dict[str, Any] = {}
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old != new:
            if isinstance(old, dict) and isinstance(new, dict):
                old = changes_of(cast("dict[str, Any]", old), cast("dict[str, Any]", new))
            changed[name] = old
    return changed


def find_account(call: Call) -> Entry:
    """Find the connected account that the path names.

    Raises:
        ApiError: 403 account_invalid, as the API answers for one it does not know (real answers).
    """
    entry = call.world.get(call.ids[0], call.platform, "account")
    if entry is None:
        raise ApiError("account_invalid", key=mask(call.caller.key), account=call.ids[0])
    return entry
