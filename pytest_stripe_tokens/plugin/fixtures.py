"""The fixtures, and what a failing test's report shows of them."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from pytest_stripe_tokens.api.token import Token
    from pytest_stripe_tokens.api.token_types import TokenType
    from pytest_stripe_tokens.cassettes.usage import Usage
    from pytest_stripe_tokens.sandbox.given import Answer
    from pytest_stripe_tokens.sandbox.run import Run
    from pytest_stripe_tokens.sandbox.serving import StripeServer
    from pytest_stripe_tokens.sandbox.stripe_tokens import StripeTokens

SANDBOX = "_stripe_sandbox"
# All of it, not this folder alone.
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
FIXTURES = "stripe_tokens_fixtures"
WIDE: dict[str, tuple[type[pytest.Collector], str]] = {
    "module": (pytest.Module, "_stripe_module_sandbox"),
    "class": (pytest.Class, "_stripe_class_sandbox"),
}
"""By scope: what such a fixture belongs to, and the sandbox that is open meanwhile where all of it is marked."""
settings_key = pytest.StashKey[Settings]()
"""Of a test, or of a class or module for what sets it up."""


class Fixtures:
    """The fixtures of one run, registered as a plugin.

    They are methods, and the item is told by a hook, because pytest builds its own `request` anew for each fixture that
    asks for it: that takes half as long as opening a sandbox.

    It is registered before the suite's conftests and plugins, whose fixtures of the same names win.
    """

    _run: Run
    _usage: Usage

    def __init__(self) -> None:
        self._item: pytest.Item | None = None
        self._tokens: StripeTokens | None = None
        # Whether the test has failed already, or was skipped: it may not have got to all that it asked for.
        self._has_raised = False

    def begin(self, run: Run, usage: Usage) -> None:
        """Take what the sandboxes of the run share, and the ledger of the cassettes that tests used."""
        self._run = run
        self._usage = usage

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note which test it is that asks for a sandbox."""
        self._item = item
        self._has_raised = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Point a replay miss at the suite's line, and attach the test's requests to a failing report."""
        tokens = self._tokens
        if call.excinfo is not None:
            _forget(call.excinfo.value, set())
        if tokens is not None and call.excinfo is not None:
            raised = list(_parts(call.excinfo.value))
            shown = "\n".join(str(error) for error in raised)
            swallowed = [message for message in tokens.failures if message not in shown]
            if len(swallowed) < len(tokens.failures):
                for error in raised:
                    _shorten(error)
                    if error.__cause__ is not None:
                        # What an answer of the test's own raised.
                        _shorten(error.__cause__)
                call.excinfo = pytest.ExceptionInfo[BaseException].from_exception(call.excinfo.value)
            tokens.failures[:] = swallowed
        if call.when == "teardown":
            self._item = self._tokens = None
        report = yield
        # Only now is it known of a unittest's.
        self._has_raised = self._has_raised or not report.passed
        if tokens is not None and report.failed:
            shown = _shown_requests(tokens)
            report.sections += [("requests to Stripe", shown)] if shown else []
        return report

    @pytest.fixture
    def stripe_tokens_params(self) -> Mapping[str, Mapping[str, Any]]:
        """Override it to return default parameters per token type, merged over the built-in ones."""
        return {}

    @pytest.fixture
    def stripe_tokens_answers(self) -> Mapping[str, Answer]:
        """Override it, in any scope, to return what Stripe answers to requests of the whole suite.

        `{"POST /v1/subscriptions": {"object": "subscription"}}`: each as `stripe_tokens.answer` takes it, and optional.
        """
        return {}

    @pytest.fixture(name=SANDBOX)
    def sandbox(
        self, stripe_tokens_params: Mapping[str, Any], stripe_tokens_answers: Mapping[str, Answer]
    ) -> Iterator[StripeTokens]:
        """Answer Stripe's API for as long as the test runs."""
        item = cast("pytest.Item", self._item)
        settings = item.stash.get(settings_key, self._run.settings)
        with self._run.sandbox(
            settings, test=_node_id(item), params=stripe_tokens_params, answers=stripe_tokens_answers, fail=_fail
        ) as tokens:
            self._tokens = tokens
            yield tokens
            self._usage.used |= tokens.used_cassettes
            if settings.cassette is not None:
                self._usage.leave(tokens.unplayed)
        if tokens.failures:
            _fail("the code under test swallowed this failure:\n" + tokens.failures[0])
        if tokens.unmet and not self._has_raised:
            _fail("\n".join(tokens.unmet))

    def open_for(self, node: pytest.Item | pytest.Collector) -> Iterator[None]:
        """Answer Stripe's API until a class or module has been torn down."""
        settings = node.stash.get(settings_key, self._run.settings)
        if self._run.recording is not None:
            # A recording is of tests: which of them passed decides what is kept.
            settings = settings._replace(mode="generate")
        with self._run.sandbox(settings, test=node.nodeid, fail=_fail) as tokens:
            yield
            self._usage.used |= tokens.used_cassettes
        if tokens.failures:
            _fail(f"what sets up {node.nodeid} swallowed this failure:\n{tokens.failures[0]}")

    def serve(self) -> StripeServer:
        """Start the server of the run."""
        return self._run.serve()

    @pytest.fixture
    def stripe_tokens(self, _stripe_sandbox: StripeTokens) -> StripeTokens:
        """Stripe's API for this test: create, retrieve and use tokens, make requests fail, see what was sent."""
        return _stripe_sandbox

    @pytest.fixture(params=TOKEN_TYPES)
    def stripe_token(self, request: pytest.FixtureRequest, _stripe_sandbox: StripeTokens) -> Token:
        """A token of the type it is parametrized with; of each type of /v1/tokens in turn where it is not."""
        if request.param not in CATALOGUE:
            message = f"{request.node.nodeid}: no token type {request.param!r}; the types are {', '.join(CATALOGUE)}"
            raise pytest.UsageError(str(UsageError(message)))
        return _stripe_sandbox.create(str(request.param))


