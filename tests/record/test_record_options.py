"""The options of `--record`: what is refused before any request, and options of the same name by others."""

from __future__ import annotations

import pytest
import server as test_mode

TEST = "import pathlib\ndef test_it(card_token): pathlib.Path('ran').touch()\n"
LIVE = "_li" + "ve_canary4eC39HqLyjWDarjt"


@pytest.mark.parametrize("flag", ["--record", "--stripe-record"])
@pytest.mark.parametrize("key", [None, "", f"sk{LIVE}", f"rk{LIVE}", f"pk{LIVE}", "canary"])
def test_without_a_test_key_nothing_is_run_or_sent(suite, server, flag, key):
    suite.monkeypatch.delenv("STRIPE_SECRET_KEY")
    if key is not None:
        suite.monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    result = suite.write("test_it.py", TEST).run(flag)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --record*STRIPE_SECRET_KEY*sk_test_*"])
    assert server.requests == []
    assert not (suite.path / "ran").exists()
    assert "canary" not in result.stdout.str() + result.stderr.str()


def test_both_flags_record(suite, server):
    suite.write("test_it.py", TEST)
    suite.run("--stripe-record").assert_outcomes(passed=1)
    assert server.creates() == ["card"]


@pytest.mark.parametrize("name", ["report.txt", "report"])
@pytest.mark.parametrize("flags", [(), ("--record",)])
def test_a_report_of_an_unknown_form_is_a_usage_error(suite, server, name, flags):
    result = suite.write("test_it.py", TEST).run(*flags, f"--record-report={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--record-report: * has an unknown suffix; a report's are .md, .markdown, .json"])
    assert server.requests == []


def test_an_unknown_level_is_a_usage_error(suite):
    result = suite.write("test_it.py", TEST).record("--fail-on-drift=some")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


OWNER = """
def pytest_addoption(parser):
    parser.{where}addoption("--record", {kind}, dest="theirs", help="theirs")

def pytest_configure(config):
    print("THEIRS", config.getoption("theirs"))
"""


@pytest.mark.parametrize("where", ["", 'getgroup("theirs").', 'getgroup("stripe-tokens").'])
@pytest.mark.parametrize("owner", ["conftest", "plugin"])
def test_where_another_owns_record_theirs_stays_and_ours_has_its_other_name(suite, server, owner, where):
    suite.write("test_it.py", TEST)
    suite.write(
        f"{'conftest' if owner == 'conftest' else 'theirs'}.py", OWNER.format(where=where, kind='action="store_true"')
    )
    plugin = ("-p", "theirs") if owner == "plugin" else ()
    suite.monkeypatch.setenv("PYTHONPATH", str(suite.path), prepend=":")
    result = suite.run("-s", *plugin, "--record")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["THEIRS True"])
    assert server.requests == []
    suite.run(*plugin, "--stripe-record").assert_outcomes(passed=1)
    assert server.creates() == ["card"]


def test_an_owner_whose_option_takes_a_value_keeps_it(suite, server):
    suite.write("test_it.py", TEST)
    suite.write("conftest.py", OWNER.format(where="", kind='action="store"'))
    suite.run("-s", "--record", "all").stdout.fnmatch_lines(["THEIRS all"])
    assert server.requests == []


def test_help_names_the_options(suite):
    result = suite.run("--help")
    result.stdout.fnmatch_lines(
        ["*--stripe-record*", "*--record-report=FILE*", "*--fail-on-drift=LEVEL*", "*--record *"]
    )


def test_the_flag_may_stand_in_the_ini_file(suite, server):
    suite.write("pytest.ini", "[pytest]\naddopts = --record\n").write("test_it.py", TEST)
    suite.run().assert_outcomes(passed=1)
    assert server.creates() == ["card"]


def test_the_environments_publishable_key_is_used_where_the_code_uses_one(suite, server):
    suite.monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", test_mode.PUBLISHABLE_KEY)
    suite.write(
        "test_it.py",
        """
        import pytest, requests

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_it(stripe_tokens):
            requests.post("https://api.stripe.com/v1/tokens", data={"pii[id_number]": "000000000"}, auth=("pk_test_1", ""))
            assert stripe_tokens.requests[0].response_status == 200
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert server.requests[0].headers["authorization"] == f"Bearer {test_mode.PUBLISHABLE_KEY}"
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1)


def test_a_conftest_of_a_directory_may_own_record(suite):
    suite.write(
        "pkg/deep/conftest.py", "def pytest_addoption(parser): parser.addoption('--record', action='store_true')\n"
    )
    suite.write("pkg/deep/test_deep.py", "def test_it(card_token): ...\n")
    suite.run().assert_outcomes(passed=1)
