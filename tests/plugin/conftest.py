from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from suites import LEAN, QUIET, Suite

if TYPE_CHECKING:
    from collections.abc import Callable

# These are about other plugins, which their suites need.
WITH_PLUGINS = {"test_late_imports", "test_layers"}


@pytest.fixture
def suite(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Suite:
    return Suite(pytester, QUIET if request.module.__name__ in WITH_PLUGINS else LEAN)


@pytest.fixture
def run_test(suite: Suite) -> Callable[..., pytest.RunResult]:
    """Run one test module."""

    def run(text: str, *args: str, **files: Any) -> pytest.RunResult:
        for name, content in files.items():
            suite.write(name.replace("__", "."), content)
        return suite.write("test_it.py", text).run(*args)

    return run
