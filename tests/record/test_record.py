"""`pytest --record` against a server over real sockets, and what its cassettes do afterwards."""

from __future__ import annotations

import json

import pytest
import server as test_mode

ALL = """
import pathlib, pytest

def test_it(stripe_token, stripe_tokens):
    read = stripe_tokens.retrieve(stripe_token.id)
    assert read == stripe_token and read.origin == stripe_token.origin
    with pathlib.Path("seen").open("a") as file:
        file.write(f"{stripe_token.type} {stripe_token.id} {stripe_token.origin}\\n")
"""
TYPES = ("account", "bank_account", "card", "cvc_update", "person", "pii")


def _seen(suite):
    lines = (suite.path / "seen").read_text().splitlines()
    (suite.path / "seen").unlink()
    return [line.split() for line in lines]


def _show_that_it_replays(suite, server):
    suite.record().assert_outcomes(passed=6)
    recorded = _seen(suite)
    assert {origin for _, _, origin in recorded} == {"live"}
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=6)
    replayed = _seen(suite)
    assert {origin for _, _, origin in replayed} == {"recorded"}
    assert [line[:2] for line in replayed] == [line[:2] for line in recorded]


def test_what_was_recorded_over_http_is_replayed_without_the_server(suite, server):
    suite.write("test_it.py", ALL)
    _show_that_it_replays(suite, server)


def test_what_was_recorded_over_tls_is_replayed_without_the_server(suite, tls_server, trust):
    suite.monkeypatch.setenv("STRIPE_API_BASE", tls_server.url)
    suite.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
    suite.write("test_it.py", ALL)
    _show_that_it_replays(suite, tls_server)


def test_each_type_costs_one_create_and_one_retrieve(suite, server):
    suite.write("test_it.py", ALL + "\ndef test_again(stripe_token): ...\ndef test_card(card_token): ...\n")
    suite.record().assert_outcomes(passed=13)
    assert sorted(server.creates()) == sorted(TYPES)
    assert len(server.requests) == 12


def test_vcrpy_alone_plays_the_files(suite, server):
    suite.write("test_it.py", ALL)
    suite.record().assert_outcomes(passed=6)
    server.close()
    suite.write(
        "play.py",
        """
        import pathlib, requests, vcr
        for path in sorted(pathlib.Path("cassettes").glob("*.yaml")):
            with vcr.VCR(record_mode="none", match_on=["method", "path"]).use_cassette(str(path)):
                made = requests.post("https://api.stripe.com/v1/tokens", data={"x": "1"}).json()
                read = requests.get(f"https://api.stripe.com/v1/tokens/{made['id']}").json()
                assert made == read and made["type"] == path.stem
                print(path.stem)
        """,
    )
    assert suite.pytester.runpython(suite.path / "play.py").outlines == list(TYPES)


def test_a_second_recording_changes_no_byte(suite):
    suite.write("test_it.py", ALL)
    suite.record()
    before = suite.hashes()
    result = suite.record()
    assert suite.hashes() == before
    assert len(before) == 6
    result.stdout.fnmatch_lines([f"  {name:<12}  unchanged" for name in TYPES])


def test_the_table_says_what_became_of_each_cassette(suite, server):
    suite.write("test_it.py", ALL)
    result = suite.record()
    result.stdout.fnmatch_lines(
        [
            f"cassettes (recorded against {server.url}, API version {test_mode.VERSION})",
            "  account       refreshed  built-in example replaced by a recording",
            "  pii           refreshed  first recording",
        ]
    )
    assert result.ret == 0


NAMED = """
import pytest, stripe

pytestmark = pytest.mark.stripe_tokens(cassette="refunds/partial")

def test_it(card_token):
    charge = stripe.Charge.create(amount=500, currency="usd", source=card_token.id)
    assert stripe.Charge.retrieve(charge.id).id == charge.id
    with pytest.raises(stripe.InvalidRequestError) as error:
        stripe.Charge.create(amount=500, currency="usd", source=card_token.id)
    assert error.value.code == "token_already_used"
"""


def test_a_named_cassette_holds_the_whole_traffic_in_order(suite, server):
    suite.write("test_it.py", NAMED)
    suite.record().assert_outcomes(passed=1)
    assert [(seen.method, seen.path.split("/")[2]) for seen in server.requests] == [
        ("POST", "tokens"),
        ("POST", "charges"),
        ("GET", "charges"),
        ("POST", "charges"),
    ]
    server.close()
    assert list(suite.hashes()) == ["refunds/partial.yaml"]
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1)


