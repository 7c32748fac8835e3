"""Calls back when a module is imported, so that no client has to be imported early."""

from __future__ import annotations

import contextlib
import sys
import threading
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import PathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


@contextlib.contextmanager
def on_import(modules: Collection[str], callback: Callable[[str], None]) -> Generator[None]:
    """Call back with a module's full name once it has been imported, until the block ends.

    Args:
        modules: their full names. One that is loaded already is not reported.
        callback: takes the name.
    """
    finder = _Finder(modules, callback)
    # Before the one that finds clients, and not the very first: pyfakefs takes the first for its own and removes it.
    # Before those of the sandboxes around this one too: they hear first, and what this one puts in place lies on top.
    place = 0
    for at, each in enumerate(sys.meta_path):
        if each is PathFinder or isinstance(each, _Finder):
            place = at
            break
    sys.meta_path.insert(place, finder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def __init__(self, modules: Collection[str], callback: Callable[[str], None]) -> None:
        self._modules = modules
        self._callback = callback
        self._asking = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the other finders find a module, and hear when it has been loaded."""
        del path, target
        if fullname not in self._modules or getattr(self._asking, "name", None) == fullname:
            return None
        self._asking.name = fullname
        try:
            spec = find_spec(fullname)
        finally:
            self._asking.name = None
        if spec is None or spec.loader is None:
            return None
        spec.loader = _Loader(spec.loader, self._callback)
        return spec


class _Loader(Loader):
    """A module's own loader, which the module gets back before its code runs."""

    def __init__(self, loader: Any, callback: Callable[[str], None]) -> None:
        self._loader = loader
        self._callback = callback

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module as its own loader would."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code, and tell."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._callback(module.__name__)
