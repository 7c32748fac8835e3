"""`Fault`: one failure that a test asks for with `fail_next`; few tests ask for one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.messages import is_v2
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
        if not is_number(self.delay, float) or not 0 <= self.delay < math.inf:
            raise UsageError(f"fail_next(delay={self.delay!r}): expected seconds, 0 or more")
        if self.status is not None and not (is_number(self.status, int) and _LOWEST <= self.status <= _HIGHEST):
            raise UsageError(f"fail_next(status={self.status!r}): expected an error status, {_LOWEST} to {_HIGHEST}")
        if self.code is not None and self.status is None and self.message is None:
            _check_code(self.code)
        if self.exception is None:
            return
        if not is_exception(self.exception):
            raise UsageError(
                f"fail_next(exception={self.exception!r}): expected an exception or its class, such as ConnectionError"
            )
        if any(value is not None for value in (self.status, self.code, self.type, self.message)):
            raise UsageError("fail_next: an exception has no status, code, type or message; give one or the other")

    def error(self, path: str) -> ApiError:
        """The error to answer a path with, in the API's words where the test gave none."""
        # Who has no key is answered under /v2 as under /v1.
        if is_v2(path) and self.status != HTTPStatus.UNAUTHORIZED:
            from pytest_stripe_tokens.simulator.errors import of_v2  # noqa: PLC0415 - most tests ask /v1 alone

            return of_v2.error_for(self.status, self.code, self.type, self.message)
        return error_for(self.status, code=self.code, type=self.type, message=self.message)


def is_exception(value: object) -> bool:
    """Tell whether a value can be raised."""
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


def _check_code(code: str) -> None:
    from pytest_stripe_tokens.simulator.errors import codes  # noqa: PLC0415 - few tests ask for one by its code

    if codes.is_published(code):
        return
    nearest = codes.nearest(code)
    meant = f": is it {nearest!r}?" if nearest else "."
    raise UsageError(
        f"fail_next(code={code!r}): Stripe has no such code{meant} "
        "For one that is not published give a status or a message too"
    )


def is_number(value: object, kind: type[float]) -> bool:
    """Tell whether a value is a number of this kind; an int is a float too, True is neither."""
    return isinstance(value, (int, kind)) and not isinstance(value, bool)
