"""The one list of what is secret: by its parameter's name, and by its look."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.card_numbers import passes_luhn
from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = "***"
"""What stands for a secret of which nothing is shown."""

TAIL_NAMES = frozenset({"account_number", "card_number", "iban", "number"})
"""Parameters whose last four characters stay: the answer's `last4` shows them anyway."""

SECRET_NAMES = (
    TAIL_NAMES
    | {
        "access_token",
        "api_key",
        "client_ip",
        "client_secret",
        "cryptogram",
        "cvc",
        "cvv",
        "cvv2",
        "fiscal_code",
        "id_number",
        "id_number_secondary",
        "invoicing_recipient_code",
        "ip",
        "ip_address",
        "pan",
        "passport_number",
        "password",
        "personal_id_number",
        "pin",
        "private_key",
        "refresh_token",
        "registration_number",
        "secret",
        "secret_key",
        "security_code",
        "ssn",
        "ssn_last_4",
        "tax_deduction_account_number",
        "tax_id",
        "track1",
        "track2",
        "vat_id",
    }
    # The last word of a path: the API calls the thing the same wherever else it takes it.
    | {path.rpartition(".")[2] for row in CATALOGUE.values() for path in row.secret_parameters}
) - {"value"}
"""Parameters that are secret wherever they stand: the catalogue's, and names that would be if anyone sent them."""

SECRET_WITHIN = frozenset(
    tuple(path.split(".")[-2:])
    for row in CATALOGUE.values()
    for path in row.secret_parameters
    if path.endswith(".value")
)
"""Parameters that are secret for what they stand in, each behind its name: the `value` of one of `id_numbers`."""

_BARE_NAMES = frozenset(re.sub("[^a-z0-9]", "", name) for name in SECRET_NAMES)
# The parameter that holds a token's new code, and what an answer says of one.
_SHOWN_NAMES = frozenset({"cvccheck", "cvctoken", "cvcupdate"})
_BARE_TAILS = frozenset(re.sub("[^a-z0-9]", "", name) for name in TAIL_NAMES)

# `\w` would take the underscore in; `*` is what a key that is already reduced goes on with.
_KEY = re.compile(r"((?i:(?:sk|rk|pk|ek|uk)_(?:org_)?(?:test|live)_)|whsec_|_secret_)[A-Za-z0-9]+")
# Where one may begin, in lower case: these few letters are found much faster than the whole, which few of them begin.
_KEY_START = re.compile("s(?=k_)|r(?=k_)|p(?=k_)|e(?=k_)|u(?=k_)|w(?=hsec_)|_(?=secret_)")
_LIVE_KEY = re.compile(r"(?:sk|rk|pk|ek|uk)_(?:org_)?live_", re.IGNORECASE)
_ACCOUNT = re.compile(r"acct_(?![0-9a-f]{10}(?![A-Za-z0-9]))[A-Za-z0-9]+")
_REDUCED_ACCOUNT = re.compile(r"acct_[0-9a-f]{10}")
# Possessive: what may be given back is remembered, 120 bytes for each digit.
_NUMBER_RUN = re.compile(r"\d(?:[ -]?\d){12,}+")
_GROUP = re.compile(r"\d+")
# A number in groups parted by anything else, always by the same: 4242.4242.4242.4242.
# What stands before it is looked at behind its first digit: a pattern that begins with a digit is looked for at digits
# alone.
_PARTED_RUN = re.compile(
    r"\d(?<![^\W_]\d)(?<!\d[\W_]\d)(?<!\*{4}\d)\d{0,11}+(?P<between>[\W_]{1,8}?)\d{1,12}+"
    r"(?:(?P=between)\d{1,12}+){0,17}+"
    r"(?!(?P=between)?\d)(?![^\W_])"
)
_NO_CARD = "01"
_LONGEST_NUMBER = 19
_SHORTEST_NUMBER = 13
# Of the card networks: 4 Visa, 51 to 55 Mastercard, 34 and 37 American Express... A date begins with 20.
_ISSUED = re.compile("[3-6]|2(?:2[2-9]|[3-6]|7[01]|720)")

# What Stripe calls an idempotency key opens nothing.
_SECRET_HEADER = re.compile(
    "auth|account|client|cookie|(?<!idempotency-)key|pass|secret|session|signature|telemetry|token"
)


def is_secret_name(name: str) -> bool:
    """Tell whether a parameter of this name is secret, whatever its case and separators: `id_number`, `cardCvc`."""
    bare = re.sub("[^a-z0-9]", "", name.lower())
    is_like = bare.startswith(("cvc", "cvv")) and bare not in _SHOWN_NAMES
    return (
        is_like
        or bare in _BARE_NAMES
        or bare.endswith(("secret", "password", "cvc", "cvv", "cardnumber", "accountnumber", "accountno", "idnumber"))
    )


