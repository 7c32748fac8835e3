"""Django as its own test runner sets it up: its settings, and a database in memory for the length of the run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import django
import pytest
from django.test.utils import setup_databases, setup_test_environment, teardown_databases, teardown_test_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

# The models of a test module can be imported only after this.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()


@pytest.fixture(scope="session", autouse=True)
def _test_environment() -> Iterator[None]:
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(databases, verbosity=0)
    teardown_test_environment()
