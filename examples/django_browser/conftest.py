"""The shop in a process of its own, as `manage.py runserver` starts it, and Chromium to look at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stripe_tokens.sandbox.serving import StripeServer


@pytest.fixture(scope="module")
def shop(stripe_server: StripeServer) -> Iterator[str]:
    """The shop's address; it asks `stripe_server` in place of Stripe, and so do its pages."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environ = {**os.environ, **stripe_server.environ, "STRIPE_JS_URL": f"{stripe_server.url}/v3/"}
    command = [sys.executable, "manage.py", "runserver", "--noreload", address]
    with subprocess.Popen(command, env=environ, cwd=Path(__file__).parent, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(address, process)
            yield f"http://{address}/"
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    host, port = address.split(":")
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        assert process.poll() is None, "the shop did not start: run `python manage.py runserver`"
        time.sleep(0.1)
    pytest.fail("the shop did not start in 30 seconds")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; pytest-playwright's fixtures `browser` and `page` would do as well."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a browser that remembers nothing."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
