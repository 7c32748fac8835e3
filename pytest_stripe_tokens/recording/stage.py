"""`Stage`: what a run has recorded so far, redacted, in a directory that its processes share.

The controller makes the directory and removes it; the workers of pytest-xdist read and write it under locks, so that
each cassette is recorded once in the run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.cassettes import file_format
from pytest_stripe_tokens.recording.drift import Drift
from pytest_stripe_tokens.recording.levels import Level
from pytest_stripe_tokens.recording.verdicts import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from filelock import BaseFileLock

    from pytest_stripe_tokens.cassettes.file_format import RedactedInteraction

_SUFFIX = ".take"
_USERS = ".users"
_HALT = "halt.json"
_TURN = "turn.lock"
_SENT = "sent"
SENT, ANSWERED, LATE = b".", b"+", b"-"
"""What a run notes of each request."""
# Seconds: longer than a request with all its tries takes. A process that was stopped in its turn holds up no other.
_LONGEST_TURN = 240.0


@dataclass(frozen=True)
class Contribution:
    """What one test recorded of a cassette, in order.

    Args:
        test: its node id.
        interactions: that it recorded.
        deviations: where a generated answer to the same request has another shape.
    """

    test: str
    interactions: tuple[RedactedInteraction, ...]
    deviations: tuple[Drift, ...] = ()


@dataclass(frozen=True)
class PendingCassette:
    """What a run has recorded of one cassette.

    Args:
        name: of the cassette.
        token_type: of a fixture's cassette; None for a test's own.
        contributions: one for each set of parameters, or for each test that sent something.
        problem: why the cassette can't be replaced; None while it can.
    """

    name: str
    token_type: str | None = None
    contributions: tuple[Contribution, ...] = ()
    problem: Problem | None = None

    @property
    def interactions(self) -> tuple[RedactedInteraction, ...]:
        """All that was recorded, in the order of recording."""
        return tuple(interaction for contribution in self.contributions for interaction in contribution.interactions)

    def failed(self, problem: Problem) -> PendingCassette:
        """Give it with a problem; the first one stays."""
        return self if self.problem else replace(self, problem=problem)


@dataclass(frozen=True)
class _Seen:
    """How much of a pending cassette's file was read: what it held up to `end`, and which file that was."""

    pending: PendingCassette
    end: int
    inode: int


