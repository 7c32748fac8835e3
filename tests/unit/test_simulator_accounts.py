from __future__ import annotations

from simulator_api import Api, problems

PAYOUT = {"number": "4000056655665556", "currency": "usd"}


def test_an_account_token_fills_the_account():
    api = Api()
    token = api.token("account", individual={"first_name": "Ann", "dob": {"day": 1, "month": 2, "year": 1990}})
    account = api.post("/v1/accounts", {"type": "custom", "account_token": token})
    made = api.get(f"/v1/tokens/{token}")
    assert account["business_type"] == "individual"
    assert account["individual"]["first_name"] == "Ann"
    assert account["individual"]["dob"] == {"day": 1, "month": 2, "year": 1990}
    assert (account["tos_acceptance"]["date"], account["tos_acceptance"]["ip"]) == (made["created"], made["client_ip"])


def test_a_company_token_fills_the_account():
    api = Api()
    company = {"name": "Acme", "tax_id": "000000000", "directors_provided": True, "address": {"city": "Rome"}}
    token = api.token("account", business_type="company", company=company)
    account = api.post("/v1/accounts", {"type": "custom", "account_token": token})
    assert account["company"]["name"] == "Acme"
    assert account["company"]["address"]["city"] == "Rome"
    assert (account["company"]["tax_id_provided"], account["company"]["directors_provided"]) == (True, True)
    assert "000000000" not in str(account["company"])
    assert problems(account) == []


def test_a_token_without_the_terms_makes_no_account():
    api = Api()
    token = api.token("account", tos_shown_and_accepted=False)
    error = api.refused("/v1/accounts", {"type": "custom", "account_token": token})
    assert "tos_shown_and_accepted" in error["message"]
    assert not api.is_used(token)
    assert api.get("/v1/accounts")["data"] == []


def test_a_token_changes_what_it_names_and_leaves_the_rest():
    api = Api()
    account = api.account(account_token=api.token("account"))
    token = api.token("account", individual={"last_name": "Roe"})
    changed = api.post(f"/v1/accounts/{account}", {"account_token": token})
    assert (changed["individual"]["first_name"], changed["individual"]["last_name"]) == ("Jane", "Roe")


def test_a_new_external_account_takes_the_default_ones_place():
    api = Api()
    account = api.account(external_account=api.token("bank_account"))
    changed = api.post(f"/v1/accounts/{account}", {"external_account": api.token(**PAYOUT)})
    listed = changed["external_accounts"]["data"]
    assert [(item["object"], item["default_for_currency"]) for item in listed] == [("card", True)]


def test_an_added_external_account_is_the_default_only_if_asked():
    api = Api()
    account = api.account(external_account=api.token("bank_account"))
    path = f"/v1/accounts/{account}/external_accounts"
    assert api.post(path, {"external_account": api.token(**PAYOUT)})["default_for_currency"] is False
    chosen = api.post(path, {"external_account": "tok_visa_debit", "default_for_currency": True})
    defaults = [item["id"] for item in api.get(path)["data"] if item["default_for_currency"]]
    assert defaults == [chosen["id"]]


def test_a_payout_card_is_shown_as_real_ones_are():
    api = Api()
    token = api.get(f"/v1/tokens/{api.token(**PAYOUT)}")
    card = api.post(f"/v1/accounts/{api.account()}/external_accounts", {"external_account": token["id"]})
    assert card["id"] == token["card"]["id"]
    assert card["available_payout_methods"] == ["standard", "instant"]
    assert (card["status"], card["cvc_check"], card["default_for_currency"]) == ("new", "pass", True)
    assert {"customer", "networks"}.isdisjoint(card)


def test_a_payout_card_needs_a_currency():
    api = Api()
    token = api.token(number=PAYOUT["number"])
    error = api.refused(f"/v1/accounts/{api.account()}/external_accounts", {"external_account": token})
    assert (error["code"], error["param"]) == ("parameter_missing", "external_account[currency]")


def test_a_bank_account_can_be_sent_in_full():
    api = Api()
    bank = {"object": "bank_account", "country": "DE", "account_number": "DE89370400440532013000"}
    account = api.post("/v1/accounts", {"type": "custom", "external_account": bank})
    (added,) = account["external_accounts"]["data"]
    assert (added["country"], added["currency"], added["last4"]) == ("DE", "eur", "3000")


def test_a_person_token_mixes_with_parameters():
    api = Api()
    path = f"/v1/accounts/{api.account()}/persons"
    person = api.post(path, {"person_token": api.token("person"), "last_name": "Roe", "ssn_last_4": "0000"})
    assert (person["first_name"], person["last_name"], person["ssn_last_4_provided"]) == ("Jane", "Roe", True)
    assert person["relationship"]["owner"] is True


def test_an_id_number_is_never_shown():
    api = Api()
    token = api.token("pii", id_number="123456789")
    person = api.post(f"/v1/accounts/{api.account()}/persons", {"id_number": token})
    assert person["id_number_provided"] is True
    assert token not in str(person)


def test_an_individual_is_one_of_the_accounts_persons():
    api = Api()
    account = api.account(account_token=api.token("account"))
    listed = api.get(f"/v1/accounts/{account}/persons")["data"]
    assert [person["first_name"] for person in listed] == ["Jane"]


def test_a_connected_accounts_own_token_is_taken():
    api = Api()
    account = api.account()
    token = api.token(headers={"stripe_account": account}, **PAYOUT)
    card = api.post(f"/v1/accounts/{account}/external_accounts", {"external_account": token})
    assert card["account"] == account
