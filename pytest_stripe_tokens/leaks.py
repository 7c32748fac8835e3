"""The search of what is about to be written for secrets; pure, never says what it found, only of what kind."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from pytest_stripe_tokens.sensitive import SECRET_NAMES, has_card_number, has_key, is_card_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORT = 6
"""Below so many characters a secret is looked for beside its name only: "123" alone stands in every other answer."""

_REPEATED_ENCODING = 3
_WHOLE_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{11,}")
_NAMES = "|".join(sorted(name.replace("_", "[_-]?") for name in SECRET_NAMES))


def leaks(data: bytes, secrets: Iterable[str]) -> list[str]:
    """Search `data` for secrets.

    Each secret is looked for as it is, url-encoded, as JSON escapes it, and in base64 at any offset. Beside them, keys
    of any kind, account ids and card numbers are found by their look.

    Args:
        data: what is about to be written.
        secrets: what was sent, of `redaction.secrets_of`.

    Returns:
        The kinds of what was found, each once, sorted; never a secret. Empty where nothing was.
    """
    texts = _readings(data)
    found = {
        kind
        for kind, is_in in (
            ("an API key", has_key),
            ("a card number", has_card_number),
            ("an account id", _has_account),
        )
        if any(is_in(text) for text in texts)
    }
    for secret in {secret.strip() for secret in secrets} - {""}:
        if _is_in(secret, texts):
            found.add(f"{_kind(secret)} that was sent")
        elif len(secret) > _SHORT and any(encoded in texts[0] for encoded in _base64(secret)):
            found.add(f"{_kind(secret)} that was sent, in base64")
    return sorted(found)


def _readings(data: bytes) -> list[str]:
    """Give `data` as it is and with its url-encoding undone, however often it was encoded."""
    texts = [data.decode("utf-8", errors="replace")]
    for _ in range(_REPEATED_ENCODING):
        text = unquote_plus(texts[-1], errors="replace")
        if text == texts[-1]:
            break
        texts.append(text)
    return texts


def _is_in(secret: str, texts: list[str]) -> bool:
    forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    if len(secret) < _SHORT:
        either = "|".join(re.escape(form) for form in forms)
        beside_its_name = re.compile(
            rf"""(?<![a-z])(?:{_NAMES})[\\"'\]]*\s*[:=]\s*[\\"']*(?:{either})(?![0-9A-Za-z])""", re.IGNORECASE
        )
        return any(beside_its_name.search(text) for text in texts)
    if secret.isdigit():
        # Within a longer number it is another number: 000000000 stands in 1000000000.
        alone = re.compile(rf"(?<![0-9]){secret}(?![0-9])")
        return any(alone.search(text) for text in texts)
    return any(form in text for text in texts for form in forms)


def _base64(secret: str) -> Iterator[str]:
    """Give what `secret` looks like in base64 wherever it begins, without the ends that depend on what is around it."""
    raw = secret.encode("utf-8", errors="replace")
    for offset in range(3):
        padded = b"\x00" * offset + raw
        for encode in (b64encode, urlsafe_b64encode):
            first = -(-offset * 8 // 6)
            last = len(padded) * 8 // 6
            yield encode(padded).decode("ascii")[first:last]


def _kind(secret: str) -> str:
    if has_key(secret):
        return "an API key"
    if is_card_number(re.sub("[ -]", "", secret)):
        return "a card number"
    return "an account id" if secret.startswith("acct_") else f"a secret of {len(secret)} characters"


def _has_account(text: str) -> bool:
    return _WHOLE_ACCOUNT.search(text) is not None
