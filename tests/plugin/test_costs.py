"""What a suite pays for the plugin, in counts that are the same on every machine: modules, files, functions, calls."""

from __future__ import annotations

import json

import pytest

HEAVY = {"aiohttp", "faker", "filelock", "httpx", "jsonschema", "requests", "urllib3", "vcr", "yaml"}
# Counts each test's calls into the package, the files it opens, and what of the package's is alive after it.
COUNTING = """
    import gc, json, pathlib, sys
    import pytest, pytest_stripe_tokens

    ours = str(pathlib.Path(pytest_stripe_tokens.__file__).parent)
    tests, counts, alive = [], {}, {}

    def called(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(ours):
            counts["calls"] += 1
            counts["functions"] += frame.f_code.co_name == "place"
            counts["made"] += frame.f_code.co_name == "_make"

    def audited(event, arguments):
        if event == "open" and counts and not isinstance(arguments[0], int):
            counts["files"] += 1

    sys.addaudithook(audited)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol():
        counts.update(calls=0, files=0, functions=0, made=0)
        before = set(sys.modules)
        sys.setprofile(called)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            if len(tests) % 150 == 1:
                alive[len(tests) - 1] = len(kept())
            tests.append({**counts, "modules": sorted(set(sys.modules) - before), "alive": alive})
            counts.clear()

    def kept():
        gc.collect()
        return [item for item in gc.get_objects() if str(type(item).__module__).startswith("pytest_stripe_tokens")]

    def pytest_sessionstart():
        tests.append({"modules": sorted(sys.modules)})

    def pytest_sessionfinish():
        pathlib.Path("counts.json").write_text(json.dumps(tests))
"""
CALLS = """
    import pytest, stripe

    stripe.api_key = "sk_test_x"
    CARD = {"number": "4242424242424242", "exp_month": 5, "exp_year": YEAR, "cvc": "123"}

    @pytest.mark.parametrize("number", range(3))
    def test_it(number, stripe_tokens):
        token = stripe.Token.create(card=CARD)
        assert stripe.Token.retrieve(token.id).card.last4 == "4242"
"""
FIXTURE = """
    import pytest

    @pytest.mark.parametrize("number", range(3))
    def test_it(number, card_token):
        pass
"""
HTTPX = """
    import httpx, pytest

    AUTH = {"Authorization": "Bearer sk_test_x"}
    CARD = {"card[number]": "4242424242424242", "card[exp_month]": 5, "card[exp_year]": 2026, "card[cvc]": "123"}
    CLIENT = httpx.Client(headers=AUTH)
    API = "https://api.stripe.com/v1/tokens"

    @pytest.mark.parametrize("number", range(3))
    def test_it(number, stripe_tokens):
        token = CLIENT.post(API, data=CARD).json()
        assert CLIENT.get(f"{API}/{token['id']}").json()["card"]["last4"] == "4242"
"""
AIOHTTP = HTTPX.replace("httpx, pytest", "aiohttp, asyncio, pytest").replace("CLIENT = httpx.Client(headers=AUTH)", "")
AIOHTTP = (
    AIOHTTP[: AIOHTTP.index("        token = ")]
    + """
        async def ask():
            async with aiohttp.ClientSession(headers=AUTH) as session:
                async with session.post(API, data=CARD) as answer:
                    token = await answer.json()
                async with session.get(f"{API}/{token['id']}") as answer:
                    return await answer.json()
        assert asyncio.run(ask())["card"]["last4"] == "4242"
"""
)
SERVER = """
    import http.client, json, threading, urllib.parse

    import pytest

    served = {"calls": 0, "sends": 0}

    def called(frame, event, argument):
        if event == "call":
            served["calls"] += "pytest_stripe_tokens" in frame.f_code.co_filename
        elif event == "c_call":
            served["sends"] += getattr(argument, "__name__", "") in {"send", "sendall", "sendmsg"}

    threading.setprofile(called)

    def test_it(stripe_server, stripe_tokens):
        connection = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(stripe_server.url).port)
        auth = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}

        def ask(method, path, body=None):
            connection.request(method, path, body, auth)
            return json.loads(connection.getresponse().read())

        for number in range(3):
            served.update(calls=0, sends=0)
            token = ask("POST", "/v1/tokens", "card[number]=4242424242424242&card[exp_month]=5&card[exp_year]=2050")
            assert ask("GET", f"/v1/tokens/{token['id']}")["card"]["last4"] == "4242"
        with open("served.json", "w") as file:
            json.dump(served, file)
"""
UNUSED = FIXTURE.replace(", card_token", "")


