"""A run that is not the whole suite, in every shape: it drops no recording of a test that it left out, and names none.

Two tests in two directories share a cassette, and each sends one request.
"""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import dataclass, field

import pytest
import server as test_mode
import yaml

# pytester forgets what a run in this process has imported, and libyaml's part can't be loaded twice.
assert yaml.SafeLoader

TEST = """
import os, pytest, time

@pytest.mark.stripe_tokens(cassette="{cassette}")
{mark}def test_{name}({fixtures}):
    {before}
    stripe_tokens.create("{type}")
{more}
"""
FAILING = "def test_z(): assert False"
BROKEN = "import there_is_no_such_module"
REMOVE = "def pytest_collection_modifyitems(items): items[:] = [item for item in items if item.name != 'test_b']\n"
BOOM = "@pytest.fixture\ndef boom(): raise ValueError"


def _test(name, cassette, **given):
    parts = {"before": "...", "mark": "", "more": "", "fixtures": "stripe_tokens", **given}
    parts["mark"] += "\n" if parts["mark"] else ""
    return TEST.format(**parts, name=name, cassette=cassette, type={"a": "pii", "b": "cvc_update"}[name])


@dataclass(frozen=True)
class Shape:
    """What of the suite is run, and how.

    `why` is what the table says of the recording that is kept; `ends` says that the process ends with the test.
    """

    args: tuple[str, ...] = ()
    a: dict[str, str] = field(default_factory=dict)
    b: dict[str, str] = field(default_factory=dict)
    why: str = ""
    files: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    head: str = ""
    ends: bool = False


GIVEN = "this run was given files, directories or tests to run"
NOT_PASSED = "b/test_b.py::test_b, which uses it, did not run to its end and pass"
OPTION = "{} may leave tests of the suite out of this run"
DESELECTED = "tests were deselected in this run"
SHAPES = {
    "whole": Shape(),
    "whole, named": Shape((".",)),
    "a directory": Shape(("a",), why=GIVEN),
    "a file": Shape(("a/test_a.py",), why=GIVEN),
    "a test": Shape(("a/test_a.py::test_a",), why=GIVEN),
    "--ignore": Shape(("--ignore=b",), why=OPTION.format("--ignore")),
    "--ignore, from the environment": Shape(environ={"PYTEST_ADDOPTS": "--ignore=b"}, why=OPTION.format("--ignore")),
    "--ignore-glob": Shape(("--ignore-glob=*test_b*",), why=OPTION.format("--ignore-glob")),
    "--lf": Shape(
        ("--lf",),
        files={".pytest_cache/v/cache/lastfailed": json.dumps({"a/test_a.py::test_a": True})},
        why=OPTION.format("--lf"),
    ),
    "-k": Shape(("-k", "test_a"), why=DESELECTED),
    "-m": Shape(("-m", "not slow"), b={"mark": "@pytest.mark.slow"}, why=DESELECTED),
    "--deselect": Shape(("--deselect=b/test_b.py",), why=DESELECTED),
    "a hook that takes tests away": Shape(files={"conftest.py": REMOVE}, why=DESELECTED),
    "-o testpaths": Shape(("-o", "testpaths=a"), why=OPTION.format("-o")),
    "-o python_files": Shape(("-o", "python_files=test_a.py"), why=OPTION.format("-o")),
    "-c": Shape(("-c", "other.ini"), files={"other.ini": "[pytest]\ntestpaths = a\n"}),
    "-x": Shape(("-x",), a={"more": FAILING}),
    "--maxfail": Shape(("--maxfail=1",), a={"more": FAILING}),
    "--sw": Shape(("--sw",), a={"more": FAILING}),
    "skipped by a mark": Shape(b={"mark": "@pytest.mark.skip"}, why=NOT_PASSED),
    "skipped in its body": Shape(b={"before": "pytest.skip('no')"}, why=NOT_PASSED),
    "a module skipped": Shape(head="pytest.skip('no', allow_module_level=True)", why="b/test_b.py was not collected"),
    "xfail": Shape(b={"mark": "@pytest.mark.xfail", "before": "assert False"}, why=NOT_PASSED),
    "fails before its request": Shape(b={"before": "assert False"}, why=NOT_PASSED),
    "errs in a fixture": Shape(b={"fixtures": "boom, stripe_tokens"}, head=BOOM, why=NOT_PASSED),
    "cannot be imported": Shape(("--continue-on-collection-errors",), head=BROKEN, why="b/test_b.py was not collected"),
    "pytest.exit": Shape(b={"before": "pytest.exit('enough')"}),
    "pytest.exit as if all were well": Shape(b={"before": "pytest.exit('enough', returncode=0)"}),
    "Ctrl-C": Shape(b={"before": "raise KeyboardInterrupt"}, ends=True),
    "a crash": Shape(b={"before": "time.sleep(0.5); os._exit(1)"}, ends=True),
    "generated": Shape(
        ("--stripe-tokens=generate",), a={"mark": '@pytest.mark.stripe_tokens(mode="auto")'}, why="--stripe-tokens"
    ),
}
PLUGINS = ("-p", "stripe_tokens", "-p", "xdist")


