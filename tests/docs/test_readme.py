"""The README is executed: its blocks as suites of their own, its tables against what pytest says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_stripe_tokens.api.token_types import CATALOGUE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "cassettes/README.md")
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error")
BLOCK = re.compile(
    r"(?:<!-- passed: (?P<passed>\d+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    passed: int | None


BLOCKS = [
    Block(found["language"], found["text"], int(found["passed"]) if found["passed"] else None)
    for found in BLOCK.finditer(README)
]
SUITES = [block for block in BLOCKS if block.language == "python"]
OUTPUTS = [block for block in BLOCKS if block.language == "console"]
COMMANDS = [
    line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines() if not line.startswith("#")
]


@pytest.mark.parametrize("block", SUITES, ids=lambda block: re.findall(r"def (test_\w+)", block.text)[0])
def test_a_block_runs_as_a_suite_with_the_outcome_it_declares(block, pytester):
    pytester.path.joinpath("test_shop.py").write_text(block.text, encoding="utf-8")
    pytester.runpytest_subprocess(*QUIET).assert_outcomes(passed=block.passed)


def test_the_output_shown_is_that_of_the_block_before_it(pytester):
    assert len(OUTPUTS) == 1
    suite = BLOCKS[BLOCKS.index(OUTPUTS[0]) - 1]
    pytester.path.joinpath("test_shop.py").write_text(suite.text, encoding="utf-8")
    command, *shown = OUTPUTS[0].text.splitlines()
    assert command == "$ pytest -v"
    result = pytester.runpytest_subprocess("-v", *QUIET)
    assert_shows(result.stdout.lines, shown)


def assert_shows(lines, shown):
    """Each line is shown, in order; `...` stands for lines left out, and time is the machine's."""
    lines = [re.sub(r"=+ (.*) in [\d.]+s =+", r"\1", line) for line in lines]
    shown = [re.sub(r"=+ (.*) in [\d.]+s =+", r"\1", line) for line in shown]
    position, may_skip = 0, False
    for line in shown:
        if line == "...":
            may_skip = True
            continue
        found = lines.index(line, position)
        assert may_skip or found == position, f"left out before {line!r}: {lines[position:found]}"
        position, may_skip = found + 1, False
    assert may_skip or position == len(lines)


def test_every_block_is_of_a_kind_that_is_checked():
    # The one that shows a recording is held to a real one by tests/record/test_readme_record.py.
    assert [block.language for block in BLOCKS].count("text") == 1
    assert {block.language for block in BLOCKS} == {"python", "console", "sh", "text"}
    assert README.count("```") == 2 * len(BLOCKS)
    assert all(block.passed for block in SUITES)


def test_the_first_block_is_short():
    assert len(SUITES[0].text.splitlines()) <= 8


def test_there_are_two_commands_of_one_line_each_that_install_and_run():
    assert len(COMMANDS) == 2
    for command in COMMANDS:
        steps = command.split(" && ")
        assert steps[0] == "python3 -m venv .venv"
        assert [step.split()[0] for step in steps[1:]] == [".venv/bin/pip", ".venv/bin/pytest"]


def test_ci_runs_the_commands_as_the_readme_has_them():
    # .ci/run takes each line of the README that starts so.
    assert re.findall(r"^python3 -m venv .*$", README, re.MULTILINE) == COMMANDS
    assert "'^python3 -m venv '" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_what_the_commands_run_exists():
    assert COMMANDS[0].endswith(".venv/bin/pytest examples/checkout")
    assert (ROOT / "examples" / "checkout").is_dir()
    extra = re.search(r"\.\[(\w+)\]", COMMANDS[1])[1]
    assert re.search(rf"^{extra} = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_options_are_those_that_pytest_shows(pytester):
    shown = pytester.runpytest_subprocess("--help", *QUIET).stdout.str()
    group = shown.partition("\nStripe tokens:\n")[2].partition("\n\n")[0]
    options = set(re.findall(r"^ +(--[\w-]+)", group, re.MULTILINE))
    inis = set(re.findall(r"^ +(stripe_tokens_\w+)", shown, re.MULTILINE))
    assert set(re.findall(r"^\| `(--[\w-]+)", README, re.MULTILINE)) == options
    assert set(re.findall(r"\| `(stripe_tokens_(?!params|answers)\w+)`", README)) == inis


def test_the_fixtures_are_those_that_pytest_shows(pytester):
    shown = pytester.runpytest_subprocess("--fixtures", *QUIET).stdout.str()
    named = set(re.findall(r"^(stripe_\w+|\w+_token)\b.* -- ", shown, re.MULTILINE))
    assert {row.fixture for row in CATALOGUE.values()} < named
    table = README[README.index("| fixture | gives |") : README.index("A token equals")]
    assert {name for name in re.findall(r"`(\w+)`", table) if name.endswith("_token") or "stripe_" in name} == named


def test_the_members_of_stripe_tokens_exist(stripe_tokens):
    row = re.search(r"^\| `stripe_tokens` \| .*: (.*) \|$", README, re.MULTILINE)[1]
    for name in re.findall(r"`(\w+)`", row):
        assert hasattr(stripe_tokens, name), name


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_files(name):
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_no_path_of_a_machine_is_named(name):
    assert not re.findall(r"/(?:home|root|tmp|Users|work)/|[A-Z]:\\", (ROOT / name).read_text(encoding="utf-8"))
