from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import pytest_stripe_tokens

BUILT_IN = Path(pytest_stripe_tokens.__file__).parent / "cassettes" / "builtin"
DOCUMENTED = ("account", "bank_account", "card", "cvc_update", "person")
REPLAY = pytest.mark.stripe_tokens(mode="replay")


@REPLAY
def test_the_built_in_card_is_the_references_example(card_token):
    assert card_token.origin == "documented"
    assert (card_token.id, card_token.card.exp_month, card_token.card.exp_year) == (
        "tok_1N3T00LkdIwHu7ixt44h1F8k",
        5,
        2026,
    )


@REPLAY
@pytest.mark.parametrize("stripe_token", DOCUMENTED, indirect=True)
def test_each_documented_type_is_replayed_and_retrieved_as_it_was_created(stripe_token, stripe_tokens):
    assert stripe_token.origin == "documented"
    assert stripe_tokens.retrieve(stripe_token.id) == stripe_token
    assert [request.origin for request in stripe_tokens.requests] == ["documented", "documented"]


@REPLAY
def test_of_two_documented_tokens_with_one_id_the_later_is_given(card_token, bank_token, stripe_tokens):
    assert card_token.id == bank_token.id
    assert stripe_tokens.retrieve(card_token.id) == stripe_tokens.tokens[card_token.id] == bank_token


@REPLAY
def test_a_replayed_token_is_used_up_and_retrieved_as_used(card_token, stripe_tokens):
    stripe_tokens.use(card_token)
    assert stripe_tokens.retrieve(card_token.id).used
    with pytest.raises(pytest_stripe_tokens.StripeAPIError) as error:
        stripe_tokens.use(card_token)
    assert error.value.code == "token_already_used"


def test_pii_has_no_documented_example_and_misses(run_test):
    result = run_test("def test_it(pii_token): ...", "--stripe-tokens=replay")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mode is ?replay? and no cassette holds POST /v1/tokens (pii)*"])


MISS = """
import asyncio, pytest, requests, stripe

CARD = dict(number="378282246310005", exp_month=1, exp_year=2031)
BODY = {f"card[{name}]": value for name, value in CARD.items()}

def by_stripe(): stripe.Token.create(card=CARD)
def by_requests(): requests.post("https://api.stripe.com/v1/tokens", data=BODY, auth=("sk_test_1", ""))
def by_httpx(): asyncio.run(stripe.StripeClient("sk_test_1", http_client=stripe.HTTPXClient()).v1.tokens.create_async({"card": CARD}))
def by_aiohttp(): asyncio.run(stripe.StripeClient("sk_test_1", http_client=stripe.AIOHTTPClient()).v1.tokens.create_async({"card": CARD}))
"""


@pytest.mark.parametrize("call", ["by_stripe", "by_requests", "by_httpx", "by_aiohttp"])
def test_a_miss_fails_the_test_at_its_line_without_a_retry(suite, call):
    suite.write("test_it.py", MISS + f"def test_it(stripe_tokens):\n    {call}()\n")
    suite.write(
        "conftest.py", "import time, asyncio\ndef no_sleep(*args): raise SystemError('slept')\ntime.sleep = no_sleep\n"
    )
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "test_it.py:12:*",
            "E * mode is ?replay? and no cassette holds POST /v1/tokens (card)",
            "E *test: test_it.py::test_it",
            "E *closest: POST /v1/tokens in the built-in card.yaml",
            "E *record it: pytest --stripe-record test_it.py::test_it",
        ]
    )
    result.stdout.no_fnmatch_line("*378282246310005*")
    assert "site-packages" not in result.stdout.str().partition("warnings summary")[0]


def test_a_miss_in_a_task_group_is_not_called_swallowed(suite):
    suite.write(
        "test_it.py",
        """
        import asyncio, httpx

        async def get():
            async with httpx.AsyncClient() as client: await client.get("https://api.stripe.com/v1/charges/ch_1")

        async def both():
            async with asyncio.TaskGroup() as group: group.create_task(get())

        def test_it(stripe_tokens): asyncio.run(both())
        """,
    )
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*mode is ?replay? and no cassette holds GET /v1/charges/ch_1"])


def test_a_miss_of_the_code_under_test_says_how_it_is_recorded(suite):
    suite.write("test_it.py", MISS + "def test_it(stripe_tokens):\n    by_stripe()\n")
    suite.run("--stripe-tokens=replay").stdout.fnmatch_lines(
        [
            'E *give the test a cassette: @pytest.mark.stripe_tokens(cassette="name")',
            "E *record it: pytest --stripe-record*",
        ]
    )


@pytest.mark.parametrize("call", ["by_stripe", "by_httpx"])
def test_a_miss_is_no_stripe_error(suite, call):
    suite.write(
        "test_it.py", MISS + f"def test_it(stripe_tokens):\n    with pytest.raises(stripe.StripeError): {call}()\n"
    )
    suite.run("--stripe-tokens=replay").assert_outcomes(failed=1)


