"""What the API answers to a request that it does not take for its key, form or idempotency key; pure data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_HELP = (
    " See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
)

REQUEST_ERRORS: Mapping[str, ErrorRow] = MappingProxyType(
    {
        # Keys, accounts, versions
        "no_key": ErrorRow(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header,"
            " using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')." + _KEY_HELP,
            early=True,
        ),
        "empty_bearer": ErrorRow(
            401,
            'You did not provide an API key, though you did set your Authorization header to "Bearer". Using Bearer'
            " auth, your Authorization header should look something like 'Authorization: Bearer YOUR_SECRET_KEY'."
            + _KEY_HELP,
            early=True,
        ),
        "invalid_key": ErrorRow(401, "Invalid API Key provided: {key}"),
        "api_key_expired": ErrorRow(401, "Expired API Key provided: {key}", "api_key_expired"),
        "platform_api_key_expired": ErrorRow(401, "Expired API Key provided: {key}", "platform_api_key_expired"),
        "secret_key_required": ErrorRow(
            403,
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list"
            " of your API keys at https://dashboard.stripe.com/account/apikeys.",
            "secret_key_required",
        ),
        "no_permission": ErrorRow(
            403,
            "The provided key '{key}' does not have the required permissions for this endpoint on account '{account}'.",
        ),
        "publishable_key_required": ErrorRow(
            400,
            "In live mode, {kind} tokens can only be created with your publishable key."
            " See https://stripe.com/docs/connect/account-tokens.",
        ),
        "account_invalid": ErrorRow(
            403,
            "The provided key '{key}' does not have access to account '{account}' (or that account does not exist)."
            " Application access may have been revoked.",
            "account_invalid",
            early=True,
        ),
        "account_mismatch": ErrorRow(
            400,
            "The account specified in the path of /v1/accounts/:account does not match the account specified in the"
            " Stripe-Account header.",
        ),
        "invalid_version": ErrorRow(400, "Invalid Stripe API version: {version}"),
        # The first version is Stripe's (changelog), what an older one is told is not known.
        "version_before_v2": ErrorRow(
            400,
            "{path} is there since version 2025-12-15.clover, and was in .preview versions before; the request asks for"
            " Stripe-Version {version}. Ask for a newer one.",
        ),
        "unknown_url": ErrorRow(404, "{text}"),
        # Form and parameters
        "not_a_form": ErrorRow(
            400,
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
            " If you have any questions, we can help at https://support.stripe.com/.",
        ),
        "not_utf8": ErrorRow(400, "Invalid request: the parameters are not valid UTF-8."),
        "parameter_unknown": ErrorRow(400, "Received unknown parameter: {param}{hint}", "parameter_unknown"),
        "parameters_unknown": ErrorRow(400, "Received unknown parameters: {params}", "parameter_unknown"),
        "parameter_missing": ErrorRow(400, "Missing required param: {param}.", "parameter_missing"),
        "parameter_invalid_empty": ErrorRow(
            400,
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter;"
            " however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty"
            " value.",
            "parameter_invalid_empty",
        ),
        "parameters_exclusive": ErrorRow(
            400, "You may only specify one of these parameters: {params}.", "parameters_exclusive"
        ),
        # The code is Stripe's (changelog), its text is not known.
        "payment_method_types_no_longer_supported": ErrorRow(
            400,
            "The `{param}` parameter is no longer supported since API version 2026-09-30.endive. Leave it out to let"
            " Stripe choose, send `allowed_payment_method_types`, or set Stripe-Version to an older version.",
            "payment_method_types_no_longer_supported",
        ),
        "invalid_integer": ErrorRow(400, "Invalid integer: {value}", "parameter_invalid_integer"),
        "integer_too_small": ErrorRow(
            400, "This value must be greater than or equal to {limit}.", "parameter_invalid_integer"
        ),
        "integer_too_large": ErrorRow(
            400, "This value must be less than or equal to {limit}.", "parameter_invalid_integer"
        ),
        "invalid_number": ErrorRow(400, "Invalid decimal: {value}"),
        "invalid_boolean": ErrorRow(400, "Invalid boolean: {value}"),
        "invalid_object": ErrorRow(400, "Invalid object"),
        "invalid_array": ErrorRow(400, "Invalid array"),
        "invalid_string": ErrorRow(400, "Invalid string: {value}"),
        "string_too_long": ErrorRow(400, "Invalid string: {value}; must be at most {limit} characters"),
        "invalid_enum": ErrorRow(400, "Invalid {param}: must be one of {values}"),
        "invalid_currency": ErrorRow(
            400, "Invalid currency: {value}. Stripe currently supports these currencies: {supported}"
        ),
        "amount_too_small": ErrorRow(
            400, "Amount must be at least {least} {currency}", "amount_too_small", param="amount"
        ),
        "amount_of_intent_too_small": ErrorRow(
            400,
            "The amount must be greater than or equal to the minimum charge amount allowed for your account and the"
            " currency set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to"
            " save a Payment Method for future use without an immediate payment, use a Setup Intent instead:"
            " https://docs.stripe.com/payments/setup-intents",
            "parameter_invalid_integer",
            param="amount",
        ),
        "cannot_expand": ErrorRow(400, "This property cannot be expanded ({path}).", param="expand"),
        "nothing_to_expand": ErrorRow(
            400, "This property cannot be expanded because it doesn't exist: {path}.", param="expand"
        ),
        "object_not_simulated": ErrorRow(
            400,
            "pytest-stripe-tokens does not simulate the object in {path}: leave it out of `expand`, or let a cassette"
            " answer the request (@pytest.mark.stripe_tokens(cassette=...) and --record).",
            param="expand",
        ),
        "both_cursors": ErrorRow(
            400, "Received both starting_after and ending_before parameters. Please pass in only one."
        ),
        "invalid_query": ErrorRow(
            400,
            "pytest-stripe-tokens cannot read this search query: {reason}. See https://docs.stripe.com/search.",
            param="query",
        ),
        "refused": ErrorRow(400, "{message}"),
        "refused_when_executed": ErrorRow(400, "{message}", executed=True),
        # Idempotency
        "idempotency_parameters": ErrorRow(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            " using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        ),
        "idempotency_endpoint": ErrorRow(
            400,
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{first}'"
            " vs '{second}'). Try using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        ),
        "idempotency_key_in_use": ErrorRow(
            409,
            "There is currently another in-progress request using this Idempotent Key (that probably means you"
            " submitted twice, and the other request is still going through): {key}. Please try again later.",
            "idempotency_key_in_use",
            "idempotency_error",
        ),
        "idempotency_key_too_long": ErrorRow(400, "Invalid Idempotency-Key: must be at most 255 characters."),
        # Stripe's side; the simulator gives these only when it is told to
        "rate_limit": ErrorRow(
            429,
            "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn"
            " more about rate limits here https://stripe.com/docs/rate-limits.",
            "rate_limit",
        ),
        "lock_timeout": ErrorRow(
            429,
            "This object cannot be accessed right now because another API request or Stripe process is currently"
            " accessing it. If you see this error intermittently, retry the request. If you see this error frequently"
            " and are making multiple concurrent requests to a single object, make your requests serially or at a lower"
            " rate.",
            "lock_timeout",
            retry="true",
        ),
        "own_fault": ErrorRow(
            500,
            "pytest-stripe-tokens failed to answer this request ({kind}). The fault is its own, not Stripe's and not"
            " yours: please report it with the traceback, which is in the captured log.",
            type="api_error",
            executed=True,
        ),
        "api_error": ErrorRow(500, "An unknown error occurred", type="api_error"),
        "backend": ErrorRow(
            502,
            "Error while communicating with one of our backends.  Sorry about that!  We have been notified of the"
            " problem.  If you have any questions, we can help at https://support.stripe.com/.",
            type="api_error",
        ),
        "unavailable": ErrorRow(
            503,
            "Test mode requests are temporarily disabled due to exceptionally high traffic. Please contact us via"
            " https://support.stripe.com/contact for more information if this problem persists.",
            type="api_error",
        ),
    }
)
