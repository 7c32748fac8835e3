"""Transfers, payouts and top-ups, and the balance that they draw on.

Sources: real answers (2023 to 2026) for keys and texts, the API reference for what becomes of each.
"""

from __future__ import annotations

from rows import each
from simulator_api import Api, problems

MONEY = {"amount": "500", "currency": "usd"}
FUNDED = {"amount": "1000", "currency": "usd", "source": "tok_bypassPending"}
BANK = {"object": "bank_account", "country": "US", "currency": "usd", "account_number": "000123456789"}
BANK |= {"routing_number": "110000000"}
OTHER = "acct_1Ot4L8S3R2m7OSYI"
RECURRING = {"idempotency_key": "once"}


def transferred(api, **more):
    return api.post("/v1/transfers", {**MONEY, "destination": api.account(), **more})


def refused(api, method, path, params=None, **options):
    response = api.send(method, path, params, **options)
    assert response.status >= 400, response.body
    return {"status": response.status, **response.json()["error"]}


def balance(api, **options):
    found = {}
    for kind in ("available", "pending"):
        found[kind] = next(item["amount"] for item in api.get("/v1/balance", **options)[kind])
    return found


def events(api, **options):
    return [event["type"] for event in api.get("/v1/events?limit=100", **options)["data"]][::-1]


def test_a_transfer_moves_money_to_the_connected_account():
    api = Api()
    api.post("/v1/charges", FUNDED)
    before = balance(api)["available"]
    transfer = transferred(api, transfer_group="order-1", metadata={"a": "b"})
    account = transfer["destination"]
    assert (transfer["transfer_group"], transfer["metadata"], transfer["source_type"]) == (
        "order-1",
        {"a": "b"},
        "card",
    )
    assert balance(api)["available"] == before - 500
    assert balance(api, stripe_account=account)["available"] == 500
    expand = "expand[]=balance_transaction&expand[]=destination"
    shown = api.get(f"/v1/transfers/{transfer['id']}?{expand}")
    assert (shown["balance_transaction"]["amount"], shown["balance_transaction"]["type"]) == (-500, "transfer")
    assert (shown["destination"]["id"], problems(shown["balance_transaction"])) == (account, [])
    [payment] = api.get("/v1/balance_transactions", stripe_account=account)["data"]
    assert (payment["type"], payment["source"], problems(payment)) == ("payment", transfer["destination_payment"], [])


def test_a_transfer_is_changed_listed_and_found():
    api = Api()
    first, second = transferred(api, transfer_group="a"), transferred(api)
    changed = api.post(f"/v1/transfers/{first['id']}", {"description": "x", "metadata": {"a": "b"}})
    assert (changed["description"], changed["metadata"]) == ("x", {"a": "b"})
    for query, ids in {
        "": [second["id"], first["id"]],
        "?limit=1": [second["id"]],
        "?transfer_group=a": [first["id"]],
        f"?destination={second['destination']}": [second["id"]],
    }.items():
        assert [item["id"] for item in api.get(f"/v1/transfers{query}")["data"]] == ids
    assert events(api) == ["transfer.created", "transfer.created", "transfer.updated"]


def test_a_transfer_out_of_a_charge_takes_no_more_than_that():
    api = Api()
    charge = api.post("/v1/charges", {"amount": "1000", "currency": "usd", "source": "tok_visa"})["id"]
    transfer = transferred(api, source_transaction=charge)
    assert (transfer["source_transaction"], transfer["transfer_group"]) == (charge, f"group_{charge}")
    assert api.get(f"/v1/charges/{charge}")["transfer_group"] == f"group_{charge}"
    assert api.get(f"/v1/balance_transactions/{transfer['balance_transaction']}")["status"] == "pending"
    for params, word in (
        ({"amount": "501"}, "must not exceed the source amount of $10.00"),
        ({"currency": "eur"}, "currency"),
        ({"source_transaction": "ch_x"}, "No such charge: 'ch_x'"),
    ):
        sent = {**MONEY, "destination": transfer["destination"], "source_transaction": charge, **params}
        assert word in api.refused("/v1/transfers", sent)["message"]


