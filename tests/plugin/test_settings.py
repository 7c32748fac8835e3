from __future__ import annotations

import pytest

USAGE_ERROR = 4
TEST = "def test_it(card_token): print(card_token.origin)"


@pytest.mark.parametrize(
    ("ini", "option", "marker", "origin"),
    [
        ("", (), "", "generated"),
        ("stripe_tokens_mode = replay", (), "", "documented"),
        ("stripe_tokens_mode = replay", ("--stripe-tokens", "generate"), "", "generated"),
        ("stripe_tokens_mode = generate", ("--stripe-tokens=generate",), "mode='replay'", "documented"),
    ],
)
def test_the_marker_wins_over_the_option_and_the_option_over_the_ini_file(suite, ini, option, marker, origin):
    suite.write("pytest.ini", f"[pytest]\n{ini}\n")
    suite.write(
        "test_it.py",
        f"""
        import pytest

        @pytest.mark.stripe_tokens({marker})
        def test_it(card_token):
            assert card_token.origin == {origin!r}
        """,
    )
    suite.run(*option).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ("stripe_tokens_mode = rewind", "*unknown mode 'rewind'; the modes are auto, replay, generate*"),
        ("stripe_tokens_seed = lucky", "*invalid seed 'lucky': expected a whole number*"),
        ("stripe_tokens_locale = tlh_QO", "*'tlh_QO' is no locale of Faker's; it has *de_DE*"),
    ],
)
def test_a_bad_ini_value_is_a_usage_error_that_lists_the_valid_ones(suite, ini, message):
    result = suite.write("pytest.ini", f"[pytest]\n{ini}\n").write("test_it.py", TEST).run()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--stripe-tokens", "rewind"), "*--stripe-tokens: unknown mode 'rewind'*auto*replay*generate*"),
        (("--stripe-tokens-seed", "lucky"), "*--stripe-tokens-seed: invalid seed 'lucky'*"),
    ],
)
def test_a_bad_option_is_a_usage_error(suite, option, message):
    result = suite.write("test_it.py", TEST).run(*option)
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            "colour='red'",
            "*test_it.py::test_it: marker stripe_tokens has no argument 'colour'; its arguments are mode, seed, cassette*",
        ),
        ("mode='rewind'", "*unknown mode 'rewind'; the modes are auto, replay, generate*"),
        ("seed='lucky'", "*invalid seed 'lucky'*"),
        ("'card'", "*takes no positional argument ('card'); its arguments are mode, seed, cassette*"),
        ("cassette=''", "*invalid cassette ''*"),
        ("cassette=7", "*invalid cassette 7*"),
        ("cassette='../out'", "*../out*"),
        ("cassette='/etc/out'", "*/etc/out*"),
        ("cassette='a/../../out'", "*a/../../out*"),
    ],
)
def test_a_bad_marker_is_a_usage_error_that_names_the_test(suite, marker, message):
    suite.write(
        "test_it.py",
        f"""
        import pytest

        @pytest.mark.stripe_tokens({marker})
        def test_it(card_token): ...
        """,
    )
    result = suite.run()
    assert result.ret == USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.slow
