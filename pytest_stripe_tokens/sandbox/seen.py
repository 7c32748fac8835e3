"""What a test sees of the requests that were sent to Stripe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.api.token_types import BY_OBJECT
from pytest_stripe_tokens.redaction.sensitive import HIDDEN, hide, is_secret_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.api.request import StripeRequest
    from pytest_stripe_tokens.api.token import Origin

_SHOWN = 20
_LONGEST = 100
_KEY_HINT = "401: no API key, or none that Stripe would take; any of the form sk_test_123 will do here"
# Stripe-Account is whom a request is for: a test asks for it, and it is hidden where it is printed.
_READABLE = frozenset({"stripe-account", "stripe-context"})
_UNSHOWN = frozenset({"idempotency-key"}) | _READABLE


class Headers(Mapping[str, str]):
    """Headers, whose names are found in any case; printing them hides what a test may read and nobody else.

    Args:
        headers: names in lower case.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._values = dict(headers)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = {name: HIDDEN if name in _UNSHOWN else hide(value) for name, value in self._values.items()}
        return repr(shown)


class SeenRequest:
    """One request that a test, its fixtures or its code under test sent to Stripe.

    Args:
        request: as it was sent; what is secret of it is not kept, but for parameters.
        understood: the same request, read.

    Attributes:
        method: `"POST"`.
        path: `"/v1/charges"`.
        headers: without those that are secret; their names are found in any case.
        stripe_account: the connected account that it is for; None for the platform's own.
        token_type: of the token that the request makes or reads; None for any other request.
        response_status: the HTTP status of the answer; None while there is none and where a connection broke.
        origin: where the answer came from; None where there is none and for a failure that the test asked for.
        nearly: what it differs in from a recording of the test's named cassette; empty where none comes near.
    """

    def __init__(self, request: Request, understood: StripeRequest) -> None:
        self.method: str = request.method
        self.path: str = request.path
        self.headers: Headers = Headers(
            {name: value for name, value in request.headers.items() if name in _READABLE or not is_secret_header(name)}
        )
        self.stripe_account: str | None = understood.account
        self.token_type: str | None = understood.created_type
        self.response_status: int | None = None
        self.origin: Origin | None = None
        self.nearly: tuple[str, ...] = ()
        self._params = understood.params
        self._size = len(request.body)

    @cached_property
    def params(self) -> dict[str, Any]:
        """Nested, decoded from the form and the query, as they were sent: their values are strings."""
        return deepcopy(dict(self._params))

    def cells(self) -> tuple[str, ...]:
        """Give what a table shows of it, secrets hidden: method, path, type, status, origin, account and parameters."""
        if self._size > forms.LONGEST_KEPT:
            sent = f"{self._size} bytes"
        else:
            pairs = forms.pairs(_reduced(self._params))
            sent = " ".join(f"{name}={value}" for name, value in pairs)
        sent = sent if len(sent) <= _LONGEST else f"{sent[:_LONGEST]}..."
        account = f"Stripe-Account: {hide(self.stripe_account)} " if self.stripe_account else ""
        cells = (
            self.method,
            self.shown_path,
            self.token_type or "-",
            self._shown_status,
            self.origin or "-",
            f"{account}{sent}".rstrip(),
        )
        return tuple(one_line(cell) for cell in cells)

    def __repr__(self) -> str:
        type_ = f" ({self.token_type})" if self.token_type else ""
        shown: Any = f"{self._size} bytes"
        if self._size <= forms.LONGEST_KEPT:
            shown = _reduced(self._params)
        origin = self.origin or "no origin"
        return f"<{self.method} {self.shown_path}{type_} {shown} -> {self._shown_status}, {origin}>"

    @property
    def is_refused_for_key(self) -> bool:
        """Whether the simulator refused the key that it was sent with, or found none."""
        return self.response_status == HTTPStatus.UNAUTHORIZED and self.origin == "generated"

    @property
    def shown_path(self) -> str:
        """The path, fit for a message: what is secret of it is hidden."""
        from pytest_stripe_tokens.redaction.messages import shown_path  # noqa: PLC0415 - as in `_reduced`

        return shown_path(self.path)

    @property
    def _shown_status(self) -> str:
        return "no answer" if self.response_status is None else str(self.response_status)


def _reduced(params: Mapping[str, Any]) -> dict[str, Any]:
    from pytest_stripe_tokens.redaction.messages import redact_params  # noqa: PLC0415 - only where one is shown

    return redact_params(params)


def table(requests: Sequence[SeenRequest]) -> str:
    """Show the last of some requests, a line for each, with their secrets hidden; empty where there is none."""
    shown = requests[-_SHOWN:]
    rows = [request.cells() for request in shown]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [f"... and {len(requests) - _SHOWN} before these"] if len(requests) > _SHOWN else []
    for request, row in zip(shown, rows, strict=True):
        *cells, sent = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join([*cells, sent]).rstrip())
        # What differs is the reason to look here: it is not cut.
        lines += [f"    {one_line(line, longest=len(line))}" for line in request.nearly]
    if any(request.is_refused_for_key for request in shown):
        lines.append(_KEY_HINT)
    return "\n".join(lines)


def token_in(response: Response) -> Mapping[str, Any] | None:
    """The token that an answer is, which must not be changed; None where it is none."""
    found = as_object(response.data)
    row = BY_OBJECT.get(str(found.get("object")))
    return found if row is not None and row.marks <= found.keys() else None
