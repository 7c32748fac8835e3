"""Rows of the error catalogue: customers' sources, connected accounts, transfers and payouts, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator_api import LIVE
from simulator_requests import Furnished
from simulator_rows import UNTRIED, Row, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator_api import Api

_MONEY = {"amount": "500", "currency": "usd"}
_FUNDED = ("/v1/charges", {"amount": "1000", "currency": "usd", "source": "tok_bypassPending"})
_WRONG = {"amounts": ["1", "2"]}
_MISMATCH = "The amounts provided do not match the amounts that were sent to the bank account."
_INSUFFICIENT = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance"
    " by creating Charges using the 4000000000000077 test card. See:"
    " https://stripe.com/docs/testing#available-balance"
)
_TOO_LOW = (
    "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low.  You can use"
    " the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance)."
)
_DEFAULT = (
    "You cannot delete the default external account for your default currency. Please make another external account"
    " the default using the `default_for_currency` param, and then delete this one."
)
_NO_UPDATE = (
    "You cannot create `account_update` type Account Links for this account. Valid types for this account are"
    ' ["account_onboarding"].'
)
_ONBOARDING = "Cannot create a login link for an account that has not completed onboarding."
_AT_ONCE = "Instant Payouts to bank accounts are only supported for amounts less than or equal to $9999"
_LINK = {"type": "account_onboarding"}


def _named(path: str, params: Any = None, *, first: Any = (), method: str = "POST") -> Callable[[Api], Any]:
    """Send what comes first, then what is refused; words stand for the ids of what has to be there."""

    def send(api: Api) -> Any:
        world = Furnished(api)
        for before in first:
            api.post(*(world.named(part) for part in before))
        return api.send(method, world.named(path), world.named(params or {}))

    return send


def _deleted(path: str) -> Callable[[Api], Any]:
    """Send a request about a customer that is deleted."""

    def send(api: Api) -> Any:
        customer = api.customer(source="tok_visa")
        assert api.send("DELETE", f"/v1/customers/{customer}").status == 200
        return api.send("POST", path, {**_MONEY, "customer": customer})

    return send


def _link(kind: str, **params: Any) -> Callable[[Api], Any]:
    def send(api: Api) -> Any:
        account = api.post("/v1/accounts", {"type": "express"})["id"]
        return api.send("POST", "/v1/account_links", {"account": account, "type": kind, **params})

    return send


def _live_link(api: Api) -> Any:
    account = api.post("/v1/accounts", {"type": "custom"}, key=LIVE)["id"]
    sent = {"account": account, **_LINK, "refresh_url": "http://example.com"}
    return api.send("POST", "/v1/account_links", sent, key=LIVE)


def _login(api: Api) -> Any:
    account = api.post("/v1/accounts", {"type": "express"})["id"]
    return api.send("POST", f"/v1/accounts/{account}/login_links")


def _default(api: Api) -> Any:
    account = api.account(external_account="btok_us")
    [bank] = api.get(f"/v1/accounts/{account}/external_accounts")["data"]
    return api.send("DELETE", f"/v1/accounts/{account}/external_accounts/{bank['id']}")


MISSING = "resource_missing"
CONNECTING = [
    Row(
        "deposits",
        _named("/v1/customers/CUSTOMER/sources/BANK/verify", _WRONG),
        400,
        refusal(_MISMATCH, "bank_account_verification_failed"),
    ),
    Row(
        "verified",
        _named(
            "/v1/customers/CUSTOMER/sources/BANK/verify",
            _WRONG,
            first=[("/v1/customers/CUSTOMER/sources/BANK/verify", {"amounts": ["32", "45"]})],
        ),
        400,
        refusal("This bank account has already been verified."),
    ),
    Row(
        "customer deleted",
        _deleted("/v1/charges"),
        400,
        {"code": MISSING, "param": "customer", "message": "No such customer: 'cus_"},
        headers=UNTRIED,
    ),
    Row("default external account", _default, 400, refusal(_DEFAULT)),
    Row("update link", _link("account_update"), 400, refusal(_NO_UPDATE, param="type")),
    Row("login link", _login, 400, refusal(_ONBOARDING)),
    Row(
        "unknown destination",
        _named("/v1/transfers", {**_MONEY, "destination": "acct_x"}),
        400,
        refusal("No such destination: 'acct_x'", MISSING, "destination"),
        headers=UNTRIED,
    ),
    Row(
        "transfer of too much",
        _named("/v1/transfers", {"amount": "942", "currency": "usd", "destination": "ACCOUNT"}, first=[_FUNDED]),
        400,
        refusal(_INSUFFICIENT, "balance_insufficient"),
    ),
    Row(
        "payout of too much",
        _named("/v1/payouts", {"amount": "942", "currency": "usd"}, first=[_FUNDED]),
        400,
        refusal(_TOO_LOW, "balance_insufficient"),
    ),
    Row(
        "instant payout of too much",
        _named("/v1/payouts", {"amount": "999901", "currency": "usd", "method": "instant"}),
        400,
        refusal(_AT_ONCE, param="amount"),
    ),
    Row(
        "unknown payout",
        _named("/v1/payouts/po_x/cancel"),
        404,
        refusal("No such payout: 'po_x'", MISSING, "payout"),
        headers=UNTRIED,
    ),
    Row(
        "live link",
        _live_link,
        400,
        refusal("Livemode requests must always be redirected via HTTPS.", param="refresh_url"),
        headers=UNTRIED,
    ),
]
