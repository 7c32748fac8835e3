"""What on the command line may leave tests of the suite out of a run: a cassette may be used by one of them."""

from __future__ import annotations

import glob
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

# Of an ini file, what changes neither which tests there are nor what they send.
_HARMLESS = (
    "cache_dir",
    "console_",
    "faulthandler_",
    "filterwarnings",
    "junit_",
    "log_",
    "strict",
    "tmp_path_",
    "truncation_",
    "verbosity_",
    "xfail_strict",
)


def narrowings(config: pytest.Config) -> Iterator[str]:
    """Say what on the command line may leave tests out, where the tests that are left do not show it."""
    option = config.option
    typed = [*config.invocation_params.args, *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    if option.collectonly:
        yield "no test is run with --collect-only"
    if not _is_whole(config):
        yield "this run was given files, directories or tests to run, not the whole suite"
    for name, value in (
        ("--setup-plan", option.setupplan),
        ("--setup-only", option.setuponly),
        ("-o", [item for item in option.override_ini or () if not item.startswith(_HARMLESS)]),
        ("-c", option.inifilename),
        ("--lf", getattr(option, "lf", False)),
        ("--confcutdir", _is_typed("--confcutdir", typed)),
        ("--noconftest", option.noconftest),
        # Where the suite's own ini file has them, they are the suite.
        ("--ignore", option.ignore and _is_typed("--ignore", typed)),
        ("--ignore-glob", option.ignore_glob and _is_typed("--ignore-glob", typed)),
        ("--stripe-tokens=generate", option.stripe_tokens_mode == "generate"),
    ):
        if value:
            yield f"{name} may leave tests of the suite out of this run"


def _is_typed(option: str, typed: list[str]) -> bool:
    # What a file of arguments holds, `@args.txt`, is not read again.
    return any(argument == option or argument.startswith((f"{option}=", "@")) for argument in typed)


def _is_whole(config: pytest.Config) -> bool:
    """Whether what is collected from is rootdir, or all that the ini file names."""
    if any("::" in argument for argument in config.args) or config.option.pyargs:
        return False
    given = {_resolved(config.invocation_params.dir, argument) for argument in config.args}
    if config.rootpath.resolve() in given:
        return True
    patterns = config.getini("testpaths")
    wanted = {
        _resolved(config.rootpath, path)
        for pattern in patterns
        for path in glob.glob(str(config.rootpath / pattern), recursive=True)  # noqa: PTH207 - as pytest itself does
    }
    return bool(wanted) and wanted <= given


def _resolved(directory: Path, path: str) -> Path:
    return Path(directory, path).resolve()
