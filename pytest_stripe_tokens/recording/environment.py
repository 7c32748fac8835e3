"""The keys and the server that a recording or a calibration takes from the environment, checked before any request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_stripe_tokens.api.messages import API_HOST
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.redaction.sensitive import HIDDEN, has_live_key, hide
from pytest_stripe_tokens.redaction.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_NAMES = ("STRIPE_SECRET_KEY", "STRIPE_API_KEY")
PUBLISHABLE_NAME = "STRIPE_PUBLISHABLE_KEY"
BASE_NAME = "STRIPE_API_BASE"
TRUST_NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

_TEST_SECRET = re.compile(r"(?:sk|rk)_test_[!-~]+")
_TEST_PUBLISHABLE = re.compile(r"pk_test_[!-~]+")


@dataclass(frozen=True)
class RecordSettings:
    """The server that is recorded from, and the keys that it is asked with; no key shows in its `repr`.

    Args:
        secret_key: begins with `sk_test_` or `rk_test_`.
        publishable_key: begins with `pk_test_`; None where the environment has none.
        api_base: scheme and host, perhaps a port and a path, without a final slash.
        trusted: the files and directories of certificates that TLS trusts; empty for the system's.
    """

    secret_key: str = field(repr=False)
    publishable_key: str | None = field(default=None, repr=False)
    api_base: str = f"https://{API_HOST}"
    trusted: tuple[Path, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The keys, for the search of what is about to be written or shown."""
        return frozenset(key for key in (self.secret_key, self.publishable_key) if key)

    def clean(self, text: str) -> str:
        """Make one line that may be shown of what a server or an exception says: no key, no card number, not long."""
        return one_line(" ".join(self.hide(text).split()))

    def hide(self, text: str) -> str:
        """Hide keys and card numbers in a text, and leave it as it is otherwise."""
        for key in self.keys:
            text = text.replace(key, HIDDEN)
        return hide(text)


def keys_in(environ: Mapping[str, str]) -> frozenset[str]:
    """Give whatever stands where keys belong, of whatever kind: none of it may be shown."""
    return frozenset(environ.get(name, "").strip() for name in (*SECRET_NAMES, PUBLISHABLE_NAME)) - {""}


def from_environment(environ: Mapping[str, str], source: str = "--record") -> RecordSettings:
    """Read keys and server.

    Args:
        environ: of the process.
        source: what asks for them, for messages.

    Raises:
        UsageError: there is no key, or one that is not of test mode, or no usable address; never with the key in it.
    """
    values = {name: environ.get(name, "").strip() for name in (*SECRET_NAMES, PUBLISHABLE_NAME)}
    name = next((name for name in SECRET_NAMES if values[name]), None)
    if name is None:
        raise UsageError(
            f"{source} needs a key of Stripe's test mode in {SECRET_NAMES[0]}, which is empty or not set: "
            "export one that begins with sk_test_ or rk_test_, from https://dashboard.stripe.com/test/apikeys"
        )
    _check_key(source, name, values[name], _TEST_SECRET)
    if values[PUBLISHABLE_NAME]:
        _check_key(source, PUBLISHABLE_NAME, values[PUBLISHABLE_NAME], _TEST_PUBLISHABLE)
    base = environ.get(BASE_NAME, "").strip() or f"https://{API_HOST}"
    return RecordSettings(
        values[name], values[PUBLISHABLE_NAME] or None, _checked_base(base, source), _trusted(environ, source)
    )


def _check_key(source: str, name: str, key: str, form: re.Pattern[str]) -> None:
    # Also behind the beginning of a test key: sk_test_sk_live_...
    is_live = has_live_key(key)
    if form.fullmatch(key) and not is_live:
        return
    wanted = "pk_test_" if form is _TEST_PUBLISHABLE else "sk_test_ or rk_test_"
    wrong = "is a key of live mode" if is_live else "is no key that can be recorded with"
    if _TEST_PUBLISHABLE.match(key) and not is_live:
        wrong = f"is a publishable key, which can't read tokens; it belongs in {PUBLISHABLE_NAME}"
    raise UsageError(f"{source}: {name} {wrong}; nothing was sent. It takes a test mode key that begins with {wanted}")


def _checked_base(base: str, source: str) -> str:
    try:
        parts = urlsplit(base)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    else:
        # Credentials in the address would be shown wherever the address is.
        is_usable = is_usable and "@" not in parts.netloc and not parts.query and not parts.fragment
    if not is_usable or not re.fullmatch("[!-~]+", base):
        raise UsageError(
            f"{source}: {BASE_NAME} is not a server's address: expected http:// or https:// and a host, perhaps with a "
            f"port and a path, without user, query or fragment, such as https://{API_HOST}"
        )
    return base.rstrip("/")


def _trusted(environ: Mapping[str, str], source: str) -> tuple[Path, ...]:
    named = {name: Path(environ[name]) for name in TRUST_NAMES if environ.get(name)}
    for name, path in named.items():
        if not path.exists():
            raise UsageError(f"{source}: {name} names {path}, which does not exist; TLS would trust nothing")
    return tuple(named.values())
