"""What an account of /v2 shows: what is included, its capabilities, what is still due, and its look under /v1."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.bank_numbers import currency_of
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator.parameters import table
from pytest_stripe_tokens.simulator.pretty import copy_of, without_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONFIGURATIONS = ("customer", "merchant", "recipient")
"""In the order in which they are applied."""

INCLUDED = ("configuration", "defaults", "future_requirements", "identity", "requirements")
"""What is null unless `include` asks for it; each configuration is asked for by its own name."""

# Each kind of account has to say who it is (docs.stripe.com/connect/accounts-v2; our reading).
_DUE = MappingProxyType(
    {"individual": ("individual.given_name", "individual.surname"), None: ("entity_type",)},
)
_DUE_OF_OTHERS = ("business_details.registered_name",)
# What a configuration shows of which nothing was sent (API reference).
_USUAL: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "customer": {
            "automatic_indirect_tax": {"exempt": "none", "location_source": "identity_address"},
            "billing": {"invoice": {"custom_fields": [], "next_sequence": 1}},
        },
        "merchant": {"card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": False}}},
        "recipient": {},
    }
)
# Capabilities that are never asked for: who is paid by cards, or by transfers, is paid out too (API reference).
_PAYOUTS = {"merchant": "card_payments", "recipient": "stripe_balance"}
_FEES_PAYER = {"stripe": "account"}


def show(body: Mapping[str, Any], include: Iterable[str] = ()) -> dict[str, Any]:
    """Give an account with what is included; what else could be is null (docs.stripe.com/api-v2-overview).

    Args:
        body: what is kept of it.
        include: as the request's `include`.
    """
    asked = set(include)
    due = _due(body)
    configurations = {
        name: _configuration(name, as_object(body["configuration"].get(name)), due)
        if f"configuration.{name}" in asked and name in body["applied_configurations"]
        else None
        for name in CONFIGURATIONS
    }
    full: dict[str, Any] = {
        "id": body["id"],
        "object": "v2.core.account",
        "applied_configurations": list(body["applied_configurations"]),
        "closed": body["closed"],
        "configuration": configurations if any(name.startswith("configuration.") for name in asked) else None,
        "contact_email": body.get("contact_email"),
        "contact_phone": body.get("contact_phone"),
        "created": body["created"],
        "dashboard": body.get("dashboard"),
        "defaults": _defaults(body),
        "display_name": body.get("display_name"),
        "future_requirements": {"entries": []},
        "identity": copy_of(body["identity"]),
        "livemode": body["livemode"],
        "metadata": dict(body["metadata"]),
        "requirements": _requirements(body, due),
    }
    hidden = [name for name in INCLUDED if name != "configuration" and name not in asked]
    return full | dict.fromkeys(hidden)


def v1_params(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the same account would have been made of under /v1: every leaf is a string, as a form's are."""
    identity, defaults = as_object(body["identity"]), _defaults(body)
    responsibilities = as_object(defaults["responsibilities"])
    fees, details = str(responsibilities["fees_collector"]), as_object(identity.get("business_details"))
    person, profile = as_object(identity.get("individual")), as_object(defaults.get("profile"))
    kind = identity.get("entity_type")
    given: dict[str, Any] = {
        "country": str(identity.get("country") or "US").upper(),
        "email": body.get("contact_email"),
        "business_type": "individual" if kind == "individual" else kind,
        "business_profile": {
            "name": profile.get("doing_business_as"),
            "product_description": profile.get("product_description"),
            "url": profile.get("business_url"),
        },
        "capabilities": {name: {"requested": "true"} for name in _v1_capabilities(body)},
        "company": {} if kind == "individual" else {"name": details.get("registered_name")},
        "controller": {
            "fees": {"payer": _FEES_PAYER.get(fees, fees)},
            "losses": {"payments": responsibilities["losses_collector"]},
            "requirement_collection": responsibilities["requirements_collector"],
            "stripe_dashboard": {"type": body.get("dashboard") or "none"},
        },
        "individual": {
            "email": person.get("email"),
            "first_name": person.get("given_name"),
            "last_name": person.get("surname"),
        },
        "metadata": body["metadata"],
        "tos_acceptance": _v1_terms(identity),
    }
    return {name: value for name, value in without_null(given).items() if value != {}}