@pytest.fixture
def count(suite, monkeypatch):
    """Run a suite; what was loaded when it started, what its first test cost and what its last one did."""

    def run(text, *args, tests=3):
        suite.write("conftest.py", COUNTING).write("test_it.py", text)
        # Other plugins load clients of their own.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        suite.run("-p", "pytest_stripe_tokens.plugin", *args, quiet=False).assert_outcomes(passed=tests)
        start, first, *_, last = json.loads((suite.path / "counts.json").read_text())
        last["alive"] = {int(number): alive for number, alive in last["alive"].items()}
        return start, first, last

    return run


def ours(modules):
    return [name for name in modules if name.startswith("pytest_stripe_tokens")]


def roots(modules):
    return {name.partition(".")[0] for name in modules}


def test_a_suite_that_uses_nothing_pays_for_a_few_small_modules(count):
    start, first, last = count(UNUSED)
    assert len(ours(start["modules"])) <= 14
    assert not HEAVY & roots(start["modules"])
    # Two hooks, which look whether there is anything to do.
    assert last["calls"] <= 8
    assert (first["modules"], first["files"], last["files"]) == ([], 0, 0)


@pytest.mark.parametrize(
    ("text", "mode", "loaded", "most"),
    [
        (FIXTURE, "generate", set(), (295, 9)),
        (CALLS, "generate", {"requests", "urllib3"}, (445, 24)),
        (CALLS, "replay", {"requests", "urllib3", "yaml"}, (315, 24)),
    ],
    ids=["a fixture", "generated", "replayed"],
)
def test_a_test_pays_for_what_it_uses_and_the_first_for_what_all_share(count, text, mode, loaded, most):
    _, first, last = count(text.replace("YEAR", "2026" if mode == "replay" else "2050"), f"--stripe-tokens={mode}")
    assert HEAVY & roots(first["modules"]) <= loaded
    assert len(ours(first["modules"])) <= 70
    assert (last["modules"], last["files"]) == ([], 0)
    calls, functions = most
    assert 0 < last["calls"] <= calls
    assert 0 < last["functions"] <= functions
    # What replaces a client's function is made by the first test that needs it.
    assert (first["made"], last["made"]) == (first["functions"], 0)


@pytest.mark.parametrize(("text", "client", "most"), [(HTTPX, "httpx", (280, 15)), (AIOHTTP, "aiohttp", (305, 11))])
def test_another_client_is_answered_without_what_others_are_built_on(count, text, client, most):
    start, first, last = count(text, "--stripe-tokens=replay")
    assert HEAVY & (roots(start["modules"]) | roots(first["modules"])) <= {client, "yaml"}
    assert (last["modules"], last["files"], last["made"]) == ([], 0, 0)
    calls, functions = most
    assert 0 < last["calls"] <= calls
    assert 0 < last["functions"] <= functions


def test_a_server_answers_in_few_calls_and_each_time_in_one_piece(suite):
    suite.write("test_it.py", SERVER).run("--stripe-tokens=generate").assert_outcomes(passed=1)
    served = json.loads((suite.path / "served.json").read_text())
    assert 0 < served["calls"] <= 415
    assert served["sends"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["generate", "replay"])
def test_nothing_of_a_test_stays_in_memory(count, mode):
    text = CALLS.replace("range(3)", "range(451)").replace("YEAR", "2026" if mode == "replay" else "2050")
    _, _, last = count(text, f"--stripe-tokens={mode}", tests=451)
    # What is kept of requests, so as to read an equal one once, is bounded.
    assert last["alive"][300] == last["alive"][450]