def _open_wide(request: pytest.FixtureRequest) -> Iterator[None]:
    """Answer Stripe's API for what sets up a marked class or module: setUpClass, setup_module, wider fixtures."""
    # No method: pytest takes a class-scoped one for a mistake of the suite's.
    yield from cast("Fixtures", request.config.pluginmanager.get_plugin(FIXTURES)).open_for(request.node)


class_sandbox = pytest.fixture(name=WIDE["class"][1], scope="class")(_open_wide)
module_sandbox = pytest.fixture(name=WIDE["module"][1], scope="module")(_open_wide)


@pytest.fixture(scope="session", name="stripe_server")
def server(request: pytest.FixtureRequest) -> Iterator[StripeServer]:
    """A server on this machine that answers other processes from the sandbox of the test that runs.

    `.url` is its address, `.environ` what a process needs in its environment, `.requests` what has reached it.
    """
    running = cast("Fixtures", request.config.pluginmanager.get_plugin(FIXTURES)).serve()
    yield running
    running.close()


def _token_fixture(row: TokenType) -> Callable[..., Any]:
    def token(_self: Fixtures, _stripe_sandbox: StripeTokens) -> Token:
        return _stripe_sandbox.create(row.name)

    token.__doc__ = f"A token of type {row.name!r}, made with that type's default parameters."
    return pytest.fixture(name=row.fixture)(token)


for _row in CATALOGUE.values():
    setattr(Fixtures, _row.fixture, _token_fixture(_row))


def _shown_requests(tokens: StripeTokens) -> str:
    try:
        return tokens.shown_requests
    except Exception as error:  # noqa: BLE001 - what a test sent must not end the run
        return f"They could not be shown: {type(error).__name__}"


def _parts(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and, of a task group's, those inside it."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _parts(inner)


def _forget(error: BaseException | None, seen: set[int]) -> None:
    """Let `--showlocals` show no variable of ours: they hold keys and card numbers as they were sent."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            # One that still runs keeps its variables.
            with suppress(RuntimeError):
                traceback.tb_frame.clear()
        traceback = traceback.tb_next
    for other in (error.__cause__, error.__context__, *_parts(error)):
        _forget(other, seen)


def _shorten(error: BaseException) -> None:
    kept = _of_suite(error.__traceback__)
    if kept is not None:
        error.__traceback__ = kept
    elif isinstance(error, pytest.fail.Exception):
        # A fixture of ours failed: the message is all there is to show.
        error.pytrace = False


@cache
def _libraries() -> tuple[str, ...]:
    import sysconfig  # noqa: PLC0415 - only a failure needs it

    # Between a test's line and the failure lie dozens of frames of HTTP clients, which explain nothing.
    paths = sysconfig.get_paths()
    places = (paths[name] for name in ("stdlib", "purelib", "platlib"))
    return (*(f"{place}{os.sep}" for place in places), _PACKAGE)


def _of_suite(traceback: TracebackType | None) -> TracebackType | None:
    """Leave out of a traceback what is neither the suite's nor its code's."""
    if traceback is None:
        return None
    rest = _of_suite(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(_libraries()):
        return rest
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)


def _node_id(item: pytest.Item) -> str:
    # xdist's loadgroup appends the group to the node id of its workers.
    if "@" not in item.nodeid:
        return item.nodeid
    group = item.get_closest_marker("xdist_group")
    name = (group.args[0] if group.args else group.kwargs.get("name")) if group else None
    return item.nodeid.removesuffix(f"@{name}") if name else item.nodeid


def _fail(message: str) -> NoReturn:
    from pytest_stripe_tokens.plugin.advice import advised  # noqa: PLC0415 - only a failure needs it

    pytest.fail(advised(message))
