"""`expand[]`: an id in an answer is replaced by the object that it stands for, and hidden lists are shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.resources.attaching import sources_of
from pytest_stripe_tokens.simulator.resources.objects import list_within, ordered, refunds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry

EXPANDABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "account": (
            "company.verification.document.back",
            "company.verification.document.front",
            "settings.branding.icon",
            "settings.branding.logo",
            "settings.invoices.default_account_tax_ids",
        ),
        "balance_transaction": ("source",),
        "bank_account": ("account", "customer"),
        "card": ("account", "customer"),
        "charge": (
            "application",
            "application_fee",
            "balance_transaction",
            "customer",
            "destination",
            "dispute",
            "failure_balance_transaction",
            "invoice",
            "on_behalf_of",
            "order",
            "outcome.rule",
            "payment_intent",
            "payment_method_details.bancontact.generated_sepa_debit",
            "payment_method_details.bancontact.generated_sepa_debit_mandate",
            "payment_method_details.card.mandate",
            "payment_method_details.ideal.generated_sepa_debit",
            "payment_method_details.ideal.generated_sepa_debit_mandate",
            "payment_method_details.sofort.generated_sepa_debit",
            "payment_method_details.sofort.generated_sepa_debit_mandate",
            "payment_method_details.us_bank_account.mandate",
            "review",
            "source_transfer",
            "transfer",
            "transfer_data.destination",
        ),
        "confirmation_token": (
            "payment_method_preview.card.generated_from.setup_attempt",
            "payment_method_preview.customer",
            "payment_method_preview.sepa_debit.generated_from.charge",
            "payment_method_preview.sepa_debit.generated_from.setup_attempt",
        ),
        "customer": ("default_source", "invoice_settings.default_payment_method", "test_clock"),
        "payment_intent": (
            "application",
            "customer",
            "invoice",
            "latest_charge",
            "on_behalf_of",
            "payment_method",
            "payment_record",
            "review",
            "source",
            "transfer_data.destination",
        ),
        "payment_method": (
            "card.generated_from.setup_attempt",
            "customer",
            "sepa_debit.generated_from.charge",
            "sepa_debit.generated_from.setup_attempt",
        ),
        "person": (
            "account",
            "verification.additional_document.back",
            "verification.additional_document.front",
            "verification.document.back",
            "verification.document.front",
        ),
        "refund": (
            "balance_transaction",
            "charge",
            "customer",
            "failure_balance_transaction",
            "payment_intent",
            "payment_method",
            "source_transfer_reversal",
            "transfer_reversal",
        ),
        "capability": ("account",),
        "payout": (
            "application_fee",
            "balance_transaction",
            "destination",
            "failure_balance_transaction",
            "original_payout",
            "reversed_by",
        ),
        "setup_intent": (
            "application",
            "customer",
            "latest_attempt",
            "mandate",
            "on_behalf_of",
            "payment_method",
            "single_use_mandate",
        ),
        "three_d_secure.authentication": ("payment_method",),
        "topup": ("balance_transaction", "payment_method", "source"),
        "transfer": ("balance_transaction", "destination", "destination_payment", "source_transaction"),
        "transfer_reversal": ("balance_transaction", "destination_payment_refund", "source_refund", "transfer"),
    }
)
"""What can be expanded in an object: stripe-python 16.1's expandable fields and those of older versions."""

# Lists that are shown only where `expand` asks for them (customers since 2020-08-27, charges since 2022-11-15).
_HIDDEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"charge": ("refunds",), "customer": ("sources", "subscriptions", "tax_ids"), "search_result": ("total_count",)}
)
# Finds what is in a hidden list; the others are empty.
_LISTED: Mapping[str, Callable[[Call, Entry], list[Entry]]] = MappingProxyType(
    {"refunds": lambda call, charge: refunds_of(call.world, charge)[::-1], "sources": sources_of}
)
_SIMULATED = (
    "account",
    "balance_transaction",
    "bank_account",
    "card",
    "charge",
    "customer",
    "payment_intent",
    "payment_method",
    "payout",
    "refund",
    "setup_intent",
    "source",
    "transfer",
    "transfer_reversal",
)


def expand(call: Call, body: dict[str, Any]) -> None:
    """Expand an answer in place, as the request's `expand` asks.

    Raises:
        ApiError: a path names what is not there or is no object's id.
    """
    for path in cast("list[str]", call.params.get("expand", [])):
        _Path(call, path).walk(body, path.split("."), "", "")


class _Path:
    """One path of `expand`.

    Args:
        call: the request.
        path: as it was sent.
    """

    def __init__(self, call: Call, path: str) -> None:
        self._call = call
        self._path = path

    def walk(self, body: dict[str, Any], names: list[str], kind: str, within: str) -> None:
        """Expand what is left of the path.

        Args:
            body: an object, or a hash in one.
            names: what is left.
            kind: the type of the object that holds the hash.
            within: the path of the hash in it, with a final dot.
        """
        if not names:
            return
        if isinstance(body.get("object"), str):
            kind, within = body["object"], ""
        name, place = names[0], f"{within}{names[0]}"
        is_hidden = name in _HIDDEN.get(kind, ()) and not within
        if is_hidden and name not in body:
            self._show(body, name)
        value = body.get(name)
        if value is None:
            self._check_null(kind, place, is_there=name in body)
        elif isinstance(value, str) and place in EXPANDABLE.get(kind, ()):
            value = body[name] = self._object(value)
        elif not isinstance(value, (dict, list)) and not is_hidden:
            raise ApiError("cannot_expand", path=self._path)
        inner = cast("list[object]", value if isinstance(value, list) else [value])
        for item in inner:
            if isinstance(item, dict):
                self.walk(cast("dict[str, Any]", item), names[1:], kind, f"{place}.")

    def _check_null(self, kind: str, place: str, *, is_there: bool) -> None:
        """Refuse to expand what never holds an object; what holds none in this case stays as it is (real answers)."""
        if not any(one == place or one.startswith(f"{place}.") for one in EXPANDABLE.get(kind, ())):
            raise ApiError("cannot_expand" if is_there else "nothing_to_expand", path=self._path)

    def _object(self, identity: str) -> dict[str, Any]:
        call = self._call
        entry = call.world.get(identity, call.scope, *_SIMULATED) or call.world.get(
            identity, call.platform, *_SIMULATED
        )
        left = call.world.deleted.get(identity)
        if entry is None and left is not None and left.object == "customer" and left.scope == call.scope:
            return left.copy()
        if entry is None:
            raise ApiError("object_not_simulated", path=self._path)
        if entry.object == "account":
            # Seldom asked for, and more modules than all other objects.
            from pytest_stripe_tokens.simulator.resources.account_shape import show  # noqa: PLC0415

            return show(call, entry)
        return entry.copy()

    def _show(self, body: dict[str, Any], name: str) -> None:
        call = self._call
        find = _LISTED.get(name)
        entry = call.world.get(str(body.get("id")), call.scope, str(body["object"]))
        data = [] if find is None or entry is None else [item.copy() for item in find(call, entry)]
        shown = ordered(body | {name: list_within(f"/v1/{body['object']}s/{body['id']}/{name}", data)})
        body.clear()
        body.update(shown)
