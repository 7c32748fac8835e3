from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What others bring along must not decide what these suites show.
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist")


@dataclass(frozen=True)
class Suite:
    """A user's suite in a directory of its own."""

    pytester: pytest.Pytester

    @property
    def path(self) -> Path:
        return self.pytester.path

    def write(self, name: str, text: str) -> Suite:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return self

    def run(self, *args: str, quiet: bool = True) -> pytest.RunResult:
        """Run in a process of its own: other suites' clients, mocks and modules stay out of it."""
        return self.pytester.runpytest_subprocess(*(QUIET if quiet else ()), *args)


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Suite:
    return Suite(pytester)


@pytest.fixture
def run_test(suite: Suite) -> Callable[..., pytest.RunResult]:
    """Run one test module."""

    def run(text: str, *args: str, **files: Any) -> pytest.RunResult:
        for name, content in files.items():
            suite.write(name.replace("__", "."), content)
        return suite.write("test_it.py", text).run(*args)

    return run
