"""`Library`: finds the cassettes of a suite, reads each once, and writes one whole or not at all.

A cassette is vcrpy's YAML, version 1, with what it says of itself under `metadata`.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api import own_files
from pytest_stripe_tokens.api.token_types import BY_CASSETTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stripe_tokens.cassettes.player import Cassette

SUFFIXES = (".yaml", ".yml")
"""Of a cassette's file; a new one gets the first."""

_BUILTIN = Path(__file__).with_name("builtin")
_REFUSED = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_LARGEST = 64 * 1024 * 1024
_NEXT_STEP = "fix it, or delete it and run pytest --record"


class CassetteError(Exception):
    """A cassette's name is refused, or its file can't be read or written; the message has the path and the line."""


class Library:
    """The cassettes of a suite, and those that come with the package; safe to use from several threads.

    Args:
        directory: where the suite's cassettes lie; it need not exist.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._paths: dict[str, Path] = {}
        self._prepared: set[str] = set()
        # What was read, and what of it was parsed. That there is no file is not kept: another test may have one, or
        # may have had another file system in place of the real one.
        self._data: dict[str, bytes] = {}
        self._found: dict[str, Cassette | CassetteError] = {}
        self._unsettled: set[Path] = set()
        self._lock = RLock()

    def path(self, name: str) -> Path:
        """Return the file of a cassette's name, `"refunds/partial"`.

        Raises:
            CassetteError: the name would leave the directory, or is no name on some system.
        """
        parts = name.split("/")
        if _REFUSED.search(name) or any(part != part.strip(" .") or not part for part in parts):
            raise CassetteError(
                f"invalid cassette name {name!r}: expected names joined by '/', below {self.directory}, "
                'none of them empty or with a dot or space at its ends, and without \\ : * ? " < > |'
            )
        if name.endswith(SUFFIXES):
            raise CassetteError(f"invalid cassette name {name!r}: leave .{name.rpartition('.')[2]} out, it is added")
        files = [self.directory.joinpath(*parts[:-1], parts[-1] + suffix) for suffix in SUFFIXES]
        path = next((file for file in files if os.path.lexists(file)), files[0])
        try:
            inside = path.resolve().is_relative_to(self.directory.resolve())
        except (OSError, RuntimeError) as error:
            raise CassetteError(f"{path}: can't be resolved: {error}") from error
        if not inside:
            raise CassetteError(f"{path}: leads out of {self.directory} by a symbolic link; put the cassette inside")
        return path

    def prepare(self, names: Iterable[str]) -> None:
        """Read the files of cassettes that a test may ask for, before it can change what a file is.

        What is wrong with one is said where it is asked for.
        """
        # Asked by every test, and answered by the disk: each name that is spared is felt.
        if not os.path.lexists(self.directory):
            return
        for name in names:
            if name in self._prepared:
                continue
            try:
                path = self._path(name)
            except CassetteError:
                continue
            if os.path.lexists(path):
                self._load(path)
                self._prepared.add(name)

    def find(self, name: str) -> Cassette | None:
        """Read a cassette of the suite, once for this library; `None` where there is no such file.

        Raises:
            CassetteError: the name is refused, or the file can't be read; again at every call.
        """
        return self._read_once(self._path(name))

    def builtin(self, name: str) -> Cassette | None:
        """Read the built-in cassette of a token type; `None` where the API reference gives no example of one."""
        return self._read_once(_BUILTIN / f"{name}.yaml") if name in BY_CASSETTE else None

    def is_builtin(self, cassette: Cassette) -> bool:
        """Tell whether a cassette came with the package."""
        return cassette.path.parent == _BUILTIN

    def names(self) -> tuple[str, ...]:
        """Name every cassette below the directory, sorted."""
        return tuple(dict.fromkeys(name for name, file in files_below(self.directory) if Path(file).is_file()))

    def write(self, cassette: Cassette) -> None:
        """Put a cassette in place of what lies at its path, all of it or nothing.

        What is written is redacted, whatever it was given. A crash at any moment leaves the old file or the new one.

        Raises:
            CassetteError: it can't be written; the old file is as it was.
        """
        cassette = redacted(cassette)
        data = render(cassette)
        try:
            cassette.path.parent.mkdir(parents=True, exist_ok=True)
            path = cassette.path.resolve()
            _replace(path, data)
        except OSError as error:
            raise CassetteError(
                f"{cassette.path}: can't be written: {error.strerror or error}; what was there is unchanged"
            ) from error
        with self._lock:
            self._data.pop(str(cassette.path), None)
            self._found[str(cassette.path)] = cassette
            self._unsettled.add(path.parent)

    def settle(self) -> None:
        """Wait until the cassettes that were written are those that are there after a loss of power.

        The moves are on the disk once their directories are; not every system can be told so.
        """
        for path in self._unsettled:
            with contextlib.suppress(OSError):
                directory = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(directory)
                finally:
                    os.close(directory)
        self._unsettled.clear()

    def forget(self, name: str) -> None:
        """Read a cassette anew when it is asked for next: another process has written it."""
        with self._lock:
            self._prepared.discard(name)
            for kept in (self._data, self._found):
                kept.pop(str(self.path(name)), None)

    def _path(self, name: str) -> Path:
        if name not in self._paths:
            self._paths[name] = self.path(name)
        return self._paths[name]

    def _load(self, path: Path) -> str:
        """Read a file that was not read yet, and give what it is known by."""
        # Text, because a path is slow to compare.
        file = str(path)
        with self._lock:
            if file not in self._data and file not in self._found:
                try:
                    self._data[file] = (
                        own_files.read(__file__, _BUILTIN.name, path.name) if path.parent == _BUILTIN else _bytes(path)
                    )
                except CassetteError as error:
                    self._found[file] = error
                except FileNotFoundError:
                    pass
        return file

    def _read_once(self, path: Path) -> Cassette | None:
        with self._lock:
            file = self._load(path)
            data = self._data.pop(file, None)
            if data is not None:
                try:
                    self._found[file] = _parsed(path, data)
                except CassetteError as error:
                    self._found[file] = error
            found = self._found.get(file)
        if isinstance(found, CassetteError):
            raise CassetteError(*found.args) from None
        return found


def files_below(directory: Path) -> list[tuple[str, str]]:
    """Give every cassette's name and file below a directory, by name; hidden folders and files are left out."""
    found: list[tuple[str, str]] = []
    # Text: a thousand paths take as long to make as their files to read.
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = os.path.relpath(folder, directory).replace(os.sep, "/")
        below = "" if inside == "." else f"{inside}/"
        seen = [name for name in names if name.endswith(SUFFIXES) and not name.startswith(".")]
        found += [(below + name.rpartition(".")[0], f"{folder}{os.sep}{name}") for name in seen]
    return sorted(found)