def _v1_terms(identity: Mapping[str, Any]) -> dict[str, Any]:
    accepted = as_object(_at(identity, "attestations.terms_of_service.account"))
    if not accepted.get("date"):
        return {}
    try:
        date = dt.datetime.fromisoformat(str(accepted["date"]))
    except ValueError:
        return {}
    return {**accepted, "date": str(int(date.timestamp()))}


def _v1_capabilities(body: Mapping[str, Any]) -> list[str]:
    merchant = as_object(as_object(body["configuration"].get("merchant")).get("capabilities"))
    recipient = as_object(as_object(body["configuration"].get("recipient")).get("capabilities"))
    known = table("accounts.create")["capabilities"]
    transfers = ["transfers"] if as_object(recipient.get("stripe_balance")).get("stripe_transfers") else []
    return [name for name in merchant if name in known] + transfers


def _configuration(name: str, given: Mapping[str, Any], due: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = copy_of(_USUAL[name])
    for key, value in given.items():
        if key != "capabilities":
            shown[key] = _over(as_object(shown.get(key)), value)
    capabilities: dict[str, Any] = copy_of(as_object(given.get("capabilities")))
    if _PAYOUTS.get(name) in capabilities:
        capabilities["stripe_balance"] = {"payouts": True, **as_object(capabilities.get("stripe_balance"))}
    status = _status(due if name != "customer" else [])
    if capabilities:
        shown["capabilities"] = _statuses(capabilities, status)
    return {"applied": True, **shown}


def _over(usual: Mapping[str, Any], given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    values = cast("dict[str, Any]", given)
    return {**usual, **{name: _over(as_object(usual.get(name)), value) for name, value in values.items()}}


def _statuses(capabilities: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    # What a cassette has told of has a status of its own.
    return {
        name: _statuses(cast("dict[str, Any]", asked), status)
        if isinstance(asked, dict) and "status" not in asked
        else copy_of(asked if isinstance(asked, dict) else status)
        for name, asked in capabilities.items()
    }


def _status(due: list[str]) -> dict[str, Any]:
    if not due:
        return {"status": "active", "status_details": []}
    return {
        "status": "restricted",
        "status_details": [{"code": "requirements_past_due", "resolution": "provide_info"}],
    }


def _defaults(body: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = copy_of(body["defaults"])
    sent = as_object(given.get("responsibilities"))
    country = str(as_object(body["identity"]).get("country") or "US").upper()
    collector = "application" if body.get("dashboard") == "none" else "stripe"
    return {
        "currency": currency_of(country).lower(),
        "locales": [],
        **given,
        "responsibilities": {
            "fees_collector": sent.get("fees_collector") or "stripe",
            "losses_collector": sent.get("losses_collector") or "stripe",
            "requirements_collector": collector,
        },
    }


def _due(body: Mapping[str, Any]) -> list[str]:
    """Name what an account that takes money, or is paid, has not said of itself."""
    if not {"merchant", "recipient"} & set(body["applied_configurations"]):
        return []
    identity = as_object(body["identity"])
    return [path for path in _DUE.get(identity.get("entity_type"), _DUE_OF_OTHERS) if _at(identity, path) is None]


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = as_object(value).get(name)
    return value


def _requirements(body: Mapping[str, Any], due: list[str]) -> dict[str, Any]:
    restricted = [
        {"capability": capability, "configuration": name, "deadline": {"status": "past_due"}}
        for name in ("merchant", "recipient")
        if name in body["applied_configurations"]
        for capability in _names(as_object(as_object(body["configuration"].get(name)).get("capabilities")))
    ]
    entries = [
        {
            "awaiting_action_from": "user",
            "description": f"identity.{path}",
            "errors": [],
            "impact": {"restricts_capabilities": restricted},
            "minimum_deadline": {"status": "past_due"},
            "requested_reasons": [{"code": "routine_onboarding"}],
        }
        for path in due
    ]
    return {"entries": entries, **({"summary": {"minimum_deadline": {"status": "past_due"}}} if entries else {})}


def _names(capabilities: Mapping[str, Any], before: str = "") -> list[str]:
    return [
        found
        for name, asked in capabilities.items()
        for found in (
            _names(cast("dict[str, Any]", asked), f"{name}.")
            if isinstance(asked, dict) and "status" not in asked
            else [before + name]
        )
    ]
