"""Details of answers that the reference's examples and real answers show, and limits that requests meet exactly."""

from __future__ import annotations

from simulator_api import Api

MONEY = {"amount": 500, "currency": "usd"}
IBAN = {"type": "sepa_debit", "currency": "eur", "sepa_debit": {"iban": "DE89370400440532013000"}}


def test_a_source_of_an_iban_says_what_the_iban_says():
    shown = Api().post("/v1/sources", IBAN)["sepa_debit"]
    # The reference's example of a SEPA debit.
    assert (shown["bank_code"], shown["country"], shown["last4"]) == ("37040044", "DE", "3000")
    assert shown["fingerprint"]


def test_a_charge_that_is_not_captured_has_moved_nothing_to_its_destination():
    api = Api()
    account = api.post("/v1/accounts", {"type": "custom", "country": "US"})["id"]
    params = {**MONEY, "source": "tok_visa", "transfer_data": {"destination": account}}
    assert "transfer" not in api.post("/v1/charges", {**params, "capture": False})
    assert api.post("/v1/charges", params)["transfer"].startswith("tr_")


def test_a_charges_fee_is_one_of_stripes():
    api = Api()
    charge = api.post("/v1/charges", {**MONEY, "source": "tok_visa"})
    (fee,) = api.get(f"/v1/balance_transactions/{charge['balance_transaction']}")["fee_details"]
    # A real answer: 2.9 % and 30 cents of 5 dollars.
    assert fee == {
        "amount": 45,
        "application": None,
        "currency": "usd",
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }


def test_metadata_may_be_as_long_as_the_reference_says_and_no_longer():
    api = Api()
    for name, value, is_taken in (
        ("k" * 40, "v" * 500, True),
        ("k" * 41, "v", False),
        ("k", "v" * 501, False),
    ):
        assert api.send("POST", "/v1/customers", {"metadata": {name: value}}).is_success == is_taken, (name, value)
    assert api.send("POST", "/v1/customers", {"metadata": {f"k{n}": "v" for n in range(50)}}).is_success
    assert not api.send("POST", "/v1/customers", {"metadata": {f"k{n}": "v" for n in range(51)}}).is_success


def test_a_list_of_what_belongs_to_an_unknown_customer_is_refused():
    api = Api()
    for path in ("charges", "payment_intents", "payment_methods"):
        error = api.send("GET", f"/v1/{path}?customer=cus_none")
        assert (error.status, error.json()["error"]["code"]) == (400, "resource_missing"), path


def test_what_is_made_anew_under_an_id_comes_last_in_lists():
    api = Api()
    first, second = (api.post("/v1/customers", {"name": name})["id"] for name in "ab")
    assert [item["id"] for item in api.get("/v1/customers")["data"]] == [second, first]


def test_a_refund_that_is_not_there_can_not_be_canceled():
    assert Api().refused("/v1/refunds/re_none/cancel")["status"] == 404


def test_the_date_of_an_answer_is_that_of_http():
    # RFC 9110: in GMT, and so named.
    assert Api().send("GET", "/v1/customers").headers["Date"].endswith(" GMT")
