"""Compares two recordings of the same behaviour: which requests belong together, and what differs.

Ids differ from one recording to the next, and requests carry the ids of earlier answers. So each id is known by the
request whose answer gave it, and two requests belong together where they are equal after that.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import unquote

from pytest_stripe_tokens.api.request import ACCOUNT_HEADERS, account_of, key_kind
from pytest_stripe_tokens.recording.drift import Drift, compare, is_volatile, steady
from pytest_stripe_tokens.recording.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_stripe_tokens.api.messages import Request, Response
    from pytest_stripe_tokens.cassettes.player import Interaction

Identity = tuple[str, int]
Recorded = TypeVar("Recorded", bound="Interaction")

_ID = re.compile(r"(?<![A-Za-z0-9_])([a-z]+(?:_[a-z]+)*_)[A-Za-z0-9]{8,}(?![A-Za-z0-9])")
_DIGIT = re.compile("[0-9]")
# Headers whose values differ between two recordings of the same behaviour.
# An account that the flow itself made has another id each time; a request is matched by it all the same.
_VOLATILE_HEADERS = frozenset({"request-id", "retry-after", "stripe-should-retry", *ACCOUNT_HEADERS})


@dataclass(frozen=True)
class Difference:
    """What a new recording changes.

    Args:
        drift: of the answers to the same requests.
        headers: changed headers, each as a short line.
        added: how many requests are new.
        changed: the identities of what is not the same as before.
        lines: of the answers that drifted, as a unified diff without what is volatile.
    """

    drift: tuple[Drift, ...]
    headers: tuple[str, ...]
    added: int
    changed: frozenset[Identity]
    lines: tuple[str, ...] = ()


def identities(interactions: Sequence[Interaction]) -> list[Identity]:
    """Give each interaction an identity that is the same in every recording of the same behaviour."""
    known: dict[str, str] = {}
    counts: dict[str, int] = {}
    found: list[Identity] = []
    for interaction in interactions:
        text = _request_text(interaction, known)
        counts[text] = counts.get(text, 0) + 1
        identity = (text, counts[text])
        found.append(identity)
        digest = hashlib.sha256(repr(identity).encode()).hexdigest()[:12]
        # By its place among the fields, not by its turn: the order of a JSON object's fields is no behaviour.
        for path, prefix, name in _ids(interaction.answer):
            known.setdefault(name, f"{prefix}{digest}{path}")
    return found


def differences(
    old: Sequence[Interaction], new: Sequence[Interaction], accepted: frozenset[str] = frozenset()
) -> Difference:
    """Hold a new recording against the old one, whatever the order of their requests.

    Args:
        old: the interactions as they were.
        new: as they are.
        accepted: the paths whose drift the user accepts.
    """
    old_by_identity = dict(zip(identities(old), old, strict=True))
    new_by_identity = dict(zip(identities(new), new, strict=True))
    drift: list[Drift] = []
    headers: list[str] = []
    shown: list[str] = []
    known: set[tuple[str, Drift]] = set()
    changed: set[Identity] = set()
    for identity, interaction in new_by_identity.items():
        before = old_by_identity.get(identity)
        if before is None:
            changed.add(identity)
            continue
        lines = list(_header_changes(before, interaction))
        found = [
            replace(item, request=interaction.endpoint, is_accepted=item.path in accepted)
            for item in _answer_drift(before, interaction)
        ]
        # An object that is read back has drifted as the one that was made.
        resource = interaction.endpoint.partition(" ")[2].removesuffix("/:id")
        told = [item for item in found if (resource, replace(item, request="")) not in known]
        known |= {(resource, replace(item, request="")) for item in told}
        drift += told
        if told:
            shown += _diff(interaction.endpoint, before.answer, interaction.answer)
        headers += [line for line in lines if line not in headers]
        if found or lines:
            changed.add(identity)
    return Difference(
        tuple(drift),
        tuple(headers),
        added=len(new_by_identity.keys() - old_by_identity.keys()),
        changed=frozenset(changed),
        lines=tuple(shown),
    )


def successors(old: Sequence[Interaction], new: Sequence[Interaction]) -> dict[str, str]:
    """Map each id that an old answer gave to the one that the new answer to the same request gives in its place."""
    after = dict(zip(identities(new), new, strict=True))
    found: dict[str, str] = {}
    for identity, before in zip(identities(old), old, strict=True):
        if identity not in after:
            continue
        names = {path: name for path, _, name in _ids(after[identity].answer)}
        for path, _, name in _ids(before.answer):
            found.setdefault(name, names.get(path, name))
    return found


def retied(interactions: Sequence[Recorded], names: Mapping[str, str]) -> tuple[Recorded, ...]:
    """Let older recordings go on with the ids that a new recording of the requests before them has brought."""

    def renamed(text: str) -> str:
        return _ID.sub(lambda match: names.get(match[0], match[0]), text)

    def of_bytes(data: bytes) -> bytes:
        return renamed(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def of_request(request: Request) -> Request:
        headers = {name: renamed(value) for name, value in request.headers.items()}
        return replace(request, url=renamed(request.url), headers=headers, body=of_bytes(request.body))

    def of_response(response: Response) -> Response:
        return replace(response, body=of_bytes(response.body))

    return tuple(
        replace(item, request=of_request(item.request), response=of_response(item.response)) for item in interactions
    )


def settled(old: Sequence[Interaction], new: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Give a new recording with the ids, times and other volatile values of the old one, wherever it has them.

    They stand for nothing but themselves: a file that keeps them differs from the old one in what has changed.
    """
    before = dict(zip(identities(old), old, strict=True))
    pairs = [(before.get(identity), item) for identity, item in zip(identities(new), new, strict=True)]
    named = retied([_with_volatile_of(former, item) for former, item in pairs], successors(new, old))
    return tuple(
        replace(item, request=former.request) if former is not None and former.key == item.key else item
        for (former, _), item in zip(pairs, named, strict=True)
    )


