from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from nights import Night, Project, test_mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Night]]:
    """A project after its first night; to be looked at, not changed."""
    server = test_mode.Server()
    project = Project(tmp_path_factory.mktemp("nightly"), server).found()
    yield project, project.night()
    server.close()


@pytest.fixture
def server() -> Iterator[test_mode.Server]:
    server = test_mode.Server()
    yield server
    server.close()


@pytest.fixture
def new(tmp_path: Path, server: test_mode.Server) -> Project:
    """A project before its first night."""
    return Project(tmp_path, server).found()


@pytest.fixture
def proposed(first: tuple[Project, Night], tmp_path: Path, server: test_mode.Server) -> Project:
    """A project whose first pull request is still open."""
    return first[0].copied(tmp_path, server)


@pytest.fixture
def recorded(proposed: Project) -> Project:
    """A project that has merged its first pull request."""
    proposed.merge()
    return proposed
