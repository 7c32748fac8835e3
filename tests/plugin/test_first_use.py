"""What a run loads for its first test, and what it reads before and after its tests, in counts."""

from __future__ import annotations

import json

import pytest

# What is loaded when a run ends, and which files below the suite's cassettes it has opened meanwhile.
WATCHING = """
    import json, pathlib, sys

    opened = []

    def audited(event, arguments):
        if event == "open" and str(arguments[0]).endswith(".yaml") and "/cassettes/" in str(arguments[0]):
            opened.append(str(arguments[0]).partition("/cassettes/")[2])

    sys.addaudithook(audited)

    def pytest_unconfigure():
        modules = sorted(name for name in sys.modules if name.startswith("pytest_stripe_tokens"))
        pathlib.Path("seen.json").write_text(json.dumps([modules, opened]))
"""
NOTHING = """
    def test_it():
        pass
"""
FIXTURE = NOTHING.replace("()", "(card_token)")
CALLS = """
    import stripe

    stripe.api_key = "sk_test_x"
    CARD = {"number": "4242424242424242", "exp_month": 5, "exp_year": YEAR, "cvc": "123"}

    def test_it(stripe_tokens):
        token = stripe.Token.create(card=CARD)
        assert stripe.Token.retrieve(token.id).card.last4 == "4242"
"""
OURS = """
version: 1
metadata:
  origin: recorded
  recorded_at: '2026-01-02T00:00:00+00:00'
  api_version: 2026-10-28.endive
  plugin_version: 0.1.0
  token_type: null
interactions: []
"""


@pytest.fixture
def seen(suite, monkeypatch):
    """Run a suite, and tell the modules of ours that were loaded at its end and the cassettes that were opened."""

    def run(text, *args, outcomes=None):
        suite.write("conftest.py", WATCHING).write("test_it.py", text)
        # Other plugins load clients of their own.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        result = suite.run("-p", "pytest_stripe_tokens.plugin", *args, quiet=False)
        result.assert_outcomes(**(outcomes or {"passed": 1}))
        return result, *json.loads((suite.path / "seen.json").read_text())

    return run


@pytest.mark.parametrize(
    ("text", "mode", "most"),
    [
        (NOTHING, "auto", 14),
        (FIXTURE, "auto", 99),
        (CALLS.replace("YEAR", "2050"), "generate", 99),
        (CALLS.replace("YEAR", "2026"), "replay", 69),
    ],
    ids=["nothing", "a fixture", "generated", "replayed"],
)
def test_a_run_loads_what_its_tests_ask_for(seen, text, mode, most):
    _, modules, _ = seen(text, f"--stripe-tokens={mode}")
    assert len(modules) <= most
    folders = {name.removeprefix("pytest_stripe_tokens.").partition(".")[0] for name in modules}
    assert not {"calibration", "recording"} & folders
    # Where there are none, what reads them is not needed.
    reading = {"pytest_stripe_tokens.cassettes.player", "pytest_stripe_tokens.cassettes.documents"}
    assert reading & set(modules) == (reading if mode == "replay" else set())


def test_the_head_of_a_cassette_is_read_once_in_a_run(seen, suite):
    for number in range(12):
        suite.write(f"cassettes/old/{number}.yaml", OURS)
    result, _, opened = seen(NOTHING)
    result.stdout.fnmatch_lines(
        ["stripe-tokens: *cassettes: 12, the oldest old/0 *", "unused: cassettes/old/0.yaml, * and 4 more *"]
    )
    assert sorted(opened) == sorted(f"old/{number}.yaml" for number in range(12))


def test_a_cassette_that_was_used_is_not_read_for_the_summary(seen, suite):
    suite.write("cassettes/named.yaml", OURS).write("cassettes/left.yaml", OURS)
    text = NOTHING.replace("def", "@__import__('pytest').mark.stripe_tokens(cassette='named')\n    def")
    text = text.replace("()", "(stripe_tokens)").replace("pass", "stripe_tokens.create('card')")
    _, _, opened = seen(text)
    # For the header, and to be played.
    assert sorted(opened) == ["left.yaml", "named.yaml", "named.yaml"]


def test_a_cassette_that_a_test_made_is_read_for_the_summary(seen, suite):
    suite.write("cassettes/there.yaml", OURS)
    made = f"""
        import pathlib
        folder = pathlib.Path(__file__).parent / "cassettes"
        (folder / "ours.yaml").write_text({OURS!r})
        (folder / "theirs.yaml").write_text("version: 1\\ninteractions: []\\n")
        (folder / "there.yaml").unlink()
"""
    result, _, _ = seen(NOTHING.replace("        pass\n", made))
    result.stdout.fnmatch_lines(["unused: cassettes/ours.yaml - no test used it: *"])
    result.stdout.no_fnmatch_line("unused: *the?r*.yaml*")
