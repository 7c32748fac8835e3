"""The package's own files, read as Python reads modules.

A test may have put other files, or another `open`, in place of the real ones; pytest's own loader of plugins uses that.
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader


def read(module_file: str, *names: str) -> bytes:
    """Read a file that lies beside a module or below it.

    Args:
        module_file: the module's `__file__`.
        names: of folders, and of the file.

    Raises:
        FileNotFoundError: there is none.
    """
    path = "/".join((module_file.replace("\\", "/").rpartition("/")[0], *names))
    return SourceFileLoader(path, path).get_data(path)
