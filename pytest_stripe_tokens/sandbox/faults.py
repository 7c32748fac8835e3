"""The failures of one test that are still to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_stripe_tokens.redaction.sensitive import hide
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Request
    from pytest_stripe_tokens.sandbox.endpoints import Endpoint
    from pytest_stripe_tokens.sandbox.fault import Fault


@dataclass(eq=False, repr=False)
class _Pending:
    """A failure that is still to be met.

    Args:
        fault: what the requests meet.
        endpoint: the requests that it is for.
        left: how many more of them meet it.
        call: as the test typed it, for messages.
    """

    fault: Fault
    endpoint: Endpoint
    left: int
    call: str
    is_met: bool = False


class Faults:
    """The failures to come; of those that fit a request the first comes first."""

    def __init__(self) -> None:
        self.pending: list[_Pending] = []

    def add(self, fault: Fault, times: int, *, method: str | None = None, path: str | None = None) -> None:
        """Let the next `times` requests, of a method and to a path where these are given, meet `fault`.

        Raises:
            UsageError: a number of requests, a method or a path that cannot be.
        """
        from pytest_stripe_tokens.sandbox import endpoints  # noqa: PLC0415 - few tests ask for a failure
        from pytest_stripe_tokens.sandbox.fault import is_number  # noqa: PLC0415

        if not is_number(times, int) or times < 1:
            raise UsageError(f"fail_next(times={times!r}): expected the number of requests to fail, 1 or more")
        endpoint = endpoints.of(method, path, "fail_next")
        given: dict[str, object] = {**vars(fault), "method": method, "path": path, "delay": fault.delay or None}
        parts = [f"{name}={_typed(value)}" for name, value in given.items() if value is not None]
        self.pending.append(_Pending(fault, endpoint, times, hide(f"stripe_tokens.fail_next({', '.join(parts)})")))

    def next(self, request: Request) -> Fault | None:
        """Take the failure that a request meets; None where it meets none."""
        for pending in self.pending:
            if pending.left and pending.endpoint.ids(request) is not None:
                pending.left -= 1
                pending.is_met = True
                return pending.fault
        return None

    def unmet(self) -> list[str]:
        """Say of each failure that no request has met what to do about it."""
        return [
            f"no request met {pending.call}: correct its method and path, or take it away"
            for pending in self.pending
            if not pending.is_met
        ]


def _typed(value: object) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)
