"""Every page of the documentation is executed: its suites run, its output is shown by them, its links lead somewhere.

What may stand above a block, each in a comment, several on lines of their own or parted by ", ":

- `passed: 3` (and `failed: 1`, `skipped: 1`, `errors: 1`): a python block is a suite, test_shop.py, with this outcome.
- `options: --stripe-tokens=replay`: what pytest is given besides.
- `plugins: xdist anyio`: pytest plugins that it loads besides, by the names of their entry points; no other is loaded.
- `needs: flask`: the block is left out where that module can't be imported.
- `shown: why`: a console or python block that can't be run here, and why.

A block with `title="shop.py"` is a file beside the blocks after it. A console block that begins with `$ pytest` is a run
of the suite before it, one that begins with `$ python` or `$ stripe-tokens` a program beside the files.
`<!-- slow -->` on a line of its own makes the page a slow test.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
import tomllib

import pytest
import yaml
from pages import DOCS, README, ROOT, Page, all_pages
from suites import LEAN, Suite

LANGUAGES = {
    *("python", "console", "sh", "text", "ini", "toml", "yaml", "json", "javascript", "typescript", "html", "ruby"),
    *("diff", "markdown"),
}
OUTCOMES = ("passed", "failed", "skipped", "errors")
# Beside the site's own pages.
OTHERS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "cassettes/README.md", "examples/nightly/README.md")
PAGES = all_pages()
EXECUTED = [
    page for page in PAGES if any(block.language in ("python", "console") or block.title for block in page.blocks)
]


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.is_slow else []) for page in EXECUTED],
)
def test_what_a_page_shows_is_what_happens(page, pytester):
    absent = set()
    failures = []
    suite = None
    for block in page.blocks:
        missing = [name for name in block.notes.get("needs", "").split() if importlib.util.find_spec(name) is None]
        if missing:
            absent.update(missing)
            continue
        if block.language == "python" and not block.title:
            suite = block
        if problem := _problem_of(block, suite, pytester):
            failures.append(f"{page.name}:{block.line}: {problem}")
    assert not failures, "\n\n".join(failures)
    if absent:
        pytest.skip(f"the rest of {page.name} was run; not installed: {', '.join(sorted(absent))}")


def _problem_of(block, suite, pytester):
    if block.title:
        path = pytester.path / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    if "shown" in block.notes:
        return None
    if block.language == "python":
        return _suite_fails(block, pytester)
    if block.language == "console":
        return _output_differs(block, suite, pytester)
    return None


def _suite_fails(block, pytester):
    expected = {name: int(block.notes[name]) for name in OUTCOMES if name in block.notes}
    if not expected:
        return None if block.title else "a python block says what passes, or has a title"
    # A suite with a title is a file already; the others are the one file that an example is.
    name = block.title or "test_shop.py"
    pytester.path.joinpath(name).write_text(block.text, encoding="utf-8")
    result = _pytest(pytester, block, name)
    outcomes = {name: number for name, number in result.parseoutcomes().items() if name in OUTCOMES}
    return None if outcomes == expected else f"expected {expected}\n{result.stdout.str()}{result.stderr.str()}"


def _pytest(pytester, block, *arguments):
    plugins = [option for name in block.notes.get("plugins", "").split() for option in ("-p", name)]
    options = shlex.split(block.notes.get("options", ""))
    return Suite(pytester, (*LEAN, *plugins, "-W", "error")).run(*options, *arguments)


def _output_differs(block, suite, pytester):
    command, *shown = block.text.splitlines()
    program, *arguments = shlex.split(command.removeprefix("$ "))
    if program == "pytest":
        result = _pytest(pytester, suite or block, *arguments)
    elif program == "python":
        result = pytester.run(sys.executable, *arguments)
    elif program == "stripe-tokens":
        result = pytester.run(sys.executable, "-m", "pytest_stripe_tokens", *arguments)
    else:
        return f"{program} is not run; say why in a comment: <!-- shown: ... -->"
    return what_differs([*result.stdout.lines, *result.stderr.lines], shown)


def what_differs(lines, shown):
    """Say which line is not shown, in order; `...` stands for lines, or the end of one, left out. Times are the machine's."""
    real = [_without_times(line) for line in lines]
    position, may_skip = 0, False
    for line in map(_without_times, shown):
        if line == "...":
            may_skip = True
            continue
        cut = line.removesuffix("...")
        fits = [
            at for at in range(position, len(real)) if real[at] == line or (cut != line and real[at].startswith(cut))
        ]
        if not fits or not (may_skip or fits[0] == position):
            return f"not shown, or lines before it are left out: {line!r}\n" + "\n".join(lines)
        position, may_skip = fits[0] + 1, False
    return None if may_skip or position == len(real) else f"more is shown: {real[position:]}"


def _without_times(line):
    line = re.sub(r"\b[\d.]+s\b", "N s", line.rstrip())
    return re.sub(r"=+ (.*) =+", r"\1", line)


def test_what_differs_can_tell():
    assert what_differs(["a", "b", "c 0.1s"], ["a", "...", "c 0.2s"]) is None
    assert what_differs(["a", "b", "c"], ["a", "c"])
    assert what_differs(["a", "b"], ["a"])
    assert what_differs(["a long line"], ["a lo..."]) is None
    assert what_differs(["a long line"], ["a lo"])


def test_every_block_is_of_a_kind_that_is_checked():
    problems = []
    readers = {"json": json.loads, "yaml": yaml.safe_load, "toml": tomllib.loads}
    for page in PAGES:
        if page.text.count("```") != 2 * len(page.blocks):
            problems.append(f"{page.name}: a fence is not closed, or is inside another block")
        for block in page.blocks:
            if block.language not in LANGUAGES:
                problems.append(f"{page.name}:{block.line}: {block.language!r} is none of {sorted(LANGUAGES)}")
            if block.language in readers and "shown" not in block.notes:
                try:
                    readers[block.language](block.text)
                except ValueError as error:
                    problems.append(f"{page.name}:{block.line}: {error}")
            if block.language == "console" and not block.text.startswith("$ "):
                problems.append(f"{page.name}:{block.line}: a console block begins with `$ ` and a command")
    assert not problems, "\n".join(problems)


def test_links_lead_to_files_and_headings():
    problems = []
    for page in [*PAGES, *(Page(ROOT / name) for name in OTHERS)]:
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            path = (page.path.parent / target).resolve() if target else page.path
            if not path.exists():
                problems.append(f"{page.name}: {link} leads to no file")
            elif DOCS in page.path.parents and DOCS not in path.parents:
                problems.append(f"{page.name}: {link} leads out of docs/, which is the site")
            elif anchor and anchor not in Page(path).anchors:
                problems.append(f"{page.name}: {link} leads to no heading; there are {sorted(Page(path).anchors)}")
    assert not problems, "\n".join(problems)


def test_no_path_of_a_machine_is_named():
    for page in [*PAGES, *(Page(ROOT / name) for name in OTHERS)]:
        assert not re.findall(r"/(?:home|root|tmp|Users|work)/|[A-Z]:\\", page.text), page.name


def test_every_page_is_in_the_navigation():
    def paths(entry):
        if isinstance(entry, str):
            return [entry]
        return [path for part in (entry.values() if isinstance(entry, dict) else entry) for path in paths(part)]

    named = paths(tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"])
    assert len(named) == len(set(named))
    assert {page.path for page in PAGES} - {DOCS / name for name in named} == {README}
