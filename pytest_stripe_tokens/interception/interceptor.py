"""`Interceptor`: what an HTTP client must have replaced so that a sandbox answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_stripe_tokens.interception.gate import Gate


class Target(NamedTuple):
    """A function of a client that is replaced while a sandbox is open.

    Args:
        owner: the class or module that holds it.
        name: its name there.
        wrap: makes the replacement from the gate and from what was in place before.
        vcr_name: where vcrpy keeps what it takes for the real function.
        genuine: the function as it was when the client was loaded.
    """

    owner: Any
    name: str
    wrap: Callable[[Gate, Any], Any]
    vcr_name: str = ""
    genuine: Any = None

    @classmethod
    def of(cls, owner: Any, name: str, wrap: Callable[[Gate, Any], Any], *, vcr_name: str = "") -> Target:
        """Describe a function as it is now, before any test replaces it."""
        return cls(owner, name, wrap, vcr_name, getattr(owner, name))


class Interceptor(Protocol):
    """One client."""

    @property
    def module(self) -> str:
        """The module whose import means that the client is there."""
        ...

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open; asked once, when `module` is loaded."""
        ...
