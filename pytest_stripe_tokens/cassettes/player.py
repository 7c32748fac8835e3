"""`Cassette` and `Player`: recorded interactions, and which of them answers a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.api.token_types import type_of
from pytest_stripe_tokens.cassettes import filtered
from pytest_stripe_tokens.cassettes.match_key import MatchKey, match_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_stripe_tokens.api.messages import Request, Response

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# What differs is shown whole, whatever it is; a file is not.
_LONGEST_VALUE = 2000
_ID = re.compile(r"/[a-z]+_\w{6,}")


class Metadata(NamedTuple):
    """What a cassette says of itself.

    Args:
        origin: `"recorded"` or `"documented"`.
        recorded_at: ISO 8601, UTC; `None` where the cassette does not say.
        api_version: the answers' `Stripe-Version`.
        plugin_version: of this package when it was recorded.
        token_type: of a fixture's cassette; `None` for a test's own.
    """

    origin: str = "recorded"
    recorded_at: str | None = None
    api_version: str | None = None
    plugin_version: str | None = None
    token_type: str | None = None


@dataclass(frozen=True)
class Interaction:
    """One recorded request, its secrets reduced, and its answer."""

    request: Request
    response: Response

    @cached_property
    def key(self) -> MatchKey:
        """What a request must have to be answered by this."""
        key = match_key(read(self.request))
        # vcrpy is often told to leave the header out, or to replace it; what was answered was asked with a secret key.
        return key._replace(key="secret") if key.key == "none" else key

    @cached_property
    def key_without_secrets(self) -> MatchKey | None:
        """What a request must have where a filter has taken this one's secrets; None where none has."""
        made = self.token_type if self.is_create else None
        if not filtered.is_filtered(read(self.request).params, made, self.answer):
            return None
        return filtered.without_secrets(self.key, made, filtered.shown_last4(self.answer))

    @property
    def answer(self) -> Any:
        """The answer's JSON, which must not be changed; `None` where it is none."""
        return self.response.data

    @property
    def endpoint(self) -> str:
        """The request's method and path, ids left out: `GET /v1/tokens/:id`."""
        return f"{self.key.method} {_endpoint(self.key)}"

    @cached_property
    def is_create(self) -> bool:
        """Whether a token was asked for and given."""
        return read(self.request).is_to_tokens and self.response.is_success

    @property
    def token_type(self) -> str | None:
        """The type of the token that was created, by what was sent, else by what was answered."""
        if self.key.token_type is not None:
            return self.key.token_type
        return type_of(as_object(self.answer))


@dataclass(frozen=True)
class Cassette:
    """The interactions of one file, in the order they were recorded."""

    path: Path
    metadata: Metadata
    interactions: tuple[Interaction, ...]

    @cached_property
    def by_key(self) -> Mapping[MatchKey, Sequence[Interaction]]:
        """The interactions that are asked for alike, in their order."""
        found: dict[MatchKey, list[Interaction]] = {}
        for interaction in self.interactions:
            found.setdefault(interaction.key, []).append(interaction)
        return found

    @cached_property
    def without_secrets(self) -> Mapping[MatchKey, Sequence[Interaction]]:
        """The interactions whose secrets a filter has taken, likewise."""
        found: dict[MatchKey, list[Interaction]] = {}
        for interaction in self.interactions:
            if interaction.key_without_secrets is not None:
                found.setdefault(interaction.key_without_secrets, []).append(interaction)
        return found

    @property
    def origin(self) -> str:
        """`"recorded"` or `"documented"`."""
        return self.metadata.origin


class Closest(NamedTuple):
    """The recording most like a request that none answers.

    Args:
        distance: the less, the more alike.
        cassette: that holds it.
        interaction: that was recorded.
        differences: in short lines with redacted values: `card[exp_year]: recorded '2026', sent '2050'`.
        is_another_endpoint: whether neither method nor path are those of the request.
        is_same_endpoint: whether both are, ids left out, and the host is.
    """

    distance: int
    cassette: Cassette
    interaction: Interaction
    differences: tuple[str, ...]
    is_another_endpoint: bool = False
    is_same_endpoint: bool = True


