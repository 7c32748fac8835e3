"""Writes two cassettes over and over in children that are killed: `killed_writer.py DIRECTORY KILLS`; prints what it saw."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.library import Library, read, render
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata

NAMES = ("card", "pii")


def cassette(library: Library, name: str, shiny: int) -> Cassette:
    token = {"id": f"{name}_1N3T00LkdIwHu7ix", "object": "token", "created": 1, "type": name, "shiny": shiny}
    request = Request("POST", "https://api.stripe.com/v1/tokens", {}, b"pii[id_number]=***")
    interaction = Interaction(request, Response(200, {}, json.dumps(token).encode()))
    return Cassette(library.path(name), Metadata(token_type=name), (interaction,) * 8)


def write_for_ever(library: Library, versions: list[list[Cassette]], dies_between: int | None) -> None:
    """Write as a run does at its end, one cassette after the other; die between the two writes of one round."""
    for number, version in enumerate(itertools.cycle(versions)):
        for one in version:
            library.write(one)
            if number == dies_between:
                os.kill(os.getpid(), signal.SIGKILL)


def main(directory: Path, kills: int) -> dict[str, int]:
    library = Library(directory)
    versions = [[cassette(library, name, shiny) for name in NAMES] for shiny in (1, 2)]
    whole = {name: [render(version[place]) for version in versions] for place, name in enumerate(NAMES)}
    began = time.monotonic()
    for one in versions[0] * 2:
        library.write(one)
    # However slow the disk is, the kills come anywhere in the first two rounds.
    longest = min(time.monotonic() - began, 0.15)
    seen = {"whole": 0, "between": 0, "changed": 0, "litter": 0}
    before = [library.path(name).read_bytes() for name in NAMES]
    for kill in range(kills):
        is_between = kill % 3 == 0
        # The first cassette is written as it is not yet, so that a kill between the two shows.
        current = whole[NAMES[1]].index(before[1])
        order = [versions[1 - current], versions[current]]
        child = os.fork()
        if child == 0:
            write_for_ever(library, order, dies_between=0 if is_between else None)
        if not is_between:
            time.sleep(random.uniform(0.0, longest))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        data = [library.path(name).read_bytes() for name in NAMES]
        seen["whole"] += all(
            bytes_ in whole[name] and len(read(library.path(name)).interactions) == 8
            for name, bytes_ in zip(NAMES, data, strict=True)
        )
        seen["between"] += is_between and whole[NAMES[0]].index(data[0]) != whole[NAMES[1]].index(data[1])
        seen["changed"] += data != before
        seen["litter"] += len(list(directory.iterdir())) > len(NAMES)
        before = data
    for one in versions[0]:
        library.write(one)
    seen["left"] = len(list(directory.iterdir())) - len(NAMES)
    seen["names"] = len(library.names())
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