def test_an_error_that_a_passing_test_is_about_is_stored(suite):
    suite.write("test_it.py", NAMED)
    suite.record()
    assert "token_already_used" in (suite.cassettes / "refunds/partial.yaml").read_text()


def test_a_named_cassette_recorded_again_changes_no_byte(suite):
    suite.write("test_it.py", NAMED)
    suite.record()
    before = suite.hashes()
    suite.record().stdout.fnmatch_lines(["  refunds/partial  unchanged"])
    assert suite.hashes() == before


def test_several_tests_share_a_named_cassette(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest
        from pytest_stripe_tokens import TEST_CARDS

        @pytest.mark.stripe_tokens(cassette="brands")
        @pytest.mark.parametrize("name", ["visa", "amex", "jcb", "visa"])
        def test_it(stripe_tokens, name):
            assert stripe_tokens.create("card", **TEST_CARDS[name]).origin in ("live", "recorded")
        """,
    )
    suite.record().assert_outcomes(passed=4)
    assert len(server.requests) == 3
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=4)


CLIENTS = {
    "requests": "requests.post(URL, data=FORM, auth=(KEY, ''))",
    "urllib3": "urllib3.PoolManager().request('POST', URL, body=urlencode(FORM), headers=HEADERS)",
    "httpx": "httpx.post(URL, data=FORM, headers=HEADERS)",
    "aiohttp": "asyncio.run(use_aiohttp())",
    "urllib": "urllib.request.urlopen(urllib.request.Request(URL, urlencode(FORM).encode(), HEADERS))",
    "stripe": "stripe.Token.create(api_key=KEY, card={'number': '4242424242424242', 'exp_month': 12, 'exp_year': 2050})",
    "stripe-async": "asyncio.run(stripe.StripeClient(KEY, http_client=stripe.HTTPXClient()).v1.tokens.create_async({'card': {'number': '4242424242424242', 'exp_month': 12, 'exp_year': 2050}}))",
}


@pytest.mark.parametrize("name", CLIENTS)
def test_the_traffic_of_any_client_is_recorded(suite, server, name):
    suite.write(
        "test_it.py",
        f"""
        import asyncio, urllib.request
        from urllib.parse import urlencode
        import aiohttp, httpx, pytest, requests, stripe, urllib3

        URL, KEY = "https://api.stripe.com/v1/tokens", "sk_test_ofthecode"
        FORM = {{"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2050"}}
        HEADERS = {{"Authorization": f"Bearer {{KEY}}", "Content-Type": "application/x-www-form-urlencoded"}}

        async def use_aiohttp():
            async with aiohttp.ClientSession() as session, session.post(URL, data=FORM, headers=HEADERS) as answer:
                return await answer.json()

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_it(stripe_tokens):
            {CLIENTS[name]}
            (token,) = stripe_tokens.tokens.values()
            assert token.origin in ("live", "recorded")
            assert stripe_tokens.requests[0].origin == token.origin
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert [seen.headers["authorization"] for seen in server.requests] == [f"Bearer {test_mode.SECRET_KEY}"]
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1)


def test_each_set_of_parameters_is_recorded_once_into_the_types_file(suite, server):
    for module, country in (("test_de.py", "DE"), ("test_us.py", None), ("test_fr.py", "FR"), ("test_again.py", "DE")):
        suite.write(
            module,
            f"""
            import pytest
            from pytest_stripe_tokens import TEST_BANK_ACCOUNTS

            @pytest.fixture
            def stripe_tokens_params():
                return {{"bank_account": TEST_BANK_ACCOUNTS[{country!r}]}} if {country!r} else {{}}

            def test_it(bank_token): assert bank_token.bank_account.country == ({country!r} or "US")
            """,
        )
    suite.record().assert_outcomes(passed=4)
    assert server.creates() == ["bank_account"] * 3
    assert list(suite.hashes()) == ["bank_account.yaml"]
    before = suite.hashes()
    suite.record("test_fr.py").assert_outcomes(passed=1)
    assert suite.hashes() == before
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=4)


