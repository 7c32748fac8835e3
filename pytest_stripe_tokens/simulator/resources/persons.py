"""Persons and companies: built from parameters or from tokens; the endpoints of an account's persons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.call import find_account
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.objects import full_address, metadata, ordered, page
from pytest_stripe_tokens.simulator.state import Entry
from pytest_stripe_tokens.simulator.tokens.spending import spend, take, take_pii

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call

_PERSON_TEXTS = (
    "email",
    "first_name",
    "first_name_kana",
    "first_name_kanji",
    "gender",
    "last_name",
    "last_name_kana",
    "last_name_kanji",
    "maiden_name",
    "nationality",
    "phone",
    "political_exposure",
)
_COMPANY_TEXTS = (
    "export_license_id",
    "export_purpose_code",
    "name",
    "name_kana",
    "name_kanji",
    "ownership_exemption_reason",
    "phone",
    "structure",
    "tax_id_registrar",
)
_COMPANY_FLAGS = ("directors_provided", "executives_provided", "owners_provided")
_ADDRESSES = ("address", "administrative_address", "physical_address", "principal_place_of_business")
_JAPANESE = ("address_kana", "address_kanji")
_DECLARATIONS = ("directorship_declaration", "ownership_declaration", "representative_declaration")
_RELATIONS = ("authorizer", "director", "executive", "legal_guardian", "owner", "representative")
_DUE = ("currently_due", "errors", "eventually_due", "past_due", "pending_verification")
# Test values: "immediate match" (Connect testing page).
_VERIFIED_NUMBERS = frozenset({"222222222"})
_TEST_PHONE = "0000000000"
_TEN_DIGITS = re.compile(r"[0-9]{10}")


def nothing_due() -> dict[str, Any]:
    """Say that nothing has to be handed in."""
    return {"alternatives": [], **{name: [] for name in _DUE}}


def new_person(identity: str, account: str, created: int) -> dict[str, Any]:
    """Give a person of whom nothing is known yet."""
    return {
        "id": identity,
        "object": "person",
        "account": account,
        "address": full_address({}),
        "created": created,
        "dob": {"day": None, "month": None, "year": None},
        "future_requirements": nothing_due(),
        "id_number_provided": False,
        "metadata": {},
        "relationship": {**dict.fromkeys(_RELATIONS, False), "percent_ownership": None, "title": None},
        "requirements": nothing_due(),
        "ssn_last_4_provided": False,
        "verification": {
            "additional_document": _document({}),
            "details": None,
            "details_code": None,
            "document": _document({}),
            "status": "unverified",
        },
        **dict.fromkeys(("email", "first_name", "last_name", "phone")),
    }


def change_person(person: dict[str, Any], given: Mapping[str, Any], country: str) -> None:
    """Take over what is given of a person; what is not named stays (reference, account tokens).

    What only some countries ask for (kana and kanji, nationality, gender...) shows once it was given (real answers).

    Args:
        person: as it is shown.
        given: parameters, of a request or of a token.
        country: the account's.
    """
    person |= {name: given[name] or None for name in _PERSON_TEXTS if name in given}
    person["phone"] = _phone(person["phone"], country)
    _change_addresses(person, given, ("address", "registered_address"))
    if isinstance(given.get("dob"), dict):
        person["dob"] = {name: int(given["dob"][name]) for name in ("day", "month", "year")}
    if isinstance(given.get("full_name_aliases"), list):
        person["full_name_aliases"] = list(given["full_name_aliases"])
    if "metadata" in given:
        person["metadata"] = metadata(given["metadata"], person["metadata"])
    _change_relationship(person, given.get("relationship"))
    _change_numbers(person, given, country)
    accepted = as_object(as_object(given.get("additional_tos_acceptances")).get("account"))
    if accepted:
        date = {"date": _number(accepted.get("date"))}
        shown = {"ip": None, "user_agent": None, **accepted, **date}
        person["additional_tos_acceptances"] = {"account": {name: value or None for name, value in shown.items()}}
    _change_documents(person["verification"], given.get("verification"))


def change_company(company: dict[str, Any], given: Mapping[str, Any], country: str) -> None:
    """Take over what is given of a company of an account in `country`."""
    company |= {name: given[name] or None for name in _COMPANY_TEXTS if name in given}
    company["phone"] = _phone(company["phone"], country)
    company |= {name: given[name] == "true" for name in _COMPANY_FLAGS if name in given}
    # The numbers themselves are never answered (reference, accounts).
    company |= {f"{name}_provided": True for name in ("tax_id", "vat_id") if given.get(name)}
    _change_addresses(company, given, _ADDRESSES)
    for name in _DECLARATIONS:
        if isinstance(given.get(name), dict):
            sent = as_object(given[name])
            company[name] = {"ip": None, "user_agent": None, **sent, "date": _number(sent.get("date"))}
    date, documents = as_object(given.get("registration_date")), as_object(given.get("verification"))
    if date:
        company["registration_date"] = {name: int(part) for name, part in date.items()}
    if documents:
        company["verification"] = {"document": _document(documents.get("document"))}


def new_company() -> dict[str, Any]:
    """Give a company of which nothing is known yet."""
    return {
        "address": full_address({}),
        **dict.fromkeys(_COMPANY_FLAGS, False),
        "name": None,
        "phone": None,
        "tax_id_provided": False,
        "verification": {"document": _document({})},
    }


def _change_addresses(holder: dict[str, Any], given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in (*names, *_JAPANESE):
        if isinstance(given.get(name), dict):
            more = ("town",) if name in _JAPANESE else ()
            holder[name] = full_address((holder.get(name) or {}) | given[name], *more)


def _number(value: str | None) -> int | None:
    return int(value) if value else None


def _phone(number: str | None, country: str) -> str | None:
    """Write a telephone number as it is answered: internationally; the test number is an American one anywhere."""
    american = number == _TEST_PHONE or (country == "US" and _TEN_DIGITS.fullmatch(number or ""))
    return f"+1{number}" if american else number


def _change_relationship(person: dict[str, Any], given: Any) -> None:
    for name, value in as_object(given).items():
        if name in _RELATIONS:
            person["relationship"][name] = value == "true"
        elif name == "percent_ownership":
            person["relationship"][name] = float(value) if value else None
        else:
            person["relationship"][name] = value or None


def _change_numbers(person: dict[str, Any], given: Mapping[str, Any], country: str) -> None:
    """Note which numbers are known; the numbers themselves are never answered (reference, persons)."""
    number = given.get("id_number")
    if number:
        person["id_number_provided"] = True
        person["verification"]["status"] = "verified" if number in _VERIFIED_NUMBERS else "pending"
        # An American number ends in the four that count there (real answers).
        person["ssn_last_4_provided"] = person["ssn_last_4_provided"] or country == "US"
    if given.get("id_number_secondary"):
        person["id_number_secondary_provided"] = True
    if given.get("ssn_last_4"):
        person["ssn_last_4_provided"] = True


def _change_documents(verification: dict[str, Any], given: Any) -> None:
    sent = as_object(given)
    for name in ("additional_document", "document"):
        if name in sent:
            verification[name] = _document(sent[name])
    front = verification["document"]["front"]
    if front == "file_identity_document_success":
        verification["status"] = "verified"


def _document(given: Any) -> dict[str, Any]:
    sent = as_object(given)
    return {"back": sent.get("back") or None, "details": None, "details_code": None, "front": sent.get("front") or None}


def create(call: Call) -> dict[str, Any]:
    """Make a person, from the token in `person_token` and what the request says beside it."""
    account = find_account(call)
    tokens = _tokens(call, account)
    created = call.world.tick()
    identity = call.world.generator.object_id("person", created, account.id)
    person = call.world.add(new_person(identity, account.id, created), call.platform)
    _changed(call, account, person, tokens)
    note_person(call, account, person, None)
    return ordered(person.copy())


def update(call: Call) -> dict[str, Any]:
    """Change a person."""
    account = find_account(call)
    person = _find(call, account)
    before = person.copy()
    _changed(call, account, person, _tokens(call, account))
    note_person(call, account, person, before)
    return ordered(person.copy())


def retrieve(call: Call) -> dict[str, Any]:
    """Give a person."""
    return ordered(_find(call, find_account(call)).copy())


def delete(call: Call) -> dict[str, Any]:
    """Delete a person.

    Raises:
        ApiError: it is the one who opened the account, or the individual that the account is of (reference).
    """
    account = find_account(call)
    person = _find(call, account)
    if person.body["relationship"].get("account_opener"):
        raise ApiError("account_opener", id=person.id)
    call.happened("person.deleted", _told(call, account, person))
    return call.world.delete(person)


def list_all(call: Call) -> dict[str, Any]:
    """List a connected account's persons."""
    account = find_account(call)
    entries = call.world.every("person", call.platform)
    found = [entry for entry in entries if entry.body["account"] == account.id]
    return page(f"/v1/accounts/{account.id}/persons", found, call.params)


