"""The picture of the README's first test is made of a real run; run this file to draw it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from pages import DOCS, README, Page

PICTURE = DOCS / "assets" / "first-test.svg"
# By their numbers in the terminal; readable on the dark ground that the picture brings along.
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "36": "#76e3ea"}
# Of a machine, and of the versions on it.
LEFT_OUT = ("platform ", "rootdir: ", "plugins: ", "cachedir: ", "configfile: ")
LINE, LEFT, TOP = 20, 20, 52


def run(folder):
    folder.joinpath("test_shop.py").write_text(Page(README).blocks[0].text, encoding="utf-8")
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "80"}
    command = [sys.executable, "-m", "pytest", "-v", "--color=yes", "-p", "stripe_tokens", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith(LEFT_OUT)]


def drawn(lines):
    height = TOP + LINE * (len(lines) + 1)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 {height}" role="img" aria-label="The output of pytest -v">',
        f'<rect width="740" height="{height}" rx="10" fill="#161b22"/>',
        *(
            f'<circle cx="{24 + 20 * n}" cy="22" r="6" fill="{fill}"/>'
            for n, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="#e6edf3">',
    ]
    for number, line in enumerate(["$ pytest -v", *lines]):
        out.append(f'<text x="{LEFT}" y="{TOP + LINE * number}">{_spans(line)}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


def _spans(line):
    spans, fill, weight = [], None, None
    for text, codes in re.findall(r"([^\x1b]*)(?:\x1b\[([\d;]*)m)?", line):
        if text:
            # Ordinary ones in a row would be drawn as one.
            shown = escape(text).replace(" ", "\N{NO-BREAK SPACE}")
            style = (f' fill="{fill}"' if fill else "") + (f' font-weight="{weight}"' if weight else "")
            spans.append(f"<tspan{style}>{shown}</tspan>" if style else shown)
        for code in codes.split(";") if codes else ():
            fill = None if code in ("0", "") else COLOURS.get(code, fill)
            weight = "bold" if code == "1" else None if code in ("0", "") else weight
    return "".join(spans)


def _without_times(text):
    return re.sub(r"=+", "=", re.sub(r"in\s[\d.]+s", "in N s", text))


def test_the_picture_is_that_of_a_run(tmp_path):
    shown, real = PICTURE.read_text(encoding="utf-8"), drawn(run(tmp_path))
    assert _without_times(shown) == _without_times(real), "draw it anew: .venv/bin/python tests/docs/test_picture.py"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(drawn(run(Path(folder))), encoding="utf-8")
