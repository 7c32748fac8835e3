"""`Answering`: a sandbox as its requests meet it. It asks the sources of answers in turn and keeps the test's state."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.errors import RequestMissed
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import Request
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.api.token_types import BY_OBJECT, type_of
from pytest_stripe_tokens.cassettes.library import CassetteError, Library
from pytest_stripe_tokens.cassettes.playback import Playback
from pytest_stripe_tokens.interception.wire import Outcome, StubRaised
from pytest_stripe_tokens.sandbox.faults import Faults
from pytest_stripe_tokens.sandbox.given import AnswerFailed, GivenAnswers
from pytest_stripe_tokens.sandbox.seen import SeenRequest, token_in
from pytest_stripe_tokens.sandbox.sources import BY_MODE, InFlight, Parts
from pytest_stripe_tokens.simulator.api import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.api.token import Origin
    from pytest_stripe_tokens.recording.contribution import Contributor
    from pytest_stripe_tokens.sandbox.given import Answer
    from pytest_stripe_tokens.sandbox.settings import Settings
    from pytest_stripe_tokens.simulator.tokens.generator import Generator


_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _raise_missed(message: str) -> NoReturn:
    raise RequestMissed(message)


class Surroundings(NamedTuple):
    """What a sandbox is given by whoever opens it.

    Args:
        library: the suite's cassettes, read once in a run.
        generator: of the test's generated answers.
        test: its node id, as messages name it; empty outside pytest.
        params: default parameters per type, merged over the built-in ones.
        answers: of the suite's own, by the requests that they are for.
        contributor: records the test's requests; None where nothing is recorded.
        outer: the sandbox around this one; None where there is none.
        fail: ends the test with a message; called once for each request that mode `replay` misses.
    """

    library: Library
    generator: Generator
    test: str = ""
    params: Mapping[str, Mapping[str, Any]] = _NOTHING
    answers: Mapping[str, Answer] = _NOTHING
    contributor: Contributor | None = None
    outer: Answering | None = None
    fail: Callable[[str], NoReturn] = _raise_missed


class Answering:
    """What answers the requests of one test, of its fixtures and of its code under test; safe in threads.

    Args:
        settings: of the test.
        surroundings: of whoever opens the sandbox.

    `failures` are those that a client may have swallowed.
    """

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        outer = surroundings.outer
        # What another of its own kind holds.
        simulator = None if outer is None else outer._simulator  # noqa: SLF001
        self._simulator: Simulator = Simulator(surroundings.generator, simulator)
        self._playback = Playback(surroundings.library, settings.mode, settings.cassettes, settings.cassette)
        self._given: GivenAnswers = GivenAnswers(None if outer is None else outer._given)  # noqa: SLF001
        if surroundings.answers:
            self._given.add_all(surroundings.answers, "stripe_tokens_answers")
        parts = Parts(
            self._simulator, self._playback, surroundings.contributor, surroundings.test, self._fail, self._given, {}
        )
        self._origins = parts.origins
        self._sources = tuple(source(parts) for source in BY_MODE[settings.mode])
        self._faults = Faults()
        self._requests: list[SeenRequest] = []
        self._lock = threading.RLock()
        self.failures: list[str] = []

    @property
    def used_cassettes(self) -> frozenset[str]:
        """The names of the suite's cassettes that answered something in this test."""
        return frozenset(self._playback.used)

    @property
    def unplayed(self) -> dict[str, frozenset[int]]:
        """The places of the recordings that this test has not played, of the cassette that its marker names."""
        return self._playback.unplayed

    def respond(self, request: Request) -> Outcome:
        """Answer a request of any client.

        Raises:
            BaseException: what `fail` raises, where mode `replay` has no answer, a cassette can't be read, or the
                function of an own answer fails.
        """
        try:
            return self._answered(InFlight(request, read(request)))
        except CassetteError as error:
            message, cause = str(error), None
        except AnswerFailed as failed:
            message, cause = failed.message, failed.error
        # A client may swallow an exception; what ends the test gets through, and is kept for the teardown.
        return self._fail(message, cause)

    def note_refusal(self, host: str, message: str) -> None:
        """Take down that a client asked for a host and was refused: it is seen, and fails a test that swallows it."""
        request = Request("CONNECT", f"https://{host}")
        seen = SeenRequest(request, read(request))
        seen.path = host
        # Without the lock: a resolver's thread may come here while another holds it.
        self._requests.append(seen)
        if message not in self.failures:
            self.failures.append(message)

    def _answered(self, sent: InFlight) -> Outcome:
        with self._lock:
            self._requests.append(sent.seen)
            token_id = sent.understood.retrieved_id
            sent.known = self._simulator.token(token_id) if token_id else None
            if sent.known is not None:
                sent.seen.token_type = str(sent.known[BY_OBJECT[str(sent.known["object"])].name_field])
            failure = self._faults.next(sent.request) if self._faults.pending else None
        if failure is None:
            try:
                response, sent.seen.origin = self._ask_sources(sent)
            except StubRaised as stub:
                return Outcome(exception=stub.error)
        elif failure.exception is None:
            response = self._simulator.refuse(sent.request, failure.error(sent.request.path))
        else:
            return Outcome(exception=failure.exception, delay=failure.delay)
        if sent.request.method == "HEAD":
            response = replace(response, body=b"")
        sent.seen.response_status = response.status
        return Outcome(response, delay=failure.delay if failure else 0)

    def _ask_sources(self, sent: InFlight) -> tuple[Response, Origin]:
        for source in self._sources:
            with nullcontext() if source.runs_others else self._lock:
                answered = source.answer(sent)
                if answered is not None:
                    response, origin = answered
                    is_new_here = origin != "generated" and response.is_success
                    return self._adopt(sent, response, origin) if is_new_here else response, origin
        raise LookupError(f"no source answers {sent.request!r}")

    def _adopt(self, sent: InFlight, response: Response, origin: Origin) -> Response:
        """Make what was answered part of this test's state; a token used up here is shown as used."""
        with self._lock:
            return self._adopted(sent, response, origin)

    def _adopted(self, sent: InFlight, response: Response, origin: Origin) -> Response:
        token = token_in(response)
        if token is None:
            self._use_up(sent.understood.params, as_object(response.data))
            if origin != "given":
                self._simulator.replayed(sent.request, response)
            return response
        identity = str(token["id"])
        sent.seen.token_type = sent.seen.token_type or type_of(token)
        self._origins[identity] = origin
        known = self._simulator.token(identity)
        if sent.request.method == "GET" and known is not None:
            is_used = BY_OBJECT[token["object"]].is_used
            return self._simulator.answer(sent.request) if is_used(known) and not is_used(token) else response
        self._simulator.adopt(token, sent.understood)
        return response

    def _use_up(self, params: Mapping[str, Any], by: Mapping[str, Any]) -> None:
        for _, value in forms.pairs(params):
            known = self._simulator.token(value)
            if known is not None and not BY_OBJECT[known["object"]].is_used(known):
                self._simulator.use(value, by)

    def _fail(self, message: str, cause: Exception | None = None) -> NoReturn:
        self.failures.append(message)
        try:
            self._surroundings.fail(message)
        except BaseException as ended:
            raise ended from cause
