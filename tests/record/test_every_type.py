"""Every type of token in every way in which an answer comes about: a row more in the table of types is a row more here.

As a script it shows what came of each: `python tests/record/test_every_type.py` prints a Markdown table.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import server as test_mode

from pytest_stripe_tokens import OTHER_TOKEN_TYPES, TOKEN_TYPES
from pytest_stripe_tokens.api.token_types import CASSETTES
from pytest_stripe_tokens.cassettes.library import read

TYPES = (*TOKEN_TYPES, *OTHER_TOKEN_TYPES)
# The API reference has no example of one.
NO_EXAMPLE = {"pii"}
SUITE = """
import os
import pytest
from pytest_stripe_tokens import OTHER_TOKEN_TYPES, TOKEN_TYPES, StripeAPIError

@pytest.mark.parametrize("stripe_token", [*TOKEN_TYPES, *OTHER_TOKEN_TYPES], indirect=True)
def test_it(stripe_token, stripe_tokens, request):
    kind = request.node.callspec.params["stripe_token"]
    assert stripe_token.origin == os.environ["ORIGIN"]
    assert (stripe_token.object if stripe_token.object != "token" else stripe_token.type) == kind
    read = stripe_tokens.retrieve(stripe_token)
    assert (read, read.origin) == (stripe_token, stripe_token.origin)
    assert [seen.token_type for seen in stripe_tokens.requests if seen.token_type] == [kind, kind]
    assert list(stripe_tokens.tokens) == [stripe_token.id]
    stripe_tokens.use(stripe_token)
    assert stripe_tokens.retrieve(stripe_token) != stripe_token
    with pytest.raises(StripeAPIError) as error:
        stripe_tokens.use(stripe_token)
    assert error.value.status == 400
    with pytest.raises(StripeAPIError) as error:
        stripe_tokens.fail_next(429)
        stripe_tokens.create(kind)
    assert error.value.status == 429
"""
# One that a run is killed in has no more to do than to make tokens.
SHORT = """
import pytest
from pytest_stripe_tokens import OTHER_TOKEN_TYPES, TOKEN_TYPES

@pytest.mark.parametrize("stripe_token", [*TOKEN_TYPES, *OTHER_TOKEN_TYPES], indirect=True)
def test_it(stripe_token): ...
"""
TABLE = "STRIPE_TOKENS_TABLE"
KILLS = 3
# A person's token of /v2 belongs to an account, which is made first.
BEFORE = {"v2.core.account_person_token": ["POST"]}


def sent(kinds):
    """How many requests it takes to make tokens of these types and to read them."""
    return sum(2 + len(BEFORE.get(kind, [])) for kind in kinds)


def outcomes(result):
    """What became of each type's test."""
    shown = re.findall(
        r"test_it\[(\S+)\] (PASSED|FAILED|ERROR)|(PASSED|FAILED|ERROR) test_it.py::test_it\[(\S+)\]", str(result.stdout)
    )
    return {one or other: (first or second).lower() for one, first, second, other in shown}


def run(suite, origin, *args):
    suite.monkeypatch.setenv("ORIGIN", origin)
    return outcomes(suite.run("-v", *args))


def auto(suite, _server):
    return run(suite, "generated", "--stripe-tokens=auto")


def generate(suite, _server):
    return run(suite, "generated", "--stripe-tokens=generate")


def replay_the_example(suite, _server):
    return run(suite, "documented", "--stripe-tokens=replay")


def record_over_tls(suite, server):
    found = run(suite, "live", "--record")
    held = {kind: [item.key.method for item in cassette(suite, kind).interactions] for kind in found}
    assert held == {kind: [*BEFORE.get(kind, []), "POST", "GET"] for kind in found}
    assert len(server.requests) == sent(found)
    written = "".join(path.read_text(encoding="utf-8") for path in suite.cassettes.iterdir())
    assert not any(secret in written for secret in (test_mode.SECRET_KEY, test_mode.CLIENT_IP, test_mode.ACCOUNT))
    return found


def replay_the_recording(suite, server):
    record_over_tls(suite, server)
    server.close()
    return run(suite, "recorded", "--stripe-tokens=replay")


def auto_over_the_recording(suite, server):
    record_over_tls(suite, server)
    server.close()
    return run(suite, "recorded", "--stripe-tokens=auto")


def record_by_two(suite, server):
    found = run(suite, "live", "--record", "-n2")
    assert len(server.requests) == sent(found)
    return found


def killed_while_recording(suite, server):
    suite.write("test_it.py", SHORT)
    began = time.monotonic()
    outcomes(suite.record("-v"))
    whole_run = time.monotonic() - began
    old = {kind: cassette(suite, kind).path.read_bytes() for kind in TYPES}
    server.fail(test_mode.changed(lambda token: token.update(shiny=1)))
    command = [sys.executable, "-m", "pytest", *suite.options, "--record"]
    is_whole = dict.fromkeys(TYPES, True)
    for number in range(1, KILLS + 1):
        process = subprocess.Popen(command, cwd=suite.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole_run * number / KILLS)
        process.kill()
        process.wait()
        for kind in TYPES:
            data = cassette(suite, kind).path.read_bytes()
            is_whole[kind] &= data == old[kind] or data.count(b"shiny") == sent([kind])
    found = outcomes(suite.record("-v"))
    return {kind: outcome if is_whole[kind] else "torn" for kind, outcome in found.items()}


def cassette(suite, kind):
    return read(suite.cassettes / f"{CASSETTES[kind]}.yaml")


WAYS = (
    auto,
    generate,
    replay_the_example,
    record_over_tls,
    replay_the_recording,
    pytest.param(auto_over_the_recording, marks=pytest.mark.slow),
    pytest.param(record_by_two, marks=pytest.mark.slow),
    pytest.param(killed_while_recording, marks=pytest.mark.slow),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_type_comes_about_in_every_way(suite, tls_server, trust, way):
    suite.monkeypatch.setenv("STRIPE_API_BASE", tls_server.url)
    suite.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
    suite.write("test_it.py", SUITE)
    found = way(suite, tls_server)
    if TABLE in os.environ:
        Path(os.environ[TABLE], way.__name__).write_text(json.dumps(found), encoding="utf-8")
    expected = dict.fromkeys(TYPES, "passed")
    if way is replay_the_example:
        expected |= dict.fromkeys(NO_EXAMPLE, "error")
    assert found == expected


def main() -> int:
    """Run these tests and print what became of each type."""
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-m", "slow or not slow", __file__]
        done = subprocess.run(command, env={**os.environ, TABLE: directory}, stdout=sys.stderr, check=False)
        ways = [getattr(way, "values", (way,))[0].__name__ for way in WAYS]
        found = {way: json.loads(file.read_text()) for way in ways if (file := Path(directory, way)).exists()}
    lines = [f"| type | {' | '.join(way.replace('_', ' ') for way in ways)} |", "|---" * (len(ways) + 1) + "|"]
    for kind in TYPES:
        cells = [found.get(way, {}).get(kind, "not run") for way in ways]
        if kind in NO_EXAMPLE:
            cells = ["a miss: no example" if cell == "error" else cell for cell in cells]
        lines.append(f"| `{kind}` | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
