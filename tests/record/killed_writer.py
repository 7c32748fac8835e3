"""Writes a cassette over and over in children that are killed: `killed_writer.py DIRECTORY KILLS`; prints what it saw."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from pytest_stripe_tokens.cassettes import Library, read, render
from pytest_stripe_tokens.exchange import Request, Response
from pytest_stripe_tokens.matching import Cassette, Interaction, Metadata


def cassette(library: Library, shiny: int) -> Cassette:
    token = {"id": "pii_1N3T00LkdIwHu7ix", "object": "token", "created": 1, "type": "pii", "shiny": shiny}
    request = Request("POST", "https://api.stripe.com/v1/tokens", {}, b"pii[id_number]=***")
    interaction = Interaction(request, Response(200, {}, json.dumps(token).encode()))
    return Cassette(library.path("pii"), Metadata(token_type="pii"), (interaction,) * 20)


def main(directory: Path, kills: int) -> dict[str, int]:
    library = Library(directory)
    versions = [cassette(library, shiny) for shiny in (1, 2)]
    whole = [render(version) for version in versions]
    library.write(versions[0])
    seen = {"whole": 0, "changed": 0, "litter": 0}
    before = library.path("pii").read_bytes()
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            for version in itertools.cycle(reversed(versions)):
                library.write(version)
        time.sleep(random.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        data = library.path("pii").read_bytes()
        seen["whole"] += data in whole and len(read(library.path("pii")).interactions) == 20
        seen["changed"] += data != before
        seen["litter"] += len(list(directory.iterdir())) > 1
        before = data
    library.write(versions[0])
    seen["left"] = len(list(directory.iterdir())) - 1
    seen["names"] = len(library.names())
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
