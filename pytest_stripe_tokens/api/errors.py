"""The exceptions of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.json_values import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.messages import Response


class StripeAPIError(Exception):
    """An error answer of the API, raised by `StripeTokens.create`, `retrieve` and `use`.

    Args:
        status: the HTTP status, 400 to 599.
        body: the decoded JSON body, `{"error": {...}}`.
        headers: the headers of the answer.

    Attributes:
        type: of the error, such as `"card_error"`.
        code: of the error, such as `"card_declined"`; None where it has none.
        param: the parameter that it is about; None where it has none.
        message: of the error, in the API's words.
    """

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.body = dict(body)
        self.headers = dict(headers or {})
        error = as_object(self.body.get("error"))
        self.type: str | None = error.get("type")
        self.code: str | None = error.get("code")
        self.param: str | None = error.get("param")
        self.message: str = error.get("message") or ""
        super().__init__(status, body, headers)

    @classmethod
    def from_response(cls, response: Response) -> StripeAPIError:
        """Read an error answer; a body that is not Stripe's JSON gives an error without type and code."""
        try:
            body: Any = response.json()
        except ValueError:
            body = None
        return cls(response.status, as_object(body), response.headers)

    def __str__(self) -> str:
        from pytest_stripe_tokens.api.showing import one_line  # noqa: PLC0415 - most runs show none

        name = f" {self.code}" if self.code else ""
        return one_line(f"{self.status}{name}: {self.message}")


class RequestMissed(BaseException):
    """In mode `replay`, a request that no cassette holds.

    Derives from BaseException because stripe-python turns every Exception of its transport into an
    APIConnectionError, and its async clients then sleep and retry.
    """
