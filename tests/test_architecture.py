"""Folders name the stages, arrows between them run downwards, and what is heavy is imported when it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

NAME = "pytest_stripe_tokens"
PACKAGE = Path(__file__).parents[1] / NAME

# From the top: a folder imports only from the rows below its own. The first row is the package's own `__init__`, and
# the command.
LAYERS = (
    ("", "__main__"),
    ("plugin",),
    ("sandbox", "calibration"),
    ("recording",),
    ("cassettes",),
    ("interception", "simulator", "redaction"),
    ("api",),
)
# Who may import what: a folder, or one module.
ONLY_IMPORTERS = {
    "pytest": "plugin",
    "_pytest": None,
    "yaml": "cassettes",
    "faker": "simulator.tokens.generator",
    "jsonschema": "api.schemas",
    "vcr": "interception",
    "requests": "interception",
    "urllib3": "interception",
    "httpx": "interception",
    "aiohttp": "interception",
    "yarl": "interception",
    "anyio": "interception",
    "responses": "interception",
    "requests_mock": "interception",
    "aioresponses": "interception",
    "pook": "interception",
    "respx": "interception",
    "stripe": None,
}
HEAVY = {*ONLY_IMPORTERS, "filelock"} - {"pytest", "_pytest"}


@dataclass(frozen=True)
class Import:
    name: str
    at_start: bool
    for_types: bool


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def is_import(node):
    """Whether a call loads a module. The package itself does by a table, and nothing imports from it."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")


def imports(path):
    found = []

    def walk(node, *, at_start, for_types):
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, at_start, for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                is_module = full.removeprefix(f"{NAME}.") in MODULES
                found.append(Import(full if is_module else str(node.module), at_start, for_types))
        elif is_import(node) and path != PACKAGE / "__init__.py":
            found.append(Import(ast.literal_eval(node.args[0]), at_start, for_types))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for child in node.body:
                walk(child, at_start=at_start, for_types=True)
            node = ast.Module(node.orelse, [])
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            at_start = False
        for child in ast.iter_child_nodes(node):
            walk(child, at_start=at_start, for_types=for_types)

    walk(ast.parse(path.read_text(encoding="utf-8")), at_start=True, for_types=False)
    return found


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


def own(name):
    """The modules of ours that a module imports."""
    return {found.name.removeprefix(NAME).lstrip(".") for found in IMPORTS[name] if found.name.split(".")[0] == NAME}


def top(name):
    return name.split(".")[0]


def layer(name):
    return next(index for index, row in enumerate(LAYERS) if top(name) in row)


def test_the_rows_name_every_folder():
    assert {name for row in LAYERS for name in row} == {top(name) for name in MODULES}


def test_a_folder_imports_only_from_the_rows_below():
    upwards = [
        f"{name} imports {imported}"
        for name in MODULES
        for imported in own(name)
        if top(imported) != top(name) and layer(imported) <= layer(name)
    ]
    assert not upwards


def test_no_modules_import_each_other_when_they_run():
    graph = {
        name: {
            found.name.removeprefix(f"{NAME}.")
            for found in found_imports
            if found.name.startswith(f"{NAME}.") and not found.for_types
        }
        for name, found_imports in IMPORTS.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_library_is_imported_in_one_place():
    elsewhere = [
        f"{name} imports {item.name}"
        for name, found in IMPORTS.items()
        for item in found
        if top(item.name) in ONLY_IMPORTERS and ONLY_IMPORTERS[top(item.name)] not in {name, top(name)}
    ]
    assert not elsewhere


def test_nothing_heavy_is_imported_when_a_module_is():
    heavy = [
        f"{name} imports {item.name}"
        for name, found in IMPORTS.items()
        for item in found
        if item.at_start and not item.for_types and top(item.name) in HEAVY
    ]
    assert not heavy


@pytest.mark.parametrize("module", [NAME, f"{NAME}.plugin"])
def test_importing_us_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_importing_the_package_does_not_load_pytest():
    code = f"import sys, {NAME}; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
