"""The picture of the figures is drawn from the table in benchmarks/README.md; run this file to draw it anew."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "assets" / "times.svg"
TABLE = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
# What is shown, and by which words.
SHOWN = {
    "replay": "ours, replayed",
    "generate": "ours, generated",
    "responses": "responses, hand-written",
    "pytest-recording": "pytest-recording",
    "cassetter": "cassetter",
    "localstripe": "localstripe",
    "replay-httpx": "ours, replayed",
    "pytest-httpx": "pytest-httpx, hand-written",
    "respx": "respx, hand-written",
    "replay-aiohttp": "ours, replayed",
    "aioresponses": "aioresponses, hand-written",
}
GROUPS = {"replay": "stripe-python on requests", "replay-httpx": "httpx", "replay-aiohttp": "aiohttp"}
STYLE = """<style>
    text { font: 14px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
    .head { font-weight: 600 }
    rect { fill: #8b949e }
    .ours { fill: #635bff }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6e7681 } .ours { fill: #8b85ff } }
  </style>"""
LINE, LEFT, WIDTH = 26, 210, 380


def milliseconds():
    """Of each case, by the first table."""
    rows = re.findall(r"^\| `([\w-]+)`[^|]*\| ([\d.]+) \|", TABLE, re.MULTILINE)
    return {name: float(number) for name, number in rows}


def drawn():
    found = milliseconds()
    most = max(found[name] for name in SHOWN)
    y, parts = 8, []
    for name, words in SHOWN.items():
        if name in GROUPS:
            y += LINE
            parts.append(f'<text class="head" x="0" y="{y}">{escape(GROUPS[name])}</text>')
            y += 8
        ours = ' class="ours"' if words.startswith("ours") else ""
        length = WIDTH * found[name] / most
        parts += [
            f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(words)}</text>',
            f'<rect{ours} x="{LEFT}" y="{y}" width="{length:.0f}" height="20" rx="3"/>',
            f'<text x="{LEFT + length + 8:.0f}" y="{y + 15}">{found[name]:.2f}</text>',
        ]
        y += LINE
    label = "Milliseconds of a test that creates a token and retrieves it"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {y + 8}" role="img" aria-label="{label}">'
    return "\n  ".join([head, STYLE, *parts]) + "\n</svg>\n"


def test_the_picture_shows_the_figures_of_the_table():
    assert SHOWN.keys() <= milliseconds().keys()
    assert PICTURE.read_text(encoding="utf-8") == drawn()


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
