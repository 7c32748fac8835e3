"""Searches bytes about to be written for secrets; reports the kind, never the value."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.redaction.sensitive import (
    SECRET_NAMES,
    has_card_number,
    has_key,
    is_card_number,
    is_secret_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT = 6
"""Below so many characters a secret is looked for beside its name only: "123" alone stands in every other answer."""

_PLAIN = 8
"""Below so many characters a secret is looked for as it is: another case and separators make any word of it."""

_CARD = 12
"""Below so many digits a number is no card's or account's, and is not looked for backwards."""

_REPEATED_ENCODING = 4
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_WHOLE_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{11,}")
_NAMES = "|".join(sorted((name.replace("_", "[_-]?") for name in SECRET_NAMES), key=len, reverse=True))

_NAMED = re.compile(
    r"""(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]{1,60}+)[\\"'\]]*+\s*+[:=]\s*+[\\"']*+(?=([0-9A-Za-z]{1,5}+)(?![0-9A-Za-z]))"""
)
_WORD = re.compile("[0-9A-Za-z]+")
_SEPARATORS = bytes(number for number in range(128) if not chr(number).isalnum())
_SECRET_END = re.compile(rf"(?:^|[^a-z])(?:{_NAMES})$", re.IGNORECASE)
# What a sentence calls a CVC. An answer's own codes, "status code 402", are none.
_SAID = (
    "(?:(?:cvc|cvv2?|csc|pin|code)s?(?![a-z])"
    "(?<!error code)(?<!status code)(?<!http code)(?<!country code)(?<!zip code)(?<!postal code)(?<!decline code))"
)
_SAID_BEFORE = re.compile(
    rf"(?<![\"_a-z]){_SAID}(?:[ ,:=('\"]+[a-z]+){{0,5}}+[ :=('\"]+(?=([0-9]{{3,5}}+)(?![0-9a-z]))", re.IGNORECASE
)
_SAID_AFTER = re.compile(
    rf"(?<![0-9A-Za-z.])([0-9]{{3,5}}+)['\")]?(?=(?:[ ,(]+[a-z]+){{0,5}}?[ ,(]+{_SAID})", re.IGNORECASE
)

_KEY_START = re.compile(r"(?:(?:sk|rk|pk|ek|uk)_(?:org_)?(?:test|live)_|whsec_)(?=.)", re.IGNORECASE)
_CLIENT_SECRET = re.compile(r"[a-z]+_[A-Za-z0-9]+_secret_(?=.)")
# A key that nobody has named: backwards, with a separator after each character, in hexadecimal.
_ODD_KEY = re.compile(
    r"[A-Za-z0-9]_(?:tset|evil)_k[srpeu](?![A-Za-z0-9])"
    r"|(?<![a-z0-9])[srpeu](?P<by>[\W_]{1,3}?)k(?P=by)_(?P=by)(?:t(?P=by)e(?P=by)s(?P=by)t|l(?P=by)i(?P=by)v(?P=by)e)(?P=by)_"
    r"|7[0235]6b5f(?:74657374|6c697665)5f",
    re.IGNORECASE,
)
# What stands in each of them, in lower case, and in little else.
_ODD_KEY_SIGN = re.compile(r"tset_k|evil_k|6b5f|k[\W_]{1,3}_[\W_]{1,3}[tl]")


def leaks(data: bytes, secrets: Iterable[str]) -> list[str]:
    """Search `data` for secrets.

    Each secret is looked for as it is and backwards, in any case, with any separators, without what a key begins with,
    in hexadecimal, and in base64 at any offset; all that also url-encoded, as HTML writes it and as JSON escapes it.
    Beside them, keys of any kind, account ids and card numbers are found by their look.

    Args:
        data: what is about to be written.
        secrets: what was sent, of `redaction.secrets_of`.

    Returns:
        The kinds of what was found, each once, sorted; never a secret. Empty where nothing was.
    """
    return Search(data).found(secrets)


class Search:
    """One search of bytes, which any number of secrets can be looked for in.

    Args:
        data: what is about to be written.
    """

    def __init__(self, data: bytes) -> None:
        self._searched = _Searched(_readings(data))

    @cached_property
    def by_look(self) -> frozenset[str]:
        """The kinds of what is a secret by its look."""
        return frozenset(
            kind
            for kind, is_in in (
                ("an API key", _has_key),
                ("a card number", has_card_number),
                ("an account id", _has_account),
            )
            if any(is_in(text) for text in self._searched.texts)
        )

    def found(self, secrets: Iterable[str]) -> list[str]:
        """Give the kinds of what stands in it by its look or as one of `secrets`, as `leaks` does."""
        return sorted(self.by_look | {kind for secret in secrets if (kind := self.sent(secret))})

    def sent(self, secret: str) -> str:
        """Give the kind of a secret that stands in it; empty where it does not."""
        secret = secret.strip()
        if not secret:
            return ""
        if self._searched.holds(secret):
            return f"{_kind(secret)} that was sent"
        if len(secret) > _SHORT and self._searched.holds_inbase64_forms(secret):
            return f"{_kind(secret)} that was sent, in base64"
        return ""


