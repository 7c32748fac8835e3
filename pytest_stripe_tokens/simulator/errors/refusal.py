"""`ApiError`: how a row of the tables of errors becomes the body of an answer.

A new error is a row of `REQUEST_ERRORS`, `TOKEN_ERRORS` or `PAYMENT_ERRORS`; refusing is
`raise ApiError("name of the row")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.errors.rows import ErrorRow

# An answer quotes what was sent; the API's messages end at 40000 characters (OpenAPI, 2026).
LONGEST_QUOTE = 1000


class ApiError(Exception):
    """A request is refused: raised anywhere below `Simulator.answer`, which turns it into an answer.

    Args:
        name: a row of `ERRORS`, or one that is none of them.
        param: the parameter it is about, as a bracket path.
        more: further fields of the error body (`decline_code`, `charge`, ...).
        words: what fills the message's `{name}` places.
    """

    def __init__(
        self, name: str | ErrorRow, *, param: str | None = None, more: Mapping[str, Any] | None = None, **words: object
    ) -> None:
        self.row = _row(name) if isinstance(name, str) else name
        self.param = self.row.param if param is None else cut(param)
        self.more = dict(more or {})
        quoted = {word: cut(str(value)) for word, value in words.items()}
        self.message = self.row.message.format_map({"param": self.param, **quoted})
        super().__init__(name)

    def fields(self) -> dict[str, Any]:
        """The error object; null fields are left out, keys in the order of real answers."""
        fields: dict[str, Any] = {"message": self.message, "type": self.row.type}
        if self.row.code is not None:
            fields |= {"code": self.row.code, "doc_url": doc_url(self.row.code)}
        if self.param is not None and not self.row.early:
            fields["param"] = self.param
        for name, value in self.more.items():
            if value is not None:
                fields[name] = value
                if name == "code":
                    fields["doc_url"] = doc_url(str(value))
        return fields if self.row.early else dict(sorted(fields.items()))


def _row(name: str) -> ErrorRow:
    from pytest_stripe_tokens.simulator.errors.table import ERRORS  # noqa: PLC0415 - most tests meet no error

    return ERRORS[name]


def doc_url(code: str) -> str:
    """The page about a code: still stripe.com/docs in 2026 (real answers)."""
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def cut(text: str) -> str:
    """Shorten what a message quotes from a request."""
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