def test_a_transfer_is_reversed_in_part_and_then_the_rest():
    api = Api()
    transfer = transferred(api)
    path = f"/v1/transfers/{transfer['id']}"
    first = api.post(f"{path}/reversals", {"amount": "200", "metadata": {"a": "b"}})
    part = api.get(path)
    assert (part["amount_reversed"], part["reversed"], part["reversals"]["data"]) == (200, False, [first])
    assert api.refused(f"{path}/reversals", {"amount": "301"})["param"] == "amount"
    assert api.refused(f"{path}/reversals", {"amount": "0"})["code"] == "parameter_invalid_integer"
    rest = api.post(f"{path}/reversals", **RECURRING)
    assert rest == api.post(f"{path}/reversals", **RECURRING)
    whole = api.get(path)
    assert (rest["amount"], whole["amount_reversed"], whole["reversed"]) == (300, 500, True)
    assert whole["reversals"]["data"] == [rest, first]
    assert "reversed" in api.refused(f"{path}/reversals")["message"]
    assert balance(api, stripe_account=transfer["destination"])["available"] == 0
    assert api.get(f"{path}/reversals/{first['id']}") == first
    changed = api.post(f"{path}/reversals/{first['id']}", {"metadata": {"a": "c"}})
    assert changed["metadata"] == {"a": "c"}
    assert api.get(path)["reversals"] == {**api.get(f"{path}/reversals"), "total_count": 2}
    assert api.get(f"{path}/reversals/{first['id']}?expand[]=transfer")["transfer"]["reversed"] is True
    assert events(api) == ["transfer.created", "transfer.reversed", "transfer.reversed"]


def test_a_charge_for_another_account_makes_a_transfer_that_a_refund_can_take_back():
    api = Api()
    account = api.account()
    data = {"transfer_data": {"destination": account, "amount": "400"}}
    charge = api.post("/v1/charges", {**MONEY, **data, "source": "tok_visa", "expand": ["transfer"]})
    transfer = charge["transfer"]
    assert (transfer["amount"], transfer["destination"], transfer["source_transaction"], problems(transfer)) == (
        400,
        account,
        charge["id"],
        [],
    )
    assert transfer["transfer_group"] == charge["transfer_group"]
    assert balance(api, stripe_account=account)["available"] == 400
    sent = {"charge": charge["id"], "amount": "250", "reverse_transfer": "true", "expand": ["transfer_reversal"]}
    refund = api.post("/v1/refunds", sent)
    reversal = refund["transfer_reversal"]
    assert (reversal["amount"], reversal["source_refund"], reversal["transfer"]) == (200, refund["id"], transfer["id"])
    assert api.get(f"/v1/transfers/{transfer['id']}")["amount_reversed"] == 200
    api.post("/v1/refunds", {"charge": charge["id"], "reverse_transfer": "true"})
    assert api.get(f"/v1/transfers/{transfer['id']}")["reversed"] is True
    assert balance(api, stripe_account=account)["available"] == 0


def test_a_held_charge_for_another_account_makes_its_transfer_when_it_is_captured():
    api = Api()
    data = {"transfer_data": {"destination": api.account()}}
    held = api.post("/v1/charges", {**MONEY, **data, "source": "tok_visa", "capture": "false"})
    assert "transfer" not in held
    captured = api.post(f"/v1/charges/{held['id']}/capture", {"amount": "300"})
    assert api.get(f"/v1/transfers/{captured['transfer']}")["amount"] == 300


@each("path", ["/v1/transfers", "/v1/payouts"])
def test_the_balance_is_refused_only_once_something_was_put_there(path):
    api = Api()
    sent = {**MONEY, "destination": api.account()} if path == "/v1/transfers" else MONEY
    api.post(path, {**sent, "amount": "99999"})
    api.post("/v1/charges", {**FUNDED, "source": "tok_visa"})
    api.post(path, sent)
    api.post("/v1/charges", FUNDED)
    # 1000 less the fee of 59.
    error = api.refused(path, {**sent, "amount": "942"})
    assert (error["status"], error["code"]) == (400, "balance_insufficient")
    assert error["message"].startswith("You have insufficient")
    api.post(path, {**sent, "amount": "941"})
    assert api.refused(path, {**sent, "amount": "1"})["code"] == "balance_insufficient"
    api.post(path, {**sent, "currency": "eur"})


