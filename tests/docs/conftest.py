from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture
def test_mode(monkeypatch):
    """A server that answers as Stripe's test mode does, and what a recording needs in its environment."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "record"))
    import server

    running = server.Server()
    environ = {"STRIPE_SECRET_KEY": server.SECRET_KEY, "STRIPE_API_BASE": running.url}
    yield SimpleNamespace(url=running.url, environ=environ)
    running.close()
    # Another directory of tests has a module of this name too.
    sys.modules.pop("server", None)
