"""`Overlay`: what a sandbox inside another holds. It sees the outer one's objects, and changes copies of its own."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.pretty import copy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.state import Entry


class Overlay(MutableMapping[str, "Entry"]):
    """Objects by their ids: those below, as they are when they are first looked at, and those added here.

    Nothing below is changed. What is made below later on shows here too.

    Args:
        below: of the sandbox around this one.
    """

    def __init__(self, below: Mapping[str, Entry]) -> None:
        self._below = below
        self._own: dict[str, Entry] = {}
        self._gone: set[str] = set()

    def __getitem__(self, identity: str) -> Entry:
        own = self._own.get(identity)
        if own is not None:
            return own
        if identity in self._gone:
            raise KeyError(identity)
        # Whoever asks may change it.
        copied = self._own[identity] = self._copy(self._below[identity])
        return copied

    def _copy(self, entry: Entry) -> Entry:
        private = {
            # An object may hold another beside it, which may be one of these or its own alone.
            name: (self.get(value.id) or self._copy(value)) if isinstance(value, type(entry)) else copy_of(value)
            for name, value in entry.private.items()
        }
        return replace(entry, body=copy_of(entry.body), private=private)

    def __setitem__(self, identity: str, entry: Entry) -> None:
        # In the order of the outer ones it stands where it is added.
        self._gone.add(identity)
        self._own[identity] = entry

    def __delitem__(self, identity: str) -> None:
        if identity not in self:
            raise KeyError(identity)
        self._own.pop(identity, None)
        self._gone.add(identity)

    def __contains__(self, identity: object) -> bool:
        return identity in self._own or (identity not in self._gone and identity in self._below)

    def __iter__(self) -> Iterator[str]:
        below = [identity for identity in list(self._below) if identity not in self._gone]
        yield from below
        yield from [identity for identity in self._own if identity not in set(below)]

    def __len__(self) -> int:
        return sum(1 for _ in self)
