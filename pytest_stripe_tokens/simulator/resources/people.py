"""Persons and companies, built from parameters or from account and person tokens; imports objects and spending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.simulator.resources.objects import full_address, hash_of, metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def nothing_due() -> dict[str, Any]:
    """Say that nothing has to be handed in."""
    return {"alternatives": [], **{name: [] for name in _DUE}}


def new_person(identity: str, account: str, created: int) -> dict[str, Any]:
    """Give a person of whom nothing is known yet."""
    return {
        "id": identity,
        "object": "person",
        "account": account,
        "additional_tos_acceptances": {"account": {"date": None, "ip": None, "user_agent": None}},
        "address": full_address({}),
        "created": created,
        "dob": {"day": None, "month": None, "year": None},
        "future_requirements": nothing_due(),
        "id_number_provided": False,
        "metadata": {},
        "registered_address": full_address({}),
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
        **dict.fromkeys(_PERSON_TEXTS),
    }


def change_person(person: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take over what is given of a person; what is not named stays (reference, account tokens)."""
    person |= {name: given[name] or None for name in _PERSON_TEXTS if name in given}
    _change_addresses(person, given, ("address", "registered_address"))
    if isinstance(given.get("dob"), dict):
        person["dob"] = {name: int(given["dob"][name]) for name in ("day", "month", "year")}
    if isinstance(given.get("full_name_aliases"), list):
        person["full_name_aliases"] = list(given["full_name_aliases"])
    if "metadata" in given:
        person["metadata"] = metadata(given["metadata"], person["metadata"])
    _change_relationship(person, given.get("relationship"))
    _change_numbers(person, given)
    _change_documents(person["verification"], given.get("verification"))


def change_company(company: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take over what is given of a company."""
    company |= {name: given[name] or None for name in _COMPANY_TEXTS if name in given}
    company |= {name: given[name] == "true" for name in _COMPANY_FLAGS if name in given}
    # The numbers themselves are never answered (reference, accounts).
    company |= {f"{name}_provided": True for name in ("tax_id", "vat_id") if given.get(name)}
    _change_addresses(company, given, _ADDRESSES)
    for name in _DECLARATIONS:
        if isinstance(given.get(name), dict):
            sent = hash_of(given[name])
            company[name] = {"ip": None, "user_agent": None, **sent, "date": _number(sent.get("date"))}
    date, documents = hash_of(given.get("registration_date")), hash_of(given.get("verification"))
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


def _change_relationship(person: dict[str, Any], given: Any) -> None:
    for name, value in hash_of(given).items():
        if name in _RELATIONS:
            person["relationship"][name] = value == "true"
        elif name == "percent_ownership":
            person["relationship"][name] = float(value) if value else None
        else:
            person["relationship"][name] = value or None


def _change_numbers(person: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Note which numbers are known; the numbers themselves are never answered (reference, persons)."""
    number = given.get("id_number")
    if number:
        person["id_number_provided"] = True
        if number in _VERIFIED_NUMBERS:
            person["verification"]["status"] = "verified"
    if given.get("id_number_secondary"):
        person["id_number_secondary_provided"] = True
    if given.get("ssn_last_4"):
        person["ssn_last_4_provided"] = True


def _change_documents(verification: dict[str, Any], given: Any) -> None:
    sent = hash_of(given)
    for name in ("additional_document", "document"):
        if name in sent:
            verification[name] = _document(sent[name])
    front = verification["document"]["front"]
    if front == "file_identity_document_success":
        verification["status"] = "verified"


def _document(given: Any) -> dict[str, Any]:
    sent = hash_of(given)
    return {"back": sent.get("back") or None, "details": None, "details_code": None, "front": sent.get("front") or None}
