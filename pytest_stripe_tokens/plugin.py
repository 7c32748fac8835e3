"""pytest's hooks, options, marker and fixtures; with record_hooks the only module that imports pytest."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from pytest_stripe_tokens import record_hooks, report
from pytest_stripe_tokens.catalogue import CATALOGUE, TOKEN_TYPES
from pytest_stripe_tokens.errors import UsageError
from pytest_stripe_tokens.sessions import Run
from pytest_stripe_tokens.settings import (
    MODES,
    Settings,
    checked_locale,
    checked_mode,
    checked_seed,
    marker_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from pytest_stripe_tokens.catalogue import TokenType
    from pytest_stripe_tokens.sandbox import StripeTokens
    from pytest_stripe_tokens.token import Token

# Between a test's line and the failure lie dozens of frames of HTTP clients, which explain nothing.
_LIBRARIES = tuple(
    f"{place}{os.sep}"
    for place in (*(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")), Path(__file__).parent)
)
_MARKER = "stripe_tokens"
_SANDBOX = "_stripe_sandbox"
_run_key = pytest.StashKey[Run]()
_usage_key = pytest.StashKey[report.Usage]()
_settings_key = pytest.StashKey[Settings]()
_tokens_key = pytest.StashKey["StripeTokens"]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options and ini values, and the hooks of `--record`."""
    pluginmanager.register(record_hooks, "stripe_tokens_record")
    group = parser.getgroup("stripe-tokens", "Stripe tokens")
    group.addoption(
        "--stripe-tokens",
        metavar="MODE",
        choices=MODES,
        dest="stripe_tokens_mode",
        help=f"where Stripe's answers come from: {', '.join(MODES)} (default: auto)",
    )
    group.addoption(
        "--stripe-tokens-seed",
        metavar="SEED",
        type=int,
        dest="stripe_tokens_seed",
        help="the seed of generated answers, a whole number (default: 0)",
    )
    parser.addini("stripe_tokens_mode", f"where Stripe's answers come from: {', '.join(MODES)}", default="auto")
    parser.addini("stripe_tokens_seed", "the seed of generated answers, a whole number", default="0")
    parser.addini("stripe_tokens_cassettes", "the directory of the cassettes, below rootdir", default="cassettes")
    parser.addini("stripe_tokens_locale", "Faker's locale for generated answers, such as de_DE", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Settle the run's settings.

    Raises:
        pytest.UsageError: an ini value that is not one of the valid ones.
    """
    config.addinivalue_line(
        "markers",
        f'{_MARKER}(mode="auto", seed=0, cassette="name"): answer Stripe\'s API in this test; '
        f"mode is one of {', '.join(MODES)}; cassette names a file below the cassettes directory for all its traffic.",
    )
    usage = config.stash[_usage_key] = report.Usage()
    try:
        run = config.stash[_run_key] = Run(_settings(config))
        record_hooks.begin(config, run, usage)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _settings(config: pytest.Config) -> Settings:
    mode, seed = config.getoption("stripe_tokens_mode"), config.getoption("stripe_tokens_seed")
    ini_mode = checked_mode(config.getini("stripe_tokens_mode"), "ini option stripe_tokens_mode")
    ini_seed = checked_seed(config.getini("stripe_tokens_seed"), "ini option stripe_tokens_seed")
    return Settings(
        mode=mode or ini_mode,
        seed=ini_seed if seed is None else seed,
        cassettes=config.rootpath / config.getini("stripe_tokens_cassettes"),
        locale=checked_locale(config.getini("stripe_tokens_locale"), "ini option stripe_tokens_locale"),
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Show the mode, the cassettes with their age, and the seed."""
    return report.header(config.stash[_run_key].settings)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give marked tests the sandbox, and let it stand before the other function-scoped fixtures of a test.

    Raises:
        pytest.UsageError: a marker's argument or value that is not one of the valid ones.
    """
    try:
        for item in items:
            _prepare(config, item)
    except UsageError as error:
        if not hasattr(config, "workeroutput"):
            raise pytest.UsageError(str(error)) from None
        # pytest-xdist takes an error here for a crash of its worker: the controller must say it.
        config.stash[_usage_key].usage_error = str(error)
        items.clear()


def _prepare(config: pytest.Config, item: pytest.Item) -> None:
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None:
        return
    markers = [(mark.args, mark.kwargs) for mark in item.iter_markers(_MARKER)]
    if markers:
        item.stash[_settings_key] = _marked(config, markers, item.nodeid)
    if markers or _SANDBOX in names:
        others = [name for name in names if name != _SANDBOX]
        # Wider fixtures come first: what they set up outlives this test's sandbox.
        wider = sum(_is_wider(item, name) for name in others)
        setattr(item, "fixturenames", [*others[:wider], _SANDBOX, *others[wider:]])  # noqa: B010 - not every item has it


def _is_wider(item: pytest.Item, name: str) -> bool:
    known: dict[str, Any] = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return name in known and known[name][-1].scope != "function"


def _marked(config: pytest.Config, markers: list[Any], test: str) -> Settings:
    run = config.stash[_run_key]
    settings = run.settings.marked(marker_arguments(markers, test))
    if settings.cassette is not None:
        from pytest_stripe_tokens.cassettes import CassetteError  # noqa: PLC0415 - only a named cassette needs it

        try:
            run.library.path(settings.cassette)
        except CassetteError as error:
            raise UsageError(f"{test}: marker {_MARKER}: {error}") from None
    return settings


def pytest_runtestloop(session: pytest.Session) -> None:
    """Look at the HTTP clients before any test replaces parts of them; only where a selected test needs us."""
    needs = any(_SANDBOX in getattr(item, "fixturenames", ()) for item in session.items)
    if needs and not session.config.option.collectonly:
        _ = session.config.stash[_run_key].interceptor


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failure of ours at the suite's own line, and tell it from one that the code under test swallowed."""
    tokens = item.stash.get(_tokens_key, None)
    if tokens is not None and call.excinfo is not None:
        raised = list(_parts(call.excinfo.value))
        shown = "\n".join(str(error) for error in raised)
        swallowed = [message for message in tokens.failures if message not in shown]
        if len(swallowed) < len(tokens.failures):
            for error in raised:
                _shorten(error)
            call.excinfo = pytest.ExceptionInfo[BaseException].from_exception(call.excinfo.value)
        tokens.failures[:] = swallowed
    return (yield)


def _parts(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and, of a task group's, those inside it."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _parts(inner)


def _shorten(error: BaseException) -> None:
    kept = _of_suite(error.__traceback__)
    if kept is not None:
        error.__traceback__ = kept
    elif isinstance(error, pytest.fail.Exception):
        # A fixture of ours failed: the message is all there is to show.
        error.pytrace = False


def _of_suite(traceback: TracebackType | None) -> TracebackType | None:
    """Leave out of a traceback what is neither the suite's nor its code's."""
    if traceback is None:
        return None
    rest = _of_suite(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(_LIBRARIES):
        return rest
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note where only some files, or nothing at all, is run."""
    config = session.config
    named = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    if (
        config.option.collectonly
        or any("::" in argument for argument in config.args)
        or any(path.is_file() for path in named)
    ):
        config.stash[_usage_key].is_partial = True


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note that not every test runs: a cassette may be used by one that does not."""
    if items:
        items[0].config.stash[_usage_key].is_partial = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Merge what a worker of pytest-xdist saw."""
    payload = getattr(node, "workeroutput", {}).get("stripe_tokens")
    if payload:
        node.config.stash[_usage_key].merge(payload)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's ledger to the controller of pytest-xdist, and let it end as the worker would have."""
    usage = session.config.stash[_usage_key]
    usage.is_partial = usage.is_partial or bool(session.shouldfail or session.shouldstop)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["stripe_tokens"] = usage.to_dict()
    elif usage.usage_error:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the cassettes that no test used."""
    usage, settings = config.stash[_usage_key], config.stash[_run_key].settings
    if usage.usage_error:
        terminalreporter.write_line(f"ERROR: {usage.usage_error}", red=True)
    is_whole = not usage.is_partial and not usage.usage_error
    lines = report.unused(settings, usage) if is_whole else []
    if lines:
        terminalreporter.section("stripe-tokens")
        for line in lines:
            terminalreporter.write_line(line)


def _node_id(item: pytest.Item) -> str:
    # xdist's loadgroup appends the group to the node id of its workers.
    group = item.get_closest_marker("xdist_group")
    name = (group.args[0] if group.args else group.kwargs.get("name")) if group else None
    return item.nodeid.removesuffix(f"@{name}") if name else item.nodeid


def _fail(message: str) -> NoReturn:
    pytest.fail(message)


@pytest.fixture
def stripe_tokens_params() -> Mapping[str, Mapping[str, Any]]:
    """Override it to return default parameters per token type, merged over the built-in ones."""
    return {}


@pytest.fixture(name=_SANDBOX)
def _sandbox(request: pytest.FixtureRequest, stripe_tokens_params: Mapping[str, Any]) -> Iterator[StripeTokens]:
    item: pytest.Item = request.node
    run = request.config.stash[_run_key]
    settings = item.stash.get(_settings_key, run.settings)
    usage = request.config.stash[_usage_key]
    with run.sandbox(settings, test=_node_id(item), params=stripe_tokens_params, fail=_fail) as tokens:
        item.stash[_tokens_key] = tokens
        yield tokens
        usage.used |= tokens.used_cassettes
    if tokens.failures:
        _fail("the code under test swallowed this failure:\n" + tokens.failures[0])


@pytest.fixture
def stripe_tokens(_stripe_sandbox: StripeTokens) -> StripeTokens:
    """Stripe's API for this test: create, retrieve and use tokens, make requests fail, see what was sent."""
    return _stripe_sandbox


@pytest.fixture(params=TOKEN_TYPES)
def stripe_token(request: pytest.FixtureRequest, _stripe_sandbox: StripeTokens) -> Token:
    """A token of the type it is parametrized with; of each type in turn where it is not."""
    if request.param not in TOKEN_TYPES:
        raise pytest.UsageError(
            f"{request.node.nodeid}: no token type {request.param!r}; the types are {', '.join(TOKEN_TYPES)}"
        )
    return _stripe_sandbox.create(request.param)


def _token_fixture(row: TokenType) -> Callable[..., Any]:
    def token(_stripe_sandbox: StripeTokens) -> Token:
        return _stripe_sandbox.create(row.name)

    token.__doc__ = f"A token of type {row.name!r}, made with that type's default parameters."
    return pytest.fixture(name=row.fixture)(token)


globals().update({row.fixture: _token_fixture(row) for row in CATALOGUE.values()})
