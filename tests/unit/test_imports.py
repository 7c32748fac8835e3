from __future__ import annotations

import importlib
import inspect
import sys
import threading

import pytest

from pytest_stripe_tokens.interception.imports import on_import


@pytest.fixture(autouse=True)
def _modules(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "plain_module_of_ours.py").write_text("value = 1\n")
    package = tmp_path / "package_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("from package_of_ours import inner\n")
    (package / "inner.py").write_text("value = 2\n")
    (package / "broken.py").write_text("raise LookupError\n")
    yield
    for name in [name for name in sys.modules if "_of_ours" in name]:
        del sys.modules[name]


@pytest.fixture
def seen():
    return []


def test_a_module_is_told_once_it_is_loaded(seen):
    with on_import({"plain_module_of_ours"}, lambda name: seen.append(sys.modules[name].value)):
        importlib.import_module("plain_module_of_ours")
        importlib.import_module("plain_module_of_ours")
    assert seen == [1]


def test_a_module_inside_a_package_is_told(seen):
    with on_import({"package_of_ours.inner", "package_of_ours"}, seen.append):
        importlib.import_module("package_of_ours")
    assert seen == ["package_of_ours.inner", "package_of_ours"]


def test_nothing_is_told_before_or_after(seen):
    importlib.import_module("plain_module_of_ours")
    with on_import({"plain_module_of_ours", "package_of_ours"}, seen.append):
        importlib.import_module("plain_module_of_ours")
    importlib.import_module("package_of_ours")
    assert seen == []
    assert not [finder for finder in sys.meta_path if "Finder" in type(finder).__name__ and hasattr(finder, "_asking")]


def test_the_module_is_as_if_nobody_had_watched():
    with on_import({"plain_module_of_ours"}, lambda _: None):
        module = importlib.import_module("plain_module_of_ours")
    assert inspect.getsource(module) == "value = 1\n"
    assert type(module.__loader__) is type(module.__spec__.loader) is type(threading.__loader__)


def test_a_module_that_fails_is_not_told(seen):
    with on_import({"package_of_ours.broken"}, seen.append), pytest.raises(LookupError):
        importlib.import_module("package_of_ours.broken")
    assert seen == []


def test_a_module_that_does_not_exist_is_not_found(seen):
    with on_import({"nothing_of_ours"}, seen.append), pytest.raises(ModuleNotFoundError):
        importlib.import_module("nothing_of_ours")
    assert seen == []


def test_threads_may_import_it_at_once(seen):
    with on_import({"plain_module_of_ours"}, seen.append):
        threads = [threading.Thread(target=importlib.import_module, args=["plain_module_of_ours"]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["plain_module_of_ours"]
