"""`StripeTokens`: one test's Stripe, as the test sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from pytest_stripe_tokens.api.errors import StripeAPIError
from pytest_stripe_tokens.api.request import read
from pytest_stripe_tokens.api.token import Token
from pytest_stripe_tokens.api.token_types import CATALOGUE, TOKEN_TYPES, row_of_id
from pytest_stripe_tokens.redaction.usage_error import UsageError
from pytest_stripe_tokens.sandbox.answering import Answering
from pytest_stripe_tokens.sandbox.given import AnswerFailed, as_json
from pytest_stripe_tokens.sandbox.own_requests import account_request, create_request, retrieve_request
from pytest_stripe_tokens.sandbox.seen import SeenRequest, table
from pytest_stripe_tokens.sandbox.sources import InFlight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.api.shapes import BankToken, CardToken, ConfirmationToken, V2Token
    from pytest_stripe_tokens.api.token_types import TokenType
    from pytest_stripe_tokens.sandbox.answering import Surroundings
    from pytest_stripe_tokens.sandbox.event import StripeEvent
    from pytest_stripe_tokens.sandbox.given import Answer
    from pytest_stripe_tokens.sandbox.settings import Settings

_OBJECT = 'an object of Stripe\'s, such as a charge or {"object": "charge"}'
_PREVIOUS = 'what has changed, such as {"refunded": False}'


class StripeTokens(Answering):
    """One test's Stripe: makes tokens, answers the code under test, and shows what was asked.

    Made by the fixture `stripe_tokens` and by `stripe_sandbox`.
    """

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        for name in surroundings.params:
            _row(name, "stripe_tokens_params")
        super().__init__(settings, surroundings)
        # The parameters of those tokens whose path names more than them, and the account that is made for them.
        self._paths: dict[str, dict[str, Any]] = {}
        self._account: str | None = None

    def __repr__(self) -> str:
        number = len(self._requests)
        return f"<StripeTokens (mode {self._settings.mode}, {number} request{'' if number == 1 else 's'})>"

    # With the account named in them, mypy takes a call with `**TEST_CARDS["amex"]` for ambiguous.
    @overload
    def create(self, type: Literal["card"], **params: Any) -> CardToken: ...
    @overload
    def create(self, type: Literal["bank_account"], **params: Any) -> BankToken: ...
    @overload
    def create(self, type: Literal["confirmation_token"], **params: Any) -> ConfirmationToken: ...
    @overload
    def create(
        self, type: Literal["v2.core.account_person_token", "v2.core.account_token"], **params: Any
    ) -> V2Token: ...
    @overload
    def create(self, type: str, **params: Any) -> Token: ...
    def create(
        self,
        type: str,  # noqa: A002 - Stripe's own name
        *,
        stripe_account: str | None = None,
        **params: Any,
    ) -> Token:
        """Create a token with `POST /v1/tokens`, or with the endpoint that its type has of its own.

        Args:
            type: one of `TOKEN_TYPES` or `OTHER_TOKEN_TYPES`.
            stripe_account: the connected account that it belongs to, `"acct_..."`; None for the platform's own.
            params: merged over the type's defaults; a parameter that is None is not sent. `account="acct_..."` names
                the account that a person token of /v2 is for; one is made where it is not given.

        Raises:
            StripeAPIError: the API refuses it.
            UsageError: there is no such type, a parameter that stands in its path is missing, or the account is no
                text.
        """
        row = _row(type, "create")
        _check_account(stripe_account, "create")
        changed = {**self._surroundings.params.get(type, {}), **params}
        path = self._path_of(row, changed) if row.path_parameters else {}
        request = create_request(row, {**path, **changed}, stripe_account)
        is_platforms = stripe_account is None
        token = self._token(
            InFlight(
                request,
                read(request),
                is_default=is_platforms and not changed,
                is_from_fixture=is_platforms and not params,
            )
        )
        if row.path_parameters:
            self._paths[token.id] = row.sent_in_path(request.path)
        return token

    def retrieve(
        self,
        id: str,  # noqa: A002 - Stripe's own name
        *,
        stripe_account: str | None = None,
        **params: str,
    ) -> Token:
        """Read a token with `GET /v1/tokens/:id`, or with the endpoint that its type has of its own.

        Args:
            id: a token or its id.
            stripe_account: the connected account that it belongs to, `"acct_..."`; None for the platform's own.
            params: those of its create that stand in the path, `account="acct_..."`, where this sandbox has not made
                it.

        Raises:
            StripeAPIError: there is no such token.
            UsageError: a parameter that stands in the path is missing, another one is given, or the account is no text.
        """
        _check_account(stripe_account, "retrieve")
        row = row_of_id(str(id)) or CATALOGUE[TOKEN_TYPES[0]]
        _check_named(row, params)
        known = {**self._paths.get(str(id), {}), **params}
        _check_path(row, known, "retrieve")
        request = retrieve_request(row, id, known, stripe_account)
        return self._token(InFlight(request, read(request)))

    def use(self, token: str) -> None:
        """Mark a token used, as the API does when it is consumed.

        A confirmation token then shows the id of a PaymentIntent, which is not there.

        Args:
            token: a token or its id.

        Raises:
            StripeAPIError: it was used before (code `token_already_used`, or the one that its type has in place of
                it), or there is no such token.
        """
        with self._lock:
            self._simulator.use(str(token))

    def fail_next(  # noqa: PLR0913 - the parts of an error body, by keyword
        self,
        status: int | None = None,
        *,
        code: str | None = None,
        type: str | None = None,  # noqa: A002 - Stripe's own name
        message: str | None = None,
        exception: BaseException | type[BaseException] | None = None,
        times: int = 1,
        delay: float = 0,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Let the next requests fail, in whichever client sends them.

        Of several failures that fit a request, the one that was asked for first comes first. One that no request met
        fails the test at its end.

        Args:
            status: the HTTP status, 400 to 599; by default the one that `code` or `type` has, or 500.
            code: of the error body, such as `"rate_limit"`; a card's decline code stands in `decline_code` too. One
                that Stripe has not published needs a status or a message beside it.
            type: of the error body, such as `"card_error"`.
            message: of the error body; by default the API's own.
            exception: raised in place of an answer. A built-in ConnectionError or TimeoutError, class or instance,
                becomes the client's own kind; anything else is raised as given.
            times: how many requests fail.
            delay: before each failure, in seconds.
            method: of the requests that fail, `"POST"`; None for any.
            path: of the requests that fail; `:id` stands for any text, `"/v1/charges/:id/refunds"`. None for any.

        Raises:
            UsageError: arguments that no failure can have.
        """
        from pytest_stripe_tokens.sandbox.fault import Fault  # noqa: PLC0415 - few tests ask for one

        wanted = Fault(status, code, type, message, exception, delay)
        with self._lock:
            self._faults.add(wanted, times, method=method, path=path)

    def answer(
        self,
        request: str,
        body: Answer,
        *,
        status: int = 200,
        times: int | None = None,
        optional: bool = False,
    ) -> None:
        """Say what Stripe answers to a request, in every mode and client; nothing is sent then, also while recording.

        It wins over every other source of answers, the latest first. One that no request asked for fails the test at
        its end.

        Args:
            request: method and path, `"POST /v1/subscriptions"`. `:id`, or another name after a colon, stands for any
                text in its place: `"GET /v1/subscriptions/:id"`. Of another host of Stripe's the whole URL:
                `"POST https://connect.stripe.com/oauth/token"`.
            body: the answer's JSON, or a function that takes the `SeenRequest` and gives it, or gives a pair of status
                and JSON. Where it names an `object` and has no `id`, `created` or `livemode`, these are filled in.
            status: the HTTP status, 200 to 599.
            times: how many requests it answers; None for any number.
            optional: whether the test may do without it.

        Raises:
            UsageError: it is no request or no answer; the message says what to type.
        """
        self._given.add(request, body, status=status, times=times, optional=optional)

    def event(
        self,
        type: str,  # noqa: A002 - Stripe's own name
        obj: object,
        *,
        previous_attributes: Mapping[str, Any] | None = None,
    ) -> StripeEvent:
        """Make an Event as Stripe sends it to a webhook endpoint; nothing is sent.

        Where the sandbox has noted this for the object itself, it is that event, as `GET /v1/events` gives it.

        Args:
            type: of the event, `"charge.refunded"`.
            obj: what it tells of: an object of stripe-python's, a `Token` or any mapping. Where it names an `object`
                and has no `id`, `created` or `livemode`, these are filled in.
            previous_attributes: of an update, what has changed, with the values from before.

        Raises:
            UsageError: it is no type or no object.
        """
        from pytest_stripe_tokens.sandbox.event import StripeEvent  # noqa: PLC0415 - few tests ask for one

        call = f"stripe_tokens.event({type!r}, ...)"
        if not (isinstance(type, str) and "." in type):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError(f"{call}: expected an event's type, such as 'charge.refunded'")
        previous = None if previous_attributes is None else as_json(previous_attributes, call, _PREVIOUS)
        return StripeEvent(self._simulator.event(type, as_json(obj, call, _OBJECT), previous))

    @property
    def unmet(self) -> list[str]:
        """What the test asked for and no request met, as messages: own answers and failures."""
        unasked = self._given.unasked() if self._given.answers else []
        return unasked + (self._faults.unmet() if self._faults.pending else [])

    @property
    def requests(self) -> list[SeenRequest]:
        """The requests seen in this test, its fixtures' own included, oldest first."""
        return list(self._requests)

    @property
    def shown_requests(self) -> str:
        """The last requests as a table for a reader, their secrets hidden; empty where there is none."""
        return table(self.requests)

    @property
    def tokens(self) -> dict[str, Token]:
        """The tokens of this test by id, as they are now."""
        with self._lock:
            found = {name: self._simulator.token(name) for name in self._origins}
            return {name: Token(token, self._origins[name]) for name, token in found.items() if token is not None}

    def _path_of(self, row: TokenType, params: Mapping[str, Any]) -> dict[str, str]:
        """Give what stands in the path of a create and was not said: an account of this sandbox's own.

        Raises:
            UsageError: something else is missing.
        """
        if "account" not in row.path_parameters or params.get("account"):
            _check_path(row, row.merged(params), "create")
            return {}
        with self._lock:
            if self._account is None:
                request = account_request()
                made = self._asked(InFlight(request, read(request), is_from_fixture=True, needed_by=row.name))
                self._account = str(made.data["id"])
            return {"account": self._account}

    def _token(self, sent: InFlight) -> Token:
        return Token(self._asked(sent).data, sent.seen.origin or "generated")

    def _asked(self, sent: InFlight) -> Response:
        try:
            outcome = self._answered(sent)
        except AnswerFailed as failed:
            raise failed.error or UsageError(failed.message) from None
        outcome.wait()
        response = outcome.response
        if response is None:
            raise outcome.exception or RuntimeError("neither an answer nor an exception")
        if not response.is_success:
            raise StripeAPIError.from_response(response)
        return response


def _row(name: str, source: str) -> TokenType:
    row = CATALOGUE.get(name)
    if row is None:
        raise UsageError(f"{source}: no token type {name!r}; the types are {', '.join(CATALOGUE)}")
    return row


def _check_path(row: TokenType, params: Mapping[str, Any], source: str) -> None:
    missing = [name for name in row.path_parameters if not params.get(name)]
    if missing:
        raise UsageError(
            f"{source}: a token of type {row.name!r} needs {missing[0]}=..., which stands in its path, {row.create}"
        )


def _check_named(row: TokenType, params: Mapping[str, Any]) -> None:
    unknown = [name for name in params if name not in row.path_parameters]
    if unknown:
        names = ", ".join(["stripe_account", *row.path_parameters])
        raise UsageError(f"retrieve: unknown argument {unknown[0]!r}; for this token the arguments are {names}")


def _check_account(account: object, source: str) -> None:
    if not isinstance(account, str | None):
        raise UsageError(f"{source}(stripe_account={account!r}): expected the id of a connected account, 'acct_...'")
