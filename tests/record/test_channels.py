"""No way by which a recording run shows or writes anything shows a secret: each way, with each kind of secret."""

from __future__ import annotations

import pytest
import server as test_mode

SECRETS = {
    "KEY": test_mode.SECRET_KEY,
    "CARD": "4000056655665556",
    "HOOK": "whsec_" + "CanaryOfTheHook123",
    # Known by having been sent alone.
    "SENT": "000999999991",
}
TESTS = """
import logging, os, sys, threading, unittest, warnings
import pytest, requests

SAID = " ".join(os.environ["CANARY_" + name] for name in ("KEY", "CARD", "HOOK", "SENT"))

class Loud:
    def __del__(self):
        raise ValueError("way_unraisable " + SAID)

class Odd(Exception):
    def __str__(self):
        return "way_odd_exception " + SAID

@pytest.fixture(autouse=True)
def sent(request):
    if request.config.getoption("stripe_tokens_record") and "sends" not in request.node.name:
        request.getfixturevalue("stripe_tokens").create("bank_account", account_number=os.environ["CANARY_SENT"])

@pytest.fixture
def broken():
    yield
    raise ValueError("way_teardown " + SAID)

@pytest.fixture
def unready():
    raise ValueError("way_setup " + SAID)

def test_assertion():
    way_locals = SAID
    print("way_stdout", SAID)
    print("way_stderr", SAID, file=sys.stderr)
    assert way_locals == "", "way_message " + SAID

def test_log(caplog):
    logging.getLogger("mine").warning("way_log %s", SAID)
    try:
        raise ValueError("way_exc_info " + SAID)
    except ValueError:
        logging.getLogger("mine").exception("failed")
    logging.getLogger("mine").warning("with the stack", stack_info=True)
    assert "way_caplog" == caplog.text

def test_thread():
    def fail(): raise ValueError("way_thread " + SAID)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

def test_unraisable():
    Loud()

def test_warning():
    warnings.warn("way_warning " + SAID)
    warnings.warn(DeprecationWarning("way_warning_object", SAID))

def test_odd(): raise Odd

def test_chain():
    try:
        raise KeyError("way_cause " + SAID)
    except KeyError as error:
        raise ValueError("way_chain " + SAID) from error

def test_group():
    raise ExceptionGroup("way_group " + SAID, [ValueError("way_inner " + SAID)])

def test_teardown(broken): ...
def test_setup(unready): ...

@pytest.mark.xfail(reason="way_xfail " + SAID)
def test_xfail(): assert False

def test_xfail_call(): pytest.xfail("way_xfail_call " + SAID)
def test_skip(): pytest.skip("way_skip " + SAID)
def test_fail(): pytest.fail("way_fail " + SAID, pytrace=False)

def test_subtests(subtests):
    with subtests.test("way_subtest " + SAID, way_argument=SAID):
        print("way_subtest_stdout", SAID)
        raise ValueError("way_subtest_error " + SAID)

class TestUnit(unittest.TestCase):
    def test_unit(self):
        with self.subTest("way_unittest " + SAID):
            self.assertEqual(SAID, "")

@pytest.mark.parametrize("key", [os.environ["CANARY_KEY"]])
def test_id(key): raise ValueError("way_id")

def test_property(record_property):
    record_property("way_property", SAID)
    record_property("way_number", int(os.environ["CANARY_CARD"]))

def test_attribute(record_xml_attribute):
    record_xml_attribute("way_attribute", SAID)

def test_suite_property(record_testsuite_property):
    record_testsuite_property("way_suite_property", SAID)

def test_disabled(capsys):
    with capsys.disabled():
        print("way_disabled", SAID)
"""
CONFTEST = """
import json, os, pathlib
import pytest

SAID = " ".join(os.environ["CANARY_" + name] for name in ("KEY", "CARD", "HOOK"))

def pytest_addoption(parser):
    print("way_early", SAID)

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    with pathlib.Path(__file__).with_name(f"reports-{os.getpid()}.json").open("a") as file:
        file.write(repr([report.sections, report.longreprtext, report.user_properties, getattr(report, "wasxfail", "")]))

def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line("way_plugin " + SAID)
"""
BROKEN = """
import os
SAID = " ".join(os.environ["CANARY_" + name] for name in ("KEY", "CARD", "HOOK"))
way_module_local = SAID
raise ValueError("way_collection " + SAID)
"""
# Where each way ends: on the terminal, unless it is named here.
FILES = {
    "junit.xml": {"way_property", "way_number", "way_attribute", "way_suite_property", "way_stdout", "way_xfail"},
    "log.txt": {"way_log", "way_exc_info"},
}
NOT_WITH_XDIST = {"way_suite_property", "way_attribute", "way_disabled", "way_early"}
WITH_S = {"way_stdout", "way_stderr", "way_subtest_stdout", "way_disabled", "way_early"}


def _ways():
    text = TESTS + CONFTEST + BROKEN
    named = {word.strip("\"'(),=+ ") for word in text.split() if word.lstrip("\"'(").startswith("way_")}
    return {name.partition("=")[0] for name in named}


