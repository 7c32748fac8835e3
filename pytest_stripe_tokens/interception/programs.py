"""Programs that a test starts with subprocess: a Python one can't be answered, and is kept from Stripe's hosts."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.interception.interceptor import Target

if TYPE_CHECKING:
    from pytest_stripe_tokens.interception.gate import Gate

_AT_START = str(Path(__file__).parent / "at_start")
_NAME = "PYTHONPATH"
_PLACE = 11  # of `env` among Popen's arguments, with `self`


class Programs:
    """subprocess, and with it asyncio's subprocesses and os.popen."""

    module = "subprocess"

    def targets(self) -> list[Target]:
        """What is replaced while a sandbox is open."""
        return [Target.of(subprocess.Popen, "__init__", partial(with_watched_environ, place=_PLACE))]


def with_watched_environ(gate: Gate, previous: Any, *, place: int = sys.maxsize) -> Any:
    """Wrap a function that starts a program, and takes its environment as `env` or at a place of its arguments."""

    def start(*args: Any, **kwargs: Any) -> Any:
        if not gate.is_open:
            return previous(*args, **kwargs)
        if len(args) > place:
            return previous(*args[:place], watched(args[place]), *args[place + 1 :], **kwargs)
        return previous(*args, **{**kwargs, "env": watched(kwargs.get("env"))})

    return start


def watched(environ: Any) -> Any:
    """Give the environment of a program, this process' own where it is None, with which it reaches no Stripe."""
    variables: dict[Any, Any] = dict(os.environ if environ is None else environ)
    # A program may be given its environment in bytes.
    paths = [os.fsdecode(found) for name in (_NAME, _NAME.encode()) if (found := variables.pop(name, None))]
    if not paths or paths[0].split(os.pathsep)[0] != _AT_START:
        paths.insert(0, _AT_START)
    return {**variables, _NAME: os.pathsep.join(paths)}
