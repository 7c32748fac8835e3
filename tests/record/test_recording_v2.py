"""What a test sends to /v2 is recorded over TLS with its secrets reduced, and replayed to stripe-python."""

from __future__ import annotations

import pytest
import server as test_mode

TESTS = """
import pytest, stripe

SSN = "222" + "222" + "222"

@pytest.mark.stripe_tokens(cassette="onboarding")
def test_onboard(stripe_tokens):
    core = stripe.StripeClient("sk_test_mine").v2.core
    identity = {
        "entity_type": "individual",
        "individual": {"given_name": "Jane", "surname": "Doe", "id_numbers": [{"type": "us_ssn", "value": SSN}]},
        "attestations": {"terms_of_service": {"account": {"shown_and_accepted": True}}},
    }
    token = core.account_tokens.create({"identity": identity})
    sent = {"account_token": token.id, "identity": {"country": "us"}, "include": ["identity"]}
    account = core.accounts.create(sent)
    owner = core.accounts.person_tokens.create(account.id, {"id_numbers": [{"type": "us_ssn", "value": SSN}]})
    person = core.accounts.persons.create(account.id, {"person_token": owner.id})
    read = core.accounts.persons.retrieve(account.id, person.id, {}, {"stripe_context": account.id})
    assert (read.account, read.id) == (account.id, person.id)
    with pytest.raises(stripe.InvalidRequestError) as error:
        core.accounts.create({"account_token": token.id})
    assert error.value.code == "token_already_used"
    assert [one.id for one in core.accounts.persons.list(account.id, {"limit": 1}).data] == [person.id]
    assert core.accounts.retrieve(account.id, {"include": ["defaults"]}).defaults.currency == "usd"
    print("ORIGINS", sorted({request.origin for request in stripe_tokens.requests}))
"""


@pytest.mark.slow
def test_it_is_recorded_and_replayed(suite, tls_server, trust):
    suite.monkeypatch.setenv("STRIPE_API_BASE", tls_server.url)
    suite.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
    suite.write("test_it.py", TESTS)
    result = suite.record("-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*ORIGINS [[]'live'[]]*"])
    sent = tls_server.requests
    assert [request.headers["authorization"] for request in sent] == [f"Bearer {test_mode.SECRET_KEY}"] * len(sent)
    accounts = {request.headers.get("stripe-context") for request in sent} - {None}
    assert [account[:6] for account in accounts] == ["acct_1"]
    written = (suite.cassettes / "onboarding.yaml").read_text(encoding="utf-8")
    assert not any(secret in written for secret in ("222222222", *accounts, "sk_test_mine", test_mode.SECRET_KEY))
    suite.record().stdout.fnmatch_lines(["*onboarding*unchanged*"])
    number = len(sent)
    suite.run("-s", "--stripe-tokens=replay").assert_outcomes(passed=1)
    result = suite.run("-s", "--stripe-tokens=auto")
    result.stdout.fnmatch_lines(["*ORIGINS [[]'recorded'[]]*"])
    assert len(sent) == number
    # Any number is taken for the recorded one, which is not kept; another kind of number is not.
    suite.write("test_it.py", TESTS.replace("222", "333"))
    suite.run("--stripe-tokens=replay").assert_outcomes(passed=1)
    suite.write("test_it.py", TESTS.replace('"us_ssn"', '"us_itin"'))
    result = suite.run("--stripe-tokens=replay")
    result.assert_outcomes(failed=1)
    kind = "identity[[]individual[]][[]id_numbers[]][[]0[]][[]type[]]"
    result.stdout.fnmatch_lines([f"*{kind}: recorded 'us_ssn', sent 'us_itin'*"])


def test_drift_of_a_token_of_v2_is_reported(suite, tls_server, trust):
    suite.monkeypatch.setenv("STRIPE_API_BASE", tls_server.url)
    suite.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust))
    suite.write("test_it.py", "def test_it(v2_account_token): ...\n")
    suite.record().assert_outcomes(passed=1)
    tls_server.fail(test_mode.changed(lambda token: token.update(created=1)))
    result = suite.record()
    result.stdout.fnmatch_lines(["*v2_account_token*created: is an integer, not string*the old cassette is kept*"])
