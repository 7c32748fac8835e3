"""The README's own rules: its commands, which CI runs as they stand, and its length. test_pages.py runs its blocks."""

from __future__ import annotations

import re
import tomllib

import yaml
from pages import README, ROOT, Page

PAGE = Page(README)
SUITES = [block for block in PAGE.blocks if block.language == "python"]
COMMANDS = [line for block in PAGE.blocks if block.language == "sh" for line in block.text.splitlines()]


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
    assert re.findall(r"^python3 -m venv .*$", PAGE.text, re.MULTILINE) == COMMANDS
    assert "'^python3 -m venv '" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_what_the_commands_run_exists():
    assert COMMANDS[0].endswith(".venv/bin/pytest examples/checkout")
    assert (ROOT / "examples" / "checkout").is_dir()
    extra = re.search(r"\.\[(\w+)\]", COMMANDS[1])[1]
    assert re.search(rf"^{extra} = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)


def test_workflows_forms_and_citation_can_be_read():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    read = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / ".github").rglob("*.yml")}
    assert all(isinstance(part, dict) for part in read.values())
    pythons = {name.rpartition(" ")[2] for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)}
    assert pythons <= set(read["tests.yml"]["jobs"]["tests"]["strategy"]["matrix"]["python"])
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
