"""What an answer shows of what was sent, and the values that real answers have where no parameter tells."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from simulator_api import Api, problems
from simulator_real_bodies import BODIES
from simulator_requests import SOUND, Furnished, sample

from pytest_stripe_tokens.simulator.parameters import table

MONEY = {"amount": "500", "currency": "usd"}
PAID = {**MONEY, "payment_method": "pm_card_visa", "confirm": "true"}
BILLING = {"address": {"line1": "1 Main Street", "postal_code": "12345"}, "email": "j@example.com", "name": "Jane"}
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}

TABLES = {
    **SOUND,
    "tokens.create": ("/v1/tokens", {}),
    "accounts.create_external_account": ("/v1/accounts/ACCOUNT/external_accounts", {"external_account": "btok_us"}),
    "payment_methods.attach": ("/v1/payment_methods/pm_card_visa/attach", {"customer": "CUSTOMER"}),
}
# What has to exist or to fit together is sent so; CUSTOMER and SOURCE stand for ids.
BANK = {
    "account_holder_name": "eur",
    "account_holder_type": "company",
    "account_number": "000123456789",
    "account_type": "checking",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
}
VALUES = {
    "accounts.* external_account": {"object": "bank_account", **BANK},
    "accounts.* bank_account": BANK,
    "charges.update customer": "CUSTOMER",
    "customers.* default_source": "SOURCE",
    "customers.* invoice_settings": {
        "custom_fields": [{"name": "a", "value": "b"}],
        "footer": "eur",
        "rendering_options": {"amount_tax_display": "exclude_tax", "template": "eur"},
    },
    "transfers.create destination": "ACCOUNT",
    "payment_intents.* customer": "CUSTOMER",
    "payment_methods.update card": {"exp_month": "2", "exp_year": "2040", "networks": {"preferred": "visa"}},
    "setup_intents.* customer": "CUSTOMER",
    "payment_methods.attach customer": "CUSTOMER",
    "sources.create type": "card",
    "tokens.create bank_account": BANK,
    "tokens.create cvc_update": {"cvc": "123"},
    "tokens.create card": {
        **{f"address_{name}": "eur" for name in ("city", "country", "line1", "line2", "state", "zip")},
        **CARD,
        "currency": "usd",
        "name": "eur",
        "networks": {"preferred": "visa"},
    },
}
# Shown at another place; "=" gives the value where it is another one, {1} the second name of the path.
ELSEWHERE = {
    "accounts.* capabilities.*.requested": "capabilities.{1}=inactive",
    "accounts.* company.tax_id": "company.tax_id_provided=True",
    "accounts.* company.vat_id": "company.vat_id_provided=True",
    "accounts.* country": "country=EUR",
    "accounts.* individual.id_number": "individual.id_number_provided=True",
    "accounts.* individual.id_number_secondary": "individual.id_number_secondary_provided=True",
    "accounts.* individual.ssn_last_4": "individual.ssn_last_4_provided=True",
    "accounts.* settings.payouts.schedule.delay_days": "settings.payouts.schedule.delay_days=2",
    "accounts.create_external_account external_account.account_number": "last4=6789",
    "accounts.create_external_account external_account.*": "{1}",
    "accounts.* bank_account.account_number": "external_accounts.data.0.last4=6789",
    "accounts.* bank_account.*": "external_accounts.data.0.{1}",
    "accounts.* external_account.account_number": "external_accounts.data.0.last4=6789",
    "accounts.* external_account.*": "external_accounts.data.0.{1}",
    "accounts.reject reason": "requirements.disabled_reason=rejected.other",
    "accounts.*_person id_number": "id_number_provided=True",
    "accounts.*_person id_number_secondary": "id_number_secondary_provided=True",
    "accounts.*_person ssn_last_4": "ssn_last_4_provided=True",
    "charges.create application_fee": "application_fee_amount",
    "charges.create capture": "captured",
    "charges.create destination.account": "transfer_data.destination",
    "charges.create destination.amount": "transfer_data.amount",
    "charges.capture amount": "amount_captured",
    "charges.capture application_fee": "application_fee_amount",
    "payment_intents.capture amount_to_capture": "amount_received",
    "payment_intents.create confirm": "status=succeeded",
    "setup_intents.create confirm": "status=succeeded",
    "setup_intents.* payment_method_configuration": "payment_method_configuration_details.id",
    "payment_intents.* payment_method_configuration": "payment_method_configuration_details.id",
    "tokens.create bank_account.account_number": "bank_account.last4=6789",
    "tokens.create card.cvc": "card.cvc_check=unchecked",
    "tokens.create card.number": "card.last4=4242",
}
NEVER = "no object of the reference has such a field"
NOT_SIMULATED = "needs objects that are not simulated"
EFFECT = "has an effect and is no field"
USED_UP = "what is used up or replaced: test_simulator_endpoints.py"
OTHER_METHODS = "goes with payment methods other than cards, which are refused"
ON_REQUEST = "only in a field for expand that is not simulated"
OTHER_KIND = "goes with another kind of source: test_simulator_customers.py, test_simulator_connect.py"
BELOW = "a test of its own below"
OF_SETUPS = "test_simulator_setup_intents.py"
OF_CONFIRMATION = "test_confirmation_tokens.py"
OF_REFUNDS = "names what it is about: test_simulator_refunds.py"
ELSEWHERE_TESTED = "goes without a token: test_real_requests.py"
NOT_SHOWN = {
    "* expand": EFFECT,
    "accounts.* account_token": USED_UP,
    "accounts.* company.registration_number": NEVER,
    "accounts.* documents.*": NEVER,
    "accounts.* person_token": USED_UP,
    "accounts.* us_cfpb_data.*": NEVER,
    "accounts.reject payouts_action": EFFECT,
    "accounts.update_external_account address_*": OTHER_KIND,
    "accounts.update_external_account exp_*": OTHER_KIND,
    "accounts.update_external_account name": OTHER_KIND,
    "account_links.create *": EFFECT,
    "charges.create customer": USED_UP,
    "charges.create source": USED_UP,
    "charges.create transfer_data.description": NEVER,
    "confirmation_tokens.create payment_method": OF_CONFIRMATION,
    "confirmation_tokens.create payment_method_data": OF_CONFIRMATION,
    "customers.* cash_balance.*": ON_REQUEST,
    "customers.* coupon": NOT_SIMULATED,
    "customers.* payment_method": USED_UP,
    "customers.* promotion_code": NOT_SIMULATED,
    "customers.* source": USED_UP,
    "customers.* tax.*": ON_REQUEST,
    "customers.create tax_id_data.*": ON_REQUEST,
    "customers.update_source account_holder_*": OTHER_KIND,
    "customers.update_source exp_*": "is text and shown as a number: test_simulator_customers.py",
    "customers.update_source owner": OTHER_KIND,
    "customers.verify_source amounts": EFFECT,
    "payouts.create destination": "a bank account's id: test_simulator_payouts.py",
    "sources.update mandate.*": OTHER_METHODS,
    "sources.update source_order.*": OTHER_METHODS,
    "transfers.create source_transaction": "a charge's id: test_simulator_payouts.py",
    "transfers.create_reversal description": NEVER,
    "transfers.create_reversal refund_application_fee": EFFECT,
    "customers.* validate": "asks for a check that test mode does not need",
    "payment_intents.* amount_details.enforce_arithmetic_validation": EFFECT,
    "payment_intents.* amount_details.line_items": ON_REQUEST,
    "payment_intents.* amount_to_confirm": EFFECT,
    "payment_intents.capture final_capture": EFFECT,
    "payment_intents.* client_secret": EFFECT,
    "payment_intents.* confirmation_token": OF_CONFIRMATION,
    "payment_intents.* error_on_requires_action": EFFECT,
    "payment_intents.* mandate*": NOT_SIMULATED,
    "payment_intents.* off_session": EFFECT,
    "payment_intents.* payment_method": USED_UP,
    "payment_intents.* payment_method_data": BELOW,
    "payment_intents.* payment_method_options": BELOW,
    "payment_intents.* radar_options.*": BELOW,
    "payment_intents.* return_url": BELOW,
    "payment_intents.* use_stripe_sdk": BELOW,
    "payment_intents.update transfer_data.*": "belongs to a destination, which only a create can name",
    "payment_methods.attach customer_account": NOT_SIMULATED,
    "payment_methods.create card": BELOW,
    "payment_methods.create customer": NOT_SIMULATED,
    "payment_methods.create payment_method": NOT_SIMULATED,
    "payment_methods.create type": OTHER_METHODS,
    "refunds.create charge": OF_REFUNDS,
    "refunds.create currency": NOT_SIMULATED,
    "refunds.create customer": NOT_SIMULATED,
    "refunds.create origin": NOT_SIMULATED,
    "refunds.create payment_intent": OF_REFUNDS,
    "refunds.create refund_application_fee": EFFECT,
    "refunds.create reverse_transfer": OF_REFUNDS,
    "payment_methods.update us_bank_account.*": OTHER_METHODS,
    "setup_intents.* confirmation_token": OF_CONFIRMATION,
    "setup_intents.* client_secret": EFFECT,
    "setup_intents.* mandate*": NOT_SIMULATED,
    "setup_intents.* payment_method": OF_SETUPS,
    "setup_intents.* payment_method_data": OF_SETUPS,
    "setup_intents.* payment_method_options": OF_SETUPS,
    "setup_intents.* return_url": OF_SETUPS,
    "setup_intents.create single_use.*": NOT_SIMULATED,
    "setup_intents.* use_stripe_sdk": OF_SETUPS,
    "sources.create card.*": ELSEWHERE_TESTED,
    "sources.create customer": NOT_SIMULATED,
    "sources.create flow": OTHER_METHODS,
    "sources.create mandate.*": OTHER_METHODS,
    "sources.create original_source": NOT_SIMULATED,
    "sources.create receiver.*": OTHER_METHODS,
    "sources.create redirect.*": OTHER_METHODS,
    "sources.create sepa_debit.*": ELSEWHERE_TESTED,
    "sources.create source_order.*": OTHER_METHODS,
    "sources.create token": USED_UP,
    "three_d_secure.create channel.browser.device_id": NEVER,
    "three_d_secure.create payment_method*": USED_UP,
    "three_d_secure.create submit": EFFECT,
    "tokens.create account.*": NEVER,
    "tokens.create customer": USED_UP,
    "tokens.create cvc_update.*": NEVER,
    "tokens.create person.*": NEVER,
    "tokens.create pii.*": NEVER,
    "topups.create payment_method*": NOT_SIMULATED,
    "topups.create source": USED_UP,
}
"""What an answer does not show of a request, and why."""


def leaves(value, path=""):
    if isinstance(value, (dict, list)):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


READ = {"boolean": lambda text: text == "true", "integer": int, "number": float}


def as_json(value, spec):
    """Give what was sent as an answer has it."""
    if isinstance(value, dict) and isinstance(spec, dict):
        return {name: as_json(inner, spec.get(name, spec.get(f"{name}!"))) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(spec, list):
        return [as_json(inner, spec[0]) for inner in value]
    is_text = isinstance(value, str) and isinstance(spec, str)
    return READ.get(spec.split()[0], str)(value) if is_text else value


def at(body, path):
    for name in path.split("."):
        if isinstance(body, list):
            body = body[int(name)] if int(name) < len(body) else None
        else:
            body = body.get(name, "absent") if isinstance(body, dict) else "absent"
    return body


def row_of(rows, endpoint, path):
    return next((row for row in rows if fnmatchcase(f"{endpoint} {path}", row)), None)


def unseen(endpoint, name, spec):
    """Send one parameter whole, and give what the answer does not show of it: the path, what was sent, what it has."""
    value = VALUES.get(row_of(VALUES, endpoint, name)) or sample(spec)
    world = Furnished(Api())
    path, sound = TABLES[endpoint]
    value, path, sound = world.named(value), world.named(path), world.named(sound)
    sent = {key: item for key, item in sound.items() if (key, name) != ("external_account", "external_account")}
    response = world.api.send("POST", path, {**sent, name: value})
    if response.status != 200:
        return [(name, value, response.json()["error"]["message"])]
    found = []
    for leaf, expected in leaves({name: as_json(value, spec)}):
        place = ELSEWHERE.get(row_of(ELSEWHERE, endpoint, leaf), leaf)
        where, _, other = place.format(*leaf.split(".")).partition("=")
        has = at(response.json(), where)
        if (str(has) != other) if other else (has != expected or type(has) is not type(expected)):
            found.append((leaf, expected, has))
    return found


def test_a_parameter_that_is_taken_is_seen_in_the_answer_or_it_is_said_why_not():
    wrong, excuses = [], set()
    for endpoint in TABLES:
        for key, spec in table(endpoint).items():
            name = key.rstrip("!")
            if f"{endpoint} {name}" in NOT_SHOWN or row_of(NOT_SHOWN, endpoint, name) or spec == "any":
                excuses.add(row_of(NOT_SHOWN, endpoint, name))
                continue
            for leaf, sent, has in unseen(endpoint, name, spec):
                excuse = row_of(NOT_SHOWN, endpoint, leaf)
                excuses.add(excuse)
                if excuse is None:
                    wrong.append(f"{endpoint} {leaf}: sent {sent!r}, the answer has {has!r}")
    assert wrong == []
    assert NOT_SHOWN.keys() - excuses == set()


def charge_of(api, intent):
    return api.get(f"/v1/charges/{intent['latest_charge']}")


def test_a_charge_has_what_real_ones_have():
    api = Api()
    charge = charge_of(api, api.post("/v1/payment_intents", {**PAID, "radar_options": {"session": "rse_1"}}))
    assert re.fullmatch(r"https://pay\.stripe\.com/receipts/payment/\w{40,}", charge["receipt_url"])
    card = charge["payment_method_details"]["card"]
    assert re.fullmatch(r"\d{15}", card["network_transaction_id"])
    assert (card["transaction_link_id"], "capture_before" in card) == (None, False)
    assert charge["radar_options"] == {"session": "rse_1"}
    held = charge_of(api, api.post("/v1/payment_intents", {**PAID, "capture_method": "manual"}))
    assert held["payment_method_details"]["card"]["capture_before"] == held["created"] + 604800
    declined = {**PAID, "payment_method": "pm_card_visa_chargeDeclined"}
    failed = api.get(f"/v1/charges/{api.refused('/v1/payment_intents', declined)['charge']}")
    assert (failed["receipt_url"], failed["payment_method_details"]["card"]["authorization_code"]) == (None, None)


def test_a_charge_says_where_its_money_goes():
    api = Api()
    account = api.account()
    transfer = {"transfer_data": {"destination": account}}
    intent = api.post("/v1/payment_intents", {**PAID, **transfer})
    charge = charge_of(api, intent)
    group = f"group_{intent['id']}"
    assert (intent["transfer_data"], intent["transfer_group"]) == (transfer["transfer_data"], group)
    assert charge["transfer_data"] == {"amount": None, "destination": account}
    assert (charge["destination"], charge["transfer_group"], charge["transfer"][:3]) == (account, group, "tr_")
    other = charge_of(api, api.post("/v1/payment_intents", {**PAID, **transfer, "transfer_group": "mine"}))
    assert other["transfer_group"] == "mine"
    plain = charge_of(api, api.post("/v1/payment_intents", PAID))
    assert (plain["destination"], plain["transfer_group"], "transfer" in plain) == (None, None, False)


def test_a_payment_methods_name_and_address_are_its_charges():
    api = Api()
    data = {"type": "card", "card": {"token": api.token()}, "billing_details": BILLING}
    intent = api.post("/v1/payment_intents", {**MONEY, "confirm": "true", "payment_method_data": data})
    charge = charge_of(api, intent)
    method = api.get(f"/v1/payment_methods/{intent['payment_method']}")
    assert charge["billing_details"] == method["billing_details"]
    assert (method["billing_details"]["email"], method["billing_details"]["name"]) == ("j@example.com", "Jane")


def checks(line1, postal_code, cvc):
    return {"address_line1_check": line1, "address_postal_code_check": postal_code, "cvc_check": cvc}


def test_a_payment_methods_checks_are_those_of_what_was_sent_and_then_of_the_charge():
    api = Api()
    new = {"type": "card", "card": {**CARD, "networks": {"preferred": "visa"}}, "billing_details": BILLING}
    method = api.post("/v1/payment_methods", new)
    assert method["card"]["checks"] == checks("unchecked", "unchecked", "unchecked")
    assert method["card"]["networks"] == {"available": ["visa"], "preferred": "visa"}
    api.post("/v1/payment_intents", {**PAID, "payment_method": method["id"]})
    paid = api.get(f"/v1/payment_methods/{method['id']}")
    assert paid["card"]["checks"] == checks("pass", "pass", "pass")
    bare = api.post(
        "/v1/payment_methods", {"type": "card", "card": {name: CARD[name] for name in CARD if name != "cvc"}}
    )
    assert bare["card"]["checks"] == checks(None, None, None)


@pytest.mark.parametrize(("name", "result"), [("chargeDeclined", "pass"), ("chargeDeclinedIncorrectCvc", "fail")])
def test_a_declines_payment_method_was_checked(name, result):
    error = Api().refused("/v1/payment_intents", {**PAID, "payment_method": f"pm_card_visa_{name}"})
    assert error["payment_method"]["card"]["checks"]["cvc_check"] == result
    assert error["payment_intent"]["last_payment_error"]["payment_method"] == error["payment_method"]


def test_three_d_secure_is_asked_for_where_the_customer_is_there():
    api = Api()
    card = {"type": "card", "card": {**CARD, "number": "4000003800000446"}}
    pay = {**MONEY, "confirm": "true"}
    back = {"return_url": "https://example.com"}
    there = api.post("/v1/payment_intents", {**pay, "payment_method_data": card, **back})
    assert there["status"] == "requires_action"
    assert there["next_action"]["type"] == "redirect_to_url"
    assert there["next_action"]["redirect_to_url"]["return_url"] == "https://example.com"
    sdk = api.post("/v1/payment_intents", {**pay, "payment_method_data": card, **back, "use_stripe_sdk": "true"})
    assert sdk["next_action"]["type"] == "use_stripe_sdk"
    away = [
        api.post("/v1/payment_intents", {**pay, "payment_method_data": card, "off_session": value})["status"]
        for value in ("true", "one_off", "recurring")
    ]
    assert away == ["succeeded"] * 3


def test_an_intents_options_are_shown_and_secrets_are_not():
    api = Api()
    options = {"cvc_token": api.token("cvc_update"), "moto": "true", "require_cvc_recollection": "true"}
    made = api.post(
        "/v1/payment_intents",
        {**PAID, "payment_method_options": {"card": options, "link": {"capture_method": "manual"}}},
    )
    assert made["payment_method_options"] == {
        "card": {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
            "require_cvc_recollection": True,
        },
        "link": {"capture_method": "manual"},
    }


COMPLETE = {
    "type": "custom",
    "country": "US",
    "external_account": "btok_us",
    "capabilities": {"card_payments": {"requested": "true"}, "transfers": {"requested": "true"}},
}
ACCEPTED = {"tos_acceptance": {"date": "1700000000", "ip": "203.0.113.7"}, "business_type": "individual"}


def state(account):
    return set(account["capabilities"].values()), account["charges_enabled"], account["payouts_enabled"]


def test_a_complete_account_is_checked_and_then_active():
    api = Api()
    account = api.post("/v1/accounts", {**COMPLETE, **ACCEPTED, "individual": {"first_name": "Jane"}})
    assert state(account) == ({"pending"}, False, False)
    assert state(api.get(f"/v1/accounts/{account['id']}")) == ({"active"}, True, True)
    assert state(api.post(f"/v1/accounts/{account['id']}", {"email": "j@example.com"})) == ({"active"}, True, True)
    assert state(api.get("/v1/accounts")["data"][0]) == ({"active"}, True, True)
    lacking = api.post("/v1/accounts", {**COMPLETE, "business_type": "individual"})
    assert state(lacking) == ({"inactive"}, False, False)
    assert state(api.get(f"/v1/accounts/{lacking['id']}")) == ({"inactive"}, False, False)
    assert state(api.post(f"/v1/accounts/{lacking['id']}", ACCEPTED)) == ({"pending"}, False, False)


def test_an_account_made_by_a_token_is_active_at_once():
    api = Api()
    token = api.token("account", business_type="individual", tos_shown_and_accepted="true")
    account = api.post("/v1/accounts", {**COMPLETE, "account_token": token})
    assert (state(account), account["details_submitted"]) == (({"active"}, True, True), True)


def test_a_capability_that_is_no_longer_asked_for_is_gone():
    api = Api()
    account = api.account(capabilities={"transfers": {"requested": "true"}})
    off = {"capabilities": {"transfers": {"requested": "false"}}}
    assert api.post(f"/v1/accounts/{account}", off)["capabilities"] == {}


def test_what_is_named_of_settings_changes_and_the_rest_stays():
    api = Api()
    account = api.account(settings={"payouts": {"schedule": {"delay_days": "7", "interval": "manual"}}})
    changed = api.post(f"/v1/accounts/{account}", {"settings": {"payouts": {"schedule": {"delay_days": "minimum"}}}})
    assert changed["settings"]["payouts"] == {
        "debit_negative_balances": False,
        "schedule": {"delay_days": 2, "interval": "manual"},
        "statement_descriptor": None,
    }
    assert changed["settings"]["dashboard"] == {"display_name": None, "timezone": "Etc/UTC"}


def test_a_custom_account_shows_what_the_platform_collected():
    api = Api()
    custom, express = (api.post("/v1/accounts", {"type": kind, "country": "US"}) for kind in ("custom", "express"))
    assert custom["tos_acceptance"] == {"date": None, "ip": None, "user_agent": None}
    assert (express["tos_acceptance"], "company" in custom, "company" in express) == ({"date": None}, True, False)
    sent = {"service_agreement": "recipient"}
    assert api.post(f"/v1/accounts/{custom['id']}", {"tos_acceptance": sent})["tos_acceptance"] == {
        **custom["tos_acceptance"],
        **sent,
    }
    assert "groups" not in custom
    assert problems(custom) == []


def test_an_individual_is_its_accounts_representative():
    sent = {"first_name": "Jane", "id_number": "000000000", "phone": "0000000000"}
    person = Api().post("/v1/accounts", {**COMPLETE, **ACCEPTED, "individual": sent})["individual"]
    relationship, verification = person["relationship"], person["verification"]
    assert (relationship["representative"], relationship["account_opener"], relationship["owner"]) == (
        True,
        True,
        False,
    )
    assert (person["ssn_last_4_provided"], verification["status"], person["phone"]) == (True, "pending", "+10000000000")
    abroad = Api().post(
        "/v1/accounts", {"type": "custom", "country": "DE", "individual": {**sent, "phone": "5555550100"}}
    )
    assert (abroad["individual"]["ssn_last_4_provided"], abroad["individual"]["phone"]) == (False, "5555550100")


def test_a_telephone_number_is_written_internationally():
    api = Api()
    phones = {"5555550100": "+15555550100", "+4930123456": "+4930123456", "555 0100": "555 0100", "": None}
    account = api.account()
    for sent, shown in phones.items():
        assert api.post(f"/v1/accounts/{account}/persons", {"phone": sent or "1"} if sent else {})["phone"] == shown
    assert (
        api.post(f"/v1/accounts/{account}", {"company": {"phone": "0000000000"}})["company"]["phone"] == "+10000000000"
    )


def test_what_only_some_countries_ask_of_a_person_shows_once_it_is_given():
    api = Api()
    path = f"/v1/accounts/{api.account()}/persons"
    asked = {"first_name_kana", "gender", "maiden_name", "nationality", "political_exposure", "registered_address"}
    asked |= {"additional_tos_acceptances"}
    assert asked & api.post(path).keys() == set()
    sent = {"nationality": "SG", "additional_tos_acceptances": {"account": {"date": "12", "ip": "203.0.113.7"}}}
    shown = api.post(path, sent)
    assert asked & shown.keys() == sent.keys()
    assert shown["additional_tos_acceptances"]["account"] == {"date": 12, "ip": "203.0.113.7", "user_agent": None}


def test_ids_and_secrets_have_their_length():
    api = Api()
    customer, intent = api.post("/v1/customers"), api.post("/v1/payment_intents", MONEY)
    assert re.fullmatch(r"cus_[0-9A-Za-z]{14}", customer["id"])
    assert re.fullmatch(rf"{intent['id']}_secret_[0-9A-Za-z]{{25}}", intent["client_secret"])
    assert customer["customer_account"] is None


def test_a_body_is_utf_8_as_it_is_and_its_length_stands_among_the_first_headers():
    response = Api().send("POST", "/v1/customers", {"name": "Asunción ☕"})
    assert "Asunción ☕".encode() in response.body
    assert list(response.sent_headers)[:4] == ["Server", "Date", "Content-Type", "Content-Length"]
    assert int(response.sent_headers["Content-Length"]) == len(response.body)


def kind_of(value):
    return "null" if value is None else type(value).__name__


def unlike(real, ours, path=""):
    """Give where our body has other keys, other types or null in another place than a real one."""
    if isinstance(real, dict) and isinstance(ours, dict):
        for name in (*real, *(name for name in ours if name not in real)):
            where = f"{path}.{name}" if path else name
            if name not in ours or name not in real:
                yield f"{where} {'missing' if name in real else 'added'}"
            else:
                yield from unlike(real[name], ours[name], where)
    elif isinstance(real, list) and isinstance(ours, list):
        for index, (one, other) in enumerate(zip(real, ours, strict=False)):
            yield from unlike(one, other, f"{path}.{index}")
    elif kind_of(real) != kind_of(ours):
        yield f"{path} {kind_of(real)}"


def test_a_body_has_the_keys_and_types_of_the_real_one_of_its_version():
    wrong = []
    for name, known in BODIES.items():
        ours = known.make(Api())
        found = set(unlike(known.body, ours))
        if found != known.unlike.keys():
            wrong.append((name, sorted(found - known.unlike.keys()), sorted(known.unlike.keys() - found)))
        both = [key for key in known.body if key in ours]
        if known.is_real and both != [key for key in ours if key in known.body]:
            wrong.append((name, "order", list(ours)))
    assert wrong == []
