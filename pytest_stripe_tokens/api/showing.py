"""Text that others wrote, such as a server's names and messages, made fit for one line or for Markdown.

Whoever answers a recording chooses field names, versions and messages. A newline, an escape sequence or a mark of a CI
system in them must stay text wherever they are shown.
"""

from __future__ import annotations

import re

_LONGEST = 500
# Texts, which `re` compiles when one is first needed: most runs show nothing.
_COMMAND_START = r"^(\s*):(?=:)"
_LINK = r"(?i)\b(www\.|[a-z][a-z0-9+.-]*://)(?!(?:[a-z0-9-]+\.)*stripe\.com(?:[/\s\"')]|$))"


def one_line(text: str, longest: int = _LONGEST) -> str:
    """Give a text as one line that no terminal and no CI system obeys.

    What does not print is written out as Python escapes it, also what turns the direction of writing. GitHub reads
    commands from `::` at a line's start, and older systems from `##` anywhere: a space parts them.
    """
    # Cut before, because a text may be long, and after, because one sign may be written out as ten.
    line = text if len(text) <= longest else f"{text[:longest]}..."
    if not line.isprintable():
        line = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
        line = line if len(line) <= longest else f"{line[:longest]}..."
    return re.sub("#(?=#)", "# ", re.sub(_COMMAND_START, r"\1: ", line))


def code(text: str, longest: int = _LONGEST) -> str:
    """Give a text as code in Markdown, which neither mentions anyone nor links nor is HTML."""
    line = one_line(text, longest)
    # Code ends at as many backticks as it began with.
    fence = "`" * (1 + max((len(ticks) for ticks in re.findall("`+", line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{fence}{space}{line}{space}{fence}"


def escaped(text: str) -> str:
    """Give a text for Markdown as it is: no markup, no mention, and no link but to Stripe."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    line = re.sub(r"([\\`*_\[\]>|~])", r"\\\1", line)
    # GitHub looks for these in what Markdown has become: a space of no width parts them.
    line = re.sub("([@#])(?=[A-Za-z0-9])", r"\1&#8203;", line)
    return re.sub(_LINK, lambda match: f"{match[1][:-1]}&#8203;{match[1][-1]}", line)
