"""pytest's hooks, options and marker; with fixtures and record_hooks the only module that imports pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_stripe_tokens import record_hooks, report
from pytest_stripe_tokens.errors import UsageError
from pytest_stripe_tokens.fixtures import SANDBOX, Fixtures, settings_key
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
    from collections.abc import Generator

_MARKER = "stripe_tokens"
_FIXTURES = "stripe_tokens_fixtures"
_run_key = pytest.StashKey[Run]()
_usage_key = pytest.StashKey[report.Usage]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options and ini values, and the hooks of `--record`."""
    pluginmanager.register(record_hooks, "stripe_tokens_record")
    pluginmanager.register(Fixtures(), _FIXTURES)
    group = parser.getgroup("stripe-tokens", "Stripe tokens")
    group.addoption(
        "--stripe-tokens",
        metavar="MODE",
        dest="stripe_tokens_mode",
        help=f"where Stripe's answers come from: {', '.join(MODES)} (default: auto)",
    )
    group.addoption(
        "--stripe-tokens-seed",
        metavar="SEED",
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
    fixtures = config.pluginmanager.get_plugin(_FIXTURES)
    if isinstance(fixtures, Fixtures):
        fixtures.begin(run, usage)


def _settings(config: pytest.Config) -> Settings:
    mode, seed = config.getoption("stripe_tokens_mode"), config.getoption("stripe_tokens_seed")
    ini_mode = checked_mode(config.getini("stripe_tokens_mode"), "ini option stripe_tokens_mode")
    ini_seed = checked_seed(config.getini("stripe_tokens_seed"), "ini option stripe_tokens_seed")
    return Settings(
        # argparse would repeat a key that was given by mistake.
        mode=ini_mode if mode is None else checked_mode(mode, "--stripe-tokens"),
        seed=ini_seed if seed is None else checked_seed(seed, "--stripe-tokens-seed"),
        cassettes=config.rootpath / config.getini("stripe_tokens_cassettes"),
        locale=checked_locale(config.getini("stripe_tokens_locale"), "ini option stripe_tokens_locale"),
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Show the mode, the cassettes with their age, and the seed."""
    return report.header(config.stash[_run_key].settings)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    """Give marked tests the sandbox, and let it stand before the other function-scoped fixtures of a test.

    The suite's own hooks, which may mark tests, come first.

    Raises:
        pytest.UsageError: a marker's argument or value that is not one of the valid ones.
    """
    result = yield
    orders: dict[int, tuple[list[str], list[str]]] = {}
    try:
        for item in items:
            _prepare(config, item, orders)
    except UsageError as error:
        if not hasattr(config, "workeroutput"):
            raise pytest.UsageError(str(error)) from None
        # pytest-xdist takes an error here for a crash of its worker: the controller must say it.
        config.stash[_usage_key].usage_error = str(error)
        items.clear()
    return result


def _prepare(config: pytest.Config, item: pytest.Item, orders: dict[int, tuple[list[str], list[str]]]) -> None:
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None:
        return
    markers = [(mark.args, mark.kwargs) for mark in item.iter_markers(_MARKER)]
    if markers:
        item.stash[settings_key] = _marked(config, markers, item.nodeid)
    if markers or SANDBOX in names:
        # The items of one function share their list, and go on sharing it; the old one is kept, and with it its id.
        if id(names) not in orders:
            orders[id(names)] = names, _ordered(item, names)
        setattr(item, "fixturenames", orders[id(names)][1])  # noqa: B010 - not every item has it


def _ordered(item: pytest.Item, names: list[str]) -> list[str]:
    others = [name for name in names if name != SANDBOX]
    # Wider fixtures come first: what they set up outlives this test's sandbox.
    wider = sum(_is_wider(item, name) for name in others)
    return [*others[:wider], SANDBOX, *others[wider:]]


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
    needs = any(SANDBOX in getattr(item, "fixturenames", ()) for item in session.items)
    if needs and not session.config.option.collectonly:
        _ = session.config.stash[_run_key].interceptor


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
