"""The failures that a test asks for with `fail_next`."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.simulator.errors.by_code import error_for

if TYPE_CHECKING:
    import builtins

    from pytest_stripe_tokens.simulator.errors.refusal import ApiError

_LOWEST, _HIGHEST = 400, 599


@dataclass(frozen=True)
class Fault:
    """What the next requests meet: an error answer or an exception, after `delay` seconds.

    Raises:
        UsageError: arguments that no failure can have.
    """

    status: int | None = None
    code: str | None = None
    type: str | None = None
    message: str | None = None
    exception: BaseException | builtins.type[BaseException] | None = None
    delay: float = 0.0

    def __post_init__(self) -> None:
        texts: dict[str, object] = {"code": self.code, "type": self.type, "message": self.message}
        for name, value in texts.items():
            if not isinstance(value, str | None):
                raise UsageError(f"fail_next({name}={value!r}): expected a text")
        if not _is_number(self.delay, float) or not 0 <= self.delay < math.inf:
            raise UsageError(f"fail_next(delay={self.delay!r}): expected seconds, 0 or more")
        if self.status is not None and not (_is_number(self.status, int) and _LOWEST <= self.status <= _HIGHEST):
            raise UsageError(f"fail_next(status={self.status!r}): expected an error status, {_LOWEST} to {_HIGHEST}")
        if self.exception is None:
            return
        if not is_exception(self.exception):
            raise UsageError(
                f"fail_next(exception={self.exception!r}): expected an exception or its class, such as ConnectionError"
            )
        if any(value is not None for value in (self.status, self.code, self.type, self.message)):
            raise UsageError("fail_next: an exception has no status, code, type or message; give one or the other")

    def error(self) -> ApiError:
        """The error to answer with, in the API's words where the test gave none."""
        return error_for(self.status, code=self.code, type=self.type, message=self.message)


class Faults:
    """The failures to come, first in first out."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault, times: int) -> None:
        """Let the next `times` requests meet `fault`.

        Raises:
            UsageError: a number of requests that cannot be.
        """
        if not _is_number(times, int) or times < 1:
            raise UsageError(f"fail_next(times={times!r}): expected the number of requests to fail, 1 or more")
        self._waiting.extend([fault] * times)

    def next(self) -> Fault | None:
        """Take the failure that the next request meets; None where it meets none."""
        return self._waiting.popleft() if self._waiting else None


def is_exception(value: object) -> bool:
    """Tell whether a value can be raised."""
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


def _is_number(value: object, kind: type[float]) -> bool:
    """Tell whether a value is a number of this kind; an int is a float too, True is neither."""
    return isinstance(value, (int, kind)) and not isinstance(value, bool)