def test_the_message_of_a_miss_has_at_most_fifteen_lines(suite):
    suite.write("test_it.py", MISS + "def test_it(stripe_tokens):\n    by_stripe()\n")
    result = suite.run("--stripe-tokens=replay", "--tb=short")
    assert len([line for line in result.outlines if line.startswith("E  ")]) <= 15


def test_a_swallowed_miss_fails_at_teardown(suite):
    suite.write(
        "test_it.py",
        MISS
        + """
def test_it(stripe_tokens):
    try: by_requests()
    except BaseException: pass
""",
    )
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*the code under test swallowed this failure:*", "*no cassette holds POST /v1/tokens (card)*"]
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_miss_in_a_thread_fails_at_teardown(suite):
    suite.write(
        "test_it.py",
        MISS
        + """
def test_it(stripe_tokens):
    import threading
    thread = threading.Thread(target=by_requests)
    thread.start()
    thread.join()
""",
    )
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1, errors=1, warnings=1)


def _cassette(token, params, **metadata):
    body = json.dumps(token)
    return f"""
version: 1
metadata: {json.dumps(metadata)}
interactions:
- request:
    method: POST
    uri: https://api.stripe.com/v1/tokens
    body: {params}
    headers: {{}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [application/json]}}
    body: {{string: '{body}'}}
"""


def _card(**fields):
    token = {
        "id": "tok_suite",
        "object": "token",
        "card": {
            "id": "card_1",
            "object": "card",
            "last4": "4242",
            "brand": "Visa",
            "country": "US",
            "funding": "credit",
        },
    }
    token |= {"client_ip": None, "created": 1, "livemode": False, "type": "card", "used": False}
    return token | fields


DEFAULT = "card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2050&card[cvc]=123"


@pytest.mark.parametrize("mode", ["auto", "replay"])
def test_a_cassette_of_the_suite_is_replayed(suite, mode):
    suite.write("cassettes/card.yaml", _cassette(_card(), DEFAULT, origin="recorded"))
    suite.write(
        "test_it.py", "def test_it(card_token): assert (card_token.id, card_token.origin) == ('tok_suite', 'recorded')"
    )
    suite.run(f"--stripe-tokens={mode}").assert_outcomes(passed=1)


def test_in_auto_a_request_that_no_cassette_holds_is_generated(suite):
    suite.write("cassettes/card.yaml", _cassette(_card(), DEFAULT))
    suite.write(
        "test_it.py",
        """
        from pytest_stripe_tokens import TEST_CARDS

        def test_it(stripe_tokens):
            assert stripe_tokens.create("card", **TEST_CARDS["amex"]).origin == "generated"
            assert stripe_tokens.create("card").origin == "recorded"
            assert stripe_tokens.create("card").origin == "generated"
        """,
    )
    suite.run().assert_outcomes(passed=1)


def test_in_generate_no_cassette_is_read(suite):
    suite.write("cassettes/card.yaml", "not a cassette")
    suite.write("test_it.py", "def test_it(card_token): assert card_token.origin == 'generated'")
    suite.run("--stripe-tokens=generate").assert_outcomes(passed=1)


def test_a_directory_of_cassettes_can_be_named_in_the_ini_file(suite):
    suite.write("tapes/card.yaml", _cassette(_card(), DEFAULT))
    suite.write("pytest.ini", "[pytest]\nstripe_tokens_cassettes = tapes\n")
    suite.write("test_it.py", "def test_it(card_token): assert card_token.id == 'tok_suite'")
    suite.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ("number=4242424242424242, exp_month=12, exp_year=2050, cvc=123", "recorded"),
        ("number=4242424242424242, exp_month=11, exp_year=2050, cvc=123", "generated"),
        ("number=4000000760000002, exp_month=12, exp_year=2050, cvc=123", "generated"),
    ],
)
def test_the_code_under_test_must_match(suite, line, origin):
    suite.write("cassettes/card.yaml", _cassette(_card(), DEFAULT))
    suite.write(
        "test_it.py",
        f"""
        import stripe

        def test_it(stripe_tokens):
            stripe.Token.create(card=dict({line}))
            assert stripe_tokens.requests[-1].origin == {origin!r}
        """,
    )
    suite.run().assert_outcomes(passed=1)


def test_a_named_cassette_holds_the_whole_tests_traffic(suite):
    suite.write("cassettes/refunds/partial.yaml", _cassette(_card(), DEFAULT))
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.stripe_tokens(mode="replay", cassette="refunds/partial")
        def test_it(card_token): assert card_token.id == "tok_suite"
        """,
    )
    suite.run().assert_outcomes(passed=1)


def test_a_cassette_of_vcrpys_json_serializer_is_told_as_such(suite):
    suite.write("cassettes/shop.json", "{}")
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.stripe_tokens(mode="replay", cassette="shop")
        def test_it(card_token): ...
        """,
    )
    suite.run().stdout.fnmatch_lines(
        ["*searched: cassettes/shop.yaml (missing; cassettes/shop.json is not read, only YAML is)*"]
    )