class Stage:
    """The pending cassettes of a run.

    Each has a file, a log that grows with each request: who saves or loads one touches only what is new in it, so that
    a long recording costs no more for each of its requests than a short one.

    Args:
        directory: exists, and is this run's own.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lost: dict[str, Problem] = {}
        self._seen: dict[str, _Seen] = {}
        self._lock_seen = RLock()

    def lock(self, name: str) -> BaseFileLock:
        """Give the lock of a cassette; it is freed if its process is killed.

        Each call gives a new lock, which belongs to whoever holds the object and not to a thread.
        """
        return self._lock(f"{_slug(name)}.lock")

    def turn(self) -> BaseFileLock:
        """Give the lock of the one request that is sent at a time; in this process it is one."""
        return self._turn

    @cached_property
    def _turn(self) -> BaseFileLock:
        return self._lock(_TURN, timeout=_LONGEST_TURN)

    def _lock(self, name: str, timeout: float = -1) -> BaseFileLock:
        from filelock import FileLock  # noqa: PLC0415 - only a recording needs it

        # Nobody else is in the directory: without this, each new file is tried out for what others may do with it.
        return FileLock(self.directory / name, mode=0o600, timeout=timeout, thread_local=False)

    def use(self, name: str, test: str) -> None:
        """Note that a test was answered by what this run has recorded of a cassette."""
        with (self.directory / f"{_slug(name)}{_USERS}").open("ab") as log:
            log.write(_bytes([{"test": test}]))

    def users(self, name: str) -> list[str]:
        """Give the tests that were answered by what this run has recorded of a cassette."""
        try:
            lines = (self.directory / f"{_slug(name)}{_USERS}").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return list(dict.fromkeys(json.loads(line)["test"] for line in lines))

    def note(self, sign: bytes) -> None:
        """Note in its turn that a request is sent, and whether it was answered in time: one of `SENT`, ..."""
        with (self.directory / _SENT).open("ab") as log:
            log.write(sign)

    def count(self, sign: bytes) -> int:
        """Count what was noted in this run."""
        try:
            return (self.directory / _SENT).read_bytes().count(sign)
        except FileNotFoundError:
            return 0

    def load(self, name: str) -> PendingCassette | None:
        """Read a pending cassette; None where nothing was recorded of that cassette."""
        return self._read(f"{_slug(name)}{_SUFFIX}")

    def save(self, pending: PendingCassette) -> None:
        """Write a pending cassette; who reads at the same time sees the old one or the new one."""
        file = f"{_slug(pending.name)}{_SUFFIX}"
        with self._lock_seen:
            before = self._read(file)
            added = None if before is None else list(_added(before, pending))
            if before is None or None in (added or ()):
                lines = [
                    {"name": pending.name, "token_type": pending.token_type},
                    *_added(PendingCassette(pending.name), pending),
                ]
                self._replace(file, _bytes(lines))
            elif added:
                self._append(file, _bytes(added))
            inode, end = self._state(file)
            self._seen[file] = _Seen(pending, end, inode)

    def fail(self, name: str, problem: Problem) -> None:
        """Let a cassette be kept, and say why; where that can't be written here, `lost` holds it for the report."""
        try:
            self.save((self.load(name) or PendingCassette(name)).failed(problem))
        except Exception:  # noqa: BLE001 - a full disk, a directory that is gone: the run must still say it
            self.lost.setdefault(name, problem)

    def lose(self, payload: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what another process could not write."""
        for name, problem in payload.items():
            self.lost.setdefault(name, _problem(problem))

    def plain_lost(self) -> dict[str, dict[str, Any]]:
        """Give what could not be written, for another process."""
        return {name: _plain_problem(problem) for name, problem in self.lost.items()}

    def pending_cassettes(self, but: Collection[str] = ()) -> list[PendingCassette]:
        """Read all pending cassettes but those named in `but`, by name; one that can't be read has a problem."""
        left_out = {f"{_slug(name)}{_SUFFIX}" for name in but}
        # One that was there and is gone was thrown away by somebody else.
        files = {path.name for path in self.directory.glob(f"*{_SUFFIX}")} | self._seen.keys()
        found = {pending.name: pending for name in files - left_out if (pending := self._readable(name))}
        for name, problem in self.lost.items():
            if name not in but:
                found[name] = found.get(name, PendingCassette(name)).failed(problem)
        return sorted(found.values(), key=lambda pending: pending.name)

    def _readable(self, file: str) -> PendingCassette | None:
        seen = self._seen.get(file)
        why = "it is gone"
        try:
            pending = self._read(file)
            if pending is not None or seen is None:
                return pending
        except Exception as error:  # noqa: BLE001 - the others can still be replaced
            why = type(error).__name__
        reason = f"what was recorded of it can't be read again: {why}"
        return PendingCassette(seen.pending.name if seen else file.removesuffix(_SUFFIX)).failed(
            Problem("kept", "error", reason)
        )

    @property
    def halted(self) -> Problem | None:
        """What keeps every further request from success; None while nothing does."""
        try:
            return _problem(json.loads((self.directory / _HALT).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def halt(self, problem: Problem) -> None:
        """Let no further request be sent in this run."""
        self._replace(_HALT, json.dumps(_plain_problem(problem)).encode())

    def _state(self, file: str) -> tuple[int, int]:
        status = (self.directory / file).stat()
        return status.st_ino, status.st_size

    def _read(self, file: str) -> PendingCassette | None:
        with self._lock_seen:
            try:
                inode, size = self._state(file)
            except FileNotFoundError:
                return None
            seen = self._seen.get(file)
            if seen is not None and (seen.inode != inode or seen.end > size):
                seen = None
            if seen is None or seen.end < size:
                seen = self._read_on(file, seen, inode)
            return None if seen is None else seen.pending

    def _read_on(self, file: str, seen: _Seen | None, inode: int) -> _Seen | None:
        with (self.directory / file).open("rb") as log:
            start = log.seek(seen.end if seen else 0)
            data = log.read()
        # A process that was killed while it wrote leaves half a line; it is no part of what was recorded.
        whole = data[: data.rfind(b"\n") + 1]
        pending = _continued(seen.pending if seen else None, whole)
        if pending is None:
            return None
        self._seen[file] = _Seen(pending, start + len(whole), inode)
        return self._seen[file]

    def _append(self, file: str, data: bytes) -> None:
        with (self.directory / file).open("r+b") as log:
            log.seek(self._seen[file].end)
            log.truncate()
            log.write(data)

    def _replace(self, name: str, data: bytes) -> None:
        beside = self.directory / f"{name}.{os.getpid()}-{secrets.token_hex(4)}"
        try:
            beside.write_bytes(data)
            beside.replace(self.directory / name)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise


def plain_drift(drift: Drift) -> dict[str, Any]:
    """Lay a drift out as the JSON report does."""
    return {
        "path": drift.path,
        "level": str(drift.level),
        "change": drift.change,
        "old": drift.old,
        "new": drift.new,
        "request": drift.request,
        **({"accepted": True} if drift.is_accepted else {}),
    }


def _drifts(data: Sequence[Mapping[str, Any]]) -> tuple[Drift, ...]:
    return tuple(
        Drift(
            item["path"],
            Level[item["level"].upper()],
            item["change"],
            item["old"],
            item["new"],
            item["request"],
            is_accepted=item.get("accepted", False),
        )
        for item in data
    )


def _slug(name: str) -> str:
    # Names differ in case or are longer than a file's name may be.
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _bytes(lines: Iterable[Mapping[str, Any] | None]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def _added(before: PendingCassette, pending: PendingCassette) -> Iterator[dict[str, Any] | None]:
    """Give the lines to append so that one becomes the other; None among them where appending is not enough."""
    shared = len(before.contributions)
    if pending.contributions[: max(shared - 1, 0)] != before.contributions[:-1] or len(pending.contributions) < shared:
        yield None
        return
    for index, contribution in enumerate(pending.contributions[max(shared - 1, 0) :]):
        old = before.contributions[-1] if before.contributions and index == 0 else None
        known, deviations = (len(old.interactions), len(old.deviations)) if old else (0, 0)
        if old is None:
            yield {"part": contribution.test}
        elif (old.test, old.interactions, old.deviations) != (
            contribution.test,
            contribution.interactions[:known],
            contribution.deviations[:deviations],
        ):
            yield None
        for interaction in contribution.interactions[known:]:
            yield {"interaction": file_format.plain_interaction(interaction)}
        if contribution.deviations[deviations:]:
            yield {"deviations": [plain_drift(drift) for drift in contribution.deviations[deviations:]]}
    if before.problem != pending.problem:
        yield {"problem": _plain_problem(pending.problem)} if pending.problem and not before.problem else None


def _continued(pending: PendingCassette | None, data: bytes) -> PendingCassette | None:
    """Go on with a pending cassette by the lines that were added to its file."""
    contributions = [
        (contribution.test, list(contribution.interactions), list(contribution.deviations))
        for contribution in (pending.contributions if pending else ())
    ]
    for line in data.splitlines():
        entry: dict[str, Any] = json.loads(line)
        if pending is None:
            pending = PendingCassette(entry["name"], entry["token_type"])
        elif "part" in entry:
            contributions.append((entry["part"], [], []))
        elif "interaction" in entry:
            contributions[-1][1].append(file_format.stored(entry["interaction"]))
        elif "deviations" in entry:
            contributions[-1][2].extend(_drifts(entry["deviations"]))
        else:
            pending = pending.failed(_problem(entry["problem"]))
    if pending is None:
        return None
    return replace(
        pending,
        contributions=tuple(Contribution(test, tuple(made), tuple(found)) for test, made, found in contributions),
    )


def _plain_problem(problem: Problem) -> dict[str, Any]:
    return {
        "status": problem.status,
        "cause": problem.cause,
        "reason": problem.reason,
        "drift": [plain_drift(drift) for drift in problem.drift],
        "halts": problem.halts,
        "interaction": file_format.plain_interaction(problem.interaction) if problem.interaction else None,
    }


def _problem(data: Mapping[str, Any]) -> Problem:
    interaction = file_format.stored(data["interaction"]) if data["interaction"] else None
    drift = _drifts(data["drift"])
    return Problem(data["status"], data["cause"], data["reason"], drift, halts=data["halts"], interaction=interaction)
