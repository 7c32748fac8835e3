"""What the simulated account holds: its objects, who they belong to, and the answers kept for idempotency keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.pretty import copy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.tokens.generator import Generator

# What becomes of an object after the answer that made it.
Later: TypeAlias = "Callable[[Call, Entry], None]"
# An account, None for the platform's own, and whether it is in live mode.
Scope: TypeAlias = "tuple[str | None, bool]"

# How messages call an object, where that is not its `object` (real answers).
NOUNS = {
    "balance_transaction": "balance transaction",
    "external_account": "external account",
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
}
_PLATFORM_OWNED = (
    "; OAuth key or Stripe-Account header was used but API request was provided with a platform-owned payment method"
    " ID. Please ensure that the provided payment method matches the specified account."
)


@dataclass(eq=False, repr=False)
class Entry:
    """One object that exists.

    Args:
        body: the JSON that reading it gives now.
        scope: what it belongs to.
        private: what the JSON does not show: the number of a card, the parameters of a token.
    """

    body: dict[str, Any]
    scope: Scope
    private: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def id(self) -> str:
        """The object's id."""
        return str(self.body["id"])

    @property
    def object(self) -> str:
        """The object's type, `"customer"`."""
        return str(self.body["object"])

    def copy(self) -> dict[str, Any]:
        """A deep copy: later changes do not show in it."""
        copied: dict[str, Any] = copy_of(self.body)
        return copied


class Kept(NamedTuple):
    """What an idempotency key was first used for, and the answer it got."""

    endpoint: str
    params: dict[str, Any]
    status: int
    body: bytes
    request_id: str


class Happening(NamedTuple):
    """Something that an event tells of.

    Args:
        event: the event's type, `"charge.refunded"`.
        body: the object as it was then.
        scope: what it belongs to.
        previous: what an update changed, with the values from before; None where nothing was updated.
        created: when it happened, Unix seconds.
        request_id: the request that did it; None where none did.
        idempotency_key: that request's, or None.
    """

    event: str
    body: Mapping[str, Any]
    scope: Scope
    previous: Mapping[str, Any] | None = None
    created: int = 0
    request_id: str | None = None
    idempotency_key: str | None = None


class World:
    """All objects of one simulated platform and its connected accounts; not thread-safe, `Simulator` locks it.

    Args:
        generator: where ids, times and all made-up values come from.
        outer: of the sandbox around this one, whose objects are known here too; None where there is none.
    """

    def __init__(self, generator: Generator, outer: World | None = None) -> None:
        self.generator = generator
        self.kept: dict[tuple[Scope, str, str], Kept] = {}
        self.happenings: list[Happening] = []
        self.deleted: dict[str, Entry] = {}
        self.due: list[tuple[Entry, Later]] = []
        self._entries: MutableMapping[str, Entry] = {}
        if outer is not None:
            self._see(outer)

    def _see(self, outer: World) -> None:
        from pytest_stripe_tokens.simulator.overlay import Overlay  # noqa: PLC0415 - few sandboxes stand in another

        self._entries = Overlay(outer._entries)
        self.kept |= outer.kept
        self.happenings += outer.happenings
        self.deleted |= outer.deleted
        self.due += [(self._entries.get(entry.id, entry), change) for entry, change in outer.due]

    @property
    def now(self) -> int:
        """What the time is, Unix seconds: the same in every test, from the generator and never from the clock."""
        return self.generator.today

    def tick(self) -> int:
        """Give the time of the next object, Unix seconds."""
        return self.generator.next_created()

    def add(self, body: dict[str, Any], scope: Scope, **private: Any) -> Entry:
        """Keep a new object; one with an id that exists takes its place."""
        return self.keep(Entry(body, scope, private))

    def keep(self, entry: Entry) -> Entry:
        """Keep an object under the id that it has, as the latest."""
        self._entries.pop(entry.id, None)
        self._entries[entry.id] = entry
        return entry

    def remove(self, entry: Entry) -> None:
        """Forget an object."""
        self._entries.pop(entry.id, None)

    def delete(self, entry: Entry) -> dict[str, Any]:
        """Delete an object for good, and give what the API answers; what is left of it is in `deleted`."""
        self.remove(entry)
        left = {"id": entry.id, "object": entry.object, "deleted": True}
        self.deleted[entry.id] = Entry(left, entry.scope)
        return dict(left)

    def take_back(self, entry: Entry) -> None:
        """Forget an object that a refused request made, as if it had never been there."""
        self.remove(entry)
        self.happenings = [happening for happening in self.happenings if happening.body["id"] != entry.id]

    def get(self, identity: str, scope: Scope, *objects: str) -> Entry | None:
        """Find an object of one of these types that belongs to `scope`."""
        entry = self._entries.get(identity)
        return entry if entry is not None and entry.scope == scope and entry.object in objects else None

    def scope_of(self, identity: str) -> Scope | None:
        """Tell what an object belongs to; None where there is none."""
        entry = self._entries.get(identity)
        return None if entry is None else entry.scope

    def token(self, identity: str) -> Entry | None:
        """Find a token of any type and scope."""
        entry = self._entries.get(identity)
        return entry if entry is not None and entry.object in BY_OBJECT else None

    def find(self, identity: str) -> Entry | None:
        """Find an object of any type and scope."""
        return self._entries.get(identity)

    def every(self, objects: str | tuple[str, ...] | None = None, scope: Scope | None = None) -> Iterator[Entry]:
        """Give all objects, oldest first, of every type and scope unless a type, or several, or a scope are named."""
        types = (objects,) if isinstance(objects, str) else objects
        for entry in self._entries.values():
            if (types is None or entry.object in types) and scope in {None, entry.scope}:
                yield entry

    def read(self, identity: str, scope: Scope, object_type: str, param: str) -> Entry:
        """Find the object that a path names.

        Raises:
            ApiError: 404 resource_missing.
        """
        return self._find(identity, scope, (object_type,), ("resource_missing", param))

    def refer(self, identity: str, scope: Scope, object_type: str, param: str) -> Entry:
        """Find the object that a parameter names.

        Raises:
            ApiError: 400 resource_missing.
        """
        return self._find(identity, scope, (object_type,), ("resource_missing_param", param))

    def missing(self, name: str, object_type: str, identity: str, scope: Scope, param: str) -> ApiError:
        """Say that an object does not exist for `scope`, and that the other mode has it, if so (real answers)."""
        account, livemode = scope
        entry = self._entries.get(identity)
        hint = ""
        if entry is not None and entry.scope == (account, not livemode):
            there, here = ("test", "live") if livemode else ("live", "test")
            hint = f"; a similar object exists in {there} mode, but a {here} mode key was used to make this request."
        elif entry is not None and account is not None and entry.scope[0] is None and object_type == "payment_method":
            hint = _PLATFORM_OWNED
        noun = NOUNS.get(object_type, object_type)
        return ApiError(name, param=param, noun=noun, id=identity, hint=hint)

    def _find(self, identity: str, scope: Scope, objects: tuple[str, ...], refusal: tuple[str, str]) -> Entry:
        entry = self.get(identity, scope, *objects)
        if entry is None:
            name, param = refusal
            raise self.missing(name, objects[0], identity, scope, param)
        return entry
