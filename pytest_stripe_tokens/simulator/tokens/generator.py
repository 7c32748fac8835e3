"""Ids, times and token objects drawn from the seed, with Faker for names: the same on every machine.

Every value comes from the SHA-256 of seed, scope, purpose and ordinal, directly or as the seed of Faker's source: so
none depends on the clock, on hash randomisation, on `random`'s state, or on what else a test asked for in between.
"""

from __future__ import annotations

import locale as locales
import logging
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from importlib.util import find_spec
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.token_types import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import faker

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
# Five characters of every id count the seconds from here (2012-07-15); computed from 139 real ids.
_ID_EPOCH = 1342389380
_TIME_CHARACTERS = 5
# What is generated dates from May 2026 (UTC), whenever it is: the month in which the reference's example card expires.
_FIRST_CREATED = 1777593600
_CREATED_RANGE = 28 * 24 * 3600
_ACCOUNT_CREATED = 1577836800
_DEFAULT_LOCALE = "en_US"
_ACCOUNT_CHARACTERS = 10
_ID_CHARACTERS = 8
_ID_VALUES = 62**_ID_CHARACTERS
# Ids that hold neither time nor account, and their characters (real answers).
_SHORT_IDS = {"cus": 14}
# Each provider costs 0.6-2.5 ms to build, all of Faker 14 ms (en_US).
_PROVIDERS = tuple(
    f"faker.providers.{name}" for name in ("address", "company", "internet", "lorem", "person", "phone_number")
)


@cache
def known_locales() -> tuple[str, ...]:
    """Give the names of Faker's locales, sorted, without importing faker (70 ms)."""
    spec = find_spec("faker")
    places = (spec.submodule_search_locations if spec else None) or ()
    found = {path.parent.name for place in places for path in Path(place, "providers").glob("*/*/__init__.py")}
    return tuple(sorted(found))


def checked_locale(locale: str | None) -> str:
    """Give a locale in Faker's spelling: `"de-DE"` and `"de"` are `"de_DE"`, `None` is `"en_US"`.

    Raises:
        ValueError: Faker has no such locale; the message lists those it has.
    """
    if locale is None:
        return _DEFAULT_LOCALE
    name = locales.normalize(locale.replace("-", "_")).split(".")[0]
    if name not in known_locales():
        raise ValueError(f"{locale!r} is no locale of Faker's; it has {', '.join(known_locales())}")
    return name


def without_fingerprint(token: Mapping[str, Any]) -> dict[str, Any]:
    """Give the token as a publishable key sees it: no fingerprint (API 2014-10-07)."""
    return {
        key: {name: item for name, item in value.items() if name != "fingerprint"} if key in _NESTED else value
        for key, value in token.items()
    }


_NESTED = frozenset(token_type.nested for token_type in CATALOGUE.values() if token_type.nested)


