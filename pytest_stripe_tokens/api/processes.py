"""Processes of this machine: whether one that has left something behind still runs."""

from __future__ import annotations

import os


def is_running(process: int) -> bool:
    """Tell whether a process runs, by its id; where that can not be told, it does."""
    if os.name != "posix":
        return True  # Elsewhere signal 0 is a real one.
    try:
        os.kill(process, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
