"""Recordings whose secrets another tool's filter has removed or replaced: the answer tells which card was sent.

vcrpy and pytest-recording are told to filter numbers and security codes, each suite in its own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.redaction.sensitive import is_secret_name, keeps_tail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_stripe_tokens.cassettes.match_key import MatchKey

_LAST = 4
_DEPTH = 3
# What a hash can't be without, known by what stands beside it.
_NEEDED = (("exp_month", "number"), ("routing_number", "account_number"))
# Tokens of these types are made from a secret alone.
_SECRET_ALONE = frozenset({"cvc_update", "pii"})


def without_secrets(key: MatchKey, token_type: str | None, last4: str) -> MatchKey:
    """What a request is matched by where its secrets are not known.

    Args:
        key: what it is matched by otherwise.
        token_type: of the token that it makes, where it makes one.
        last4: the last digits of the number that was sent; empty for none.
    """
    kept = [pair for pair in key.params if not is_secret_name(_last_word(pair[0]))]
    return key._replace(token_type=token_type, params=(*kept, ("last4", last4)))


def sent_last4(key: MatchKey) -> str:
    """The last digits of the card or account number that a request sends; empty for none."""
    return next((value[-_LAST:] for name, value in key.params if keeps_tail(_last_word(name))), "")


def shown_last4(answer: Any) -> str:
    """The last digits of the card or account number that an answer shows; empty for none."""
    parts = [as_object(answer)]
    # A confirmation token shows its card two levels down.
    for _ in range(_DEPTH):
        for part in parts:
            if isinstance(part.get("last4"), str):
                return str(part["last4"])
        parts = [as_object(value) for part in parts for value in part.values()]
    return ""


def is_filtered(params: Mapping[str, Any], made: str | None, answer: Any) -> bool:
    """Whether a recorded request has lost secrets that its answer shows it had.

    Args:
        params: of the request, nested.
        made: the type of the token that it made, where it made one.
        answer: its JSON.
    """
    if made in _SECRET_ALONE and not as_object(params.get(made)):
        return True
    shown = as_object(answer)
    if made == "card" and not {"card", "customer"} & params.keys():
        return True
    return any(_has_lost(part, as_object(shown.get(name))) for name, part in _hashes("", params))


def _has_lost(part: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    for beside, needed in _NEEDED:
        number = part.get(needed)
        if isinstance(number, str) and not number[-_LAST:].isdecimal():
            return True
        if beside in part and needed not in part:
            return True
    return "exp_month" in part and "cvc" not in part and shown.get("cvc_check") is not None


def _hashes(name: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield name, params
    for inner, value in params.items():
        if isinstance(value, dict):
            yield from _hashes(inner, cast("dict[str, Any]", value))


def _last_word(name: str) -> str:
    return name.rpartition("[")[2].rstrip("]")
