"""What the sandboxes of one run share, and how one is opened; `stripe_sandbox` is a run of one."""

from __future__ import annotations

import contextlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_stripe_tokens.sandbox.settings import Settings, checked_mode, checked_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.cassettes.library import Library
    from pytest_stripe_tokens.interception.clients import Clients
    from pytest_stripe_tokens.recording.contribution import Contributor
    from pytest_stripe_tokens.recording.recorder import Recorder
    from pytest_stripe_tokens.recording.run import RecordRun
    from pytest_stripe_tokens.sandbox.answering import Answering
    from pytest_stripe_tokens.sandbox.given import Answer
    from pytest_stripe_tokens.sandbox.serving import StripeServer
    from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens
    from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory


class Run:
    """The expensive parts, made when the first test needs them and kept for the run."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.recording: RecordRun | None = None

    def prepare(self) -> None:
        """Load what every sandbox needs, before anything can be put in place of it: a client, a file system."""
        from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens  # noqa: PLC0415 - a suite that needs none

        _ = StripeTokens, self.clients, self.library, self.generators
        if self.settings.mode == "replay" or self.settings.cassettes.is_dir():
            from pytest_stripe_tokens.cassettes import documents, player  # noqa: PLC0415 - a suite without cassettes

            _ = documents, player
        if self.settings.mode != "replay":
            from pytest_stripe_tokens.simulator import expanding, handling, routes  # noqa: PLC0415 - to make answers
            from pytest_stripe_tokens.simulator.errors import table  # noqa: PLC0415
            from pytest_stripe_tokens.simulator.tokens import fields  # noqa: PLC0415

            _ = expanding, fields, handling, table, [late.module for late in routes.USUAL]

    @cached_property
    def clients(self) -> Clients:
        """Knows the HTTP clients as they were before any test replaced parts of them."""
        from pytest_stripe_tokens.interception.clients import Clients  # noqa: PLC0415 - a suite that needs none must not pay

        return Clients()

    @cached_property
    def generators(self) -> GeneratorFactory:
        """Holds Faker's engine."""
        from pytest_stripe_tokens.simulator.tokens.generator import GeneratorFactory  # noqa: PLC0415

        return GeneratorFactory(self.settings.locale)

    @cached_property
    def library(self) -> Library:
        """Holds what was read of the suite's cassettes."""
        from pytest_stripe_tokens.cassettes.library import Library  # noqa: PLC0415

        return Library(self.settings.cassettes)

    @cached_property
    def recorder(self) -> Recorder | None:
        """Records what the tests of this process send; None where nothing is recorded."""
        if self.recording is None:
            return None
        from pytest_stripe_tokens.recording.recorder import Recorder  # noqa: PLC0415 - only a recording needs it

        live = self.recording.live(self.clients.bypassed)
        recorder = Recorder(self.recording, live, self.library, self._generated)
        self.recording.know(lambda: recorder.secrets)
        return recorder

    def _generated(self, request: Request) -> Response:
        from pytest_stripe_tokens.simulator.api import Simulator  # noqa: PLC0415 - with its tables behind it

        return Simulator(self.generators.generator()).answer(request)

    def _contributor(self, settings: Settings, test: str) -> Contributor | None:
        if settings.mode == "generate" or self.recorder is None:
            return None
        from pytest_stripe_tokens.recording.contribution import Contributor  # noqa: PLC0415 - only a recording needs it

        return Contributor(self.recorder, test, settings.cassette)

    @contextlib.contextmanager
    def sandbox(  # noqa: PLR0913 - what a test may bring along, by keyword
        self,
        settings: Settings,
        *,
        test: str = "",
        scope: str = "",
        params: Mapping[str, Mapping[str, Any]] | None = None,
        answers: Mapping[str, Answer] | None = None,
        fail: Callable[[str], NoReturn] | None = None,
    ) -> Generator[StripeTokens]:
        """Answer Stripe's hosts until the block ends.

        Args:
            settings: of the test.
            test: its node id, which its generated answers depend on.
            scope: what they depend on outside a test.
            params: default parameters per type.
            answers: of the suite's own, by the requests that they are for.
            fail: ends the test with a message.
        """
        from pytest_stripe_tokens.sandbox import stripe_python  # noqa: PLC0415
        from pytest_stripe_tokens.sandbox.answering import Surroundings  # noqa: PLC0415
        from pytest_stripe_tokens.sandbox.own_requests import TEST_KEY  # noqa: PLC0415 - as in all of this class
        from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens  # noqa: PLC0415

        generator = self.generators.generator(settings.seed, test or scope)
        optional: dict[str, Any] = {} if fail is None else {"fail": fail}
        contributor = self._contributor(settings, test)
        if contributor is not None and settings.mode == "replay":
            # What can't be recorded is answered as in `auto`: a recording run must not fail on what it would mend.
            settings = settings._replace(mode="auto")
        surroundings = Surroundings(
            self.library, generator, test, params or {}, answers or {}, contributor, _outer(), **optional
        )
        tokens = StripeTokens(settings, surroundings)
        try:
            with self.clients.open(tokens.respond, tokens.note_refusal), stripe_python.test_key(TEST_KEY):
                yield tokens
        finally:
            if contributor is not None:
                contributor.close()

    def test_key(self) -> contextlib.AbstractContextManager[None]:
        """Give stripe-python a test key until the block ends, where it has none."""
        from pytest_stripe_tokens.sandbox import stripe_python  # noqa: PLC0415 - as in `sandbox`
        from pytest_stripe_tokens.sandbox.own_requests import TEST_KEY  # noqa: PLC0415 - as in `sandbox`

        return stripe_python.test_key(TEST_KEY)

    def serve(self, **options: Any) -> StripeServer:
        """Start a server for other processes, which the sandbox of the test that runs answers, else one of its own.

        Args:
            options: of `StripeServer`.

        Raises:
            OSError: the port is taken, or the host is none of this machine's.
        """
        from pytest_stripe_tokens.sandbox.answering import Surroundings  # noqa: PLC0415 - as in `sandbox`
        from pytest_stripe_tokens.sandbox.serving import StripeServer  # noqa: PLC0415
        from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens  # noqa: PLC0415

        def new() -> StripeTokens:
            generator = self.generators.generator(self.settings.seed, "stripe_server")
            return StripeTokens(self.settings, Surroundings(self.library, generator))

        def current() -> StripeTokens | None:
            found = _outer()
            return found if isinstance(found, StripeTokens) else None

        return StripeServer(new, current, **options)


