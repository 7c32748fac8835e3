"""Turns what a run has recorded into cassettes, each replaced whole or left as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.request import account_of, read
from pytest_stripe_tokens.api.token_types import BY_CASSETTE
from pytest_stripe_tokens.cassettes.heads import age
from pytest_stripe_tokens.cassettes.library import CassetteError, Library, redacted, render
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata
from pytest_stripe_tokens.recording.comparison import differences, identities, retied, settled, successors
from pytest_stripe_tokens.recording.verdicts import Problem
from pytest_stripe_tokens.redaction.leaks import leaks
from pytest_stripe_tokens.redaction.messages import redact_params

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_stripe_tokens.api.token_types import TokenType
    from pytest_stripe_tokens.recording.comparison import Difference
    from pytest_stripe_tokens.recording.drift import Drift
    from pytest_stripe_tokens.recording.stage import PendingCassette
    from pytest_stripe_tokens.recording.verdicts import Cause, Status

_SHOWN = 4


@dataclass(frozen=True)
class Result:
    """What became of one cassette.

    Args:
        name: of the cassette.
        status: `"refreshed"`, `"unchanged"`, `"drifted"`, `"refused"` or `"kept"`.
        reason: one line; empty where there is nothing to say.
        drift: the change since the last recording.
        cause: why it was not replaced, by which a report groups; empty where it was or need not be.
        api_version: of the answers, where they say it.
        lines: what drifted, as a unified diff of the answers.
    """

    name: str
    status: Status
    reason: str = ""
    drift: tuple[Drift, ...] = ()
    cause: Cause = ""
    api_version: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replacement:
    """What replaces the cassettes of a run.

    Args:
        library: of the suite.
        recorded_at: ISO 8601, UTC.
        plugin_version: of this package.
        keys: the environment's, which must stand in nothing that is written.
        has_passed: tells whether a test, by its node id, has passed as a whole.
        doubt: says why what this run did not send may still be needed of a cassette, and is kept then; empty where it
            is known that no test needs it.
        users: tells which tests were answered by what the run has recorded of a cassette.
        accepted: the paths of fields whose drift the user accepts.
        max_age: after how many days a cassette has expired, and is written anew also where nothing changed.
    """

    library: Library
    recorded_at: str
    plugin_version: str
    keys: frozenset[str]
    has_passed: Callable[[str], bool]
    doubt: Callable[[str], str]
    users: Callable[[str], Sequence[str]] = lambda _name: ()
    accepted: frozenset[str] = frozenset()
    max_age: int | None = None

    def conclude(self, pending_cassettes: Iterable[PendingCassette]) -> list[Result]:
        """Replace the cassettes that were recorded well, and tell of each what became of it."""
        results = [self._safely(pending) for pending in pending_cassettes]
        self.library.settle()
        return results

    def _safely(self, pending: PendingCassette) -> Result:
        try:
            return self._conclude(pending)
        except Exception as error:  # noqa: BLE001 - the other cassettes are still replaced, and this one is told
            # Its text may show what was answered.
            problem = Problem("kept", "error", f"it could not be put together: {type(error).__name__}")
            return self._unreplaced(pending, problem, None)

    def _conclude(self, pending: PendingCassette) -> Result:
        version = _api_version(pending.interactions)
        problem = pending.problem or self._unproven(pending)
        if problem is not None:
            return self._unreplaced(pending, problem, version)
        if not pending.interactions:
            return Result(pending.name, "unchanged", "nothing was sent")
        try:
            return replace(self._replace(pending, version), api_version=version)
        except CassetteError as error:
            return Result(pending.name, "kept", str(error), cause="disk", api_version=version)

    def _unproven(self, pending: PendingCassette) -> Problem | None:
        recorded = [contribution.test for contribution in pending.contributions if contribution.interactions]
        for what, tests in (("recorded it", recorded), ("was answered by it", self.users(pending.name))):
            failed = [test for test in tests if not self.has_passed(test)]
            if failed:
                return Problem("kept", "test", f"{failed[0]} {what} and did not pass")
        return None

    def _unreplaced(self, pending: PendingCassette, problem: Problem, version: str | None) -> Result:
        kept = "the old cassette is kept" if self._exists(pending.name) else "no cassette is written"
        drift = (*problem.drift, *self._drift_beside(pending, problem))
        return Result(pending.name, problem.status, f"{problem.reason}; {kept}", drift, problem.cause, version)

    def _drift_beside(self, pending: PendingCassette, problem: Problem) -> Iterator[Drift]:
        """Tell what else drifted in an answer that breaks the schema."""
        try:
            old = self.library.find(pending.name) if problem.interaction else None
        except CassetteError:
            old = None
        if old is None or problem.interaction is None:
            return
        told = {drift.path for drift in problem.drift}
        found = differences(old.interactions, (*pending.interactions, problem.interaction), self.accepted)
        yield from (drift for drift in found.drift if drift.path not in told)

    def _exists(self, name: str) -> bool:
        try:
            return self.library.path(name).exists()
        except CassetteError:
            # A link that leads out of the directory: there is a file, and it stays.
            return True

    def _replace(self, pending: PendingCassette, version: str | None) -> Result:
        old = self.library.find(pending.name)
        if old is not None and old.origin == "documented" and pending.token_type:
            # An example is no recording of this account's: it is replaced, and nothing drifted.
            old = None
        before = old.interactions if old else ()
        difference = differences(before, pending.interactions, self.accepted)
        deviating = _deviating(pending)
        left = _without(before, frozenset(identities(pending.interactions)))
        kept, why = self._kept(pending, left)
        told = "" if pending.token_type else _count_kept(kept, why)
        is_same = old is not None and not difference.changed and len(kept) == len(left)
        # A whole recording is as true as of today, and has not expired.
        aged = self._expired(old) if old is not None and not kept else ""
        if is_same and not aged:
            return Result(pending.name, "unchanged", _joined(told, deviating))
        pending = _settled(before, pending) if before else pending
        metadata = Metadata("recorded", self.recorded_at, version, self.plugin_version, pending.token_type)
        interactions = self._merged(pending, before, difference, kept)
        cassette = redacted(Cassette(self.library.path(pending.name), metadata, interactions))
        found = leaks(render(cassette), self.keys)
        if found:
            reason = f"{', '.join(found)} would have been written; please report it"
            return self._unreplaced(pending, Problem("kept", "leak", reason), version)
        self.library.write(cassette)
        if old is None:
            return Result(pending.name, "refreshed", _joined(self._first(pending), deviating))
        changes = _changes(difference, dropped=len(left) - len(kept))
        reason = _joined(*([aged] if is_same else changes), _count_kept(kept, why), deviating)
        status: Status = "drifted" if difference.drift else "refreshed"
        return Result(pending.name, status, reason, difference.drift, lines=difference.lines)

    def _expired(self, old: Cassette) -> str:
        """Say that a cassette has expired; empty where it has not."""
        days = age(old.metadata.recorded_at, datetime.fromisoformat(self.recorded_at))
        if self.max_age is None or days is None or days <= self.max_age:
            return ""
        return f"nothing changed, but it was {days} days old"

    def _kept(self, pending: PendingCassette, left: Sequence[Interaction]) -> tuple[tuple[Interaction, ...], str]:
        """Tell which of the old recordings that this run did not send stay, and why."""
        if pending.name in BY_CASSETTE:
            return tuple(left), "this run did not ask for what a fixture may ask for in another"
        doubt = self.doubt(pending.name)
        if doubt:
            return tuple(left), doubt
        # What only another tool plays, no recording of ours ever sends.
        return tuple(item for item in left if item.request.host != API_HOST), f"not sent to {API_HOST}"

    def _first(self, pending: PendingCassette) -> str:
        has_builtin = pending.token_type and self.library.builtin(pending.name)
        return "built-in example replaced by a recording" if has_builtin else "first recording"

    def _merged(
        self,
        pending: PendingCassette,
        before: Sequence[Interaction],
        difference: Difference,
        kept: Sequence[Interaction],
    ) -> tuple[Interaction, ...]:
        """Put together what the new file holds: in a fixture's cassette, a set that did not change stays as it was."""
        new = pending.interactions
        if not pending.token_type:
            # The order in which tests ran is no property of the recording.
            contributions = sorted(pending.contributions, key=lambda contribution: contribution.test)
            return (
                *(item for contribution in contributions for item in contribution.interactions),
                *retied(kept, successors(before, new)),
            )
        new_ids = identities(new)
        old_by_identity = dict(zip(identities(before), before, strict=True))
        groups: list[tuple[Interaction, ...]] = []
        position = 0
        for contribution in pending.contributions:
            own = new_ids[position : position + len(contribution.interactions)]
            position += len(own)
            is_same = not any(identity in difference.changed for identity in own)
            groups.append(
                tuple(old_by_identity[identity] for identity in own) if is_same else contribution.interactions
            )
        groups += _groups(kept)
        default = _default(BY_CASSETTE[pending.name])
        groups.sort(key=lambda group: _order(group, default))
        return tuple(interaction for group in groups for interaction in group) or new


