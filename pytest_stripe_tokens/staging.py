"""What a run has recorded so far, in a directory that its processes share; nothing unredacted, no pytest.

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
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens import recordings
from pytest_stripe_tokens.drift import Drift, Level
from pytest_stripe_tokens.matching import Cassette, Interaction, Metadata
from pytest_stripe_tokens.verdicts import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from filelock import BaseFileLock

_SUFFIX = ".take.json"
_HALT = "halt.json"
_TURN = "turn.lock"


@dataclass(frozen=True)
class Part:
    """What one test recorded of a cassette, in order.

    Args:
        test: its node id.
        interactions: redacted.
        deviations: where a generated answer to the same request has another shape.
    """

    test: str
    interactions: tuple[Interaction, ...]
    deviations: tuple[Drift, ...] = ()


@dataclass(frozen=True)
class Take:
    """What a run has recorded of one cassette.

    Args:
        name: of the cassette.
        token_type: of a fixture's cassette; None for a test's own.
        parts: one for each set of parameters, or for each test that sent something.
        problem: why the cassette can't be replaced; None while it can.
    """

    name: str
    token_type: str | None = None
    parts: tuple[Part, ...] = ()
    problem: Problem | None = None

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """All that was recorded, in the order of recording."""
        return tuple(interaction for part in self.parts for interaction in part.interactions)

    def failed(self, problem: Problem) -> Take:
        """Give the take with a problem; the first one stays."""
        return self if self.problem else replace(self, problem=problem)


class Stage:
    """The takes of a run.

    Args:
        directory: exists, and is this run's own.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def lock(self, name: str) -> BaseFileLock:
        """Give the lock of a cassette; it is freed if its process is killed.

        Each call gives a new lock, which belongs to whoever holds the object and not to a thread.
        """
        return self._lock(f"{_slug(name)}.lock")

    def turn(self) -> BaseFileLock:
        """Give the lock of the one request that is sent at a time."""
        return self._lock(_TURN)

    def _lock(self, name: str) -> BaseFileLock:
        from filelock import FileLock  # noqa: PLC0415 - only a recording needs it

        return FileLock(self.directory / name, thread_local=False)

    def load(self, name: str) -> Take | None:
        """Read a take; None where nothing was recorded of that cassette."""
        data = self._read(f"{_slug(name)}{_SUFFIX}")
        return None if data is None else _take(data, self.directory / name)

    def save(self, take: Take) -> None:
        """Write a take; who reads at the same time sees the old one or the new one."""
        self._write(f"{_slug(take.name)}{_SUFFIX}", _plain(take))

    def takes(self, but: Collection[str] = ()) -> list[Take]:
        """Read all takes, by name, without opening those that are named in `but`."""
        left_out = {f"{_slug(name)}{_SUFFIX}" for name in but}
        files = (path.name for path in self.directory.glob(f"*{_SUFFIX}"))
        found = [self._read(name) for name in files if name not in left_out]
        takes = [_take(data, self.directory / str(data["name"])) for data in found if data is not None]
        return sorted(takes, key=lambda take: take.name)

    @property
    def halted(self) -> Problem | None:
        """What keeps every further request from success; None while nothing does."""
        data = self._read(_HALT)
        return None if data is None else _problem(data)

    def halt(self, problem: Problem) -> None:
        """Let no further request be sent in this run."""
        self._write(_HALT, _plain_problem(problem))

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            data: dict[str, Any] = json.loads((self.directory / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return data

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        beside = self.directory / f"{name}.{os.getpid()}-{secrets.token_hex(4)}"
        try:
            beside.write_text(json.dumps(data), encoding="utf-8")
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
    }


def _drifts(data: Sequence[Mapping[str, Any]]) -> tuple[Drift, ...]:
    return tuple(
        Drift(item["path"], Level[item["level"].upper()], item["change"], item["old"], item["new"]) for item in data
    )


def _slug(name: str) -> str:
    # Names differ in case or are longer than a file's name may be.
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _plain(take: Take) -> dict[str, Any]:
    return {
        "name": take.name,
        "token_type": take.token_type,
        "problem": _plain_problem(take.problem) if take.problem else None,
        "parts": list(_plain_parts(take)),
    }


def _plain_parts(take: Take) -> Iterator[dict[str, Any]]:
    from pathlib import Path  # noqa: PLC0415 - at run time only here

    for part in take.parts:
        cassette = Cassette(Path(take.name), Metadata(), part.interactions)
        yield {
            "test": part.test,
            "interactions": recordings.plain(cassette)["interactions"],
            "deviations": [plain_drift(drift) for drift in part.deviations],
        }


def _plain_problem(problem: Problem) -> dict[str, Any]:
    return {
        "status": problem.status,
        "cause": problem.cause,
        "reason": problem.reason,
        "drift": [plain_drift(drift) for drift in problem.drift],
        "halts": problem.halts,
    }


def _problem(data: Mapping[str, Any]) -> Problem:
    return Problem(data["status"], data["cause"], data["reason"], _drifts(data["drift"]), halts=data["halts"])


def _take(data: Mapping[str, Any], path: Path) -> Take:
    parts = [
        Part(
            part["test"],
            recordings.parse(path, {"version": recordings.VERSION, "interactions": part["interactions"]}).interactions,
            _drifts(part["deviations"]),
        )
        for part in data["parts"]
    ]
    problem = _problem(data["problem"]) if data["problem"] else None
    return Take(data["name"], data["token_type"], tuple(parts), problem)
