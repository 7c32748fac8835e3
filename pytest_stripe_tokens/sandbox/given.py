"""The answers that a test gives itself, with `answer` or the fixture `stripe_tokens_answers`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pytest_stripe_tokens.redaction.sensitive import hide
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Request
    from pytest_stripe_tokens.sandbox.endpoints import Endpoint
    from pytest_stripe_tokens.sandbox.seen import SeenRequest

Answer: TypeAlias = "Mapping[str, Any] | Callable[[SeenRequest], Mapping[str, Any] | tuple[int, Mapping[str, Any]]]"
_LOWEST, _HIGHEST = 200, 599
_EXPECTED = 'the answer\'s JSON, such as {"object": "subscription"}, or a function that gives it'


class AnswerFailed(Exception):  # noqa: N818 - it carries the error
    """The function of an own answer raised something, or gave what is no answer.

    Args:
        message: which one it was, and which request asked for it.
        error: what it raised, which the test is to see as it is; None where it gave no answer.
    """

    def __init__(self, message: str, error: Exception | None) -> None:
        self.message = message
        self.error = error
        super().__init__(message)


@dataclass(eq=False, repr=False)
class GivenAnswer:
    """An answer that a test gives, and how often it was asked for.

    Args:
        name: as the test typed it, `"POST /v1/subscriptions"`.
        endpoint: the requests that it answers.
        body: the answer, or what makes it from the request.
        status: the HTTP status, where `body` does not give one.
        times: how many requests it answers; None for any number.
        optional: whether the test may do without it.
        source: who gives it, for messages.
    """

    name: str
    endpoint: Endpoint
    body: Answer
    status: int = HTTPStatus.OK
    times: int | None = None
    optional: bool = False
    source: str = "stripe_tokens.answer"
    asked: int = 0

    def made(self, seen: SeenRequest) -> tuple[int, dict[str, Any]]:
        """Make the answer to a request: its status and its body.

        Raises:
            AnswerFailed: the function raised something, or gave no answer.
        """
        if not callable(self.body):
            return self.status, as_json(self.body, self.source)
        message = f"{self.source}({self.name!r}, ...), asked by {seen.method} {seen.shown_path}"
        try:
            made = self.body(seen)
            status, body = cast("tuple[object, object]", made) if _is_pair(made) else (self.status, made)
            return checked_status(status, message), as_json(body, message)
        except UsageError as error:
            raise AnswerFailed(str(error), None) from error
        except Exception as error:
            error.add_note(f"raised in {message}")
            raise AnswerFailed(hide(f"{message}: {type(error).__name__}: {error}"), error) from error


class GivenAnswers:
    """The answers that a test gives; the latest that fits answers.

    Args:
        outer: those of the sandbox around this one, which come after its own; None where there is none.
    """

    def __init__(self, outer: GivenAnswers | None = None) -> None:
        self.outer = outer
        self.answers: list[GivenAnswer] = []
        self._lock = threading.Lock()

    def add(  # noqa: PLR0913 - what `StripeTokens.answer` takes
        self,
        request: object,
        body: object,
        *,
        status: object = HTTPStatus.OK,
        times: object = None,
        optional: bool = False,
        source: str = "stripe_tokens.answer",
    ) -> None:
        """Take an answer.

        Raises:
            UsageError: arguments that are no request or no answer; the message says what to type.
        """
        from pytest_stripe_tokens.sandbox import endpoints  # noqa: PLC0415 - few tests give an answer

        call = f"{source}({request!r})"
        endpoint = endpoints.named(request, call)
        if not callable(body):
            # As it is now: a test may go on to change what it gave.
            body = as_json(body, call)
        if times is not None and not (isinstance(times, int) and not isinstance(times, bool) and times >= 1):
            raise UsageError(f"{call}: times={times!r}: expected the number of requests to answer, 1 or more, or None")
        answer = GivenAnswer(
            str(request).strip(),
            endpoint,
            cast("Answer", body),
            checked_status(status, call),
            times,
            optional,
            source,
        )
        self.answers.append(answer)

    def add_all(self, answers: object, source: str) -> None:
        """Take the answers of a whole suite, which a test may do without.

        Raises:
            UsageError: as for `add`, or they are no mapping.
        """
        if not isinstance(answers, Mapping):
            raise UsageError(f'{source}: expected a mapping, such as {{"POST /v1/subscriptions": {{...}}}}')
        for request, body in cast("Mapping[object, object]", answers).items():
            self.add(request, body, optional=True, source=source)

    def find(self, request: Request) -> tuple[GivenAnswer, tuple[str, ...]] | None:
        """Find the answer to a request, and the ids in its path; None where there is none. It counts as asked for."""
        with self._lock:
            for answer in reversed(self.answers):
                ids = answer.endpoint.ids(request)
                if ids is not None and (answer.times is None or answer.asked < answer.times):
                    answer.asked += 1
                    return answer, ids
        return self.outer.find(request) if self.outer is not None else None

    def unasked(self) -> list[str]:
        """Say of each answer that no request has asked for, and that is not optional, what to do about it."""
        return [
            f"no request asked for {answer.source}({answer.name!r}, ...): "
            "correct its method and path, take it away, or give it optional=True"
            for answer in self.answers
            if not answer.asked and not answer.optional
        ]


def checked_status(status: object, source: str) -> int:
    """Return a status that an answer can have.

    Raises:
        UsageError: it is none.
    """
    if isinstance(status, int) and not isinstance(status, bool) and _LOWEST <= status <= _HIGHEST:
        return int(status)
    raise UsageError(f"{source}: status={status!r}: expected an HTTP status, {_LOWEST} to {_HIGHEST}")


def as_json(body: object, source: str, expected: str = _EXPECTED) -> dict[str, Any]:
    """Give a body as plain JSON, also one that holds objects of this package or of stripe-python.

    Raises:
        UsageError: it is no mapping, or holds what JSON has not.
    """
    plain = _plain(body)
    if not isinstance(plain, dict):
        raise UsageError(f"{source}: expected {expected}, not {_kind(body)}")
    try:
        copied: dict[str, Any] = json.loads(json.dumps(plain, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{source}: it can't be written as JSON: {error}") from None
    return copied


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in cast("Mapping[Any, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("Iterable[object]", value)]
    # stripe-python's objects are no mappings from version 15 on.
    to_dict: Any = getattr(value, "to_dict", None)
    return _plain(to_dict()) if callable(to_dict) and not isinstance(value, type) else value


def _is_pair(made: object) -> bool:
    return isinstance(made, tuple) and len(cast("tuple[object, ...]", made)) == 2  # noqa: PLR2004 - a pair


def _kind(value: object) -> str:
    return f"{value!r}" if isinstance(value, (str, int, float, type(None))) else f"a {type(value).__name__}"
