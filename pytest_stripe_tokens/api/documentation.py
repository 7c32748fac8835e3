"""Where the documentation is. One place says it: once the site has an address, this is what changes."""

from __future__ import annotations

_FOLDER = "docs"


def see(page: str, heading: str = "") -> str:
    """Send a reader to a page.

    Args:
        page: its name, `"endpoints"`.
        heading: the anchor of a heading on it; empty for its top.
    """
    return f"see {_FOLDER}/{page}.md{'#' if heading else ''}{heading} in its repository"