@pytest.fixture
def trial(suite, server):
    suite.monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    suite.monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Trial(suite, server)


class Trial:
    """Runs shapes one after the other, each on the same recordings."""

    def __init__(self, suite, server):
        self.suite = suite
        self.server = server
        self.numbers = iter(range(100))
        suite.write("pytest.ini", "[pytest]\nmarkers = slow\n")

    def lay_out(self, shape=None, **cassettes):
        shape = shape or Shape()
        for name, given in (("a", shape.a), ("b", shape.b)):
            text = _test(name, cassettes.get(name, "shared"), **given)
            head = f"import pytest\n{shape.head}\n" if shape.head and name == "b" else ""
            (self.suite.path / name).mkdir(exist_ok=True)
            (self.suite.path / name / f"test_{name}.py").write_text(head + textwrap.dedent(text), encoding="utf-8")
        for name, text in shape.files.items():
            self.suite.write(name, text)

    def run(self, *args, shape=None):
        for name, value in (shape or Shape()).environ.items():
            self.suite.monkeypatch.setenv(name, value)
        how = "runpytest_subprocess" if shape and shape.ends else "runpytest_inprocess"
        try:
            return getattr(self.suite.pytester, how)(*PLUGINS, *args, *(shape.args if shape else ()))
        finally:
            for name in (shape or Shape()).environ:
                self.suite.monkeypatch.delenv(name)
            for name in (shape or Shape()).files:
                (self.suite.path / name).unlink()

    def record(self, *args, shape=None):
        # Another answer each time: a recording that differs in nothing leaves the file alone.
        number = next(self.numbers)
        self.server.faults.clear()
        self.server.fail(test_mode.changed(lambda token: token.update({f"shiny_{number}": 1})))
        return self.run("--record", *args, shape=shape)

    def stored(self):
        return {path.name: path.read_bytes() for path in self.suite.cassettes.iterdir()}

    def restore(self, files):
        for name, data in files.items():
            (self.suite.cassettes / name).write_bytes(data)