@pytest.fixture
def loud(suite):
    for name, secret in SECRETS.items():
        suite.monkeypatch.setenv(f"CANARY_{name}", secret)
    return suite.write("test_it.py", TESTS).write("conftest.py", CONFTEST)


LOUD = ("-o", "log_level=DEBUG", "-p", "no:randomly", "--junitxml=junit.xml")
LOG = (
    "-o",
    "junit_logging=all",
    "-o",
    "junit_family=xunit1",
    "--log-file=log.txt",
    "--log-file-level=DEBUG",
    "-o",
    "log_cli=true",
)


@pytest.mark.parametrize(
    "more",
    [
        ("-vv", "-rA", "--showlocals"),
        ("-vv", "-rA", "--showlocals", "-n2"),
        ("-s", "-rA", "--showlocals", "--full-trace"),
        ("--capture=tee-sys", "-rA", "--tb=native"),
        ("-p", "no:terminal"),
    ],
    ids=" ".join,
)
def test_no_way_shows_a_secret(loud, more):
    result = loud.run("--record", *LOUD, *LOG, *more)
    shown = {"terminal": result.stdout.str() + result.stderr.str()}
    shown |= {path.name: path.read_text() for path in loud.path.iterdir() if path.suffix in {".xml", ".txt", ".json"}}
    text = "\n".join(shown.values())
    missing = {way for way in _ways() - {"way_collection", "way_module_local"} if way not in text}
    # What another process prints, or no terminal shows, can't be looked for.
    allowed = NOT_WITH_XDIST if "-n2" in more else set()
    if "no:terminal" in more:
        missing -= {way for way in missing if way not in FILES["junit.xml"] | FILES["log.txt"]}
    assert missing <= allowed
    for name, ways in FILES.items():
        assert not {way for way in ways - allowed if way not in shown[name]}, name
    assert [(where, kind) for where, text in shown.items() for kind, secret in SECRETS.items() if secret in text] == []


@pytest.mark.parametrize("more", [(), ("-n2",)], ids=" ".join)
def test_no_error_before_the_tests_shows_a_secret(loud, more):
    loud.write("test_broken.py", BROKEN)
    collected = loud.run("--record", "--showlocals", *LOUD, *more)
    loud.write("conftest.py", BROKEN)
    loaded = loud.run("--record", "--showlocals", *LOUD, *more)
    for result in (collected, loaded):
        text = result.stdout.str() + result.stderr.str() + (loud.path / "junit.xml").read_text()
        assert "way_collection" in text
        assert [kind for kind, secret in SECRETS.items() if secret in text] == []


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "pytest.exit.Exception"])
def test_no_run_that_ends_early_shows_a_secret(loud, error):
    loud.write(
        "test_it.py",
        TESTS
        + f"""
def test_end_sends():
    print("way_end", SAID)
    raise {error}("way_error " + SAID)
""",
    )
    result = loud.run("--record", "-k", "sends", "-x")
    text = result.stdout.str() + result.stderr.str()
    assert "way_" in text or "KeyboardInterrupt" in text
    assert [kind for kind in ("KEY", "CARD", "HOOK") if SECRETS[kind] in text] == []


def test_no_error_of_a_plugin_shows_a_secret(loud):
    loud.write(
        "conftest.py",
        CONFTEST.replace("file.write", "print('way_hook', SAID); raise ValueError('way_internal ' + SAID); file.write"),
    )
    result = loud.run("--record", "-k", "assertion")
    text = result.stdout.str() + result.stderr.str()
    assert "way_internal" in text
    assert [kind for kind in ("KEY", "CARD", "HOOK") if SECRETS[kind] in text] == []


def test_a_live_key_in_a_request_is_not_sent(suite, server):
    live = "sk_" + "live_" + "Canary4eC39HqLyj"
    suite.monkeypatch.setenv("CANARY_LIVE", live)
    suite.write(
        "test_it.py",
        """
        import os, pytest, requests

        LIVE = os.environ["CANARY_LIVE"]
        URL = "https://api.stripe.com/v1/customers"
        WAYS = [
            {"data": {"metadata[key]": LIVE}},
            {"data": {f"metadata[{LIVE}]": "x"}},
            {"json": {"a": [{"b": LIVE.upper()}]}},
            {"params": {"q": LIVE}},
            {"files": {"file": f"key {LIVE}"}},
        ]

        @pytest.mark.parametrize("way", range(5))
        @pytest.mark.stripe_tokens(cassette="mine{way}")
        def test_it(stripe_tokens, way, request):
            requests.post(URL, auth=("sk_test_x", ""), **WAYS[way])
        """,
    )
    result = suite.record("--record-report=report.json")
    shown = result.stdout.str() + (suite.path / "report.json").read_text()
    assert server.requests == []
    assert result.ret == 1
    assert "holds a key of live mode" in shown
    assert live.lower() not in shown.lower()