def test_what_belongs_to_no_cassette_is_generated(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest, requests
        from pytest_stripe_tokens import TEST_CARDS

        @pytest.mark.stripe_tokens(mode="generate")
        def test_generate(card_token): assert card_token.origin == "generated"

        @pytest.mark.stripe_tokens(mode="generate", cassette="mine")
        def test_named(card_token): assert card_token.origin == "generated"

        def test_own_parameters(stripe_tokens):
            assert stripe_tokens.create("card", **TEST_CARDS["amex"]).origin == "generated"

        def test_code(stripe_tokens):
            requests.post("https://api.stripe.com/v1/tokens", data={"pii[id_number]": "000000000"}, auth=("sk_test_1", ""))
            assert stripe_tokens.requests[-1].origin == "generated"

        def test_other_paths(card_token, stripe_tokens):
            requests.post("https://api.stripe.com/v1/customers", data={"source": card_token.id}, auth=("sk_test_1", ""))
            assert stripe_tokens.requests[-1].origin == "generated"
            assert stripe_tokens.retrieve(card_token.id).used
        """,
    )
    suite.record().assert_outcomes(passed=5)
    assert server.creates() == ["card"]
    assert list(suite.hashes()) == ["card.yaml"]


def test_a_test_that_replays_is_recorded_too(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest, requests

        @pytest.mark.stripe_tokens(mode="replay")
        def test_it(card_token):
            assert card_token.origin == "live"
            requests.post("https://api.stripe.com/v1/tokens", data={"pii[id_number]": "000000000"}, auth=("sk_test_1", ""))
        """,
    )
    suite.record().assert_outcomes(passed=1)


