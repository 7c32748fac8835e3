"""The one list of what is secret: by its parameter's name, and by its look; pure text, imports the catalogue alone."""

from __future__ import annotations

import hashlib
import re

from pytest_stripe_tokens.catalogue import CATALOGUE

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
)
"""Parameters that are secret wherever they stand: the catalogue's, and names that would be if anyone sent them."""

_BARE_NAMES = frozenset(re.sub("[^a-z0-9]", "", name) for name in SECRET_NAMES)
# The parameter that holds a token's new code, and what an answer says of one.
_SHOWN_NAMES = frozenset({"cvccheck", "cvctoken", "cvcupdate"})
_BARE_TAILS = frozenset(re.sub("[^a-z0-9]", "", name) for name in TAIL_NAMES)

# `\w` would take the underscore in; `*` is what a key that is already reduced goes on with.
_KEY = re.compile(r"((?:sk|rk|pk|ek|uk)_(?:org_)?(?:test|live)_|whsec_|_secret_)[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"acct_(?![0-9a-f]{10}(?![A-Za-z0-9]))[A-Za-z0-9]+")
_REDUCED_ACCOUNT = re.compile(r"acct_[0-9a-f]{10}")
_NUMBER_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_GROUP = re.compile(r"[0-9]+")
_LONGEST_NUMBER = 19
_SHORTEST_NUMBER = 13


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


def hide(text: str) -> str:
    """Strip what looks like a key, a client secret, a card number or an account id from a text; idempotent.

    A card number keeps its last four digits; an account id becomes a hash that stays the same for the same account.
    """
    text = _KEY.sub(rf"\1{HIDDEN}", text)
    text = _ACCOUNT.sub(lambda match: reduce_account(match[0]), text)
    return _NUMBER_RUN.sub(lambda match: _hide_numbers(match[0]), text)


def has_key(text: str) -> bool:
    """Tell whether an API key or a client secret stands in `text`."""
    return _KEY.search(text) is not None


def has_card_number(text: str) -> bool:
    """Tell whether a card number stands in `text`, in one run of digits or in groups."""
    return any(_hide_numbers(match[0]) != match[0] for match in _NUMBER_RUN.finditer(text))


def is_card_number(digits: str) -> bool:
    """Tell whether `digits` is 13 to 19 digits with a right check digit, as card numbers are (ISO/IEC 7812).

    Those that begin with 0 or 1 are left out: no card that Stripe takes does, and clocks in milliseconds do.
    """
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER or not digits.isascii() or not digits.isdigit():
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return digits[0] not in "01" and (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0


def reduce_account(account: str) -> str:
    """Reduce an account id to `acct_` and ten hexadecimal digits of its hash; one already reduced stays as it is.

    Stripe's own ids have sixteen characters, so the two are never taken for each other.
    """
    if is_reduced_account(account):
        return account
    return f"acct_{hashlib.sha256(account.encode('utf-8', errors='replace')).hexdigest()[:10]}"


def is_reduced_account(text: str) -> bool:
    """Tell whether `text` is what `reduce_account` gives."""
    return _REDUCED_ACCOUNT.fullmatch(text) is not None


def tail(text: str) -> str:
    """Reduce a number to its last four letters or digits, separators aside; a very short one to nothing."""
    characters = "".join(character for character in text if character.isalnum())
    return f"****{characters[-4:]}" if len(characters) > len("12345") else HIDDEN


def _hide_numbers(run: str) -> str:
    """Hide the card numbers in a run of digits, which may be longer: `2050 4242 4242 4242 4242`."""
    groups = [(match.start(), match.end()) for match in _GROUP.finditer(run)]
    shown, copied, first = "", 0, 0
    while first < len(groups):
        start = groups[first][0]
        for last in range(first, len(groups)):
            end = groups[last][1]
            digits = re.sub("[ -]", "", run[start:end])
            if len(digits) > _LONGEST_NUMBER:
                break
            if is_card_number(digits):
                shown += f"{run[copied:start]}****{digits[-4:]}"
                copied, first = end, last
                break
        first += 1
    return shown + run[copied:]
