from __future__ import annotations

import json

import pytest

MODULE = """
import json, os, random, pathlib, pytest
from pytest_stripe_tokens import TEST_CARDS

OUT = pathlib.Path(os.environ["TOKENS_OUT"])

@pytest.fixture(autouse=True)
def _noted(request, stripe_tokens):
    yield
    seen = [token.to_dict() for token in stripe_tokens.tokens.values()]
    (OUT / request.node.nodeid.replace("/", "_").replace("::", "__")).write_text(json.dumps(seen))

def test_each(stripe_token): ...

@pytest.mark.parametrize("name", ["amex", "visa_debit", "insufficient_funds"])
def test_cards(stripe_tokens, name):
    random.random()
    stripe_tokens.create("card", **TEST_CARDS[name])
    stripe_tokens.create("card", **TEST_CARDS[name])
"""


@pytest.fixture
def tokens_of(suite, monkeypatch):
    suite.write("test_it.py", MODULE)

    def run(*args, **env):
        out = suite.path / f"out{len(list(suite.path.iterdir()))}"
        out.mkdir()
        monkeypatch.setenv("TOKENS_OUT", str(out))
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        result = suite.run(*args, quiet=False)
        assert result.ret == 0
        return {path.name: json.loads(path.read_text()) for path in out.iterdir()}

    return run


PLAIN = ("-p", "no:randomly")


@pytest.mark.parametrize(
    "args",
    [
        ("-p", "randomly", "-p", "no:xdist"),
        pytest.param(("-n", "2", *PLAIN), marks=pytest.mark.slow),
        pytest.param(("-n2", "--dist=loadgroup", *PLAIN), marks=pytest.mark.slow),
    ],
)
def test_tokens_are_the_same_in_any_order_and_under_xdist(tokens_of, args):
    assert tokens_of(*PLAIN) == tokens_of(*args)


@pytest.mark.slow
def test_tokens_are_the_same_under_another_hash_seed_and_clock(tokens_of):
    assert tokens_of(*PLAIN, PYTHONHASHSEED="1", TZ="UTC") == tokens_of(*PLAIN, PYTHONHASHSEED="2", TZ="Asia/Tokyo")


@pytest.mark.slow
def test_tokens_of_a_test_alone_are_those_of_the_whole_run(tokens_of):
    alone = tokens_of(*PLAIN, "-k", "amex")
    assert len(alone) == 1
    assert alone.items() <= tokens_of(*PLAIN).items()


@pytest.mark.slow
def test_another_seed_gives_other_tokens(tokens_of):
    first, second = tokens_of(*PLAIN), tokens_of(*PLAIN, "--stripe-tokens-seed=1")
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_two_tests_have_different_tokens(tokens_of):
    ids = [token["id"] for tokens in tokens_of(*PLAIN).values() for token in tokens]
    assert len(set(ids)) == len(ids)