def keeps_tail(name: str) -> bool:
    """Tell whether the last four characters of a secret parameter of this name are shown by the answer."""
    bare = re.sub("[^a-z0-9]", "", name.lower())
    return bare in _BARE_TAILS or bare.endswith("cardnumber")


# Asked of every header of every request.
@lru_cache(maxsize=256)
def is_secret_header(name: str) -> bool:
    """Tell whether a header's value is secret, by its name in lower case; the one rule for headers."""
    return _SECRET_HEADER.search(name) is not None


def hide(text: str) -> str:
    """Strip what looks like a key, a client secret, a card number or an account id from a text; idempotent.

    A card number keeps its last four digits; an account id becomes a hash that stays the same for the same account.
    """
    if "_" in text:
        text = _KEY.sub(rf"\1{HIDDEN}", text)
        text = _ACCOUNT.sub(lambda match: redact_account(match[0]), text)
    if len(text) < _SHORTEST_NUMBER:
        return text
    text = _NUMBER_RUN.sub(lambda match: _hide_numbers(match[0]), text)
    return _PARTED_RUN.sub(_hide_parted, text)


def has_key(text: str) -> bool:
    """Tell whether an API key or a client secret stands in `text`."""
    if not text.isascii():
        return _KEY.search(text) is not None
    return any(_KEY.match(text, found.start()) for found in _KEY_START.finditer(text.lower()))


def has_live_key(text: str) -> bool:
    """Tell whether a key of live mode stands in `text`, in whatever case and behind whatever it is hidden."""
    return _LIVE_KEY.search(text) is not None


def has_card_number(text: str) -> bool:
    """Tell whether a card number stands in `text`, in one run of digits or in groups."""
    return any(next(_numbers(match[0]), None) for match in _NUMBER_RUN.finditer(text)) or any(
        _hide_parted(match) != match[0] for match in _PARTED_RUN.finditer(text)
    )


def is_card_number(digits: str) -> bool:
    """Tell whether `digits` is 13 to 19 digits with a right check digit, as card numbers are (ISO/IEC 7812).

    Those that begin with 0 or 1 are left out: no card that Stripe takes does, and clocks in milliseconds do.
    """
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER or not digits.isascii() or not digits.isdigit():
        return False
    return digits[0] not in _NO_CARD and passes_luhn(digits)


def redact_account(account: str) -> str:
    """Reduce an account id to `acct_` and ten hexadecimal digits of its hash; one already reduced stays as it is.

    Stripe's own ids have sixteen characters, so the two are never taken for each other.
    """
    if is_redacted_account(account):
        return account
    return f"acct_{hashlib.sha256(account.encode('utf-8', errors='replace')).hexdigest()[:10]}"


def is_redacted_account(text: str) -> bool:
    """Tell whether `text` is what `redact_account` gives."""
    return _REDUCED_ACCOUNT.fullmatch(text) is not None


def tail(text: str) -> str:
    """Reduce a number to its last four letters or digits, separators aside; a very short one to nothing."""
    characters = "".join(character for character in text if character.isalnum())
    return f"****{characters[-4:]}" if len(characters) > len("12345") else HIDDEN


def _hide_numbers(run: str) -> str:
    """Hide the card numbers in a run of digits, which may be longer: `2050 4242 4242 4242 4242`."""
    shown: list[str] = []
    copied = 0
    for start, end in _numbers(run):
        shown += [run[copied:start], f"****{_digits(run[start:end])[-4:]}"]
        copied = end
    return "".join([*shown, run[copied:]])


def _numbers(run: str) -> Iterator[tuple[int, int]]:
    """Find where card numbers stand in a run of digits, each from the start of a group to the end of one."""
    groups, digits = _GROUP.finditer(run), _digits(run)
    ahead: deque[tuple[int, int]] = deque()
    at = 0
    while True:
        while len(ahead) < _LONGEST_NUMBER and (group := next(groups, None)) is not None:
            ahead.append(group.span())
        if not ahead:
            return
        start, length, taken = ahead[0][0], 0, 1
        for count, (first, end) in enumerate(ahead if digits[at] not in _NO_CARD else (), 1):
            length += end - first
            if length > _LONGEST_NUMBER:
                break
            if length >= _SHORTEST_NUMBER and is_card_number(digits[at : at + length]):
                yield start, end
                taken = count
                break
        for _ in range(taken):
            first, end = ahead.popleft()
            at += end - first


def _hide_parted(match: re.Match[str]) -> str:
    digits = _digits(match[0])
    return f"****{digits[-4:]}" if _ISSUED.match(digits) and is_card_number(digits) else match[0]


def _digits(text: str) -> str:
    """Give the digits alone, those of other scripts as ours."""
    digits = "".join(_GROUP.findall(text))
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
