"""One test's cassettes: which of them may hold a request, what they answer, and what a miss says."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.api.token_types import BY_CASSETTE, CASSETTES
from pytest_stripe_tokens.cassettes.library import CassetteError
from pytest_stripe_tokens.redaction.sensitive import hide

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_stripe_tokens.api.messages import Request
    from pytest_stripe_tokens.cassettes.library import Library
    from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Player


class Playback:
    """Plays what the cassettes of one test hold, each create once and each retrieve any number of times.

    Args:
        library: the suite's cassettes.
        mode: of the test; in mode `replay` the built-in cassettes stand in for those that a suite lacks.
        directory: where the suite's cassettes lie.
        cassette: the one that the test's marker names; None for those of the token types.

    `used` names the cassettes of the suite that answered something.
    """

    def __init__(self, library: Library, mode: str, directory: Path, cassette: str | None) -> None:
        self._library = library
        self._mode = mode
        self._directory = directory
        self._named = cassette
        self._players: dict[str, tuple[Cassette, Player] | None] = {}
        self.used: set[str] = set()
        if mode != "generate":
            library.prepare((cassette,) if cassette else BY_CASSETTE)

    def play(self, request: Request, token_type: str | None) -> tuple[Interaction, Cassette] | None:
        """Answer a request from the cassette of a type, of any type where that is None, or from the marker's.

        Raises:
            CassetteError: a cassette can't be read.
        """
        for cassette, player in self._open(token_type):
            interaction = player.play(request)
            if interaction is not None:
                return self._note(cassette, interaction)
        return None

    def take_create(self, token_type: str) -> tuple[Interaction, Cassette] | None:
        """Take the next create of a type as it was recorded, whatever its parameters.

        Raises:
            CassetteError: a cassette can't be read.
        """
        for cassette, player in self._open(token_type):
            interaction = player.take_create(token_type)
            if interaction is not None:
                return self._note(cassette, interaction)
        return None

    def nearly(self, request: Request) -> tuple[str, ...]:
        """Say what a request differs in from the closest recording of the cassette that the marker names.

        Nothing is said where there is no such cassette, or none of its recordings is of the request's endpoint.
        """
        opened = self._players.get(self._named or "")
        found = opened[1].closest(request, longest=None) if opened else None
        if found is None or not found.is_same_endpoint:
            return ()
        return (f"nearly in {self.shown(found.cassette)}:", *found.differences)

    @property
    def unplayed(self) -> dict[str, frozenset[int]]:
        """The places of the recordings that were not played, of the cassette that the marker names."""
        opened = self._players.get(self._named or "")
        return {self._named: opened[1].unplayed} if self._named and opened else {}

    def missed(
        self,
        request: Request,
        token_type: str | None,
        *,
        test: str,
        is_from_fixture: bool,
        instead: str | None = None,
    ) -> str:
        """Say what was searched, which recording comes closest and differs in what, and how to record the request.

        Args:
            request: that no cassette holds.
            token_type: as for `play`.
            test: its node id; empty outside pytest.
            is_from_fixture: whether it belongs to its token type's cassette.
            instead: how the test answers it itself, where it can't be generated.
        """
        type_ = f" ({token_type})" if token_type else ""
        asked_for = _shown_path(f"{'' if request.host == API_HOST else request.host}{request.path}")
        lines = [
            f'mode is "replay" and no cassette holds {one_line(request.method)} {asked_for}{type_}',
            f"test: {test or 'none, a sandbox outside pytest'}",
            *self._closest(request, token_type),
            *self._how_to_record(test, is_from_fixture=is_from_fixture),
            f"or say what Stripe answers: {one_line(hide(instead))}"
            if instead
            else f"or let it be generated: {_TO_GENERATE if test else _TO_GENERATE_OUTSIDE}",
        ]
        return "\n".join(lines)

    def _closest(self, request: Request, token_type: str | None) -> list[str]:
        opened = self._open(token_type)
        searched = [self.shown(cassette) for cassette, _ in opened if not self._library.is_builtin(cassette)]
        builtin = [cassette.path.name for cassette, _ in opened if self._library.is_builtin(cassette)]
        searched += [f"the built-in {', '.join(builtin)}"] if builtin else []
        lines = [f"searched: {', '.join(searched) or self._lacking()}"]
        candidates = [found for _, player in opened if (found := player.closest(request)) is not None]
        nearest = min(candidates, key=lambda found: found.distance, default=None)
        if nearest is None or nearest.is_another_endpoint:
            return lines
        recorded = nearest.interaction.request
        shown = f"{one_line(recorded.method)} {_shown_path(recorded.path)}"
        lines.append(f"closest: {shown} in {self.shown(nearest.cassette)}")
        lines += [f"  {one_line(difference, _LONGEST)}" for difference in nearest.differences[:_DIFFERENCES]]
        if len(nearest.differences) > _DIFFERENCES:
            lines.append(f"  and {len(nearest.differences) - _DIFFERENCES} more")
        return lines

    def _how_to_record(self, test: str, *, is_from_fixture: bool) -> list[str]:
        if not test:
            return []
        # A test's id may hold anything, `$(...)` too.
        command = f"record it: pytest --stripe-record {shlex.quote(test)}"
        if is_from_fixture or self._named:
            return [command]
        # A type's cassette holds what its fixture sends, and a named one whatever the test does.
        return ['give the test a cassette: @pytest.mark.stripe_tokens(cassette="name")', command]

    def shown(self, cassette: Cassette) -> str:
        """A cassette's path as a reader knows it."""
        if self._library.is_builtin(cassette):
            return f"the built-in {cassette.path.name}"
        directory = self._directory
        return f"{directory.name}/{cassette.path.relative_to(directory).as_posix()}"

    def _note(self, cassette: Cassette, interaction: Interaction) -> tuple[Interaction, Cassette]:
        if not self._library.is_builtin(cassette):
            self.used.add(cassette.path.relative_to(self._directory).with_suffix("").as_posix())
        return interaction, cassette

    def _lacking(self) -> str:
        if self._named:
            path = f"{self._directory.name}/{self._named}"
            is_json = (self._directory / f"{self._named}.json").exists()
            return f"{path}.yaml (missing{f'; {path}.json is not read, only YAML is' if is_json else ''})"
        return f"{self._directory.name}/ (no cassette for it)"

    def _open(self, token_type: str | None) -> list[tuple[Cassette, Player]]:
        name = self._named or (token_type and CASSETTES.get(token_type, token_type))
        names = (name,) if name else tuple(BY_CASSETTE)
        for name in names:
            if name not in self._players:
                cassette = self._find(name)
                if cassette is None and self._mode == "replay" and not self._named:
                    cassette = self._library.builtin(name)
                self._players[name] = None
                if cassette is not None:
                    from pytest_stripe_tokens.cassettes.player import Player  # noqa: PLC0415 - only to play one

                    self._players[name] = cassette, Player([cassette])
        return [opened for name in names if (opened := self._players[name]) is not None]

    def _find(self, name: str) -> Cassette | None:
        try:
            return self._library.find(name)
        except CassetteError:
            # One that a test needs and can't be read is not one that nobody needs.
            self.used.add(name)
            raise


def _shown_path(path: str) -> str:
    from pytest_stripe_tokens.redaction.messages import shown_path  # noqa: PLC0415 - only a miss shows one

    return shown_path(path)


_TO_GENERATE = '--stripe-tokens auto, or @pytest.mark.stripe_tokens(mode="generate")'
_TO_GENERATE_OUTSIDE = 'stripe_sandbox(mode="auto")'
_DIFFERENCES = 5
_LONGEST = 5000
