"""Chromium, driven by Playwright, and a shop whose pages load the stand-in of Stripe.js."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",  # it does not start as root without
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # It still asks Google of its own accord, for accounts and for what the inputs of a form are.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="module")
def launch():
    """Start a Chromium; as long as there is one, Playwright's event loop runs in the thread of the tests."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"there is no Chromium: none of {', '.join(NAMES)} is on the PATH")
    with playwright.sync_playwright() as running:
        yield lambda *flags: running.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


@pytest.fixture(scope="module")
def chromium(launch):
    browser = launch()
    yield browser
    browser.close()


@dataclass
class Shop:
    """Serves pages from an origin of its own, and keeps what the browser says of them."""

    url: str
    api: str
    pages: dict[str, str]
    page: Any = None
    console: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def use(self, page):
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"thrown: {error}"))
        page.on("request", lambda request: self.asked.append(request.url))
        self.page = page
        return self

    def open(self, body="", *, script="/v3/", path="/"):
        """Load a page with the stand-in and `stripe`, or with no script, and this body."""
        source = f'<script src="{self.api}{script}"></script><script>const stripe = Stripe("pk_test_shop")</script>'
        self.pages[path] = f"<!doctype html><title>Shop</title>{source if script else ''}<body>{body}</body>"
        self.page.goto(self.url + path)
        return self.page

    def run(self, code, given=None):
        """Run the body of an async function in the page, which has to end in ten seconds."""
        late = "new Promise((_, end) => setTimeout(() => end(new Error('no answer in ten seconds')), 10000))"
        return self.page.evaluate(f"(given) => Promise.race([(async () => {{ {code} }})(), {late}])", given)

    def thrown(self, code):
        """Say with what an expression fails, `"IntegrationError: ..."`; None where it does not."""
        return self.run("try { await eval(given); return null } catch (error) { return String(error) }", code)


@pytest.fixture
def served(stripe_server):
    """The shop, before a browser looks at it."""
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path.partition("?")[0], "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):  # noqa: A002 - http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Shop(f"http://127.0.0.1:{server.server_address[1]}", stripe_server.url, pages)
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(served, chromium):
    context = chromium.new_context()
    yield served.use(context.new_page())
    context.close()
