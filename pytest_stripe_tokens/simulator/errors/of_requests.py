"""What the API answers to a request that it does not take for its key, form or idempotency key; pure data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_stripe_tokens.simulator.errors.rows import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_HELP = (
    " See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/."
)

REQUEST_ERRORS: Mapping[str, Kind] = MappingProxyType(
    {
        # Keys, accounts, versions
        "no_key": Kind(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header,"
            " using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')." + _KEY_HELP,
            early=True,
        ),
        "empty_bearer": Kind(
            401,
            'You did not provide an API key, though you did set your Authorization header to "Bearer". Using Bearer'
            " auth, your Authorization header should look something like 'Authorization: Bearer YOUR_SECRET_KEY'."
            + _KEY_HELP,
            early=True,
        ),
        "invalid_key": Kind(401, "Invalid API Key provided: {key}"),
        "api_key_expired": Kind(401, "Expired API Key provided: {key}", "api_key_expired"),
        "platform_api_key_expired": Kind(401, "Expired API Key provided: {key}", "platform_api_key_expired"),
        "secret_key_required": Kind(
            403,
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list"
            " of your API keys at https://dashboard.stripe.com/account/apikeys.",
            "secret_key_required",
        ),
        "no_permission": Kind(
            403,
            "The provided key '{key}' does not have the required permissions for this endpoint on account '{account}'.",
        ),
        "publishable_key_required": Kind(
            400,
            "In live mode, {kind} tokens can only be created with your publishable key."
            " See https://stripe.com/docs/connect/account-tokens.",
        ),
        "account_invalid": Kind(
            403,
            "The provided key '{key}' does not have access to account '{account}' (or that account does not exist)."
            " Application access may have been revoked.",
            "account_invalid",
            early=True,
        ),
        "account_mismatch": Kind(
            400,
            "The account specified in the path of /v1/accounts/:account does not match the account specified in the"
            " Stripe-Account header.",
        ),
        "invalid_version": Kind(400, "Invalid Stripe API version: {version}"),
        "unknown_url": Kind(
            404,
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at"
            " https://support.stripe.com/. pytest-stripe-tokens answers only {supported}.",
        ),
        # Form and parameters
        "not_a_form": Kind(
            400,
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
            " If you have any questions, we can help at https://support.stripe.com/.",
        ),
        "not_utf8": Kind(400, "Invalid request: the parameters are not valid UTF-8."),
        "parameter_unknown": Kind(400, "Received unknown parameter: {param}{hint}", "parameter_unknown"),
        "parameters_unknown": Kind(400, "Received unknown parameters: {params}", "parameter_unknown"),
        "parameter_missing": Kind(400, "Missing required param: {param}.", "parameter_missing"),
        "parameter_invalid_empty": Kind(
            400,
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter;"
            " however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty"
            " value.",
            "parameter_invalid_empty",
        ),
        "parameters_exclusive": Kind(
            400, "You may only specify one of these parameters: {params}.", "parameters_exclusive"
        ),
        "invalid_integer": Kind(400, "Invalid integer: {value}", "parameter_invalid_integer"),
        "integer_too_small": Kind(
            400, "This value must be greater than or equal to {limit}.", "parameter_invalid_integer"
        ),
        "integer_too_large": Kind(
            400, "This value must be less than or equal to {limit}.", "parameter_invalid_integer"
        ),
        "invalid_number": Kind(400, "Invalid decimal: {value}"),
        "invalid_boolean": Kind(400, "Invalid boolean: {value}"),
        "invalid_object": Kind(400, "Invalid object"),
        "invalid_array": Kind(400, "Invalid array"),
        "invalid_string": Kind(400, "Invalid string: {value}"),
        "string_too_long": Kind(400, "Invalid string: {value}; must be at most {limit} characters"),
        "invalid_enum": Kind(400, "Invalid {param}: must be one of {values}"),
        "invalid_currency": Kind(400, "Invalid currency: {value}. Use a three-letter ISO code.", "invalid_currency"),
        "cannot_expand": Kind(400, "This property cannot be expanded ({path}).", param="expand"),
        "nothing_to_expand": Kind(
            400, "This property cannot be expanded because it doesn't exist: {path}.", param="expand"
        ),
        "refused": Kind(400, "{message}"),
        "refused_when_executed": Kind(400, "{message}", executed=True),
        # Idempotency
        "idempotency_parameters": Kind(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            " using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        ),
        "idempotency_endpoint": Kind(
            400,
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{first}'"
            " vs '{second}'). Try using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        ),
        "idempotency_key_in_use": Kind(
            409,
            "There is currently another in-progress request using this Idempotent Key (that probably means you"
            " submitted twice, and the other request is still going through): {key}. Please try again later.",
            "idempotency_key_in_use",
            "idempotency_error",
        ),
        "idempotency_key_too_long": Kind(400, "Invalid Idempotency-Key: must be at most 255 characters."),
        # Stripe's side; the simulator gives these only when it is told to
        "rate_limit": Kind(
            429,
            "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn"
            " more about rate limits here https://stripe.com/docs/rate-limits.",
            "rate_limit",
        ),
        "lock_timeout": Kind(
            429,
            "This object cannot be accessed right now because another API request or Stripe process is currently"
            " accessing it. If you see this error intermittently, retry the request. If you see this error frequently"
            " and are making multiple concurrent requests to a single object, make your requests serially or at a lower"
            " rate.",
            "lock_timeout",
            retry="true",
        ),
        "api_error": Kind(500, "An unknown error occurred", type="api_error"),
        "backend": Kind(
            502,
            "Error while communicating with one of our backends.  Sorry about that!  We have been notified of the"
            " problem.  If you have any questions, we can help at https://support.stripe.com/.",
            type="api_error",
        ),
        "unavailable": Kind(
            503,
            "Test mode requests are temporarily disabled due to exceptionally high traffic. Please contact us via"
            " https://support.stripe.com/contact for more information if this problem persists.",
            type="api_error",
        ),
    }
)
