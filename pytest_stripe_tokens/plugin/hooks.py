"""pytest's hooks, options and marker."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from pytest_stripe_tokens.cassettes.usage import Usage
from pytest_stripe_tokens.plugin import options
from pytest_stripe_tokens.plugin.fixtures import (
    FIXTURES,
    SANDBOX,
    WIDE,
    Fixtures,
    class_sandbox,
    module_sandbox,
    server,
    settings_key,
)
from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.run import Run
from pytest_stripe_tokens.sandbox.settings import MODES, marker_arguments

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from pytest_stripe_tokens.cassettes.heads import Head
    from pytest_stripe_tokens.sandbox.settings import Settings

# What pytest is to find: it looks at each name of a plugin's module for 10 microseconds, and there are sixty.
__all__ = [
    "class_sandbox",
    "module_sandbox",
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_deselected",
    "pytest_load_initial_conftests",
    "pytest_pycollect_makeitem",
    "pytest_report_header",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "server",
]

_MARKER = "stripe_tokens"
_DESELECTED = "tests were deselected in this run"
_run_key = pytest.StashKey[Run]()
_collected_key = pytest.StashKey[int]()
_names_key = pytest.StashKey[Any]()
_usage_key = pytest.StashKey[Usage]()
_heads_key: pytest.StashKey[Sequence[Head]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options and ini values, and the fixtures."""
    pluginmanager.register(Fixtures(), FIXTURES)
    options.add(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Add `--record`, where it is asked for, once plugins and conftests have added theirs.

    Two owners of one option keep pytest from starting, and a conftest in a test directory adds its own still later.
    """
    if "--record" in args or options.is_recording(early_config.known_args_namespace):
        from pytest_stripe_tokens.plugin.record import opened_output  # noqa: PLC0415 - only a recording needs it

        # Before pytest captures the streams, which keeps those that it finds, and before a conftest can show a key.
        opened_output(early_config)
    result = yield
    if {"--record", "-h", "--help"} & set(args):
        options.add_record(parser)
    return result


def pytest_configure(config: pytest.Config) -> None:
    """Settle the run's settings.

    Raises:
        pytest.UsageError: an ini value that is not one of the valid ones.
    """
    config.addinivalue_line(
        "markers",
        f'{_MARKER}(mode="auto", seed=0, cassette="name"): answer Stripe\'s API in this test; '
        f"mode is one of {', '.join(MODES)}; cassette names a file below the cassettes directory for all its traffic, "
        "with {reason} for the parameter reason, or is True for <module>/<test>.",
    )
    usage = config.stash[_usage_key] = Usage()
    try:
        run = config.stash[_run_key] = Run(options.settings(config))
        if options.is_about_recording(config):
            from pytest_stripe_tokens.plugin import record  # noqa: PLC0415 - most runs record nothing

            record.begin(config, run, usage)
        asked: str | None = config.getoption("stripe_tokens_cassettes_shown")
        if asked is not None:
            from pytest_stripe_tokens.plugin.listing import Listing  # noqa: PLC0415 - only who asks for it needs it

            config.pluginmanager.register(Listing(config, run, usage, asked), "stripe-tokens-listing")
    except UsageError as error:
        raise pytest.UsageError(_advised(str(error))) from None
    fixtures = config.pluginmanager.get_plugin(FIXTURES)
    if isinstance(fixtures, Fixtures):
        fixtures.begin(run, usage)
    if not hasattr(config, "workerinput") and _concerns_cassettes(config):
        config.pluginmanager.register(Following(usage), "stripe-tokens-following")


def _concerns_cassettes(config: pytest.Config) -> bool:
    """Whether a cassette is there, or is to be."""
    run = config.stash[_run_key]
    return run.recording is not None or run.settings.cassettes.is_dir()


def _advised(message: str) -> str:
    from pytest_stripe_tokens.plugin.advice import advised  # noqa: PLC0415 - most runs have no usage error

    return advised(message)


class Following:
    """Follows collection and tests where their reports arrive: in the controller, or the only process."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected: nobody knows which tests it holds."""
        if not report.passed:
            self._usage.narrow(f"{report.nodeid} was not collected, and the tests in it are not known")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down whether a phase of a test passed."""
        self._usage.outcomes.note(report.nodeid, str(report.when), has_passed=report.outcome == "passed")


def pytest_report_header(config: pytest.Config) -> str:
    """Show the mode, the cassettes with their age, and the seed."""
    settings = config.stash[_run_key].settings
    if not settings.cassettes.is_dir():
        return options.header_line(settings)
    from pytest_stripe_tokens.plugin import header  # noqa: PLC0415 - a suite without cassettes must not pay

    found = config.stash[_heads_key] = header.heads_of(settings)
    return header.header(settings, found=found)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: Any) -> None:
    """Let marked tests ask for the sandbox before pytest settles the parameters of fixtures, of those below it too."""
    for node in collector.listchain():
        if _is_marked(node.own_markers):
            node.add_marker(pytest.mark.usefixtures(SANDBOX))
    if collector.istestfunction(obj, name) and _is_marked(getattr(obj, "pytestmark", ())):
        pytest.mark.usefixtures(SANDBOX)(getattr(obj, "__func__", obj))


def _is_marked(markers: Iterable[pytest.Mark]) -> bool:
    """Whether some are ours and none asks for the sandbox yet."""
    given = list(markers)
    asks = any(mark.name == "usefixtures" and SANDBOX in mark.args for mark in given)
    return not asks and any(mark.name == _MARKER for mark in given)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    """Give marked tests the sandbox, and let it stand before the other function-scoped fixtures of a test.

    The suite's own hooks, which may mark tests, come first.

    Raises:
        pytest.UsageError: a marker's argument or value that is not one of the valid ones.
    """
    config.stash[_collected_key] = len(items)
    result = yield
    orders: dict[int, tuple[list[str], list[str]]] = {}
    try:
        for item in items:
            _prepare(config, item, orders)
    except UsageError as error:
        if not hasattr(config, "workeroutput"):
            raise pytest.UsageError(_advised(str(error))) from None
        # pytest-xdist takes an error here for a crash of its worker: the controller must say it.
        config.stash[_usage_key].usage_error = _advised(str(error))
        items.clear()
    return result


def _prepare(config: pytest.Config, item: pytest.Item, orders: dict[int, tuple[list[str], list[str]]]) -> None:
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None:
        return
    markers = [(mark.args, mark.kwargs) for mark in item.iter_markers(_MARKER)]
    if markers:
        item.stash[settings_key] = _marked(config, markers, item)
    if markers or SANDBOX in names:
        for kind, _ in WIDE.values():
            _settle_wide(config, item, item.getparent(kind))
        settings = item.stash.get(settings_key, config.stash[_run_key].settings)
        if settings.mode != "generate":
            config.stash[_usage_key].expect(item.nodeid, settings.cassette)
        # Parametrized items share one `fixturenames` list: reorder it once. The old list is kept so that its id is not
        # given to another.
        if id(names) not in orders:
            orders[id(names)] = names, _ordered(item, names)
        setattr(item, "fixturenames", orders[id(names)][1])  # noqa: B010 - not every item has it


def _settle_wide(config: pytest.Config, item: pytest.Item, node: pytest.Collector | None) -> None:
    """Settle what a class or module is set up with that asks for the sandbox itself, and not in one test or another."""
    if node is None or settings_key in node.stash:
        return
    markers = [(mark.args, mark.kwargs) for mark in node.iter_markers(_MARKER)]
    if markers:
        node.stash[settings_key] = _marked(config, markers, node)
    elif any(_leads_here(item, name, set()) for mark in node.iter_markers("usefixtures") for name in mark.args):
        node.stash[settings_key] = config.stash[_run_key].settings


def _ordered(item: pytest.Item, names: list[str]) -> list[str]:
    nodes = {scope: (item.getparent(kind), name) for scope, (kind, name) in WIDE.items()}
    sandboxes = {
        scope: name for scope, (node, name) in nodes.items() if node is not None and settings_key in node.stash
    }
    sandboxes["function"] = SANDBOX
    ours = set(sandboxes.values())
    ordered: list[str] = []
    # Wider fixtures come first: what they set up outlives this test's sandbox.
    for name in names:
        scope = _scope(item, name)
        if scope in sandboxes and name not in ours:
            ordered.append(sandboxes.pop(scope))
        ordered += [name] if name not in ours else []
    return [*ordered, SANDBOX] if "function" in sandboxes else ordered


def _definitions(item: pytest.Item) -> dict[str, Any]:
    known: dict[str, Any] = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return known


def _leads_here(item: pytest.Item, name: str, seen: set[str]) -> bool:
    """Whether a fixture is the sandbox, or asks for one that is."""
    if name == SANDBOX or name in seen:
        return name == SANDBOX
    seen.add(name)
    asked = {asked for definition in _definitions(item).get(name, ()) for asked in definition.argnames}
    return any(_leads_here(item, other, seen) for other in asked)


def _scope(item: pytest.Item, name: str) -> str:
    known = _definitions(item)
    return str(known[name][-1].scope) if name in known else "function"


def _marked(config: pytest.Config, markers: list[Any], node: pytest.Item | pytest.Collector) -> Settings:
    run, test = config.stash[_run_key], node.nodeid
    arguments = marker_arguments(markers, test)
    given = arguments.get("cassette")
    if given is not None:
        from pytest_stripe_tokens.plugin.naming import Names  # noqa: PLC0415 - only a named cassette needs it

        names = config.stash.setdefault(_names_key, Names())
        is_test = isinstance(node, pytest.Item)
        arguments["cassette"] = names.of_test(given, node) if is_test else names.of_class(given)
    settings = run.settings.with_marker(arguments)
    if settings.cassette is not None:
        from pytest_stripe_tokens.cassettes.library import CassetteError  # noqa: PLC0415 - only a named cassette needs it

        try:
            run.library.path(settings.cassette)
        except CassetteError as error:
            raise UsageError(f"{test}: marker {_MARKER}: {error}") from None
    return settings


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Load what a sandbox needs before any test replaces parts of it; only where a selected test needs us."""
    needs = any(SANDBOX in getattr(item, "fixturenames", ()) for item in session.items)
    if not needs or session.config.option.collectonly:
        return (yield)
    run = session.config.stash[_run_key]
    # What is wrong with a table of ours is an error of each test that needs it, and not of the run.
    with contextlib.suppress(LookupError):
        run.prepare()
    with run.clients.beside_live_server(run.test_key):
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note where a hook has taken tests away: a cassette may be used by one of them."""
    if len(session.items) < session.config.stash.get(_collected_key, 0):
        session.config.stash[_usage_key].narrow(_DESELECTED)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Note that not every test runs: a cassette may be used by one that does not."""
    if items:
        items[0].config.stash[_usage_key].narrow(_DESELECTED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Merge what a worker of pytest-xdist saw."""
    usage = node.config.stash[_usage_key]
    payload = getattr(node, "workeroutput", {}).get("stripe_tokens")
    if payload:
        usage.merge(payload)
    else:
        usage.narrow("a worker of pytest-xdist was lost, and with it what it knew")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Note where the run is not the whole suite, and hand a worker's ledger to the controller of pytest-xdist.

    It comes before the hook that concludes a recording.
    """
    config, usage = session.config, session.config.stash[_usage_key]
    ended = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
    if session.shouldfail or session.shouldstop or session.exitstatus not in ended:
        usage.narrow("the run was cut short")
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["stripe_tokens"] = usage.to_dict()
    elif _concerns_cassettes(config) or _is_listing(config):
        from pytest_stripe_tokens.plugin.narrowings import narrowings  # noqa: PLC0415 - a suite without cassettes

        for reason in narrowings(config):
            usage.narrow(reason)
    if output is None and usage.usage_error:
        # The controller ends as its worker would have.
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    result = yield
    settings = config.stash[_run_key].settings
    if output is None and settings.max_age is not None and settings.on_expiry == "fail":
        from pytest_stripe_tokens.plugin import header  # noqa: PLC0415 - few suites let cassettes expire

        # A recording, which has ended by now, has made cassettes young again.
        if header.expired(settings, usage):
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
    return result


def _is_listing(config: pytest.Config) -> bool:
    return config.getoption("stripe_tokens_cassettes_shown") is not None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the cassettes that no test used, and those that have expired."""
    usage, settings = config.stash[_usage_key], config.stash[_run_key].settings
    if usage.usage_error:
        terminalreporter.write_line(f"ERROR: {usage.usage_error}", red=True)
    if usage.usage_error or _is_listing(config) or not _concerns_cassettes(config):
        return
    from pytest_stripe_tokens.plugin import header  # noqa: PLC0415 - a suite without cassettes must not pay

    unused = header.unused(settings, usage, config.stash.get(_heads_key, ()))
    expired = header.expired(settings, usage)
    # A recording asks for what it then drops, or says why it keeps it.
    partly = header.partly_played(settings, usage) if config.stash[_run_key].recording is None else []
    if unused or partly or expired:
        terminalreporter.section("stripe-tokens")
    for line in (*unused, *partly):
        terminalreporter.write_line(line)
    colour = "red" if settings.on_expiry == "fail" else "yellow"
    for line in expired:
        terminalreporter.write_line(line, **{colour: True})
    if unused or partly or expired:
        from pytest_stripe_tokens.plugin.advice import AFTER_THE_TESTS  # noqa: PLC0415 - most runs have no such line

        terminalreporter.write_line(AFTER_THE_TESTS)
