"""A cassette's plain data as YAML."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


def dump(data: Any) -> bytes:
    """Write plain data, the same bytes for the same data."""
    import yaml  # noqa: PLC0415 - only a recording writes

    # Lines are never folded: a secret that a fold cuts in two would not be found by the search.
    # A type of types-PyYAML's own is not known.
    write: Any = yaml.dump  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    text: str = write(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=sys.maxsize)
    return text.encode("utf-8")


@cache
def _dumper() -> Any:
    import yaml  # noqa: PLC0415 - as in `dump`

    # The dumper in Python: libyaml's, where it is there at all, folds and quotes in its own way.
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
            return True

    def represent(dumper: Any, text: str) -> yaml.ScalarNode:
        node: yaml.ScalarNode = dumper.represent_str(text)
        node.style = "|" if "\n" in text else node.style
        return node

    Dumper.add_representer(str, represent)
    return Dumper