def _with_volatile_of(old: Interaction | None, new: Recorded) -> Recorded:
    if old is None or old.answer is None or new.answer is None:
        return new
    text = new.response.body.decode("utf-8", "surrogateescape")
    body = json.dumps(_kept(old.answer, new.answer, ""), indent=2, ensure_ascii=False)
    end = "\n" if text.endswith("\n") else ""
    known = {name.lower(): value for name, value in old.response.headers.items()}
    headers = {
        name: known.get(name.lower(), value) if name.lower() in _VOLATILE_HEADERS else value
        for name, value in new.response.headers.items()
    }
    response = replace(new.response, headers=headers, body=(body + end).encode("utf-8", "surrogateescape"))
    return replace(new, response=response)


def _kept(old: Any, new: Any, name: str) -> Any:
    """Give a new value with what is volatile in it as it was; ids stay, for others name them."""
    if isinstance(old, dict) and isinstance(new, dict):
        before = cast("dict[str, Any]", old)
        return {key: _kept(before.get(key), item, str(key)) for key, item in cast("dict[str, Any]", new).items()}
    if isinstance(old, list) and isinstance(new, list):
        former: list[Any] = [*cast("list[object]", old), *[None] * len(cast("list[object]", new))]
        return [_kept(before, item, name) for before, item in zip(former, cast("list[object]", new), strict=False)]
    if not isinstance(old, str | int | float) or not isinstance(new, str | int | float):
        return new
    is_id = isinstance(new, str) and _ID.fullmatch(new) is not None
    return old if not is_id and is_volatile(name) and not compare({name: old}, {name: new}) else new


def _answer_drift(old: Interaction, new: Interaction) -> list[Drift]:
    found: list[Drift] = []
    if old.response.status != new.response.status:
        found.append(Drift("HTTP status", LEVELS["status"], "value", old.response.status, new.response.status))
    return [*found, *compare(old.answer, new.answer)]


def _diff(request: str, old: Any, new: Any) -> Iterator[str]:
    """Show what differs between two answers, each field in a line of its own."""
    before, after = (json.dumps(steady(answer), indent=2, ensure_ascii=False).splitlines() for answer in (old, new))
    # The first two lines name files.
    for number, line in enumerate(difflib.unified_diff(before, after, n=2, lineterm="")):
        if number >= len(("---", "+++")):
            yield f"@@ {request} @@" if line.startswith("@@") else line


def _header_changes(old: Interaction, new: Interaction) -> Iterator[str]:
    before = {**_headers(old.request.headers, "sent "), **_headers(old.response.headers, "")}
    after = {**_headers(new.request.headers, "sent "), **_headers(new.response.headers, "")}
    for name in (*before, *(name for name in after if name not in before)):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name) or 'none'} -> {after.get(name) or 'none'}"


def _headers(headers: Any, prefix: str) -> dict[str, str]:
    return {
        f"{prefix}{name.title()}": value for name, value in headers.items() if name.lower() not in _VOLATILE_HEADERS
    }


def _request_text(interaction: Interaction, known: dict[str, str]) -> str:
    request = interaction.request
    account = account_of(request.headers) or ""
    body = unquote(request.body.decode("utf-8", errors="replace"))
    sent = "\n".join((request.method, unquote(request.url), body, known.get(account, account)))
    text = _ID.sub(lambda match: known.get(match[0]) or _cut(match), sent)
    return "\n".join((text, key_kind(request.headers)))


def _cut(match: re.Match[str]) -> str:
    # One of Stripe's test tokens, `tok_chargeDeclined`, has no digit, and is always the same.
    return match[1] if _DIGIT.search(match[0]) else match[0]


def _ids(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for name, item in sorted(cast("dict[str, Any]", value).items()):
            yield from _ids(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _ids(item, f"{path}.{index}")
    elif isinstance(value, str):
        match = _ID.fullmatch(value)
        if match:
            yield path, match[1], value
