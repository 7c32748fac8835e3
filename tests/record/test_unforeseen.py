"""Whatever is raised while a request is recorded: the cassette is kept, the reason told, and the run fails."""

from __future__ import annotations

import pytest
import server as test_mode

pytestmark = pytest.mark.slow

TESTS = """
import pytest

@pytest.mark.stripe_tokens(cassette="mine")
def test_mine(stripe_tokens): stripe_tokens.create("pii")

def test_card(card_token): ...

def test_bank(bank_token): ...
"""
BLOCKED = """
import socket, pytest

class SocketBlockedError(RuntimeError): ...

# What pytest-socket and pytest-recording's --block-network do.
@pytest.fixture(autouse=True)
def blocked(monkeypatch, request):
    def refuse(*args, **kwargs): raise SocketBlockedError("A test tried to use socket.socket with key {key}.")
    if "bank" not in request.node.name: monkeypatch.setattr(socket, {name!r}, refuse)
"""
STOPPED = """
import signal, pytest

# What pytest-timeout does.
@pytest.fixture(autouse=True)
def timeout(request):
    def stop(*_): pytest.fail("Timeout")
    signal.signal(signal.SIGALRM, stop)
    if "bank" not in request.node.name: signal.setitimer(signal.ITIMER_REAL, 0.3)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
"""
FULL = """
import errno, os, pathlib, pytest

# A temporary directory on a disk that is full; mounting one takes rights that few have.
@pytest.fixture(autouse=True)
def full(monkeypatch, request):
    real = pathlib.Path.open
    def refuse(self, mode="r", *args, **kwargs):
        if mode != "rb" and "pytest-stripe-tokens-" in str(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return real(self, mode, *args, **kwargs)
    if "bank" not in request.node.name: monkeypatch.setattr(pathlib.Path, "open", refuse)
"""


def _nested(depth):
    def deepen(token):
        inner = {}
        for _ in range(depth):
            inner = {"a": inner}
        token["metadata"] = inner

    return test_mode.changed(deepen)


def _recorded(suite, recordings):
    suite.give(recordings, "card", "bank_account")
    suite.write("cassettes/mine.yaml", recordings["pii.yaml"].decode().replace("token_type: pii", "token_type: null"))
    return suite.write("test_it.py", TESTS)


def _show_that_both_are_kept(suite, *args, reason):
    before = suite.hashes()
    result = suite.record(*args)
    lines = {line.split()[0]: line for line in result.outlines if line.startswith("  ") and line.split()}
    for name in ("card", "mine"):
        assert lines[name].split()[1] == "kept", lines[name]
        assert reason in lines[name]
        assert lines[name].endswith("; the old cassette is kept")
    assert lines["bank_account"].split()[1] == "unchanged"
    assert (result.ret, suite.hashes()) == (1, before)
    result.stdout.fnmatch_lines(["ERROR: could not be recorded: card, mine"])
    result.stdout.no_fnmatch_line("*no test of this run needed one*")
    assert test_mode.SECRET_KEY not in result.stdout.str()


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two workers"])
def test_a_full_temporary_directory(suite, recordings, workers):
    _recorded(suite, recordings).write("conftest.py", FULL)
    _show_that_both_are_kept(suite, *workers, reason="OSError: [Errno 28] No space left on device")


@pytest.mark.parametrize("name", ["socket", "create_connection"])
def test_a_network_that_a_plugin_has_blocked(suite, recordings, name):
    _recorded(suite, recordings).write("conftest.py", BLOCKED.format(key=test_mode.SECRET_KEY, name=name))
    _show_that_both_are_kept(suite, reason="SocketBlockedError: A test tried to use socket.socket with key")


def test_a_test_that_is_stopped_in_the_middle_of_its_first_request(suite, server, recordings):
    _recorded(suite, recordings).write("conftest.py", STOPPED)
    server.fail(lambda handler, right: test_mode.hang(handler, right) if b'"bank_account"' not in right.body else right)
    _show_that_both_are_kept(suite, reason="Failed: Timeout (while test_it.py::test_")


@pytest.mark.parametrize("depth", [330, 600, 950, 5000])
def test_an_answer_that_is_nested_deep_is_recorded_or_kept(suite, server, recordings, depth):
    _recorded(suite, recordings)
    before = suite.hashes()
    server.fail(lambda handler, right: _nested(depth)(handler, right) if depth < 1000 else _deep(depth)(handler, right))
    result = suite.record()
    kept = [line.split()[0] for line in result.outlines if line.startswith("  ") and "  kept " in line]
    assert result.ret == (1 if kept else 0)
    after = suite.hashes()
    assert [name for name in kept if before[f"{name}.yaml"] != after[f"{name}.yaml"]] == []
    result.stdout.no_fnmatch_line("*no test of this run needed one*")
    if not kept:
        suite.run("--stripe-tokens=replay").assert_outcomes(passed=3)


def _deep(depth):
    def act(_handler, right):
        nested = b'{"a":' * depth + b"1" + b"}" * depth
        return test_mode.Response(200, right.headers, right.body.rstrip()[:-1] + b', "metadata": ' + nested + b"}")

    return act


def test_what_is_raised_while_the_cassettes_are_put_together_keeps_one_and_not_the_others(suite, server, recordings):
    _recorded(suite, recordings)
    before = suite.hashes()
    server.fail(test_mode.changed(lambda token: token.update(shiny=1)))
    # A directory of this name can't be replaced by a file.
    (suite.cassettes / "mine.yaml").unlink()
    (suite.cassettes / "mine.yaml").mkdir()
    result = suite.record()
    result.stdout.fnmatch_lines(["  card * drifted *", "  mine * kept *"])
    assert result.ret == 1
    assert suite.hashes()["card.yaml"] != before["card.yaml"]


def test_no_temporary_directory_is_a_usage_error_before_any_request(suite, server, recordings):
    _recorded(suite, recordings)
    suite.write("conftest.py", "import tempfile\ntempfile.tempdir = '/nowhere/at/all'\n")
    result = suite.record()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --record needs a directory for temporary files*"])
    assert server.requests == []