def read(path: Path) -> Cassette:
    """Read a cassette's file.

    Raises:
        CassetteError: it can't be read, or is no cassette.
        FileNotFoundError: there is none.
    """
    return _parsed(path, _bytes(path))


def _bytes(path: Path) -> bytes:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            # A pipe or a device would be waited for.
            what = "a directory" if stat.S_ISDIR(state.st_mode) else "a pipe, a socket or a device"
            raise CassetteError(f"{path}: can't be read: it is {what}, not a file; move it away")
        if state.st_size > _LARGEST:
            raise CassetteError(f"{path}: can't be read: it is larger than {_LARGEST} bytes; {_NEXT_STEP}")
        return path.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise CassetteError(f"{path}: can't be read: {error.strerror or error}") from error


def _parsed(path: Path, data: bytes) -> Cassette:
    from pytest_stripe_tokens.cassettes import documents, file_format  # noqa: PLC0415 - as in `Library.write`
    from pytest_stripe_tokens.cassettes.file_format import Malformed  # noqa: PLC0415

    try:
        value, root = documents.load(data)
        try:
            return file_format.parse(path, value)
        except Malformed as error:
            raise Malformed(str(error), line=documents.line(root, error.where)) from error
    except Malformed as error:
        raise CassetteError(f"{path}, line {error.line}: {error}; {_NEXT_STEP}") from error


def redacted(cassette: Cassette) -> Cassette:
    """Give a cassette of redacted interactions; one that is redacted already is the same."""
    from pytest_stripe_tokens.cassettes import file_format  # noqa: PLC0415 - only where there is a file

    return replace(cassette, interactions=tuple(map(file_format.redacted, cassette.interactions)))


def render(cassette: Cassette) -> bytes:
    """Give the bytes that `Library.write` writes: redacted, and the same for the same cassette."""
    from pytest_stripe_tokens.cassettes import file_format, writing  # noqa: PLC0415 - only a recording writes

    written = [file_format.redacted(interaction).written for interaction in cassette.interactions]
    head = writing.dump(file_format.plain(replace(cassette, interactions=())))
    return b"".join([head.removesuffix(b" []\n"), b"\n", *written]) if written else head


def _replace(path: Path, data: bytes) -> None:
    """Write beside `path`, then move over it."""
    import secrets  # noqa: PLC0415 - only who writes needs it

    _sweep(path)
    staged = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            staged.chmod(stat.S_IMODE(path.stat().st_mode))
        staged.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            staged.unlink(missing_ok=True)
        raise


def _sweep(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file have left beside it."""
    from pytest_stripe_tokens.api.processes import is_running  # noqa: PLC0415 - only who writes needs it

    start, end = f".{path.name}.", ".tmp"
    # Read for each cassette: one path for each file beside it would take longer than all else.
    for name in os.listdir(path.parent):  # noqa: PTH208
        if not name.startswith(start) or not name.endswith(end):
            continue
        process = name[len(start) : -len(end)].partition("-")[0]
        if process.isdigit() and not is_running(int(process)):
            with contextlib.suppress(OSError):
                path.with_name(name).unlink()
