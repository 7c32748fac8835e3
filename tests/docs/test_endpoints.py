"""docs/endpoints.md lists what the simulator answers; run this file to write it anew."""

from __future__ import annotations

from pathlib import Path

from pytest_stripe_tokens.simulator.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "endpoints.md"
HEAD = """# Endpoints

What is answered without a cassette, by the first part of the path. Any other path is refused with the words to type in
its place: `stripe_tokens.answer("POST /v1/subscriptions", {...})`.

`pk` marks what a publishable key may ask for too.
"""


def page():
    rows = {}
    for route in ROUTES:
        group = rows.setdefault(route.path.split("/")[2], {})
        group.setdefault(route.path, []).append(f"{route.method}{' (pk)' if route.publishable else ''}")
    parts = [HEAD]
    for name, paths in sorted(rows.items()):
        lines = [f"| `{path}` | {', '.join(sorted(methods))} |" for path, methods in sorted(paths.items())]
        parts.append("\n".join([f"## {name}", "", "| path | methods |", "|---|---|", *lines]) + "\n")
    return "\n".join(parts)


def test_the_page_lists_every_route():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: .venv/bin/python tests/docs/test_endpoints.py"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
