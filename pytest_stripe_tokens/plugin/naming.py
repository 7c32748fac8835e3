"""The names that cassettes get from the tests that use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# What a file's name can't hold everywhere; pytest-recording replaces the same ones.
_REPLACED = re.compile(r"""[<>?%*:|"'/\\\x00-\x1f\x7f]""")
_PARAMETER = re.compile(r"\{(\w+)\}")
_SIMPLE = (str, int, float, bool, type(None))


class Names:
    """Names the cassettes of the tests of one collection."""

    def __init__(self) -> None:
        self._modules: dict[str, Path] = {}

    def of_test(self, given: object, item: pytest.Item) -> str:
        """Give the name of a test's cassette.

        Args:
            given: the marker's `cassette`: True for a cassette that is called like the test, or a name in which
                `{reason}` stands for the test's parameter `reason`.
            item: the test.

        Raises:
            UsageError: there is no such parameter, its value is no text and no number, or another module's test has the
                same name.
        """
        if given is True:
            return self._own(item)
        return _PARAMETER.sub(lambda place: _value(str(given), place[1], item), str(given))

    @staticmethod
    def of_class(given: object) -> str | None:
        """Give the cassette of what sets a class up; None where each of its tests has one of its own."""
        return None if given is True or _PARAMETER.search(str(given)) else str(given)

    def _own(self, item: pytest.Item) -> str:
        """Name a cassette as pytest-recording does: `<module>/<class>.<test>[<parameters>]`."""
        kind = getattr(item, "cls", None)
        test = item.name if kind is None else f"{kind.__name__}.{item.name}"
        name = f"{item.path.stem}/{_REPLACED.sub('-', test)}"
        first = self._modules.setdefault(name, item.path)
        if first != item.path:
            raise UsageError(
                f"{item.nodeid}: marker stripe_tokens: cassette=True gives it {name!r}, which a test in {first} has "
                'already; name the cassette of one of them, cassette="name"'
            )
        return name


def _value(name: str, parameter: str, item: pytest.Item) -> str:
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    source = f"{item.nodeid}: marker stripe_tokens: cassette {name!r}"
    if parameter not in params:
        known = f"its parameters are {', '.join(params)}" if params else "it has none"
        raise UsageError(f"{source} names the parameter {parameter!r}, which this test does not have; {known}")
    value = params[parameter]
    if not isinstance(value, _SIMPLE):
        raise UsageError(
            f"{source}: the parameter {parameter!r} is a {type(value).__name__}, which makes no name; expected a text "
            "or a number, or use cassette=True"
        )
    return _REPLACED.sub("-", str(value))
