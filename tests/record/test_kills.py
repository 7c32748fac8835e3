"""A kill at any moment leaves the old cassette or the new one, and nothing that disturbs the next run."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import server as test_mode
from quiet_plugins import QUIET

from pytest_stripe_tokens.cassettes.library import read

KILLS = 500


@pytest.mark.slow
def test_every_cassette_is_whole_after_any_of_many_kills(tmp_path):
    script = Path(__file__).with_name("killed_writer.py")
    done = subprocess.run([sys.executable, script, tmp_path, str(KILLS)], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["whole"] == KILLS
    # The kills struck: a third between the writes of two cassettes, others while one was written.
    assert seen["between"] >= KILLS // 3
    # On a busy machine many come before the first write.
    assert seen["changed"] > KILLS // 10
    assert seen["litter"] > 0
    assert (seen["left"], seen["names"]) == (0, 2)


def test_a_run_that_is_killed_leaves_whole_cassettes_and_the_next_one_records(suite, server, recordings):
    suite.write("test_it.py", "def test_it(stripe_token): ...\n")
    suite.give(recordings, "account", "bank_account", "card", "cvc_update", "person", "pii")
    old = {path.name: path.read_bytes() for path in suite.cassettes.iterdir()}
    server.fail(test_mode.changed(lambda token: token.update(shiny=1)))
    started = time.monotonic()
    suite.record("--collect-only")
    whole_run = time.monotonic() - started
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *QUIET, "--record"], cwd=suite.path, stdout=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0.5, 2) * whole_run)
        process.kill()
        process.wait()
        for name, data in old.items():
            path = suite.cassettes / name
            assert path.read_bytes() == data or "shiny" in path.read_text()
            assert len(read(path).interactions) == 2
    result = suite.record()
    assert result.ret == 0
    assert sorted(path.name for path in suite.cassettes.iterdir()) == sorted(old)
