"""Every page of the documentation is executed: its suites run, its output is shown by them, its links lead somewhere.

What may stand above a block, in comments on lines of their own:

- `passed: 3`, `failed: 1`, `skipped: 1`, `errors: 1`: a python block is a suite, test_shop.py, with this outcome.
- `file: shop.py`, or a `title="shop.py"` in the fence: a file beside the suites after it.
- `options: --stripe-tokens=replay`: what pytest is given besides.
- `needs: flask, node`: the block is left out where one of these distributions or programs is not installed. With an empty
  line below it, it is for the whole page.
- `fragment`: python that is compiled and not run.
- `records`: a console block that has a test-mode server and key; its numbers are another time's.
- `not run: why`.

A console block shows runs in the folder of the suite before it: `$ ` and a command, then what it prints. `...` stands
for lines that are left out, or for the end of one. Of pytest's plugins those are loaded that the page names,
or the block needs.
A page of many runs, or with `<!-- slow -->` on a line of its own, is a slow test.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

import pytest
import yaml
from pages import DOCS, OUTCOMES, README, ROOT, Page, all_pages
from suites import LEAN

LANGUAGES = {
    *("python", "console", "sh", "text", "ini", "toml", "yaml", "json", "javascript", "typescript", "html", "ruby"),
    *("diff", "markdown"),
}
# Beside the site's own pages.
OTHERS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "cassettes/README.md", "examples/nightly/README.md")
PAGES = all_pages()
EXECUTED = [page for page in PAGES if any(block.language in ("python", "console") for block in page.blocks)]
PROGRAMS = ("node", "chromium")
# They order tests anew, or are loaded already.
NOT_LOADED = {"pytest-randomly", "pytest-stripe-tokens"}


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.is_slow else []) for page in EXECUTED],
)
def test_what_a_page_shows_is_what_happens(page, tmp_path, request):
    absent = [name for name in page.needs if not is_installed(name)]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")
    run = Run(page, tmp_path, request)
    failures = []
    for block in page.blocks:
        missing = [name for name in block.needs if not is_installed(name)]
        run.absent.update(missing)
        problem = None if missing else run.problem_of(block)
        if problem:
            failures.append(f"{page.name}:{block.line}: {problem}")
    assert not failures, "\n\n".join(failures)
    if run.absent:
        pytest.skip(f"the rest of {page.name} was run; not installed: {', '.join(sorted(run.absent))}")


def is_installed(name):
    try:
        return shutil.which(name) is not None if name in PROGRAMS else distribution(name) is not None
    except PackageNotFoundError:
        return False


def plugins_of(names):
    """Give the options that load the pytest plugins of distributions."""
    found = {
        entry.name: entry.value
        for name in names
        for entry in distribution(name).entry_points
        if entry.group == "pytest11"
    }
    # `-p asyncio` would be taken for the library.
    return [
        option
        for name, module in sorted(found.items())
        for option in ("-p", module if name in sys.stdlib_module_names else name)
    ]


def named(page):
    """Give the distributions with pytest plugins that a page names, but for those that a block alone needs."""
    needed = {name for block in page.blocks for name in block.needs} | NOT_LOADED
    installed = {found.metadata["Name"] or "" for found in distributions()} - needed
    return {name for name in installed if name and re.search(rf"\b{re.escape(name)}\b", page.text, re.IGNORECASE)}


class Run:
    """What the blocks of a page share: the files so far, and the folder of the last suite."""

    def __init__(self, page, root, request):
        self.absent = set()
        self._root, self._request = root, request
        self._files = {}
        self._folder = None
        bin_ = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        self._environ = {**os.environ, "PATH": bin_, "COLUMNS": "80"}
        self._environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        self._names = named(page)

    def problem_of(self, block):
        if block.file:
            self._files[block.file] = block.text
            if self._folder:
                write(self._folder, {block.file: block.text})
        if block.language == "python":
            plugins = plugins_of(self._names | set(block.needs) - set(PROGRAMS))
            self._environ["PYTEST_ADDOPTS"] = shlex.join([*LEAN, *plugins])
        has_outcome = any(name in block.notes for name in OUTCOMES)
        if "not run" in block.notes:
            return None
        if block.language == "console":
            return self._output_differs(block)
        if block.language != "python" or (block.file and not has_outcome):
            return None
        if "fragment" in block.notes:
            compile(block.text, "fragment", "exec")
            return None
        return self._suite_fails(block) if has_outcome else "a python block says what passes, or is a file"

    def _new_folder(self, files):
        self._folder = self._root / f"suite{len(list(self._root.iterdir()))}"
        self._folder.mkdir()
        write(self._folder, {**self._files, **files})

    def _suite_fails(self, block):
        name = block.file or "test_shop.py"
        self._new_folder({name: block.text})
        options = shlex.split(block.notes.get("options", ""))
        command = [sys.executable, "-m", "pytest", "-W", "error", *options, name]
        done = subprocess.run(command, cwd=self._folder, env=self._environ, capture_output=True, text=True, check=False)
        last = (done.stdout.strip().splitlines() or [""])[-1].partition(" in ")[0]
        found = {outcome: int(number) for number, outcome in re.findall(r"(\d+) (\w+)", last)}
        if "error" in found:
            found["errors"] = found.pop("error")
        expected = {outcome: int(block.notes[outcome]) for outcome in OUTCOMES if outcome in block.notes}
        return None if found == expected else f"expected {expected}\n{done.stdout}{done.stderr}"

    def _output_differs(self, block):
        if self._folder is None:
            self._new_folder({})
        environ, url = self._environ, None
        if "records" in block.notes:
            server = self._request.getfixturevalue("test_mode")
            environ, url = {**environ, **server.environ}, server.url
        _, *parts = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)
        for command, shown in zip(parts[::2], parts[1::2], strict=True):
            done = subprocess.run(
                command, shell=True, cwd=self._folder, env=environ, capture_output=True, text=True, check=False
            )
            texts = (done.stdout + done.stderr, shown)
            if url:
                texts = (re.sub(r"\d+", "#", text.replace(url, API)) for text in texts)
            if problem := what_differs(*(text.splitlines() for text in texts)):
                return f"$ {command}: {problem}"
        return None


API = "https://api.stripe.com"


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


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
    return None if may_skip or not any(real[position:]) else f"more is shown: {real[position:]}"


def _without_times(line):
    line = re.sub(r"\bin [\d.#]+ ?s\b", "in N s", line.rstrip())
    return re.sub(r"=+ (.*) =+", r"\1", line)


def test_what_differs_can_tell():
    assert what_differs(["a", "b", "c in 0.1s"], ["a", "...", "c in 0.2s"]) is None
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
            if block.language in readers and "not run" not in block.notes:
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
    assert [name for name in named if not (DOCS / name).is_file()] == []
    assert {page.path for page in PAGES} - {DOCS / name for name in named} == {README}
