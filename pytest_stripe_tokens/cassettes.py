"""The library of cassettes: finds, reads once, writes atomically; the only importer of yaml, no pytest.

A cassette is vcrpy's YAML, version 1, with what it says of itself under `metadata`. It is read by a safe loader:
a tag that would build a Python object is an error.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
import stat
import sys
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens import recordings
from pytest_stripe_tokens.catalogue import CATALOGUE
from pytest_stripe_tokens.matching import Cassette, Interaction, Metadata, Player
from pytest_stripe_tokens.recordings import Malformed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Cassette",
    "CassetteError",
    "Interaction",
    "Library",
    "Metadata",
    "Player",
    "read",
    "render",
]

SUFFIX = ".yaml"
_BUILTIN = Path(__file__).with_name("cassettes")
_REFUSED = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_MAX_DEPTH = 100
_LARGEST = 64 * 1024 * 1024
# Python takes time with the square of a number's digits, and does not show one of more than 4,300.
_LONGEST_NUMBER = 100
_NUMBER = re.compile(r"[-+]?[.0-9][-+0-9a-fA-F._:xo]*")
_NEXT_STEP = "mend it, or delete it and record it anew with pytest --record"


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
        self._found: dict[str, Cassette | CassetteError | None] = {}
        self._lock = RLock()

    def path(self, name: str) -> Path:
        """Return the file of a cassette's name, `"refunds/partial"`.

        Raises:
            CassetteError: the name would leave the directory, or is no name on some system.
        """
        parts = name.split("/")
        if _REFUSED.search(name) or any(part != part.strip(" .") or not part for part in parts):
            raise CassetteError(
                f"{name!r} is no name for a cassette: give names joined by '/', below {self.directory}, "
                'none of them empty or with a dot or space at its ends, and without \\ : * ? " < > |'
            )
        if name.endswith(SUFFIX):
            raise CassetteError(f"{name!r} is no name for a cassette: leave {SUFFIX} out, it is added")
        path = self.directory.joinpath(*parts[:-1], parts[-1] + SUFFIX)
        try:
            inside = path.resolve().is_relative_to(self.directory.resolve())
        except (OSError, RuntimeError) as error:
            raise CassetteError(f"{path}: can't be resolved: {error}") from error
        if not inside:
            raise CassetteError(f"{path}: leads out of {self.directory} by a symbolic link; put the cassette inside")
        return path

    def find(self, name: str) -> Cassette | None:
        """Read a cassette of the suite, once for this library; `None` where there is no such file.

        Raises:
            CassetteError: the name is refused, or the file can't be read; again at every call.
        """
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = self.path(name)
        return self._read_once(path)

    def builtin(self, token_type: str) -> Cassette | None:
        """Read the built-in cassette of a token type; `None` where the API reference gives no example of one."""
        return self._read_once(_BUILTIN / f"{token_type}{SUFFIX}") if token_type in CATALOGUE else None

    def is_builtin(self, cassette: Cassette) -> bool:
        """Tell whether a cassette came with the package."""
        return cassette.path.parent == _BUILTIN

    def names(self) -> tuple[str, ...]:
        """Name every cassette below the directory, sorted."""
        files = (path.relative_to(self.directory) for path in self.directory.rglob(f"*{SUFFIX}") if path.is_file())
        return tuple(
            sorted(
                path.as_posix().removesuffix(SUFFIX)
                for path in files
                if not any(part.startswith(".") for part in path.parts)
            )
        )

    def write(self, cassette: Cassette) -> None:
        """Put a cassette in place of what lies at its path, all of it or nothing.

        What is written is redacted, whatever it was given. A crash at any moment leaves the old file or the new one.

        Raises:
            CassetteError: it can't be written; the old file is as it was.
        """
        cassette = recordings.redacted(cassette)
        data = _dump(recordings.plain(cassette))
        try:
            cassette.path.parent.mkdir(parents=True, exist_ok=True)
            _replace(cassette.path.resolve(), data)
        except OSError as error:
            raise CassetteError(
                f"{cassette.path}: can't be written: {error.strerror or error}; what was there is unchanged"
            ) from error
        with self._lock:
            self._found[str(cassette.path)] = cassette

    def forget(self, name: str) -> None:
        """Read a cassette anew when it is asked for next: another process has written it."""
        with self._lock:
            self._found.pop(str(self.path(name)), None)

    def _read_once(self, path: Path) -> Cassette | None:
        # Text, because a path is slow to compare.
        file = str(path)
        with self._lock:
            if file not in self._found:
                try:
                    self._found[file] = read(path)
                except FileNotFoundError:
                    self._found[file] = None
                except CassetteError as error:
                    self._found[file] = error
            found = self._found[file]
        if isinstance(found, CassetteError):
            raise CassetteError(*found.args) from None
        return found


def read(path: Path) -> Cassette:
    """Read a cassette's file.

    Raises:
        CassetteError: it can't be read, or is no cassette.
        FileNotFoundError: there is none.
    """
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            # A pipe or a device would be waited for.
            what = "a directory" if stat.S_ISDIR(state.st_mode) else "a pipe, a socket or a device"
            raise CassetteError(f"{path}: can't be read: it is {what}, not a file; move it away")
        if state.st_size > _LARGEST:
            raise CassetteError(f"{path}: can't be read: it is larger than {_LARGEST} bytes; {_NEXT_STEP}")
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise CassetteError(f"{path}: can't be read: {error.strerror or error}") from error
    try:
        value, root = _load(data)
        try:
            return recordings.parse(path, value)
        except Malformed as error:
            raise Malformed(str(error), line=_line(root, error.where)) from error
    except Malformed as error:
        raise CassetteError(f"{path}, line {error.line}: {error}; {_NEXT_STEP}") from error


def render(cassette: Cassette) -> bytes:
    """Give the bytes that `Library.write` writes: redacted, and the same for the same cassette."""
    return _dump(recordings.plain(recordings.redacted(cassette)))


def _load(data: bytes) -> tuple[Any, Any]:
    """Read YAML with a safe loader, to its value and to the node that knows its lines.

    Raises:
        Malformed: it is no YAML, or holds what a safe loader refuses.
    """
    import yaml  # noqa: PLC0415 - a suite without cassettes does without it

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("is no UTF-8 text", line=data.count(b"\n", 0, error.start) + 1) from error
    safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root: Any = None
    try:
        _check_events(safe(text))
        loader: Any = safe(text)
        root = loader.get_single_node()
        _check_keys(root)
        value: Any = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        # Its own words change with its versions.
        mark = error.problem_mark or error.context_mark
        raise Malformed(f"is no cassette: {_said(error)}", line=mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Malformed("is no cassette: it holds a character that YAML does not allow", line=line) from error
    except _CONTRADICTIONS as error:
        line = next((node.start_mark.line + 1 for node in _nodes(root) if _contradicts(safe(""), node)), 1)
        raise Malformed("is no cassette: a value is not what its tag says", line=line) from error
    if root is None:
        raise Malformed("is empty", line=1)
    return value, root


# PyYAML lets these through from values that contradict their tags, `!!int x`, or are no date, `2026-13-45`.
_CONTRADICTIONS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def _said(error: Exception) -> str:
    kind = type(error).__name__
    if kind == "ComposerError":
        return "a second document begins here, or an alias or an anchor is wrong"
    if kind == "ConstructorError":
        return "it has a tag or a key here that no cassette has"
    # PyYAML 6.0.4's parser counts levels too, and meets its limit before ours.
    return "its YAML is wrong here: a quote, a bracket or a space is missing, or it is nested too deep"


def _check_events(loader: Any) -> None:
    """Refuse what costs more than its length, while it is a flat row of events.

    Endless nesting, on which libyaml's composer overruns the stack; numbers of any length; and merge keys, which
    double what they merge each time.
    """
    depth = 0
    while loader.check_event():
        event = loader.get_event()
        line = event.start_mark.line + 1
        name = type(event).__name__
        depth += name.endswith("StartEvent")
        depth -= name.endswith("EndEvent")
        if depth > _MAX_DEPTH:
            raise Malformed("is no cassette: its values are nested too deep", line=line)
        if name == "ScalarEvent" and event.implicit[0]:
            _check_plain(event.value, line)


def _check_plain(value: str, line: int) -> None:
    if value == "<<":
        raise Malformed("is no cassette: it has a merge key, '<<'; write out what it stands for", line=line)
    if len(value) > _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        raise Malformed(f"is no cassette: a number is longer than {_LONGEST_NUMBER} digits; quote a text", line=line)


def _nodes(root: Any) -> Iterator[Any]:
    """Every node once, however often it is named."""
    seen: set[int] = set()
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if node.id == "mapping":
            waiting += [part for entry in reversed(node.value) for part in reversed(entry)]
        elif node.id == "sequence":
            waiting += reversed(node.value)


def _check_keys(root: Any) -> None:
    """Refuse an entry that stands twice: YAML's reader takes the last and says nothing."""
    for node in _nodes(root):
        if node.id != "mapping":
            continue
        names: set[str] = set()
        for key, _ in node.value:
            if key.id == "scalar":
                if key.value in names:
                    raise Malformed(f"has {shown(key.value)} twice", line=key.start_mark.line + 1)
                names.add(key.value)