def _find(call: Call, account: Entry) -> Entry:
    person = call.world.get(call.ids[1], call.platform, "person")
    if person is None or person.body["account"] != account.id:
        raise call.world.missing("resource_missing", "person", call.ids[1], call.platform, "person")
    return person


def _tokens(call: Call, account: Entry) -> list[Any]:
    token = call.text("person_token")
    by_token = [] if token is None else [take(call, token, ("person",), "person_token", account=account.id)]
    return [*by_token, *take_pii(call, call.params, "")]


def _changed(call: Call, account: Entry, person: Entry, tokens: list[Any]) -> None:
    country = str(account.body["country"])
    for taken in tokens:
        if taken.type == "person":
            change_person(person.body, taken.params, country)
    change_person(person.body, call.params, country)
    for taken in tokens:
        spend(taken)


def note_person(call: Call, account: Entry, person: Entry, before: Mapping[str, Any] | None) -> None:
    """Note that a person was made, or changed since `before`."""
    if before is None:
        call.happened("person.created", _told(call, account, person))
    else:
        call.updated("person.updated", _told(call, account, person), before)


def _told(call: Call, account: Entry, person: Entry) -> Entry:
    """Give a person as an event of its account tells it."""
    return Entry(ordered(person.body), (account.id, call.caller.livemode))
