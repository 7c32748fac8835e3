"""Small things around a test that once broke it or misled its reader."""

from __future__ import annotations

import pytest

from pytest_stripe_tokens import stripe_sandbox
from pytest_stripe_tokens.api.errors import RequestMissed


def test_a_marked_test_runs_once_for_each_parameter_of_the_defaults(run_test):
    run_test("""
        import pytest, stripe

        stripe.api_key = "sk_test_x"

        @pytest.fixture(params=["one", "two"])
        def stripe_tokens_params(request):
            return {"card": {"name": request.param}}

        @pytest.mark.stripe_tokens
        def test_marked():
            assert stripe.Token.create(pii={"id_number": "000000000"}).id

        @pytest.mark.stripe_tokens
        class TestMarked:
            def test_it(self):
                assert stripe.Token.create(pii={"id_number": "000000000"}).id

        def test_asking(card_token):
            assert card_token.card.name in {"one", "two"}

        def test_neither():
            pass
    """).assert_outcomes(passed=7)


def test_the_command_of_a_miss_runs_nothing_but_pytest(run_test):
    result = run_test(
        """
        import pytest

        @pytest.mark.parametrize("name", ["$(touch ran)", "it's"])
        def test_it(name, pii_token): ...
        """,
        "--stripe-tokens=replay",
    )
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*record it: pytest --stripe-record 'test_it.py::test_it[[]$(touch ran)[]]'"])


def test_a_miss_of_a_sandbox_outside_pytest_names_what_its_caller_can_do(tmp_path):
    with (
        stripe_sandbox(mode="replay", cassettes=tmp_path) as sandbox,
        pytest.raises(RequestMissed, match=r"or let it be generated: stripe_sandbox\(mode=\"auto\"\)$"),
    ):
        sandbox.create("pii")


def test_a_cassettes_dates_need_no_quotes(tmp_path):
    (tmp_path / "card.yaml").write_text(
        """\
version: 1
metadata: {recorded_at: 2026-05-01, api_version: 2024-06-20}
interactions:
- request: {method: GET, uri: https://api.stripe.com/v1/tokens/tok_1, body: null, headers: {Stripe-Version: [2024-06-20]}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: application/json, Stripe-Version: 2024-06-20, Date: [2026-05-01 10:00:00]}
    body: {string: '{"id": "tok_1", "object": "token", "type": "card", "used": false}'}
"""
    )
    with stripe_sandbox(cassettes=tmp_path) as sandbox:
        assert sandbox.retrieve("tok_1").origin == "recorded"


def test_a_miss_in_a_task_group_shows_the_suites_lines_alone(run_test):
    result = run_test("""
        import asyncio, httpx, pytest

        async def ask():
            async with httpx.AsyncClient(verify=False) as client:
                await client.get("https://api.stripe.com/v1/tokens/tok_x")

        async def ask_twice():
            async with asyncio.TaskGroup() as group:
                group.create_task(ask())
                group.create_task(ask())

        @pytest.mark.stripe_tokens(mode="replay")
        def test_it():
            asyncio.run(ask_twice())
    """)
    result.assert_outcomes(failed=1)
    assert "no cassette holds GET /v1/tokens/tok_x" in result.stdout.str()
    assert "pytest_stripe_tokens/" not in result.stdout.str()


def test_two_sandboxes_of_one_seed_that_are_open_together_make_two_tokens():
    with stripe_sandbox(seed=3) as outer, stripe_sandbox(seed=3) as inner:
        ids = [outer.create("card").id, inner.create("card").id]
    assert len(set(ids)) == 2
    # One that is open alone is as ever.
    with stripe_sandbox(seed=3) as first:
        alone = first.create("card").id
    with stripe_sandbox(seed=3) as second:
        assert second.create("card").id == alone == ids[0]


def test_aiohttp_warns_of_nothing_that_the_suite_did_not_do(run_test):
    run_test(
        """
        import aiohttp, asyncio

        async def ask(url):
            async with aiohttp.ClientSession() as session:
                async with session.post(url, data={"pii[id_number]": "000000000"}) as answer: return answer.status

        def test_it(stripe_tokens):
            assert asyncio.run(ask("https://sk_test_x@api.stripe.com/v1/tokens")) == 200
        """,
        "-W",
        "error",
    ).assert_outcomes(passed=1)


def test_runs_of_pytest_inside_a_test_leave_its_clients_answered(run_test):
    run_test(
        """
        pytest_plugins = ["pytester"]
        INNER = '''
            import httpx, stripe

            def test_inner(card_token):
                assert stripe.Token.retrieve(card_token.id).id == card_token.id
                url, auth = f"https://api.stripe.com/v1/tokens/{card_token}", ("sk_test_x", "")
                with httpx.Client(verify=False) as client:
                    assert client.get(url, auth=auth).json() == card_token
        '''

        def test_it(card_token, pytester):
            for _ in range(2):
                pytester.makepyfile(test_inner=INNER)
                pytester.runpytest_inprocess("-p", "stripe_tokens", "-p", "no:cacheprovider").assert_outcomes(passed=1)
            import httpx

            with httpx.Client(verify=False) as client:
                url, auth = f"https://api.stripe.com/v1/tokens/{card_token}", ("sk_test_x", "")
                assert client.get(url, auth=auth).json() == card_token
        """
    ).assert_outcomes(passed=1)
