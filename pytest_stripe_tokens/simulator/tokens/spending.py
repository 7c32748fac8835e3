"""Finding the token that a request names, and marking it used once the request has succeeded."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.tokens.instruments import Instrument
from pytest_stripe_tokens.simulator.tokens.magic import Magic, magic_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_stripe_tokens.simulator.call import Call
    from pytest_stripe_tokens.simulator.state import Entry


class Taken(NamedTuple):
    """A token that may be used.

    Args:
        id: as the request named it.
        type: the token's type.
        params: the hash it was created with.
        instrument: the card or bank account that it stands for, if it is one.
        entry: the token; None for a magic one, which can be used again and again.
    """

    id: str
    type: str
    params: Mapping[str, Any]
    instrument: Instrument | None = None
    entry: Entry | None = None

    @property
    def required_instrument(self) -> Instrument:
        """The card or bank account of a token that is known to stand for one."""
        if self.instrument is None:
            raise ApiError("wrong_token_type", id=self.id, found=article(self.type), wanted="a card", param="source")
        return self.instrument


def take(call: Call, identity: str, wanted: tuple[str, ...], param: str, *, account: str | None = None) -> Taken:
    """Find the token that a parameter names; it is not used up yet.

    Args:
        call: the request.
        identity: the token's id.
        wanted: the types of token that the parameter takes.
        param: the parameter's path.
        account: a connected account whose own tokens are accepted too.

    Raises:
        ApiError: there is no such token, it is of another type, or it is used up.
    """
    magic = magic_token(identity)
    if magic is not None and not call.caller.livemode:
        _check_type(identity, magic.type, wanted, param)
        return Taken(identity, magic.type, magic.params, magic_instrument(call, magic))
    entry = call.world.get(identity, call.scope, "token")
    if entry is None and account is not None:
        entry = call.world.get(identity, (account, call.caller.livemode), "token")
    if entry is None:
        error = call.world.missing("resource_missing_param", "token", identity, call.scope, param)
        if magic is not None:
            hint = "; a similar object exists in test mode, but a live mode key was used to make this request."
            raise ApiError("resource_missing_param", param=param, noun="token", id=identity, hint=hint)
        raise error
    _check_type(identity, str(entry.body["type"]), wanted, param)
    if entry.body["used"]:
        raise ApiError("token_already_used", id=identity)
    return Taken(identity, str(entry.body["type"]), params_of(entry), instrument_of(entry), entry)


def spend(taken: Taken) -> None:
    """Mark a token as used; a magic token never is."""
    if taken.entry is not None:
        taken.entry.body["used"] = True


def params_of(entry: Entry) -> dict[str, Any]:
    """Give the hash that a token was created with."""
    return cast("dict[str, Any]", entry.private.get("params", {}))


def instrument_of(entry: Entry) -> Instrument | None:
    """Give the card or bank account that a token stands for, None for the other types."""
    known = entry.private.get("instrument")
    if isinstance(known, Instrument):
        return known
    nested = entry.body.get(str(entry.body["type"]))
    if not isinstance(nested, dict):
        return None
    params = params_of(entry)
    number = digits(str(params.get("number") or params.get("account_number") or ""))
    return Instrument(cast("dict[str, Any]", nested), number)


def magic_instrument(call: Call, magic: Magic) -> Instrument:
    """Make the card or bank account of a magic token: a new one with each use (real answers)."""
    return instrument_of_magic(magic_object(call, magic), magic)


def magic_object(call: Call, magic: Magic) -> dict[str, Any]:
    """Make the token that a magic one stands for."""
    params = dict(magic.params)
    if magic.type == "card":
        today = dt.datetime.fromtimestamp(call.world.now, tz=dt.UTC)
        # The current month of next year, without a security code (real answers of 2020 and 2026).
        params = {"number": params["number"], "exp_month": str(today.month), "exp_year": str(today.year + 1)}
    return call.world.generator.token(magic.type, params, livemode=call.caller.livemode, account=call.caller.account)


def instrument_of_magic(token: Mapping[str, Any], magic: Magic) -> Instrument:
    """Give the card or bank account in the token that a magic one stands for."""
    number = digits(str(magic.params.get("number") or magic.params.get("account_number") or ""))
    return Instrument(
        token[magic.type], number, magic.decline_code, is_magic=True, is_verified=magic.is_verified, effect=magic.effect
    )


def take_pii(call: Call, person: Mapping[str, Any], parent: str) -> list[Taken]:
    """Find the pii tokens that stand in place of numbers; they are not used up yet.

    A token of another type is refused; what is no token is a number as it is.
    """
    found: list[Taken] = []
    for name in ("id_number", "id_number_secondary"):
        value = person.get(name)
        if isinstance(value, str) and _is_token(call, value):
            found.append(take(call, value, ("pii",), f"{parent}[{name}]" if parent else name))
    return found


def article(token_type: str) -> str:
    """Name a type of token in a sentence."""
    return f"{'an' if token_type[0] in 'aeiou' else 'a'} {token_type} token"


def _is_token(call: Call, value: str) -> bool:
    return value.startswith("pii_") or call.world.get(value, call.scope, "token") is not None


def _check_type(identity: str, found: str, wanted: tuple[str, ...], param: str) -> None:
    if found not in wanted:
        names = " or ".join(article(name) for name in wanted)
        raise ApiError("wrong_token_type", param=param, id=identity, found=article(found), wanted=names)