@pytest.mark.parametrize(
    ("workers", "names"),
    [
        pytest.param((), list(SHAPES), marks=pytest.mark.slow),
        # Workers take their time to start.
        *(pytest.param(("-n2",), list(SHAPES)[start::4], marks=pytest.mark.slow) for start in range(4)),
    ],
    ids=["alone", *(f"two workers, {number}" for number in range(4))],
)
def test_a_recording_drops_nothing_of_a_test_that_did_not_run_and_pass(trial, workers, names):
    trial.lay_out()
    trial.record().assert_outcomes(passed=2)
    first = trial.stored()
    failed = []
    for name in names:
        shape = SHAPES[name]
        trial.restore(first)
        trial.lay_out(shape)
        shown = trial.record(*workers, shape=shape).stdout.str()
        trial.lay_out()
        outcomes = trial.run("--stripe-tokens=replay").parseoutcomes()
        if outcomes != {"passed": 2}:
            failed.append(f"{name}: replayed afterwards: {outcomes}")
        if shape.why and f"1 older recording kept: {shape.why}" not in shown:
            failed.append(f"{name}: no reason told: {shown}")
    assert failed == []


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two workers"])
def test_a_request_that_a_whole_passing_run_no_longer_sends_is_dropped(trial, workers):
    trial.lay_out()
    trial.record().assert_outcomes(passed=2)
    trial.lay_out(Shape(b={"before": "return"}))
    result = trial.record(*workers)
    result.stdout.fnmatch_lines(["  shared *; 1 request no longer sent*"])
    assert b"cvc_update" not in trial.stored()["shared.yaml"]


# What a test shows in one process or in several alike is run in one.
APART = ("whole", "a directory", "--lf", "-k", "-x", "skipped by a mark", "cannot be imported", "a crash")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "two workers"])
def test_no_cassette_of_a_test_that_did_not_run_and_pass_is_called_unused(trial, workers):
    cassettes = {"a": "mine", "b": "theirs"}
    trial.lay_out(**cassettes)
    trial.record().assert_outcomes(passed=2)
    failed = []
    for name in APART if workers else SHAPES:
        trial.lay_out(SHAPES[name], **cassettes)
        shown = trial.run(*workers, shape=SHAPES[name]).stdout.str()
        if "unused:" in shown:
            failed.append(f"{name}: {shown}")
    assert failed == []
    trial.lay_out(Shape(b={"before": "return"}), **cassettes)
    trial.run(*workers).stdout.fnmatch_lines(["unused: cassettes/theirs.yaml - no test used it: *"])


def test_what_is_kept_goes_on_with_the_ids_of_what_was_recorded_anew(suite, server):
    text = """
    import pytest, requests

    URL = "https://api.stripe.com/v1/customers"

    @pytest.mark.stripe_tokens(cassette="shared")
    def test_it(stripe_tokens):
        made = requests.post(URL, data={"name": "Jane"}, auth=("sk_test_1", "")).json()
    """
    read = '    read = requests.get(f"{URL}/{made[\'id\']}", auth=("sk_test_1", "")).json()\n    assert read == made\n'
    text = textwrap.dedent(text)
    suite.write("test_one.py", text).write("test_two.py", text + read.replace("read == made", "read['name'] == 'Jane'"))
    suite.record().assert_outcomes(passed=2)
    server.fail(test_mode.changed(lambda answer: answer.update(shiny=1)))
    suite.record("test_one.py").assert_outcomes(passed=1)
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=2)


def test_other_hosts_requests_in_a_cassette_stay(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.stripe_tokens(cassette="shared")
        def test_it(pii_token): ...
        """,
    )
    suite.record().assert_outcomes(passed=1)
    path = suite.cassettes / "shared.yaml"
    start, _, interactions = path.read_text().partition("interactions:\n")
    path.write_text(f"{start}interactions:\n{interactions.replace('api.stripe.com', 'files.stripe.com')}{interactions}")
    server.fail(test_mode.changed(lambda token: token.update(shiny=1)))
    suite.record().stdout.fnmatch_lines(["  shared *1 older recording kept: not sent to api.stripe.com*"])
    assert "files.stripe.com" in path.read_text()


def test_a_test_that_ends_before_it_asks_is_not_called_one_that_needs_nothing(suite):
    suite.write("test_it.py", "def test_it(card_token, nothing): ...\n")
    result = suite.record()
    assert result.ret == 1
    result.stdout.no_fnmatch_line("*no test of this run needed one*")
