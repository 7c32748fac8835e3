"""Paths of endpoints, in which `:id` or another name after a colon stands for one segment of any text."""

from __future__ import annotations


def segments(path: str) -> tuple[str, ...]:
    """Part a path; a slash at its end is none of it."""
    return tuple(path.strip("/").split("/"))


def ids(shape: tuple[str, ...], sent: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give what stands for the names of an endpoint in a path, in their order; None where it is another's.

    Args:
        shape: the endpoint's path, parted.
        sent: the path of a request, decoded and parted.
    """
    if len(shape) != len(sent):
        return None
    found: list[str] = []
    for name, text in zip(shape, sent, strict=True):
        if name.startswith(":") and text:
            found.append(text)
        elif name != text:
            return None
    return tuple(found)