def _contradicts(loader: Any, node: Any) -> bool:
    if node.id != "scalar":
        return False
    try:
        loader.construct_object(node)
    except _CONTRADICTIONS:
        return True
    return False


def _line(node: Any, where: tuple[str | int, ...]) -> int:
    """Find the line, from 1, of what `where` leads to, or of the innermost thing that is there."""
    line = node.start_mark.line
    for step in where:
        entries: list[Any] = node.value if node.id != "scalar" else []
        if isinstance(step, str):
            found = [entry for entry in entries if entry[0].value == step] if node.id == "mapping" else []
            # An alias is what it stands for, which was written further up.
            line = max([line, *(key.start_mark.line for key, _ in found)])
            entries = [item for _, item in found]
            step = 0  # noqa: PLW2901 - the one that was found
        if step >= len(entries):
            break
        node = entries[step]
        line = max(line, node.start_mark.line)
    return int(line) + 1


def _dump(data: dict[str, Any]) -> bytes:
    import yaml  # noqa: PLC0415 - only a recording writes

    # The dumper in Python: libyaml's, where it is there at all, folds and quotes in its own way.
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
            return True

    def represent(dumper: Any, text: str) -> yaml.ScalarNode:
        node: yaml.ScalarNode = dumper.represent_str(text)
        node.style = "|" if "\n" in text else node.style
        return node

    Dumper.add_representer(str, represent)
    # Lines are never folded: a secret that a fold cuts in two would not be found by the search.
    text: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)
    return text.encode("utf-8")


def _replace(path: Path, data: bytes) -> None:
    """Write beside `path`, then move over it."""
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
    # The move is on the disk once the directory is; not every system can be told so.
    with contextlib.suppress(OSError):
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _sweep(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file have left beside it."""
    for litter in path.parent.glob(f".{glob.escape(path.name)}.*-*.tmp"):
        process = litter.name.rpartition("-")[0].rpartition(".")[2]
        if process.isdigit() and not _is_running(int(process)):
            with contextlib.suppress(OSError):
                litter.unlink()


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return True  # Elsewhere signal 0 is a real one.
    try:
        os.kill(process, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