def test_a_failure_that_a_test_asks_for_is_not_sent(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest
        from pytest_stripe_tokens import StripeAPIError

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_it(stripe_tokens):
            stripe_tokens.fail_next(429)
            with pytest.raises(StripeAPIError): stripe_tokens.create("card")
            assert stripe_tokens.create("card").card.last4 == "4242"
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert len(server.requests) == 1


def test_a_second_create_in_a_test_is_generated(suite, server):
    suite.write(
        "test_it.py",
        """
        def test_it(card_token, stripe_tokens):
            assert [card_token.origin, stripe_tokens.create("card").origin] == ["live", "generated"]
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert server.creates() == ["card"]


def test_a_test_that_was_repeated_until_it_passed_counts_as_passed(suite, server):
    suite.write("conftest.py", REPEAT)
    suite.write(
        "test_it.py",
        """
        import pathlib

        def test_it(card_token):
            first = not pathlib.Path("tried").exists()
            pathlib.Path("tried").touch()
            assert not first
        """,
    )
    result = suite.record()
    assert result.ret == 0, result.stdout.str()
    assert server.creates() == ["card"]
    assert list(suite.hashes()) == ["card.yaml"]


# What pytest-rerunfailures does, in short.
REPEAT = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for attempt in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = any(report.failed for report in reports)
        for report in reports:
            if failed and attempt == 0: report.outcome = "rerun" if report.failed else report.outcome
            item.ihook.pytest_runtest_logreport(report=report)
        if not failed: break
        item._initrequest()
    return True
"""


@pytest.mark.parametrize(
    "change",
    [
        "raise AssertionError",
        "pytest.skip('no')",
        "pytest.xfail('no')",
        "request.addfinalizer(lambda: 1 / 0)",
        "request.node.add_marker('stripe_unused')",
    ],
)
def test_only_a_test_that_passed_as_a_whole_replaces_a_cassette(suite, recordings, change):
    suite.give(recordings, "card")
    before = suite.hashes()
    (suite.cassettes / "card.yaml").write_text((suite.cassettes / "card.yaml").read_text().replace("endive", "basil"))
    changed = suite.hashes()
    suite.write("pytest.ini", "[pytest]\nmarkers = stripe_unused\n")
    suite.write("test_it.py", f"import pytest\ndef test_it(card_token, request):\n    {change}\n")
    result = suite.record()
    if "unused" in change:
        assert (result.ret, suite.hashes() == changed) == (0, False)
        return
    assert (result.ret, suite.hashes()) == (1, changed)
    assert before != changed
    result.stdout.fnmatch_lines(
        ["  card  kept       test_it.py::test_it recorded it and did not pass; the old cassette is kept"]
    )


def test_the_header_says_what_is_recorded_against(suite, server):
    suite.write("test_it.py", "def test_it(card_token): ...")
    suite.record().stdout.fnmatch_lines([f"stripe-tokens: recording against {server.url}"])


def test_nothing_is_recorded_without_the_flag(suite, server):
    suite.monkeypatch.setenv("CI", "true")
    suite.write("test_it.py", ALL)
    suite.run().assert_outcomes(passed=6)
    assert server.requests == []
    assert not suite.cassettes.exists()


def test_collecting_records_nothing(suite, server):
    suite.write("test_it.py", ALL)
    result = suite.record("--collect-only")
    assert result.ret == 0
    assert server.requests == []


def test_what_a_killed_run_has_left_behind_is_removed(suite, tmp_path):
    suite.monkeypatch.setenv("TMPDIR", str(tmp_path))
    suite.write("test_it.py", "import os, signal\ndef test_it(pii_token): os.kill(os.getpid(), signal.SIGKILL)\n")
    suite.record()
    assert [path for path in tmp_path.iterdir() if "pytest-stripe-tokens" in path.name] != []
    suite.write("test_it.py", ALL)
    suite.record()
    assert [path for path in tmp_path.iterdir() if "pytest-stripe-tokens" in path.name] == []


def test_no_directory_is_left_behind(suite, tmp_path):
    suite.monkeypatch.setenv("TMPDIR", str(tmp_path))
    suite.write("test_it.py", ALL)
    suite.record("-n2")
    assert [path.name for path in tmp_path.iterdir() if "pytest-stripe-tokens" in path.name] == []


def test_drift_is_written_and_told_and_the_generator_with_it(suite, server, recordings):
    suite.write("test_it.py", "def test_it(card_token): ...")
    suite.give(recordings, "card")
    server.fail(test_mode.changed(lambda token: token["card"].update(shiny=1)))
    result = suite.record("--record-report=report.json")
    result.stdout.fnmatch_lines(["  card  drifted    + card.shiny (info); generated tokens differ at card.shiny (new)"])
    assert result.ret == 0
    assert "shiny" in (suite.cassettes / "card.yaml").read_text()
    (cassette,) = json.loads((suite.path / "report.json").read_text())["cassettes"]
    assert (cassette["status"], cassette["drift"][0]["path"]) == ("drifted", "card.shiny")


@pytest.mark.parametrize(("level", "code"), [("info", 1), ("warning", 1), ("error", 0), ("never", 0)])
def test_drift_fails_the_run_from_the_level_that_is_asked_for(suite, server, recordings, level, code):
    suite.write("test_it.py", "def test_it(pii_token): ...")
    suite.give(recordings, "pii")
    server.fail(test_mode.changed(lambda token: token.pop("client_ip")))
    assert suite.record(f"--fail-on-drift={level}").ret == code


def test_the_markdown_report_is_written(suite):
    suite.write("test_it.py", "def test_it(pii_token): ...")
    suite.record("--record-report=out/report.md")
    assert "| pii | refreshed | first recording |" in (suite.path / "out/report.md").read_text()


def test_a_report_that_cant_be_written_fails_the_run(suite):
    suite.write("test_it.py", "def test_it(pii_token): ...")
    suite.write("out", "a file")
    result = suite.record("--record-report=out/report.md")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["ERROR: --record-report *out/report.md: can't be written: *"])


def test_a_card_that_is_no_test_card_is_not_sent(suite, server):
    number = "4539" + "578763621486"
    suite.write(
        "test_it.py",
        f"""
        import pytest

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_it(stripe_tokens): stripe_tokens.create("card", number="{number}")
        """,
    )
    result = suite.record()
    assert server.requests == []
    result.stdout.fnmatch_lines(["*mine  kept*card number, ****1486, that is none of Stripe's test numbers; not sent*"])


@pytest.mark.parametrize("name", ["live", "turn", "halt"])
def test_a_named_cassette_may_have_any_name(suite, name):
    suite.write(
        "test_it.py",
        f"""
        import pytest

        @pytest.mark.stripe_tokens(cassette="{name}")
        def test_it(card_token): assert card_token.origin == "live"
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert list(suite.hashes()) == [f"{name}.yaml"]


def test_our_own_interception_lets_a_recording_through(suite, server):
    # Stripe's own host, which a sandbox answers otherwise; here its name leads to the server.
    suite.monkeypatch.setenv("STRIPE_API_BASE", server.url.replace("localhost", "api.stripe.com"))
    suite.write(
        "conftest.py",
        """
        import socket
        real = socket.getaddrinfo
        socket.getaddrinfo = lambda host, *args, **kwargs: real("127.0.0.1", *args, **kwargs)
        """,
    )
    suite.write("test_it.py", ALL)
    suite.record().assert_outcomes(passed=6)
    assert {origin for _, _, origin in _seen(suite)} == {"live"}
    assert len(server.requests) == 12


@pytest.mark.parametrize(
    "outer",
    [
        "vcr.VCR(record_mode='none').use_cassette('outer.yaml')",
        "vcr.VCR(record_mode='all').use_cassette('outer.yaml')",
        "responses.RequestsMock()",
    ],
)
def test_an_outer_mock_neither_sees_nor_stops_a_recording(suite, server, outer):
    suite.write(
        "test_it.py",
        f"""
        import pytest, requests, responses, vcr

        @pytest.fixture
        def outer():
            with {outer}: yield

        def test_fixture(outer, card_token): assert card_token.origin == "live"

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_code(outer, stripe_tokens):
            requests.post("https://api.stripe.com/v1/tokens", data={{"pii[id_number]": "000000000"}}, auth=("sk_test_1", ""))
            assert stripe_tokens.requests[0].origin == "live"
        """,
    )
    suite.record().assert_outcomes(passed=2)
    assert len(server.requests) == 3
    assert not (suite.path / "outer.yaml").exists()


CONNECT = """
import pytest, stripe

@pytest.mark.stripe_tokens(cassette="sellers/owner")
def test_it(account_token, person_token):
    account = stripe.Account.create(country="US", type="custom", account_token=account_token.id)
    person = stripe.Account.create_person(account.id, person_token=person_token.id)
    read = stripe.Account.retrieve_person(account.id, person.id)
    assert (read.id, read.account) == (person.id, account.id)
    made = stripe.Token.create(pii={"id_number": "000000000"}, stripe_account=account.id)
    assert stripe.Token.retrieve(made.id, stripe_account=account.id).id == made.id
"""


def test_an_account_whose_id_is_not_stored_is_asked_for_by_it(suite, server):
    suite.write("test_it.py", CONNECT)
    suite.record().assert_outcomes(passed=1)
    live = {request.path.split("/")[3] for request in server.requests if request.path.startswith("/v1/accounts/")}
    server.close()
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1)
    stored = (suite.path / "cassettes/sellers/owner.yaml").read_text()
    assert len(live) == 1
    assert live.pop() not in stored


def test_both_files_of_trust_are_trusted(suite, tls_server, trust, authority, tmp_path):
    import trustme

    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    suite.monkeypatch.setenv("STRIPE_API_BASE", tls_server.url)
    suite.monkeypatch.setenv("SSL_CERT_FILE", str(other))
    suite.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
    suite.write("test_it.py", "def test_it(card_token): ...")
    suite.record().stdout.fnmatch_lines(["  card  refreshed  *"])


def test_a_connected_accounts_flow_is_unchanged_the_second_time(suite):
    suite.write("test_it.py", CONNECT)
    suite.record().assert_outcomes(passed=1)
    before = suite.hashes()
    suite.record().stdout.fnmatch_lines(["  sellers/owner  unchanged"])
    assert suite.hashes() == before


def test_another_order_of_an_answers_fields_is_no_other_behaviour(suite, server, recordings):
    def reverse(token):
        items = list(reversed(token.items()))
        token.clear()
        token.update(items)

    suite.write("test_it.py", "def test_it(card_token): ...").give(recordings, "card")
    server.fail(test_mode.changed(reverse))
    before = suite.hashes()
    suite.record().stdout.fnmatch_lines(["  card  unchanged"])
    assert suite.hashes() == before


def test_a_cassette_that_leads_out_of_the_directory_stops_no_other(suite):
    suite.write("test_it.py", "def test_card(card_token): ...\ndef test_pii(pii_token): ...\n")
    suite.cassettes.mkdir()
    suite.write("elsewhere/card.yaml", "old")
    (suite.cassettes / "card.yaml").symlink_to(suite.path / "elsewhere/card.yaml")
    result = suite.record()
    result.stdout.fnmatch_lines(["  card  kept *", "  pii   refreshed  *"])
    assert (suite.path / "elsewhere/card.yaml").read_text() == "old"


def test_own_answers_and_stubs_are_given_while_recording_too_and_are_in_no_cassette(suite, server):
    suite.write(
        "test_it.py",
        """
        import pytest, requests, responses

        @pytest.mark.stripe_tokens(cassette="mine")
        def test_it(stripe_tokens):
            stripe_tokens.create("card")
            stripe_tokens.answer("POST /v1/subscriptions", {"object": "subscription"})
            answer = requests.post("https://api.stripe.com/v1/subscriptions", timeout=5)
            assert answer.json()["object"] == "subscription"
            with responses.RequestsMock() as mock:
                mock.get("https://api.stripe.com/v1/subscriptions", json={"stub": 1})
                assert requests.get("https://api.stripe.com/v1/subscriptions", timeout=5).json() == {"stub": 1}
            assert [seen.origin for seen in stripe_tokens.requests] == ["live", "given", "given"]
        """,
    )
    suite.record().assert_outcomes(passed=1)
    assert [request.path for request in server.requests] == ["/v1/tokens"]
    assert "subscription" not in (suite.cassettes / "mine.yaml").read_text()