def test_a_bad_marker_is_a_usage_error_under_xdist_too(suite):
    suite.write(
        "test_it.py", "import pytest\n@pytest.mark.stripe_tokens(mode='rewind')\ndef test_it(card_token): ...\n"
    )
    result = suite.run("-n2", "-p", "no:randomly", quiet=False)
    assert result.ret == USAGE_ERROR
    result.stdout.fnmatch_lines(
        ["ERROR: test_it.py::test_it: *unknown mode 'rewind'; the modes are auto, replay, generate"]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_the_closest_marker_wins_argument_by_argument(run_test):
    result = run_test(
        """
        import pytest

        pytestmark = pytest.mark.stripe_tokens(mode="replay", seed=5)

        @pytest.mark.stripe_tokens(mode="generate")
        def test_it(card_token, stripe_tokens):
            assert card_token.origin == "generated"
            assert stripe_tokens._settings.seed == 5
        """
    )
    result.assert_outcomes(passed=1)


def test_the_header_shows_mode_cassettes_and_seed(suite):
    suite.write("test_it.py", TEST)
    suite.run("--stripe-tokens-seed=7").stdout.fnmatch_lines(["stripe-tokens: mode auto, cassettes: none, seed 7"])


def test_the_header_shows_the_age_of_cassettes_and_another_api_version(suite):
    suite.write(
        "cassettes/card.yaml",
        """
        version: 1
        metadata:
          origin: recorded
          recorded_at: '2020-01-01T00:00:00+00:00'
          api_version: 2019-12-03
        interactions: []
        """,
    )
    suite.write("test_it.py", "def test_it(): ...")
    suite.run().stdout.re_match_lines(
        [
            r"stripe-tokens: mode auto, cassettes: card \(\d+ days old\), seed 0 \(recorded with API version 2019-12-03; stripe-python here has .+\)"
        ]
    )


def test_the_summary_names_cassettes_that_no_test_used(suite):
    suite.write("cassettes/old/refund.yaml", "version: 1\nmetadata: {plugin_version: 0.1.0}\ninteractions: []\n")
    suite.write("test_it.py", TEST)
    suite.run().stdout.fnmatch_lines(["unused: cassettes/old/refund.yaml*"])


def test_many_cassettes_are_counted_in_one_line_with_the_oldest_named(suite):
    for number in range(30):
        text = f"version: 1\nmetadata: {{plugin_version: 0.1.0, recorded_at: '{2000 + number}-01-01T00:00:00+00:00'}}\n"
        suite.write(f"cassettes/old/refund{29 - number:02}.yaml", text + "interactions: []\n")
    suite.write("test_it.py", TEST)
    result = suite.run()
    result.stdout.re_match_lines(
        [r"stripe-tokens: mode auto, cassettes: 30, the oldest old/refund29 \(\d+ days old\), seed 0"]
    )
    (line,) = [line for line in result.outlines if line.startswith("unused:")]
    assert "cassettes/old/refund00.yaml, cassettes/old/refund01.yaml" in line
    assert "and 22 more - no test used them" in line


@pytest.mark.parametrize("args", [("--collect-only",), ("test_it.py",), ("-x",), ("--setup-plan",), ("--setup-only",)])
def test_the_summary_is_silent_where_a_test_may_have_had_no_turn(suite, args):
    suite.write("cassettes/old/refund.yaml", "version: 1\nmetadata: {plugin_version: 0.1.0}\ninteractions: []\n")
    suite.write("test_it.py", "def test_it(card_token): assert False")
    suite.run(*args).stdout.no_fnmatch_line("*unused:*")


def test_the_summary_does_not_name_a_cassette_that_a_test_could_not_read(suite):
    suite.write("cassettes/card.yaml", "broken").write("test_it.py", TEST)
    suite.run().stdout.no_fnmatch_line("*unused:*")


def test_the_header_reads_a_cassette_with_sorted_keys(suite):
    body = "x" * 5000
    suite.write(
        "cassettes/card.yaml",
        f"interactions: []\nlong: {body}\nmetadata:\n  recorded_at: '2020-01-01T00:00:00+00:00'\nversion: 1\n",
    )
    suite.write("test_it.py", "def test_it(): ...")
    suite.run().stdout.re_match_lines([r"stripe-tokens: mode auto, cassettes: card \(\d+ days old\), seed 0"])


def test_the_summary_is_silent_where_not_every_test_ran(suite):
    suite.write("cassettes/old/refund.yaml", "version: 1\nmetadata: {plugin_version: 0.1.0}\ninteractions: []\n")
    suite.write("test_it.py", TEST + "\ndef test_other(): ...")
    suite.run("-k", "other").stdout.no_fnmatch_line("*unused:*")


def test_a_suite_that_uses_nothing_of_ours_loads_nothing_heavy(suite, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    suite.write(
        "test_it.py",
        """
        import sys

        HEAVY = {"vcr", "faker", "yaml", "jsonschema", "requests", "httpx", "aiohttp", "urllib3", "stripe", "filelock"}

        def test_it():
            assert "pytest_stripe_tokens.plugin" in sys.modules
            assert not HEAVY & set(sys.modules)
        """,
    )
    result = suite.pytester.runpytest_subprocess("-p", "pytest_stripe_tokens.plugin")
    result.assert_outcomes(passed=1)