def _outer() -> Answering | None:
    """Find the sandbox that is open around the one that is to open."""
    from pytest_stripe_tokens.interception.gate import open_gates  # noqa: PLC0415 - as in `Run`
    from pytest_stripe_tokens.sandbox.answering import Answering  # noqa: PLC0415

    owners = (getattr(gate.answerer, "__self__", None) for gate in open_gates())
    return next((owner for owner in owners if isinstance(owner, Answering)), None)


@contextlib.contextmanager
def stripe_sandbox(mode: str = "auto", seed: int = 0, cassettes: str | Path | None = None) -> Generator[StripeTokens]:
    """Answer Stripe's API for as long as the block runs, without pytest.

    For wider fixtures, unittest, a REPL or a script.

    Args:
        mode: `"auto"`, `"replay"` or `"generate"`.
        seed: of generated answers.
        cassettes: the directory of the cassettes; `cassettes` in the working directory by default.

    Raises:
        UsageError: an unknown mode, or a seed that is no whole number.
        RequestMissed: inside the block, in mode `replay`, for a request that no cassette holds.
        AssertionError: at the block's end, where no request asked for an own answer or met a failure.
    """
    from pytest_stripe_tokens.interception.gate import open_gates  # noqa: PLC0415 - as in `Run`

    directory = Path(cassettes if cassettes is not None else "cassettes").absolute()
    settings = Settings(checked_mode(mode, "stripe_sandbox"), checked_seed(seed, "stripe_sandbox"), directory)
    # One that is open around this one may have the same seed, and two tokens are not to have the same id.
    scope = f"inside {number}" if (number := len(open_gates())) else ""
    with Run(settings).sandbox(settings, scope=scope) as tokens:
        yield tokens
        if tokens.unmet:
            raise AssertionError("\n".join(tokens.unmet))
