"""The table of endpoints: which function answers which path.

A new endpoint is one row of `ROUTES`, the table of its parameters in `tables/` and one small function in `resources/`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pytest_stripe_tokens.api import paths
from pytest_stripe_tokens.simulator.call import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

Endpoint: TypeAlias = Callable[[Call], dict[str, Any]]


class Late:
    """A module of resources, imported when one of its endpoints is asked for the first time.

    Args:
        load: imports the module.
    """

    def __init__(self, load: Callable[[], ModuleType]) -> None:
        self._load = load

    @cached_property
    def module(self) -> ModuleType:
        """The module itself."""
        return self._load()

    def __getattr__(self, endpoint: str) -> Endpoint:
        def answer(call: Call) -> dict[str, Any]:
            found: Endpoint = getattr(self.module, endpoint)
            return found(call)

        return answer


account_links = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.account_links"))
accounts = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.accounts"))
balance_transactions = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.balance_transactions"))
capabilities = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.capabilities"))
captures = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.captures"))
challenges = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.challenges"))
charges = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.charges"))
confirmation_tokens = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.confirmation_tokens"))
customer_sources = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.customer_sources"))
customers = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.customers"))
events = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.events"))
external_accounts = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.external_accounts"))
payment_intents = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.payment_intents"))
payment_methods = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.payment_methods"))
payouts = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.payouts"))
persons = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.persons"))
refunds = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.refunds"))
setup_intents = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.setup_intents"))
sources = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.sources"))
three_d_secure = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.three_d_secure"))
tokens = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.tokens"))
topups = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.topups"))
transfers = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.transfers"))
v2_account_links = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.v2_account_links"))
v2_accounts = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.v2_accounts"))
v2_persons = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.v2_persons"))
v2_tokens = Late(lambda: import_module("pytest_stripe_tokens.simulator.resources.v2_tokens"))
USUAL = (balance_transactions, charges, customers, payment_intents, payment_methods, sources, tokens)
"""What many a test asks for: loaded before the first of them, which may have put other files in place by then."""


class Route(NamedTuple):
    """One endpoint.

    Args:
        method: upper case.
        path: with `:name` for each id.
        endpoint: the function that answers.
        parameters: the name of its parameters' table, `"tokens.create"`; None for one that takes `expand` alone.
        publishable: whether a publishable key may ask.
    """

    method: str
    path: str
    endpoint: Endpoint
    parameters: str | None = None
    publishable: bool = False

    @property
    def table(self) -> str:
        """The name of the table of what the endpoint takes."""
        return self.parameters or "reading.one"


ROUTES = (
    Route("POST", "/v1/tokens", tokens.create, "tokens.create", publishable=True),
    Route("GET", "/v1/tokens/:token", tokens.retrieve),
    Route(
        "POST",
        "/v1/test_helpers/confirmation_tokens",
        confirmation_tokens.create_for_test,
        "confirmation_tokens.create",
    ),
    Route(
        "POST", "/v1/confirmation_tokens", confirmation_tokens.create, "confirmation_tokens.create", publishable=True
    ),
    Route("GET", "/v1/confirmation_tokens/:confirmation_token", confirmation_tokens.retrieve),
    Route("POST", "/v1/charges", charges.create, "charges.create"),
    Route("GET", "/v1/charges", charges.list_all, "reading.charges"),
    Route("GET", "/v1/charges/search", charges.search, "reading.search"),
    Route("GET", "/v1/charges/:charge", charges.retrieve),
    Route("POST", "/v1/charges/:charge", charges.update, "charges.update"),
    Route("POST", "/v1/charges/:charge/capture", captures.capture_charge, "charges.capture"),
    Route("POST", "/v1/charges/:charge/refund", refunds.refund_charge, "refunds.create"),
    Route("POST", "/v1/charges/:charge/refunds", refunds.create_of_charge, "refunds.create"),
    Route("GET", "/v1/charges/:charge/refunds", refunds.list_of_charge, "reading.charge_refunds"),
    Route("GET", "/v1/charges/:charge/refunds/:refund", refunds.retrieve_of_charge),
    Route("POST", "/v1/refunds", refunds.create, "refunds.create"),
    Route("GET", "/v1/refunds", refunds.list_all, "reading.refunds"),
    Route("GET", "/v1/refunds/:refund", refunds.retrieve),
    Route("POST", "/v1/refunds/:refund", refunds.update, "refunds.update"),
    Route("POST", "/v1/refunds/:refund/cancel", refunds.cancel),
    Route("POST", "/v1/customers", customers.create, "customers.create"),
    Route("GET", "/v1/customers", customers.list_all, "reading.customers"),
    Route("POST", "/v1/customers/:customer", customers.update, "customers.update"),
    Route("GET", "/v1/customers/search", customers.search, "reading.search"),
    Route("GET", "/v1/customers/:customer", customers.retrieve),
    Route("DELETE", "/v1/customers/:customer", customers.delete),
    Route("POST", "/v1/customers/:customer/sources", customer_sources.create, "customers.create_source"),
    Route("GET", "/v1/customers/:customer/sources", customer_sources.list_all, "reading.sources"),
    Route("GET", "/v1/customers/:customer/sources/:id", customer_sources.retrieve),
    Route("POST", "/v1/customers/:customer/sources/:id", customer_sources.update, "customers.update_source"),
    Route("DELETE", "/v1/customers/:customer/sources/:id", customer_sources.delete),
    Route("POST", "/v1/customers/:customer/sources/:id/verify", customer_sources.verify, "customers.verify_source"),
    Route(
        "GET",
        "/v1/customers/:customer/payment_methods",
        customers.list_payment_methods,
        "reading.customers_payment_methods",
    ),
    Route("GET", "/v1/customers/:customer/payment_methods/:id", payment_methods.retrieve_of_customer),
    Route("POST", "/v1/payment_methods", payment_methods.create, "payment_methods.create", publishable=True),
    Route("GET", "/v1/payment_methods", payment_methods.list_all, "reading.payment_methods"),
    Route("GET", "/v1/payment_methods/:payment_method", payment_methods.retrieve),
    Route("POST", "/v1/payment_methods/:payment_method/attach", payment_methods.attach, "payment_methods.attach"),
    Route("POST", "/v1/payment_methods/:payment_method", payment_methods.update, "payment_methods.update"),
    Route("POST", "/v1/payment_methods/:payment_method/detach", payment_methods.detach),
    Route("POST", "/v1/payment_intents", payment_intents.create, "payment_intents.create"),
    Route("GET", "/v1/payment_intents", payment_intents.list_all, "reading.payment_intents"),
    Route("GET", "/v1/payment_intents/search", payment_intents.search, "reading.search"),
    Route("GET", "/v1/payment_intents/:intent", payment_intents.retrieve, "reading.one_with_secret", publishable=True),
    Route("POST", "/v1/payment_intents/:intent", payment_intents.update, "payment_intents.update"),
    Route(
        "POST",
        "/v1/payment_intents/:intent/confirm",
        payment_intents.confirm,
        "payment_intents.confirm",
        publishable=True,
    ),
    Route("POST", "/v1/payment_intents/:intent/cancel", captures.cancel_intent, "payment_intents.cancel"),
    Route("POST", "/v1/payment_intents/:intent/capture", captures.capture_intent, "payment_intents.capture"),
    Route(
        "POST",
        "/v1/payment_intents/:intent/increment_authorization",
        captures.increment_authorization,
        "payment_intents.increment_authorization",
    ),
    Route("POST", "/v1/setup_intents", setup_intents.create, "setup_intents.create"),
    Route("GET", "/v1/setup_intents", setup_intents.list_all, "reading.setup_intents"),
    Route("GET", "/v1/setup_intents/:intent", setup_intents.retrieve, "reading.one_with_secret", publishable=True),
    Route("POST", "/v1/setup_intents/:intent", setup_intents.update, "setup_intents.update"),
    Route("POST", "/v1/setup_intents/:intent/cancel", setup_intents.cancel, "setup_intents.cancel"),
    Route(
        "POST", "/v1/setup_intents/:intent/confirm", setup_intents.confirm, "setup_intents.confirm", publishable=True
    ),
    Route("POST", "/v1/accounts", accounts.create, "accounts.create"),
    Route("GET", "/v1/accounts", accounts.list_all, "reading.accounts"),
    Route("POST", "/v1/accounts/:account", accounts.update, "accounts.update"),
    Route("GET", "/v1/accounts/:account", accounts.retrieve),
    Route("DELETE", "/v1/accounts/:account", accounts.delete),
    Route("GET", "/v1/account", accounts.retrieve_own),
    Route("POST", "/v1/accounts/:account/reject", accounts.reject, "accounts.reject"),
    Route("GET", "/v1/accounts/:account/capabilities", capabilities.list_all),
    Route("GET", "/v1/accounts/:account/capabilities/:capability", capabilities.retrieve),
    Route("POST", "/v1/accounts/:account/capabilities/:capability", capabilities.update, "accounts.update_capability"),
    Route(
        "POST", "/v1/accounts/:account/external_accounts", external_accounts.create, "accounts.create_external_account"
    ),
    Route("GET", "/v1/accounts/:account/external_accounts", external_accounts.list_all, "reading.external_accounts"),
    Route("GET", "/v1/accounts/:account/external_accounts/:id", external_accounts.retrieve),
    Route(
        "POST",
        "/v1/accounts/:account/external_accounts/:id",
        external_accounts.update,
        "accounts.update_external_account",
    ),
    Route("DELETE", "/v1/accounts/:account/external_accounts/:id", external_accounts.delete),
    Route("POST", "/v1/accounts/:account/login_links", account_links.create_login_link),
    Route("POST", "/v1/account_links", account_links.create, "account_links.create"),
    Route("POST", "/v1/accounts/:account/persons", persons.create, "accounts.create_person"),
    Route("GET", "/v1/accounts/:account/persons", persons.list_all, "reading.persons"),
    Route("POST", "/v1/accounts/:account/persons/:person", persons.update, "accounts.update_person"),
    Route("GET", "/v1/accounts/:account/persons/:person", persons.retrieve),
    Route("DELETE", "/v1/accounts/:account/persons/:person", persons.delete),
    Route("GET", "/v1/balance", balance_transactions.retrieve_balance),
    Route("GET", "/v1/balance_transactions", balance_transactions.list_all, "reading.balance_transactions"),
    Route("GET", "/v1/balance_transactions/:id", balance_transactions.retrieve),
    Route("GET", "/v1/events", events.list_all, "events.list"),
    Route("GET", "/v1/events/:id", events.retrieve),
    Route("POST", "/v1/topups", topups.create, "topups.create"),
    Route("GET", "/v1/topups", topups.list_all, "reading.topups"),
    Route("GET", "/v1/topups/:topup", topups.retrieve),
    Route("POST", "/v1/topups/:topup", topups.update, "topups.update"),
    Route("POST", "/v1/topups/:topup/cancel", topups.cancel),
    Route("POST", "/v1/transfers", transfers.create, "transfers.create"),
    Route("GET", "/v1/transfers", transfers.list_all, "transfers.list"),
    Route("GET", "/v1/transfers/:transfer", transfers.retrieve),
    Route("POST", "/v1/transfers/:transfer", transfers.update, "transfers.update"),
    Route("POST", "/v1/transfers/:transfer/reversals", transfers.reverse, "transfers.create_reversal"),
    Route("GET", "/v1/transfers/:transfer/reversals", transfers.list_reversals, "transfers.list_reversals"),
    Route("GET", "/v1/transfers/:transfer/reversals/:id", transfers.retrieve_reversal),
    Route("POST", "/v1/transfers/:transfer/reversals/:id", transfers.update_reversal, "transfers.update_reversal"),
    Route("POST", "/v1/payouts", payouts.create, "payouts.create"),
    Route("GET", "/v1/payouts", payouts.list_all, "payouts.list"),
    Route("GET", "/v1/payouts/:payout", payouts.retrieve),
    Route("POST", "/v1/payouts/:payout", payouts.update, "payouts.update"),
    Route("POST", "/v1/payouts/:payout/cancel", payouts.cancel),
    Route("POST", "/v1/payouts/:payout/reverse", payouts.reverse, "payouts.reverse"),
    Route("POST", "/v1/sources", sources.create, "sources.create", publishable=True),
    Route("GET", "/v1/sources/:source", sources.retrieve, "reading.one_with_secret"),
    Route("POST", "/v1/sources/:source", sources.update, "sources.update"),
    Route("POST", "/v1/three_d_secure/authentications", three_d_secure.create, "three_d_secure.create"),
    Route("GET", "/v1/three_d_secure/authentications/:authentication", three_d_secure.retrieve),
    Route(
        "POST",
        "/v1/3ds2/challenge_complete",
        challenges.complete,
        "three_d_secure.challenge_complete",
        publishable=True,
    ),
    Route(
        "POST",
        "/v2/core/account_tokens",
        v2_tokens.create_account_token,
        "v2_core.account_tokens.create",
        publishable=True,
    ),
    Route("GET", "/v2/core/account_tokens/:token", v2_tokens.retrieve_account_token, "v2_core.retrieve"),
    Route(
        "POST",
        "/v2/core/accounts/:account/person_tokens",
        v2_tokens.create_person_token,
        "v2_core.person_tokens.create",
        publishable=True,
    ),
    Route(
        "GET",
        "/v2/core/accounts/:account/person_tokens/:token",
        v2_tokens.retrieve_person_token,
        "v2_core.retrieve",
    ),
    Route("POST", "/v2/core/accounts", v2_accounts.create, "v2_core.accounts.create"),
    Route("GET", "/v2/core/accounts", v2_accounts.list_all, "v2_core.accounts.list"),
    Route("POST", "/v2/core/accounts/:account", v2_accounts.update, "v2_core.accounts.update"),
    Route("GET", "/v2/core/accounts/:account", v2_accounts.retrieve, "v2_core.accounts.retrieve"),
    Route("POST", "/v2/core/accounts/:account/close", v2_accounts.close, "v2_core.accounts.close"),
    Route("POST", "/v2/core/accounts/:account/persons", v2_persons.create, "v2_core.persons.create"),
    Route("GET", "/v2/core/accounts/:account/persons", v2_persons.list_all, "v2_core.persons.list"),
    Route("POST", "/v2/core/accounts/:account/persons/:person", v2_persons.update, "v2_core.persons.update"),
    Route("GET", "/v2/core/accounts/:account/persons/:person", v2_persons.retrieve, "v2_core.retrieve"),
    Route("DELETE", "/v2/core/accounts/:account/persons/:person", v2_persons.delete, "v2_core.retrieve"),
    Route("POST", "/v2/core/account_links", v2_account_links.create, "v2_core.account_links.create"),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """Find the endpoint of a request, and the ids in its path; None where there is none."""
    parts = tuple(path.strip("/").split("/"))
    for shape, route in _by_shape().get((method, len(parts)), ()):
        ids = paths.ids(shape, parts)
        if ids is not None:
            return route, ids
    return None


def methods(path: str) -> tuple[str, ...]:
    """Give the methods that a path can be asked with."""
    return tuple(method for method in dict.fromkeys(route.method for route in ROUTES) if find(method, path))


@cache
def _by_shape() -> Mapping[tuple[str, int], tuple[tuple[tuple[str, ...], Route], ...]]:
    found: dict[tuple[str, int], tuple[tuple[tuple[str, ...], Route], ...]] = {}
    for route in ROUTES:
        shape = paths.segments(route.path)
        found[route.method, len(shape)] = (*found.get((route.method, len(shape)), ()), (shape, route))
    return MappingProxyType(found)
