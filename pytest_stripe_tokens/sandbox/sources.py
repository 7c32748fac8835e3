"""The places where an answer may come from, and which of them each mode asks, in order."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple, NoReturn, Protocol

from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.sandbox.seen import SeenRequest, token_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.api.request import StripeRequest
    from pytest_stripe_tokens.api.token import Origin
    from pytest_stripe_tokens.cassettes.playback import Playback
    from pytest_stripe_tokens.recording.contribution import Contributor
    from pytest_stripe_tokens.sandbox.given import GivenAnswers
    from pytest_stripe_tokens.simulator.api import Simulator


class InFlight:
    """A request that is being answered.

    Args:
        request: as it was sent.
        understood: the same request, read.
        is_default: a fixture or `create` sends the built-in parameters, so mode `replay` may take any recorded create.
        is_from_fixture: a fixture sends it, or `create` without parameters: it belongs to its token type's cassette.
        needed_by: the type of token that it makes ready for, and whose cassette it belongs to; None for any other.

    `seen` is what the test sees of it. `known` is the token that it reads, where this test knows that token.
    """

    def __init__(
        self,
        request: Request,
        understood: StripeRequest,
        *,
        is_default: bool = False,
        is_from_fixture: bool = False,
        needed_by: str | None = None,
    ) -> None:
        self.request = request
        self.understood = understood
        self.is_default = is_default
        self.is_from_fixture = is_from_fixture
        self.needed_by = needed_by
        self.seen = SeenRequest(request, understood)
        self.known: Mapping[str, object] | None = None

    @property
    def is_to_api(self) -> bool:
        """Whether it goes to api.stripe.com, and not to another of Stripe's hosts."""
        return self.request.host == API_HOST


class Parts(NamedTuple):
    """What the sources of one test's answers are made of.

    Args:
        simulator: holds the state of the test.
        playback: of the test's cassettes.
        contributor: records the test's requests; None where nothing is recorded.
        test: its node id; empty outside pytest.
        fail: ends the test with a message.
        given: the answers that the test gives itself.
        origins: where each token of this test came from, by the token's id.
    """

    simulator: Simulator
    playback: Playback
    contributor: Contributor | None
    test: str
    fail: Callable[[str], NoReturn]
    given: GivenAnswers
    origins: dict[str, Origin]


class Source(Protocol):
    """A place where answers may come from."""

    runs_others: ClassVar[bool]
    """Whether it calls code of the suite's: the test's lock is not held then, so that this code may ask Stripe too."""

    def __init__(self, parts: Parts) -> None:
        """Take what the source needs of the test."""

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Answer a request, or leave it to the next source."""


class Given:
    """The answers that the test gives itself."""

    runs_others: ClassVar[bool] = True

    def __init__(self, parts: Parts) -> None:
        self._given = parts.given
        self._simulator = parts.simulator

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Give the latest of them that fits."""
        given = self._given
        # Most tests give none.
        found = given.find(sent.request) if given.answers or given.outer is not None else None
        if found is None:
            return None
        own, ids = found
        status, body = own.made(sent.seen)
        return self._simulator.give(sent.request, status, body, ids), "given"


class Stubs:
    """What another tool has put in place in this test: responses, respx, pytest-httpx, a cassette of vcrpy's."""

    runs_others: ClassVar[bool] = True

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Give the answer of a tool that is active and holds a match."""
        from pytest_stripe_tokens.interception import stubs  # noqa: PLC0415 - few tests get here

        response = stubs.answer(sent.request)
        return None if response is None else (response, "given")


class StubsWhileRecording(Stubs):
    """The same before anything is sent: what a test stubs beyond the simulator's paths, it does not ask Stripe for."""

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Give the answer of a tool, in a recording run."""
        if self._parts.contributor is None or self._parts.simulator.knows(sent.request):
            return None
        return super().answer(sent)


class Live:
    """Stripe's test mode, whose answers are recorded."""

    runs_others: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        self._contributor = parts.contributor

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Send the request, or give what this run has recorded of an equal one."""
        if self._contributor is None:
            return None
        token_type = sent.seen.token_type or sent.needed_by
        response = self._contributor.answer(
            sent.request, is_from_fixture=sent.is_from_fixture and token_type is not None, token_type=token_type
        )
        return None if response is None else (response, "live")


class Cassettes:
    """The cassettes of the suite and, in mode `replay`, the built-in ones."""

    runs_others: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        self._playback = parts.playback

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Replay the recording of an equal request."""
        token_type = sent.seen.token_type
        found = self._playback.play(sent.request, token_type)
        if found is None and sent.is_default and token_type is not None:
            found = self._playback.take_create(token_type)
        if found is None:
            sent.seen.nearly = self._playback.nearly(sent.request)
            return None
        interaction, cassette = found
        return interaction.response, "documented" if cassette.origin == "documented" else "recorded"


class Simulated:
    """The simulator, for the paths that it has."""

    runs_others: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        self._simulator = parts.simulator
        self._origins = parts.origins

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Answer as the API would."""
        response = self._simulator.attempt(sent.request)
        if response is None:
            return None
        token_id = sent.understood.retrieved_id
        if token_id is not None:
            return response, self._origins.get(token_id, "generated")
        token = token_in(response) if response.is_success and sent.understood.is_to_tokens else None
        if token is not None:
            self._origins[str(token["id"])] = "generated"
        return response, "generated"


class Held(Simulated):
    """The tokens that this test holds already: a cassette need not hold a retrieve of each."""

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Give a known token as it is now."""
        return super().answer(sent) if sent.is_to_api and sent.known is not None else None


class Refused:
    """The end of the other modes: what nobody answers is refused, with the words to type in its place."""

    runs_others: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        self._simulator = parts.simulator

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Answer that there is no such path."""
        return self._simulator.answer(sent.request), "generated"


class Missed:
    """The end of mode `replay`: what no cassette holds fails the test."""

    runs_others: ClassVar[bool] = False

    def __init__(self, parts: Parts) -> None:
        self._playback = parts.playback
        self._simulator = parts.simulator
        self._test = parts.test
        self._fail = parts.fail

    def answer(self, sent: InFlight) -> tuple[Response, Origin] | None:
        """Fail the test with the closest recording and what differs from it."""
        self._fail(
            self._playback.missed(
                sent.request,
                sent.seen.token_type,
                test=self._test,
                is_from_fixture=sent.is_from_fixture,
                instead=self._simulator.instead(sent.request),
            )
        )


BY_MODE: Mapping[str, tuple[type[Source], ...]] = MappingProxyType(
    {
        "auto": (Given, StubsWhileRecording, Live, Cassettes, Simulated, Stubs, Refused),
        "replay": (Given, Live, Cassettes, Held, Stubs, Missed),
        "generate": (Given, Simulated, Stubs, Refused),
    }
)
"""The sources of each mode, in the order in which they are asked; the last one answers everything or fails."""
