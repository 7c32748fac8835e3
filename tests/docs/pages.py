"""A page of the documentation as its tests read it: blocks with what is said above them, headings, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"

OUTCOMES = ("passed", "failed", "skipped", "errors")
# Each takes a second.
_QUICK = 4
_BLOCK = re.compile(
    r"(?P<notes>(?:^<!-- [^\n]+ -->\n)*)^```(?P<language>\w*)(?P<extra>[^\n]*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_NOTE = re.compile(r"<!-- (.+) -->")
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Args:
        language: what the fence says.
        file: the name of the file that the block is, where a comment or a `title="..."` gives it one.
        text: what is between the fences.
        notes: what the comments above it say: `passed`, `failed`, `needs`, `options`, `not run`, ...
        line: of the page, where it begins.
    """

    language: str
    file: str | None
    text: str
    notes: dict[str, str]
    line: int

    @property
    def needs(self) -> list[str]:
        """The distributions without which it can't be run."""
        return [name for name in self.notes.get("needs", "").split(", ") if name]

    @property
    def is_run(self) -> bool:
        """Whether it is a suite or shows a run."""
        return self.language == "console" or any(name in self.notes for name in OUTCOMES)


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def is_slow(self) -> bool:
        """Whether running it takes more than some seconds."""
        return "<!-- slow -->\n" in self.text or len([block for block in self.blocks if block.is_run]) > _QUICK

    @cached_property
    def needs(self) -> list[str]:
        """The distributions without which none of its blocks can be run."""
        return [
            name
            for needed in re.findall(r"^<!-- needs: (.*) -->\n\n", self.text, re.MULTILINE)
            for name in needed.split(", ")
        ]

    @cached_property
    def blocks(self) -> list[Block]:
        return [self._block(found) for found in _BLOCK.finditer(self.text)]

    def _block(self, found: re.Match[str]) -> Block:
        notes = _notes(found["notes"])
        titled = re.search(r'title="([^"]+)"', found["extra"])
        line = self.text[: found.start("language")].count("\n") + 1
        return Block(found["language"], titled[1] if titled else notes.get("file"), found["text"], notes, line)

    @cached_property
    def prose(self) -> str:
        return _BLOCK.sub("", self.text)

    @cached_property
    def anchors(self) -> set[str]:
        """The ids of its headings, as GitHub and the site make them."""
        seen: dict[str, int] = {}
        anchors = set()
        for title in re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE):
            slug = slug_of(title)
            anchors.add(slug if slug not in seen else f"{slug}_{seen[slug]}")
            seen[slug] = seen.get(slug, 0) + 1
        # What mkdocstrings shows has the name that it is imported by.
        return anchors | set(re.findall(r"^::: (\S+)$", self.prose, re.MULTILINE))

    @cached_property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose) + _PICTURE.findall(self.prose)


def slug_of(title: str) -> str:
    """The id of a heading: GitHub's rule, which zensical.toml asks of the site too."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _notes(comments: str) -> dict[str, str]:
    notes = {}
    for comment in _NOTE.findall(comments):
        # `passed: 3, failed: 1` are two, `needs: httpx, aiohttp` is one.
        for part in re.split(r", (?=\w+: )", comment):
            key, _, value = part.partition(": ")
            notes[key] = value
    return notes


def all_pages() -> list[Page]:
    return [Page(README), *(Page(path) for path in sorted(DOCS.rglob("*.md")))]
