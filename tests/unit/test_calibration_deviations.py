"""Forty answers that are changed, one at a time: each is found and named, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from calibrating import Server, changed, fact

from pytest_stripe_tokens.api.messages import Response
from pytest_stripe_tokens.calibration.table import facts


@dataclass(frozen=True)
class Deviation:
    """One changed answer.

    Args:
        fact: whose.
        step: to which of its requests, from 0.
        path: of what is changed, with dots; `status`, or a header's name.
        value: in its place; `...` for nothing, a function for what it makes of the value.
        told: how the difference is named, where that is not `path`.
    """

    fact: str
    step: int
    path: str
    value: Any
    told: str = ""

    @property
    def named(self):
        return self.told or self.path

    def __call__(self, name: str, number: int, response: Response) -> Response:
        if (name, number) != (self.fact, self.step):
            return response
        if self.path == "status":
            return Response(self.value, response.headers, response.body)
        if self.path.startswith("header "):
            headers = {name: value for name, value in response.headers.items() if name != self.path[7:]}
            if self.value is not ...:
                headers[self.path[7:]] = self.value
            return Response(response.status, headers, response.body)
        return changed(response, self._change)

    def _change(self, body):
        *above, last = (int(part) if part.isdecimal() else part for part in self.path.split("."))
        for part in above:
            body = body[part]
        if self.value is ...:
            del body[last]
        else:
            body[last] = self.value(body[last]) if callable(self.value) else self.value


DEVIATIONS = [
    # Statuses
    Deviation("nothing_to_tokenize", 0, "status", 422),
    Deviation("no_key", 0, "status", 403),
    Deviation("unknown_token_read", 0, "status", 404),
    Deviation("charge_of_0002", 1, "status", 400),
    Deviation("source_of_no_customer", 1, "status", 400),
    # Codes and types
    Deviation("bank_token_attached_twice", 2, "error.code", "token_in_use"),
    Deviation("key_with_other_parameters", 1, "error.type", "invalid_request_error"),
    Deviation("amount_too_small", 0, "error.code", "parameter_invalid_integer"),
    Deviation("attach_of_0127", 1, "error.decline_code", "incorrect_cvc"),
    Deviation("charge_of_9995", 1, "error.decline_code", "generic_decline"),
    Deviation("unknown_parameter", 0, "error.code", ...),
    Deviation("charge_of_0069", 1, "error.advice_code", ...),
    Deviation("wrong_deposits", 2, "error.param", "amounts"),
    # Messages
    Deviation("invalid_key", 0, "error.message", "Invalid API Key provided: an_*******_api_key"),
    Deviation("refund_of_too_much", 2, "error.message", lambda text: text.replace("$6.00", "$6")),
    Deviation("unknown_currency", 0, "error.message", lambda text: text.removesuffix(", mro")),
    Deviation("refund_of_nothing", 0, "error.message", lambda text: text.removesuffix(".")),
    Deviation("account_token_used_twice", 2, "error.message", lambda text: text[:-8] + "AAAAAAA."),
    # Objects inside errors
    Deviation("intent_confirmed_before", 1, "error.payment_intent", ...),
    Deviation("setup_confirmed_before", 2, "error.setup_intent.status", "processing"),
    Deviation("charge_of_9979", 1, "error.charge", ...),
    # Keys that lack
    Deviation("token_made[bank_account]", 0, "used", ...),
    Deviation("card_token_made", 0, "card.networks", ...),
    Deviation("charge_made", 0, "outcome.network_status", ...),
    Deviation("empty_list", 1, "url", ...),
    Deviation("refund_made", 1, "destination_details", ...),
    Deviation("account_made", 0, "payouts_enabled", ...),
    # Keys that are new
    Deviation("card_token_made", 0, "card.colour", "blue"),
    Deviation("customer_deleted_and_read", 1, "email", None),
    # Types
    Deviation("token_made[pii]", 0, "used", "false"),
    Deviation("charge_made", 0, "amount", "500"),
    Deviation("card_token_made", 0, "card.exp_year", "2050"),
    Deviation("customer_of_today", 0, "livemode", None),
    Deviation("charge_made", 0, "receipt_url", None),
    # Values
    Deviation("card[visa]", 0, "card.brand", "MasterCard"),
    Deviation("bank[DE]", 0, "bank_account.bank_name", "DEUTSCHE BANK"),
    Deviation("card[DE]", 0, "card.country", "FR"),
    Deviation("list_of_two", 3, "has_more", lambda more: not more),
    Deviation("list_of_two", 4, "data.0", ..., told="data[0]"),
    Deviation("charge_made", 0, "metadata.order", "2"),
    Deviation("refund_made", 1, "id", "ref_1234567890abcdef"),
    Deviation("person_token_used_twice", 2, "relationship.owner", lambda owner: not owner),
    # Headers
    Deviation("replay", 2, "header Idempotent-Replayed", ...),
    Deviation("unknown_account", 0, "header X-Robots-Tag", "all"),
]


def differences(outcomes):
    return {
        (outcome.fact.name, part.path)
        for outcome in outcomes
        for difference in outcome.differences
        for part in difference.parts
    }


def test_all_agree_where_nothing_is_changed():
    outcomes = Server().tried(facts())
    assert {(outcome.verdict, outcome.reason) for outcome in outcomes} == {("agrees", "")}


@pytest.mark.slow
def test_each_of_forty_deviations_is_found_and_no_other():
    assert len(DEVIATIONS) >= 40
    wrong = {}
    for deviation in DEVIATIONS:
        subject = fact(deviation.fact).subject
        found = differences(Server(deviation).tried(row for row in facts() if row.subject == subject))
        if found != {(deviation.fact, deviation.named)}:
            wrong[deviation.fact, deviation.path] = found
    assert wrong == {}