def test_a_named_cassette_that_does_not_exist_is_a_miss_that_names_it(suite):
    suite.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.stripe_tokens(mode="replay", cassette="refunds/partial")
        def test_it(card_token): ...
        """,
    )
    result = suite.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*searched: cassettes/refunds/partial.yaml (missing)*"])


BROKEN = {
    "empty": b"",
    "binary": bytes(range(256)),
    "other": b"- just\n- a list\n",
    "not-yaml": b"version: 1\ninteractions: [\n",
    "python-object": b"version: 1\ninteractions: !!python/object/apply:os.mkdir [executed]\n",
    "version": b"version: 2\ninteractions: []\n",
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize(
    "test",
    [
        "def test_it(card_token): ...",
        "import stripe\ndef test_it(stripe_tokens):\n    stripe.Token.create(card={'number': '4242424242424242'})",
    ],
)
def test_a_broken_cassette_is_an_error_with_its_path_and_line(suite, kind, test):
    suite.write("test_it.py", test)
    (suite.path / "cassettes").mkdir()
    (suite.path / "cassettes/card.yaml").write_bytes(BROKEN[kind])
    result = suite.run()
    assert result.parseoutcomes().keys() <= {"failed", "errors", "error"}
    result.stdout.re_match_lines([r".*cassettes/card\.yaml.*line \d+.*"])
    assert not (suite.path / "executed").exists()
    assert (suite.path / "cassettes/card.yaml").read_bytes() == BROKEN[kind]


def test_a_bad_cassette_ends_its_test_with_its_line_and_nothing_waits(suite):
    """A few of the table in tests/unit/test_bad_cassettes.py, through the front door."""
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    bad = {
        "bomb": (f"{bomb}version: *a9\n", "bomb.yaml, line 11: has version a list"),
        "twice": ("version: 1\ninteractions: []\ninteractions: []\n", "twice.yaml, line 3: has 'interactions' twice"),
        "huge": (f"version: 0x{'f' * 9999}\n", "huge.yaml, line 1: is not a cassette: a number is longer than"),
        "pipe": (None, "pipe.yaml: can't be read: it is a pipe"),
    }
    suite.write(
        "test_it.py",
        "import pytest\n"
        + "".join(f"@pytest.mark.stripe_tokens(cassette={name!r})\ndef test_{name}(card_token): ...\n" for name in bad),
    )
    (suite.path / "cassettes").mkdir()
    for name, (text, _) in bad.items():
        path = suite.path / "cassettes" / f"{name}.yaml"
        if text is None:
            os.mkfifo(path)
        else:
            path.write_text(text)
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(errors=len(bad))
    result.stdout.fnmatch_lines(["stripe-tokens: mode replay, cassettes: bomb (of unknown age), huge *, twice *"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    for _, message in bad.values():
        assert any(message in line for line in result.outlines), message


def test_a_named_cassette_answers_for_stripes_other_hosts_too(suite):
    suite.write(
        "cassettes/shop.yaml",
        """
        version: 1
        interactions:
        - request: {method: GET, uri: 'https://files.stripe.com/v1/files/file_1/contents', body: null, headers: {}}
          response: {status: {code: 200, message: OK}, headers: {Content-Type: [text/plain]}, body: {string: hello}}
        - request: {method: POST, uri: 'https://connect.stripe.com/oauth/token', body: code=ac_1, headers: {}}
          response:
            status: {code: 200, message: OK}
            headers: {Content-Type: [application/json]}
            body: {string: '{"stripe_user_id": "acct_1"}'}
        """,
    )
    suite.write(
        "test_it.py",
        """
        import pytest, requests

        AUTH = {"Authorization": "Bearer sk_test_1"}

        @pytest.mark.stripe_tokens(cassette="shop")
        def test_it(stripe_tokens):
            get = lambda host: requests.get(f"https://{host}.stripe.com/v1/files/file_1/contents", headers=AUTH)
            assert get("files").text == "hello"
            assert requests.post("https://connect.stripe.com/oauth/token", {"code": "ac_1"}, headers=AUTH).json() == {"stripe_user_id": "acct_1"}
            assert [request.origin for request in stripe_tokens.requests] == ["recorded"] * 2
            assert get("api").status_code == 404

        @pytest.mark.stripe_tokens(mode="replay", cassette="shop")
        def test_miss(stripe_tokens):
            requests.get("https://api.stripe.com/v1/files/file_1/contents", headers=AUTH)
        """,
    )
    result = suite.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*host: recorded 'files.stripe.com', sent 'api.stripe.com'"])
