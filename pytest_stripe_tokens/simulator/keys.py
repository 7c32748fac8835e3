"""Who asks: the API key, its mode and kind, the account and the version of a request."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.request import account_of
from pytest_stripe_tokens.simulator.errors.refusal import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_KINDS = {"sk": "secret", "rk": "restricted", "pk": "publishable"}
DEFAULT_VERSION = "2026-10-28.endive"
"""The version of an account that names none: the newest one, stripe-python 16.1's."""

_KEY = re.compile(r"(?P<kind>sk|rk|pk)_(?P<mode>test|live)_[0-9A-Za-z_]+")
_ACCOUNT = re.compile(r"acct_[0-9A-Za-z_]+")
# How much is shown of what has no prefix: "an_unknown_***_key" (real answers).
_SHOWN = 11
_VERSION = re.compile(r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(\.[a-z]+)?(; ?[a-z0-9_]+=v[0-9]+)*")


class Caller(NamedTuple):
    """Who sent a request.

    Args:
        kind: `"secret"`, `"restricted"` or `"publishable"`.
        livemode: whether the key is a live one; what it makes is live then.
        key: the key itself; never shown, see `mask`.
        account: the connected account that the request is for, from `Stripe-Account` or `Stripe-Context`.
        version: the API version of the answer.
    """

    kind: str
    livemode: bool
    key: str
    account: str | None
    version: str

    @property
    def scope(self) -> tuple[str | None, bool]:
        """What the caller's objects belong to: an account, None for the platform's own, and a mode."""
        return self.account, self.livemode

    @property
    def is_publishable(self) -> bool:
        """Whether the key may stand in a browser."""
        return self.kind == "publishable"


def key_in_form(headers: Mapping[str, str], form: bytes) -> str | None:
    """Read the key that a browser sends as the parameter `key`, in place of the header; None where there is none."""
    if headers.get("authorization"):
        return None
    key = forms.decode(form).get("key") if b"key=" in form else None
    return key if isinstance(key, str) and key else None


def identify(headers: Mapping[str, str]) -> Caller:
    """Read who asks from the headers, names in lower case.

    Raises:
        ApiError: no key, a malformed one, or an account that cannot be one.
    """
    get = headers.get
    return _identify(
        get("authorization", ""), get("stripe-account", ""), get("stripe-context", ""), get("stripe-version", "")
    )


@lru_cache(maxsize=64)
def _identify(authorization: str, sent_account: str, sent_context: str, sent_version: str) -> Caller:
    key = _sent_key(authorization)
    match = _KEY.fullmatch(key)
    if match is None:
        raise ApiError("invalid_key", key=mask(key))
    account = account_of({"stripe-account": sent_account.strip(), "stripe-context": sent_context}) or None
    if account is not None and _ACCOUNT.fullmatch(account) is None:
        raise ApiError("account_invalid", key=mask(key), account=account)
    version = sent_version.strip() or DEFAULT_VERSION
    return Caller(KEY_KINDS[match["kind"]], match["mode"] == "live", key, account, version)


def check_version(version: str) -> None:
    """Refuse what cannot be an API version; it is not known which days had one.

    Raises:
        ApiError: 400.
    """
    if not _is_version(version):
        raise ApiError("invalid_version", version=version)


def mask(key: str) -> str:
    """Hide a key as the API's messages do: its prefix and last four characters are left (real answers).

    A publishable key is no secret and is shown (stripe-android's live tests).
    """
    if key.startswith("pk_"):
        return key
    known = re.match(r"[a-z]+_(test|live)_", key)
    prefix = known.group() if known else key[:_SHOWN] if len(key) > _SHOWN + 4 else ""
    hidden = len(key) - len(prefix) - 4
    return f"{prefix}{'*' * hidden}{key[-4:]}" if hidden > 0 else f"{prefix}{'*' * (len(key) - len(prefix))}"


def _sent_key(authorization: str) -> str:
    scheme, _, credentials = authorization.strip().partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "bearer":
        if not credentials:
            raise ApiError("empty_bearer")
        return credentials
    key = _basic_user(credentials) if scheme.lower() == "basic" else ""
    if not key:
        raise ApiError("no_key")
    return key


def _basic_user(credentials: str) -> str:
    """The user name of Basic authentication, where curl and older clients put the key."""
    try:
        return base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


@lru_cache(maxsize=64)
def _is_version(version: str) -> bool:
    match = _VERSION.fullmatch(version)
    if match is None:
        return False
    try:
        dt.date.fromisoformat(match["date"])
    except ValueError:
        return False
    return True