def _readings(data: bytes) -> list[str]:
    """Give `data` as it is and with its encodings undone, however often it was encoded."""
    texts = [data.decode("utf-8", errors="replace")]
    for _ in range(_REPEATED_ENCODING):
        text = html.unescape(_ESCAPE.sub(_unescaped, unquote_plus(texts[-1], errors="replace")))
        # Digits and letters of full width are those of a keyboard.
        text = text if text.isascii() else unicodedata.normalize("NFKC", text)
        if text == texts[-1]:
            break
        texts.append(text)
    return texts


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16))


@dataclass(frozen=True)
class _Searched:
    """What is searched, in each of its readings."""

    texts: list[str]

    @cached_property
    def _whole(self) -> str:
        return "\n".join(self.texts)

    @cached_property
    def _squeezed(self) -> str:
        """Letters and digits alone; the readings stay apart."""
        return "\n".join(_squeezed(text) for text in self.texts)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._whole))

    @cached_property
    def _short(self) -> set[str]:
        """Short values beside a secret's name, or in a sentence about one."""
        named = {
            value for name, value in _NAMED.findall(self._whole) if is_secret_name(name) or _SECRET_END.search(name)
        }
        return named.union(_SAID_BEFORE.findall(self._whole), _SAID_AFTER.findall(self._whole))

    def holds(self, secret: str) -> bool:
        if len(secret) < _SHORT and secret.isascii() and secret.isalnum():
            # The names are read only where the value stands at all.
            return secret in self._whole and secret in self._words and secret in self._short
        if len(secret) < _SHORT:
            odd = rf"""(?<![a-z])(?:{_NAMES})[\\"'\]]*\s*[:=]\s*[\\"']*{re.escape(secret)}(?![0-9A-Za-z])"""
            return re.search(odd, self._whole, re.IGNORECASE) is not None
        number = _number(secret)
        if number:
            return self._holds_number(number)
        return any(form in self._whole for form in _written(secret)) or any(
            form in self._squeezed for form in _odd(secret)
        )

    def holds_inbase64_forms(self, secret: str) -> bool:
        return any(form in self._whole for form in base64_forms(secret))

    def _holds_number(self, digits: str) -> bool:
        forms = [digits]
        if len(digits) >= _CARD:
            forms.append(digits[::-1])
            if digits.encode().hex() in self._squeezed:
                return True
        # Within a longer number it is another number: 000000000 stands in 1000000000.
        return any(
            form in self._squeezed and re.search("(?<![0-9])" + r"[\W_]{0,8}".join(form) + "(?![0-9])", self._whole)
            for form in forms
        )


def _squeezed(text: str) -> str:
    if text.isascii():
        return text.lower().encode().translate(None, _SEPARATORS).decode()
    return re.sub(r"[\W_]+", "", text.casefold())


# A run searches every request for the same few secrets.
@lru_cache(maxsize=256)
def _number(secret: str) -> str:
    """Give the digits of a secret that is a number, separators aside; empty for any other."""
    digits = re.sub(r"[\W_]", "", secret)
    return digits if digits.isascii() and digits.isdigit() else ""


@lru_cache(maxsize=256)
def _written(secret: str) -> frozenset[str]:
    """Give what a secret looks like as it is, and in JSON."""
    return frozenset({secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]})


@lru_cache(maxsize=256)
def _odd(secret: str) -> tuple[str, ...]:
    """Give what a secret looks like among letters and digits alone, without what a key begins with."""
    body = without_start(secret)
    squeezed = _squeezed(body if body.isascii() else unicodedata.normalize("NFKC", body))
    if len(squeezed) < _PLAIN:
        return ()
    return squeezed, squeezed[::-1], body.encode("utf-8", errors="replace").hex()


def without_start(secret: str) -> str:
    """Give a key or a client secret without what tells its kind; anything else as it is."""
    start = _KEY_START.match(secret) or _CLIENT_SECRET.match(secret)
    body = secret[start.end() :] if start else secret
    return body if len(body) >= _PLAIN else secret


@lru_cache(maxsize=256)
def base64_forms(secret: str) -> frozenset[str]:
    """Give what `secret` looks like in base64 wherever it begins, without the ends that depend on what is around it."""
    raw = secret.encode("utf-8", errors="replace")
    forms: set[str] = set()
    for offset in range(3):
        padded = b"\x00" * offset + raw
        first = -(-offset * 8 // 6)
        last = len(padded) * 8 // 6
        forms |= {encode(padded).decode("ascii")[first:last] for encode in (b64encode, urlsafe_b64encode)}
    return frozenset(forms)


def _kind(secret: str) -> str:
    if has_key(secret):
        return "an API key"
    if is_card_number(digits(secret)):
        return "a card number"
    return "an account id" if secret.startswith("acct_") else f"a secret of {len(secret)} characters"


_ENCODED_KEYS = [
    form for kind, mode in product(("sk", "rk"), ("test", "live")) for form in base64_forms(f"{kind}_{mode}_")
]


def _has_key(text: str) -> bool:
    is_odd = not text.isascii() or _ODD_KEY_SIGN.search(text.lower())
    return has_key(text) or bool(is_odd and _ODD_KEY.search(text)) or any(form in text for form in _ENCODED_KEYS)


def _has_account(text: str) -> bool:
    return _WHOLE_ACCOUNT.search(text) is not None