def test_a_payout_is_canceled_and_the_money_is_back():
    api = Api()
    api.post("/v1/charges", FUNDED)
    before = balance(api)["available"]
    payout = api.post("/v1/payouts", MONEY)
    assert (payout["status"], payout["type"], payout["method"]) == ("pending", "bank_account", "standard")
    assert (payout["arrival_date"] - payout["created"]) // (24 * 3600) == 1
    assert balance(api)["available"] == before - 500
    taken = api.get(f"/v1/balance_transactions/{payout['balance_transaction']}")
    assert (taken["amount"], taken["type"], taken["description"]) == (-500, "payout", "STRIPE PAYOUT")
    canceled = api.post(f"/v1/payouts/{payout['id']}/cancel")
    assert (canceled["status"], problems(canceled)) == ("canceled", [])
    back = api.get(f"/v1/balance_transactions/{canceled['failure_balance_transaction']}")
    assert (back["amount"], back["type"], problems(back)) == (500, "payout_cancel", [])
    assert balance(api)["available"] == before
    assert api.get(f"/v1/payouts/{payout['id']}") == canceled
    assert "pending" in api.refused(f"/v1/payouts/{payout['id']}/cancel")["message"]
    assert events(api)[-2:] == ["payout.created", "payout.canceled"]


def test_an_instant_payout_is_paid_and_can_be_reversed():
    api = Api()
    payout = api.post("/v1/payouts", {**MONEY, "method": "instant"})
    assert payout["status"] == "pending"
    path = f"/v1/payouts/{payout['id']}"
    assert api.get(path)["status"] == "paid"
    assert api.refused(f"{path}/cancel")["status"] == 400
    back = api.post(f"{path}/reverse", {"metadata": {"a": "b"}})
    assert (back["amount"], back["original_payout"], back["metadata"], problems(back)) == (
        -500,
        payout["id"],
        {"a": "b"},
        [],
    )
    shown = api.get(f"{path}?expand[]=reversed_by&expand[]=destination")
    assert (shown["reversed_by"]["id"], shown["destination"]["object"]) == (back["id"], "bank_account")
    for name in (path, f"/v1/payouts/{back['id']}"):
        assert api.refused(f"{name}/reverse")["status"] == 400
        assert api.refused(f"{name}/cancel")["status"] == 400
    [updated] = api.get("/v1/events?type=payout.updated")["data"]
    assert updated["data"]["previous_attributes"] == {"reversed_by": None}
    assert updated["data"]["object"]["reversed_by"] == back["id"]
    assert "canceled" in api.refused(f"/v1/payouts/{api.post('/v1/payouts', MONEY)['id']}/reverse")["message"]
    told = api.get("/v1/events?type=payout.paid")["data"]
    assert [event["request"] for event in told] == [{"id": None, "idempotency_key": None}]


@each(
    ("number", "code"),
    [("000111111116", "no_account"), ("000111111113", "account_closed"), ("000222222227", "insufficient_funds")],
)
def test_a_payout_to_a_test_account_that_fails_fails_by_the_next_request(number, code):
    api = Api()
    account = api.account(external_account={**BANK, "account_number": number})
    payout = api.post("/v1/payouts", MONEY, stripe_account=account)
    failed = api.get(f"/v1/payouts/{payout['id']}", stripe_account=account)
    assert (payout["status"], failed["status"], failed["failure_code"]) == ("pending", "failed", code)
    assert (failed["failure_balance_transaction"] is None, problems(failed)) == (False, [])
    assert events(api, stripe_account=account)[-1] == "payout.failed"


def test_a_payout_goes_to_the_accounts_own_external_account():
    api = Api()
    account = api.account()
    there = {"stripe_account": account}
    error = api.refused("/v1/payouts", MONEY, **there)
    assert "any external accounts in that currency" in error["message"]
    path = f"/v1/accounts/{account}/external_accounts"
    bank = api.post(path, {"external_account": BANK})["id"]
    card = api.post(path, {"external_account": api.token(number="4000056655665556", currency="usd")})["id"]
    assert api.post("/v1/payouts", MONEY, **there)["destination"] == bank
    named = api.post("/v1/payouts", {**MONEY, "destination": card}, **there)
    assert (named["destination"], named["type"]) == (card, "card")
    error = api.refused("/v1/payouts", {**MONEY, "destination": card})
    assert (error["code"], error["param"]) == ("resource_missing", "destination")
    assert api.post("/v1/payouts", MONEY, stripe_account=OTHER)["destination"].startswith("ba_")


@each(
    ("params", "word"),
    [
        ({"amount": "999901"}, "less than or equal to $9999"),
        ({"amount": "0"}, "greater than or equal to 1"),
        ({"currency": "xxd"}, "Invalid currency: xxd"),
        ({"method": "slow"}, "Invalid method: must be one of"),
        ({"destination": "ba_x"}, "No such external account: 'ba_x'"),
    ],
)
def test_a_payout_is_refused(params, word):
    assert word in Api().refused("/v1/payouts", {**MONEY, "method": "instant", **params})["message"]


