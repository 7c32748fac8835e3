"""A disk that takes nothing: the old cassette stays as it was, and the run says so."""

from __future__ import annotations

import shutil
import subprocess

import pytest

TEST = "def test_it(card_token): ...\n"
SHRINK = """
import resource, signal
from pytest_stripe_tokens.recording import run as record_run

conclude = record_run.RecordRun.conclude

def limited(self, *args, **kwargs):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    try: return conclude(self, *args, **kwargs)
    finally: resource.setrlimit(resource.RLIMIT_FSIZE, before)

record_run.RecordRun.conclude = limited
"""


@pytest.fixture
def recorded(suite, recordings):
    suite.write("test_it.py", TEST)
    suite.give(recordings, "card")
    path = suite.cassettes / "card.yaml"
    path.write_text(path.read_text().replace("endive", "basil"))
    return suite


def _show_that_it_is_kept(suite, reason):
    before = suite.hashes()
    result = suite.record()
    assert (result.ret, suite.hashes()) == (1, before)
    result.stdout.fnmatch_lines([f"  card  kept *card.yaml: can't be written: {reason}; what was there is unchanged"])
    result.stdout.fnmatch_lines(["ERROR: could not be recorded: card"])


def test_a_file_that_may_not_grow(recorded):
    recorded.write("conftest.py", SHRINK)
    _show_that_it_is_kept(recorded, "File too large")


def _mounted(path, *options):
    """Put a file system of a few kilobytes at `path`, where this process may; whether it may."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(path)]
    return (
        shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def small_disk(recorded):
    """The cassettes on a disk of their own; on a machine that lends none, the limit on files stands in for it."""
    kept = recorded.path / "kept"
    shutil.copytree(recorded.cassettes, kept)
    is_mounted = _mounted(recorded.cassettes, "size=8k")
    if is_mounted:
        shutil.copytree(kept, recorded.cassettes, dirs_exist_ok=True)
    yield is_mounted
    if is_mounted:
        subprocess.run(["umount", str(recorded.cassettes)], check=True)


def test_a_full_disk(recorded, small_disk):
    if small_disk:
        (recorded.cassettes / "rest").write_bytes(b"x" * 4096)
    else:
        recorded.write("conftest.py", SHRINK)
    _show_that_it_is_kept(recorded, "No space left on device" if small_disk else "File too large")


READ_ONLY = """
import errno, os

real_open = os.open

def refuse(path, flags, *args, **kwargs):
    if flags & os.O_CREAT and str(path).endswith(".tmp"): raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
    return real_open(path, flags, *args, **kwargs)

os.open = refuse
"""


@pytest.fixture
def read_only(recorded):
    """The cassettes on a disk that is read-only; where none can be mounted, what it would answer."""
    kept = (recorded.cassettes / "card.yaml").read_bytes()
    is_mounted = _mounted(recorded.cassettes, "size=64k")
    if is_mounted:
        (recorded.cassettes / "card.yaml").write_bytes(kept)
        subprocess.run(["mount", "-o", "remount,ro", str(recorded.cassettes)], check=True)
    else:
        recorded.write("conftest.py", READ_ONLY)
    yield
    if is_mounted:
        subprocess.run(["umount", str(recorded.cassettes)], check=True)


def test_a_read_only_disk(recorded, read_only):
    _show_that_it_is_kept(recorded, "Read-only file system")


def test_a_file_where_the_directory_should_be(suite):
    suite.write("test_it.py", TEST).write("tapes", "a file").write(
        "pytest.ini", "[pytest]\nstripe_tokens_cassettes = tapes\n"
    )
    result = suite.record()
    assert result.ret == 1
    assert (suite.path / "tapes").read_text() == "a file"