def _settled(before: Sequence[Interaction], pending: PendingCassette) -> PendingCassette:
    """Give a pending cassette with the ids and times that the old one has."""
    left = iter(settled(before, pending.interactions))
    contributions = tuple(
        replace(part, interactions=tuple(next(left) for _ in part.interactions)) for part in pending.contributions
    )
    return replace(pending, contributions=contributions)


def _default(row: TokenType) -> Mapping[str, Any]:
    """Give the form of what a fixture sends, reduced."""
    return forms.decode(forms.encode(redact_params(row.body(row.merged({})))))


def _order(group: Sequence[Interaction], default: Mapping[str, Any]) -> tuple[bool, bool, str, str]:
    """Order sets of parameters: what a create needs, then the defaults: a fixture plays the first create it finds."""
    request = group[0].request
    body = request.body.decode("utf-8", errors="replace")
    return group[0].is_create, read(request).form != default, body, account_of(request.headers) or ""


def _without(interactions: Sequence[Interaction], left_out: frozenset[tuple[str, int]]) -> tuple[Interaction, ...]:
    pairs = zip(identities(interactions), interactions, strict=True)
    return tuple(interaction for identity, interaction in pairs if identity not in left_out)


def _groups(interactions: Sequence[Interaction]) -> list[tuple[Interaction, ...]]:
    """Take a fixture's cassette apart into its sets: each create with what reads the token back."""
    groups: list[tuple[Interaction, ...]] = []
    for interaction in interactions:
        if interaction.key.method == "POST" or not groups:
            groups.append((interaction,))
        else:
            groups[-1] = (*groups[-1], interaction)
    return groups


def _changes(difference: Difference, *, dropped: int) -> list[str]:
    lines = list(difference.headers[:_SHOWN])
    if difference.added:
        lines.append(_count(difference.added, "new request"))
    if dropped:
        lines.append(f"{_count(dropped, 'request')} no longer sent")
    return lines


def _count_kept(kept: Sequence[Interaction], why: str) -> str:
    return f"{_count(len(kept), 'older recording')} kept: {why}" if kept else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _deviating(pending: PendingCassette) -> str:
    paths = list(
        dict.fromkeys(
            f"{drift.path} ({drift.change})"
            for contribution in pending.contributions
            for drift in contribution.deviations
        )
    )
    if not paths:
        return ""
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"generated tokens differ at {', '.join(paths[:_SHOWN])}{more}"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _api_version(interactions: Sequence[Interaction]) -> str | None:
    versions = [
        value
        for interaction in interactions
        for name, value in interaction.response.headers.items()
        if name.lower() == "stripe-version"
    ]
    return versions[-1] if versions else None
