"""The table of endpoints: which function answers which path.

A new endpoint is one row of `ROUTES`, the table of its parameters in `tables/` and one small function in `endpoints/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_stripe_tokens.simulator.call import Call
from pytest_stripe_tokens.simulator.resources import (
    accounts,
    balance_transactions,
    charges,
    customers,
    payment_intents,
    payment_methods,
    persons,
    sources,
    three_d_secure,
    tokens,
    topups,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Endpoint: TypeAlias = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True)
class Route:
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
    Route("POST", "/v1/charges", charges.create, "charges.create"),
    Route("GET", "/v1/charges", charges.list_all, "reading.charges"),
    Route("GET", "/v1/charges/search", charges.search, "reading.search"),
    Route("GET", "/v1/charges/:charge", charges.retrieve),
    Route("POST", "/v1/customers", customers.create, "customers.create"),
    Route("GET", "/v1/customers", customers.list_all, "reading.customers"),
    Route("POST", "/v1/customers/:customer", customers.update, "customers.update"),
    Route("GET", "/v1/customers/search", customers.search, "reading.search"),
    Route("GET", "/v1/customers/:customer", customers.retrieve),
    Route("POST", "/v1/customers/:customer/sources", customers.create_source, "customers.create_source"),
    Route("GET", "/v1/customers/:customer/sources", customers.list_sources, "reading.sources"),
    Route("GET", "/v1/customers/:customer/sources/:id", customers.retrieve_source),
    Route(
        "GET",
        "/v1/customers/:customer/payment_methods",
        customers.list_payment_methods,
        "reading.customers_payment_methods",
    ),
    Route("POST", "/v1/payment_methods", payment_methods.create, "payment_methods.create", publishable=True),
    Route("GET", "/v1/payment_methods", payment_methods.list_all, "reading.payment_methods"),
    Route("GET", "/v1/payment_methods/:payment_method", payment_methods.retrieve),
    Route("POST", "/v1/payment_methods/:payment_method/attach", payment_methods.attach, "payment_methods.attach"),
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
    Route("POST", "/v1/accounts", accounts.create, "accounts.create"),
    Route("GET", "/v1/accounts", accounts.list_all, "reading.accounts"),
    Route("POST", "/v1/accounts/:account", accounts.update, "accounts.update"),
    Route("GET", "/v1/accounts/:account", accounts.retrieve),
    Route(
        "POST",
        "/v1/accounts/:account/external_accounts",
        accounts.create_external_account,
        "accounts.create_external_account",
    ),
    Route(
        "GET", "/v1/accounts/:account/external_accounts", accounts.list_external_accounts, "reading.external_accounts"
    ),
    Route("GET", "/v1/accounts/:account/external_accounts/:id", accounts.retrieve_external_account),
    Route("POST", "/v1/accounts/:account/persons", persons.create, "accounts.create_person"),
    Route("GET", "/v1/accounts/:account/persons", persons.list_all, "reading.persons"),
    Route("POST", "/v1/accounts/:account/persons/:person", persons.update, "accounts.update_person"),
    Route("GET", "/v1/accounts/:account/persons/:person", persons.retrieve),
    Route("GET", "/v1/balance_transactions", balance_transactions.list_all, "reading.balance_transactions"),
    Route("GET", "/v1/balance_transactions/:id", balance_transactions.retrieve),
    Route("POST", "/v1/topups", topups.create, "topups.create"),
    Route("GET", "/v1/topups", topups.list_all, "reading.topups"),
    Route("GET", "/v1/topups/:topup", topups.retrieve),
    Route("POST", "/v1/sources", sources.create, "sources.create", publishable=True),
    Route("GET", "/v1/sources/:source", sources.retrieve, "reading.one_with_secret"),
    Route("POST", "/v1/three_d_secure/authentications", three_d_secure.create, "three_d_secure.create"),
    Route("GET", "/v1/three_d_secure/authentications/:authentication", three_d_secure.retrieve),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """Find the endpoint of a request, and the ids in its path; None where there is none."""
    parts = tuple(path.strip("/").split("/"))
    for shape, route in _by_shape().get((method, len(parts)), ()):
        ids = _match(shape, parts)
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
        shape = tuple(route.path.strip("/").split("/"))
        found[route.method, len(shape)] = (*found.get((route.method, len(shape)), ()), (shape, route))
    return MappingProxyType(found)


def _match(shape: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...] | None:
    ids: list[str] = []
    for expected, part in zip(shape, parts, strict=True):
        if expected.startswith(":") and part:
            ids.append(part)
        elif expected != part:
            return None
    return tuple(ids)