class Fake:
    """Faker's methods, drawn from one seed: `fake.name()`, `fake.email()`, `fake.company()`.

    Safe in threads. The engine behind it is the run's; the user's own Faker instances and seeds are not touched.
    """

    def __init__(self, engine: faker.Generator, lock: Lock, seed: int) -> None:
        self._engine = engine
        self._lock = lock
        self._random = Random(seed)  # noqa: S311  (test data, no secrets)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._engine, name)

        def draw(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                self._engine.random = self._random
                return method(*args, **kwargs)

        return draw


class GeneratorFactory:
    """Makes the generators of one run, which share Faker's engine; building that is what is slow.

    Args:
        locale: one of Faker's locales; `None` is `"en_US"`.

    Raises:
        ValueError: Faker has no such locale; the message lists those it has.
    """

    def __init__(self, locale: str | None = None) -> None:
        self.locale = checked_locale(locale)
        self._lock = Lock()
        self._build_lock = Lock()

    def generator(self, seed: int = 0, scope: str = "") -> Generator:
        """Make the generator of one test; `scope` is its node id."""
        return Generator(seed=seed, scope=scope, factory=self)

    def fake(self, seed: int) -> Fake:
        """Give Faker's names, companies and addresses in this run's locale."""
        with self._build_lock:
            return Fake(self._engine, self._lock, seed)

    @cached_property
    def _engine(self) -> faker.Generator:
        # Faker tells the log how it is built: not the business of the test that happens to be the first.
        log = logging.getLogger("faker.factory")
        was_disabled, log.disabled = log.disabled, True
        try:
            from faker.factory import Factory  # noqa: PLC0415  (70 ms, for those only who generate)

            return Factory.create(self.locale, list(_PROVIDERS))
        finally:
            log.disabled = was_disabled


class Generator:
    """Draws the values of one test's objects.

    Two generators of the same seed and scope draw the same values, object by object.

    Args:
        seed: the run's seed.
        scope: what keeps tests apart: the test's node id.
        locale: one of Faker's locales; `None` is `"en_US"`. It shows in names, never in ids.
        factory: the run's engine; a generator without one builds its own.

    Raises:
        ValueError: Faker has no such locale; the message lists those it has.
    """

    account_created = _ACCOUNT_CREATED  # when the account that the keys belong to was opened, Unix seconds
    today = _FIRST_CREATED  # what a card's expiry is held against, in every test, Unix seconds

    def __init__(
        self, *, seed: int = 0, scope: str = "", locale: str | None = None, factory: GeneratorFactory | None = None
    ) -> None:
        self._factory = factory or GeneratorFactory(locale)
        self._seed = seed
        self._scope = scope
        self._lock = Lock()
        self._ordinals: dict[str, int] = {}
        self._created = _FIRST_CREATED + self._number("created") % _CREATED_RANGE

    def token(
        self,
        type: str,  # noqa: A002  (Stripe's word)
        params: Mapping[str, Any],
        *,
        key_kind: str = "secret",
        livemode: bool = False,
        account: str | None = None,
    ) -> dict[str, Any]:
        """Make a token, its fields in the order of real answers.

        Args:
            type: one of `TOKEN_TYPES`.
            params: that type's hash as decoded from the form, already found valid.
            key_kind: `"publishable"` leaves out fingerprints, as the API does.
            livemode: whether a live key asked for it.
            account: the id of the connected account it is made on; the platform's own otherwise.
        """
        token_type = CATALOGUE[type]
        # Together, so that of tokens made at once in threads each has the time of its ordinal.
        with self._lock:
            number = self._next_number("token")
            self._created += 1
            created = self._created
        token: dict[str, Any] = {"id": self._id(token_type.id_prefix, created, account, number), "object": "token"}
        if token_type.nested:
            nested_id = self._id(token_type.nested_prefix or "", created, account, number // _ID_VALUES)
            from pytest_stripe_tokens.simulator.tokens.fields import NESTED_FIELDS, Drawn  # noqa: PLC0415 - a replay needs none

            fields = NESTED_FIELDS[token_type.nested](params, Drawn(self.fingerprint, self._bank_name))
            token[token_type.nested] = {"id": nested_id, "object": token_type.nested, **fields}
        token |= {
            "client_ip": self.client_ip,
            "created": created,
            "livemode": livemode,
            "type": type,
            "used": False,
        }
        return without_fingerprint(token) if key_kind == "publishable" else token

    def object_id(self, prefix: str, created: int, account: str | None = None) -> str:
        """Make the next id with this prefix.

        As Stripe's: shard digit, time in five characters, the last ten of the account's id, eight of its own.
        """
        with self._lock:
            number = self._next_number(f"id/{prefix}")
        short = _SHORT_IDS.get(prefix)
        return f"{prefix}_{_base62(number, short)}" if short else self._id(prefix, created, account, number)

    def v2_id(self, prefix: str) -> str:
        """Make the next id of an object of /v2: `61` and 42 characters behind the prefix (API reference)."""
        return f"{prefix}_61{self.characters(f'id/{prefix}', 42)}"

    def characters(self, purpose: str, length: int) -> str:
        """Draw the next text of letters and digits that an object shows: a secret, the end of a link."""
        with self._lock:
            return _base62(self._next_number(purpose), length)

    def digits(self, purpose: str, length: int) -> str:
        """Draw the next number of so many digits, as text."""
        with self._lock:
            return str(self._next_number(purpose) % 10**length).zfill(length)

    def next_created(self) -> int:
        """Give the next object's time of creation, Unix seconds: a second after the last one's, in 2026."""
        with self._lock:
            self._created += 1
            return self._created

    @property
    def latest_created(self) -> int:
        """The last object's time of creation, Unix seconds; what the time is, for an answer that creates nothing."""
        return self._created

    def request_id(self) -> str:
        """Make the id of the next request."""
        with self._lock:
            number = self._next_number("request")
        return f"req_{_base62(number, 14)}"

    def fingerprint(self, number: str) -> str:
        """Tell what the API tells cards and accounts apart by: the same for the same number, separators aside."""
        return _base62(self._number(f"fingerprint/{digits(number)}"), 16)

    @property
    def fake(self) -> Fake:
        """Faker for the next object, in the run's locale; another draw with each access."""
        with self._lock:
            number = self._next_number("fake")
        return self._factory.fake(number)

    @property
    def client_ip(self) -> str:
        """The public IPv4 address that the requests come from: one for the whole run, as of one machine."""
        return _address(self._seed)

    @cached_property
    def account_id(self) -> str:
        """The id of the account that the keys belong to: one for the whole run."""
        return f"acct_1{_base62(_ACCOUNT_CREATED - _ID_EPOCH, _TIME_CHARACTERS)}{self._account_characters('')}"

    def _bank_name(self, routing: str) -> str:
        return str(self._factory.fake(self._number(f"bank/{routing}")).company()).upper()

    def _id(self, prefix: str, created: int, account: str | None, number: int) -> str:
        time = _base62(created - _ID_EPOCH, _TIME_CHARACTERS)
        return f"{prefix}_1{time}{self._account_characters(account or '')}{_base62(number, _ID_CHARACTERS)}"

    def _account_characters(self, account: str) -> str:
        return _account_characters(self._seed, account)

    def _next_number(self, purpose: str) -> int:
        ordinal = self._ordinals.get(purpose, 0) + 1
        self._ordinals[purpose] = ordinal
        return self._number(f"{purpose}/{ordinal}")

    def _number(self, purpose: str) -> int:
        return _digest(f"{self._seed}/{len(purpose)}/{purpose}/{self._scope}")


@lru_cache(maxsize=64)
def _address(seed: int) -> str:
    # Not Faker's: most suites need nothing else of it, and loading it costs 50 ms.
    source = Random(_digest(f"{seed}/client_ip"))  # noqa: S311  (test data, no secrets)
    drawn = (IPv4Address(source.getrandbits(32)) for _ in count())
    return str(next(address for address in drawn if address.is_global and not address.is_multicast))


@lru_cache(maxsize=64)
def _account_characters(seed: int, account: str) -> str:
    tail = account[-_ACCOUNT_CHARACTERS:]
    if len(tail) == _ACCOUNT_CHARACTERS and tail.isascii() and tail.isalnum():
        return tail
    return _base62(_digest(f"{seed}/account/{account}"), _ACCOUNT_CHARACTERS)


def _digest(text: str) -> int:
    # A node id may hold surrogates: the bytes of a file name that is no UTF-8.
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")


def _base62(number: int, length: int) -> str:
    """Write the last `length` digits of a number, big-endian."""
    digits: list[str] = []
    number %= 62**length  # a digest is long, and dividing one slow
    for _ in range((length + 1) // 2):
        number, pair = divmod(number, len(_PAIRS))
        digits.append(_PAIRS[pair])
    return "".join(reversed(digits))[-length:]