class Player:
    """What one test has played of its cassettes; safe to use from several threads.

    Whatever changes something at Stripe is played once, in the order of recording. What only reads is played as often
    as it is asked for, the last of its recordings again and again.
    """

    def __init__(self, cassettes: Sequence[Cassette]) -> None:
        self._cassettes = tuple(cassettes)
        self._played: set[int] = set()
        self._lock = Lock()

    def play(self, request: Request) -> Interaction | None:
        """Take the recording that answers a request; `None` where none is left."""
        understood = read(request)
        key = match_key(understood)
        candidates = [item for cassette in self._cassettes for item in cassette.by_key.get(key, ())]
        fitting = [item for item in candidates if not _card_differences(understood.card, item)]
        if not fitting and any(cassette.without_secrets for cassette in self._cassettes):
            sought = filtered.without_secrets(key, key.token_type, filtered.sent_last4(key))
            candidates = [item for cassette in self._cassettes for item in cassette.without_secrets.get(sought, ())]
            fitting = [item for item in candidates if not _card_differences(understood.card, item)]
        with self._lock:
            found = next((item for item in fitting if id(item) not in self._played), None)
            if found is None and fitting and key.method in _READING:
                found = fitting[-1]
            return self._take(found)

    def take_create(self, token_type: str) -> Interaction | None:
        """Take the first token of a type that was recorded and not yet played, whatever its parameters."""
        with self._lock:
            return self._take(
                next(
                    (
                        item
                        for item in self._all()
                        if item.is_create and item.token_type == token_type and id(item) not in self._played
                    ),
                    None,
                )
            )

    @property
    def unplayed(self) -> frozenset[int]:
        """The places of the recordings that were not played, counted from the first cassette's first."""
        return frozenset(place for place, item in enumerate(self._all()) if id(item) not in self._played)

    def closest(self, request: Request, longest: int | None = _LONGEST_VALUE) -> Closest | None:
        """Find the recording most like a request; `None` without recordings.

        Args:
            request: that none answers.
            longest: of a shown value, which is cut; None for as it is.
        """
        understood = read(request)
        key, sent = match_key(understood), understood.card
        best: Closest | None = None
        for cassette in self._cassettes:
            for interaction in cassette.interactions:
                lines = _differences(interaction.key, key, longest) or _card_differences(sent, interaction)
                if id(interaction) in self._played and key.method not in _READING:
                    lines.append("played already: a test plays a recorded request once")
                distance = _distance(interaction.key, key) + len(lines)
                if best is None or distance < best.distance:
                    is_another = interaction.key.method != key.method and _endpoint(interaction.key) != _endpoint(key)
                    is_same = (interaction.key.host, interaction.endpoint) == (
                        key.host,
                        f"{key.method} {_endpoint(key)}",
                    )
                    best = Closest(distance, cassette, interaction, tuple(lines), is_another, is_same)
        return best

    def _all(self) -> Iterator[Interaction]:
        return (interaction for cassette in self._cassettes for interaction in cassette.interactions)

    def _take(self, interaction: Interaction | None) -> Interaction | None:
        if interaction is not None:
            self._played.add(id(interaction))
        return interaction


def _card_differences(sent: Mapping[str, str], interaction: Interaction) -> list[str]:
    """Tell a sent card from a recorded one of the same last four digits, by what the answer shows of either."""
    answer = as_object(interaction.answer) if sent else {}
    if answer.get("object") != "token":
        return []
    shown = as_object(answer.get("card"))
    return [
        f"card number: recorded one with {name} {shown[name]!r}, sent one with {name} {value!r}"
        for name, value in sent.items()
        if isinstance(shown.get(name), str) and shown[name] != value
    ]


def _differences(recorded: MatchKey, sent: MatchKey, longest: int | None) -> list[str]:
    lines = [
        f"{name}: recorded {_shown(old, longest)}, sent {_shown(new, longest)}"
        for name, old, new in (
            ("host", recorded.host or API_HOST, sent.host or API_HOST),
            ("method", recorded.method, sent.method),
            ("path", recorded.path, sent.path),
            ("Stripe-Account", recorded.account, sent.account),
            ("kind of key", recorded.key, sent.key),
        )
        if old != new
    ]
    if (recorded.method, _endpoint(recorded)) != (sent.method, _endpoint(sent)):
        # Another endpoint: that its parameters are others goes without saying.
        return lines
    old_params, new_params = dict(recorded.params), dict(sent.params)
    for name in sorted(old_params.keys() | new_params.keys()):
        old, new = old_params.get(name), new_params.get(name)
        if old is None:
            lines.append(f"{name}: not recorded, sent {_shown(new, longest)}")
        elif new is None:
            lines.append(f"{name}: recorded {_shown(old, longest)}, not sent")
        elif old != new:
            lines.append(f"{name}: recorded {_shown(old, longest)}, sent {_shown(new, longest)}")
    return lines


def _distance(recorded: MatchKey, sent: MatchKey) -> int:
    """Weigh what makes two requests different in kind, on top of the count of their differences."""
    distance = 100 * (recorded.method != sent.method) + 50 * (recorded.token_type != sent.token_type)
    distance += 100 * (recorded.host != sent.host)
    if _endpoint(recorded) != _endpoint(sent):
        distance += 100
    return distance - len(dict(recorded.params).keys() & dict(sent.params).keys())


def _endpoint(key: MatchKey) -> str:
    return _ID.sub("/:id", key.path)


def _shown(value: str | None, longest: int | None) -> str:
    text = value or ""
    return repr(text if longest is None or len(text) <= longest else f"{text[:longest]}...") if text else "none"