def test_payouts_are_listed_and_changed():
    api = Api()
    first, second = (api.post("/v1/payouts", MONEY)["id"] for _ in range(2))
    api.post(f"/v1/payouts/{first}/cancel")
    changed = api.post(f"/v1/payouts/{second}", {"metadata": {"a": "b"}})
    assert changed["metadata"] == {"a": "b"}
    for query, ids in {
        "": [second, first],
        "?status=canceled": [first],
        "?arrival_date[gt]=1": [second, first],
    }.items():
        assert [item["id"] for item in api.get(f"/v1/payouts{query}")["data"]] == ids
    assert api.get(f"/v1/balance_transactions?source={first}")["data"][0]["source"] == first


@each(
    ("method", "path", "status", "param", "noun"),
    [
        ("GET", "/v1/transfers/x", 404, "transfer", "transfer"),
        ("POST", "/v1/transfers/x", 404, "transfer", "transfer"),
        ("POST", "/v1/transfers/x/reversals", 404, "transfer", "transfer"),
        ("GET", "/v1/transfers/TRANSFER/reversals/x", 404, "id", "transfer reversal"),
        ("POST", "/v1/transfers/TRANSFER/reversals/x", 404, "id", "transfer reversal"),
        ("GET", "/v1/payouts/x", 404, "payout", "payout"),
        ("POST", "/v1/payouts/x", 404, "payout", "payout"),
        ("POST", "/v1/payouts/x/cancel", 404, "payout", "payout"),
        ("POST", "/v1/payouts/x/reverse", 404, "payout", "payout"),
        ("POST", "/v1/topups/x", 404, "topup", "topup"),
        ("POST", "/v1/topups/x/cancel", 404, "topup", "topup"),
    ],
)
def test_an_unknown_one_is_not_found(method, path, status, param, noun):
    api = Api()
    error = refused(api, method, path.replace("TRANSFER", transferred(api)["id"]))
    assert (error["status"], error["code"], error["param"]) == (status, "resource_missing", param)
    assert error["message"] == f"No such {noun}: 'x'"


def test_an_unknown_destination_is_refused():
    error = Api().refused("/v1/transfers", {**MONEY, "destination": "acct_x"})
    assert (error["status"], error["code"], error["param"]) == (400, "resource_missing", "destination")
    assert error["message"] == "No such destination: 'acct_x'"


def test_another_account_sees_none_of_it():
    api = Api()
    transfer, payout = transferred(api)["id"], api.post("/v1/payouts", MONEY)["id"]
    for path in (f"/v1/transfers/{transfer}", f"/v1/payouts/{payout}"):
        assert refused(api, "GET", path, stripe_account=OTHER)["status"] == 404
        assert refused(api, "POST", path, stripe_account=OTHER)["status"] == 404
    assert api.get("/v1/payouts", stripe_account=OTHER)["data"] == []


@each("path", ["/v1/transfers", "/v1/payouts"])
def test_a_replay_moves_no_money_again(path):
    api = Api()
    api.post("/v1/charges", {**FUNDED, "amount": "5000"})
    sent = {**MONEY, "destination": api.account()} if path == "/v1/transfers" else MONEY
    first = api.post(path, sent, **RECURRING)
    left = balance(api)
    assert api.post(path, sent, **RECURRING) == first
    assert balance(api) == left
    assert api.refused(path, {**sent, "amount": "501"}, **RECURRING)["type"] == "idempotency_error"


def test_a_topup_is_changed_and_canceled():
    api = Api()
    topup = api.post("/v1/topups", MONEY)["id"]
    changed = api.post(f"/v1/topups/{topup}", {"description": "x", "metadata": {"a": "b"}})
    assert (changed["description"], changed["metadata"], changed["status"]) == ("x", {"a": "b"}, "pending")
    canceled = api.post(f"/v1/topups/{topup}/cancel")
    assert (canceled["status"], problems(canceled)) == ("canceled", [])
    assert api.refused(f"/v1/topups/{topup}/cancel")["status"] == 400
    api.post("/v1/topups", {**MONEY, "source": "btok_us_verified_noAccount"})
    assert events(api) == ["topup.created", "topup.canceled", "topup.created", "topup.failed"]
