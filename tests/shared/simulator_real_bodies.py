"""Bodies of real and documented answers, how ours of the same kind are made, and where they differ for a reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator_api import Api

_BODIES = json.loads(Path(__file__).with_name("real_bodies.json").read_text(encoding="utf-8"))
_VERSION = {"stripe_version": "2026-08-26.dahlia"}
_MONEY = {"amount": "5000", "currency": "usd"}
_BANK = {
    "account_holder_name": "Jane Austen",
    "account_holder_type": "company",
    "account_number": "000123456789",
    "country": "US",
    "routing_number": "110000000",
}


@dataclass(frozen=True)
class Body:
    """One body of Stripe's.

    Args:
        body: as Stripe gave it.
        make: makes the same with the simulator.
        is_real: whether it is of a real answer, and not of the documentation, which orders keys otherwise.
        unlike: where ours differs, and why.
    """

    body: Mapping[str, Any]
    make: Callable[[Api], Any]
    is_real: bool = True
    unlike: Mapping[str, str] = field(default_factory=dict)


def _intent(api: Api, **more: Any) -> Any:
    customer = api.customer()
    method = api.post("/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
    sent = {"confirm": "true", "payment_method_types": ["card"], "customer": customer, "payment_method": method, **more}
    return api.post("/v1/payment_intents", {**_MONEY, **sent}, **_VERSION)


def _charge(api: Api, **more: Any) -> Any:
    return api.get(f"/v1/charges/{_intent(api, **more)['latest_charge']}", **_VERSION)


def _transfer(api: Api) -> Any:
    sent = {**_MONEY, "destination": api.account(), "description": "Payment 1"}
    return api.post("/v1/transfers", sent, **_VERSION)


def _method(api: Api) -> Any:
    return api.post("/v1/payment_methods/pm_card_visa/attach", {"customer": api.customer()}, **_VERSION)


def _refund(api: Api) -> Any:
    intent = _intent(api, description="a payment")["id"]
    sent = {"payment_intent": intent, "reason": "duplicate", "metadata": {"p": "s05"}}
    return api.post("/v1/refunds", sent, **_VERSION)


def _setup(api: Api, **more: Any) -> Any:
    sent = {"customer": api.customer(), "payment_method": "pm_card_visa", "payment_method_types": ["card"], **more}
    return api.post("/v1/setup_intents", sent, **_VERSION)


def _moved(api: Api, kind: str) -> Any:
    _refund(api)
    return api.get(f"/v1/balance_transactions?type={kind}", **_VERSION)["data"][0]


def _declined_setup(api: Api) -> Any:
    sent = {"payment_method": "pm_card_chargeDeclined", "payment_method_types": ["card"], "confirm": "true"}
    error = api.refused("/v1/setup_intents", sent, **_VERSION)
    return {name: value for name, value in error.items() if name not in {"request_log_url", "status"}}


def _bank(api: Api) -> Any:
    token = api.post("/v1/tokens", {"bank_account": _BANK})["id"]
    return api.post(f"/v1/customers/{api.customer()}/sources", {"source": token}, **_VERSION)


def _account(api: Api) -> Any:
    controller = {"stripe_dashboard": {"type": "express"}, "fees": {"payer": "application"}}
    sent = {"controller": {**controller, "losses": {"payments": "application"}}, "email": "j@example.com"}
    return api.post("/v1/accounts", {"country": "US", **sent}, **_VERSION)


def _token(name: str, **params: Any) -> Callable[[Api], Any]:
    return lambda api: api.post("/v1/tokens", {name: CATALOGUE[name].merged(params)})


_NOT_REAL = "in the documentation only: no real answer of 2019 to 2026 has it so"
_NEWER = "newer than the documentation: the real ones of 2026 have it"
_CAPTURED = "the real one was captured since"
_REDACTION = {"redaction missing": _NOT_REAL}
_NO_ADDRESS = {**_REDACTION, "client_ip null": _NOT_REAL}
BODIES = {
    "charge": Body(_BODIES["charge"], lambda api: _charge(api, description="a payment")),
    "charge held": Body(
        _BODIES["charge held"],
        lambda api: _charge(api, capture_method="manual"),
        unlike={"balance_transaction str": _CAPTURED},
    ),
    "payment_intent": Body(_BODIES["payment_intent"], lambda api: _intent(api, description="a payment")),
    "payment_intent held": Body(_BODIES["payment_intent held"], lambda api: _intent(api, capture_method="manual")),
    "payment_method": Body(_BODIES["payment_method"], _method),
    "refund": Body(_BODIES["refund"], _refund),
    "setup_intent": Body(_BODIES["setup_intent"], lambda api: api.post("/v1/setup_intents", **_VERSION)),
    "setup_intent confirmed": Body(_BODIES["setup_intent confirmed"], lambda api: _setup(api, confirm="true")),
    "setup_intent canceled": Body(
        _BODIES["setup_intent canceled"],
        lambda api: api.post(
            f"/v1/setup_intents/{_setup(api)['id']}/cancel", {"cancellation_reason": "duplicate"}, **_VERSION
        ),
    ),
    "setup_intent declined": Body(_BODIES["setup_intent declined"], _declined_setup),
    "balance": Body(_BODIES["balance"], lambda api: api.get("/v1/balance", **_VERSION)),
    "balance_transaction": Body(_BODIES["balance_transaction"], lambda api: _moved(api, "charge")),
    "balance_transaction of a refund": Body(
        _BODIES["balance_transaction of a refund"], lambda api: _moved(api, "refund")
    ),
    "transfer": Body(_BODIES["transfer"], _transfer),
    "transfer_reversal": Body(
        _BODIES["transfer_reversal"],
        lambda api: api.post(f"/v1/transfers/{_transfer(api)['id']}/reversals", **_VERSION),
    ),
    "payout": Body(
        _BODIES["payout"], lambda api: api.post("/v1/payouts", {**_MONEY, "description": "Payment 1"}, **_VERSION)
    ),
    "bank_account": Body(_BODIES["bank_account"], _bank),
    "account": Body(
        _BODIES["account"],
        _account,
        is_real=False,
        unlike={
            "business_profile.minority_owned_business_designation added": _NEWER,
            "business_profile.specified_commercial_transactions_act_url added": _NEWER,
            "login_links missing": _NOT_REAL,
            "settings.invoices.hosted_payment_method_save added": _NEWER,
            "tos_acceptance.ip missing": "real ones have it where the platform collects the requirements",
            "tos_acceptance.user_agent missing": "as ip",
        },
    ),
    "token account": Body(_BODIES["token account"], _token("account"), is_real=False, unlike=_REDACTION),
    "token bank_account": Body(
        _BODIES["token bank_account"], _token("bank_account"), is_real=False, unlike=_NO_ADDRESS
    ),
    "token card": Body(
        _BODIES["token card"],
        _token("card"),
        is_real=False,
        unlike={f"card.{name} added": _NEWER for name in ("email", "networks", "phone", "regulated_status")},
    ),
    "token cvc_update": Body(_BODIES["token cvc_update"], _token("cvc_update"), is_real=False, unlike=_NO_ADDRESS),
    "token person": Body(_BODIES["token person"], _token("person"), is_real=False, unlike=_REDACTION),
}
