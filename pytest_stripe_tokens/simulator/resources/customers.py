"""Customers: made, changed, deleted, found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.simulator import searching
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.parameters import table, typed
from pytest_stripe_tokens.simulator.resources.attaching import (
    SOURCES,
    attach_source,
    detach_source,
    sources_of,
)
from pytest_stripe_tokens.simulator.resources.objects import full_address, metadata, page
from pytest_stripe_tokens.simulator.resources.payment_methods import attach_payment_method

if TYPE_CHECKING:
    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

_TEXTS = ("business_name", "description", "email", "individual_name", "name", "phone")


def create(call: Call) -> dict[str, Any]:
    """Make a customer, with what the token in `source` stands for as its default source."""
    body = _new(call)
    customer = call.add(body)
    try:
        source = _apply(call, customer)
    except ApiError:
        # A card that declines leaves no customer behind (real answers).
        call.world.remove(customer)
        raise
    call.happened("customer.created", customer)
    if source is not None:
        call.happened("customer.source.created", source)
    return customer.copy()


def update(call: Call) -> dict[str, Any]:
    """Change a customer; a new source takes the old default one's place, which goes (reference, customers)."""
    customer = call.world.read(call.ids[0], call.scope, "customer", "id")
    before = customer.copy()
    source = _apply(call, customer)
    if source is not None:
        call.happened("customer.source.created", source)
    call.updated("customer.updated", customer, before)
    return customer.copy()


def retrieve(call: Call) -> dict[str, Any]:
    """Give a customer, or that it is deleted (real answers)."""
    left = call.world.deleted.get(call.ids[0])
    if left is not None and left.scope == call.scope:
        return left.copy()
    return call.world.read(call.ids[0], call.scope, "customer", "id").copy()


def delete(call: Call) -> dict[str, Any]:
    """Delete a customer with its cards and bank accounts; its payment methods are detached for good."""
    customer = call.world.read(call.ids[0], call.scope, "customer", "id")
    call.happened("customer.deleted", customer)
    for source in sources_of(call, customer):
        detach_source(call, source)
    for method in call.world.every("payment_method", call.scope):
        if method.body.get("customer") == customer.id:
            method.body["customer"] = None
            method.private["used_up"] = True
            call.happened("payment_method.detached", method, {"customer": customer.id})
    return call.world.delete(customer)


def list_payment_methods(call: Call) -> dict[str, Any]:
    """List a customer's payment methods."""
    customer = call.world.read(call.ids[0], call.scope, "customer", "customer")
    entries = call.world.every("payment_method", call.scope)
    found = [entry for entry in entries if entry.body.get("customer") == customer.id]
    return page(f"/v1/customers/{customer.id}/payment_methods", found, call.params)


def list_all(call: Call) -> dict[str, Any]:
    """List customers."""
    return page("/v1/customers", call.world.every("customer", call.scope), call.params)


def search(call: Call) -> dict[str, Any]:
    """Find customers by a query."""
    return searching.search(call, "customer")


def _new(call: Call) -> dict[str, Any]:
    created = call.world.tick()
    identity = call.new_id("cus", created)
    return {
        "id": identity,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": identity[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": call.caller.livemode,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def _apply(call: Call, customer: Entry) -> Entry | None:
    """Take over what the request says, the source last: nothing has changed when it declines.

    Returns:
        the source that the customer has got.
    """
    changes: dict[str, Any] = {name: call.params[name] or None for name in _TEXTS if name in call.params}
    if "address" in call.params:
        changes["address"] = full_address(call.hash("address")) if call.hash("address") else None
    if "shipping" in call.params:
        shipping = call.hash("shipping")
        changes["shipping"] = {**shipping, "address": full_address(shipping.get("address", {}))} if shipping else None
    for name in ("balance", "next_invoice_sequence"):
        if call.number(name) is not None:
            changes[name] = call.number(name)
    for name in ("invoice_prefix", "preferred_locales", "tax_exempt", "test_clock"):
        if call.params.get(name):
            changes[name] = call.params[name]
    if "metadata" in call.params:
        changes["metadata"] = metadata(call.params["metadata"], customer.body.get("metadata"))
    default = call.text("default_source")
    if default is not None:
        known = {entry.id for entry in sources_of(call, customer)}
        if default not in known:
            raise call.world.missing("resource_missing_param", "source", default, call.scope, "default_source")
        changes["default_source"] = default
    source = _attach(call, customer, changes)
    customer.body |= changes
    return source


def _attach(call: Call, customer: Entry, changes: dict[str, Any]) -> Entry | None:
    method = call.text("payment_method")
    if method is not None:
        attach_payment_method(call, method, customer, "payment_method")
    settings = typed(call.hash("invoice_settings"), table("customers.update")["invoice_settings"])
    if settings.get("default_payment_method"):
        identity, param = str(settings["default_payment_method"]), "invoice_settings[default_payment_method]"
        known = call.world.refer(identity, call.scope, "payment_method", param)
        if known.body.get("customer") != customer.id:
            raise ApiError("not_attached", id=identity, param=param)
    changes["invoice_settings"] = {**as_object(customer.body.get("invoice_settings")), **settings}
    source = call.text("source")
    if source is None:
        return None
    attached = attach_source(call, customer, source)
    former = customer.body.get("default_source")
    if former is not None and former != attached.id:
        entry = call.world.get(former, call.scope, *SOURCES)
        if entry is not None:
            detach_source(call, entry)
    changes["default_source"] = attached.id
    return attached
