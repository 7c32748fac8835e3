"""`Side`: one of the two that are asked the same, Stripe or the simulator, with what it has answered so far."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.json_values import as_object
from pytest_stripe_tokens.api.messages import API_HOST, Request
from pytest_stripe_tokens.calibration.filling import filled
from pytest_stripe_tokens.simulator.keys import DEFAULT_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.calibration.table import Step

    Send: TypeAlias = Callable[[Request], Response]

# A word such as card_declined has neither a digit nor a capital letter.
_ID = re.compile(r"(?<![A-Za-z0-9_])[a-z]+(?:_[a-z]+)*_(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{8,}(?![A-Za-z0-9])")
_LINKS = ("doc_url", "request_log_url")


@dataclass(frozen=True)
class Keys:
    """The keys that a fact's requests carry; none of them shows in its `repr`.

    Args:
        secret: a secret or a restricted one.
        publishable: None where there is none.
    """

    secret: str
    publishable: str | None = None

    def __repr__(self) -> str:
        return "<Keys>"

    @property
    def authorizations(self) -> frozenset[str]:
        """The headers of the account's own keys."""
        return frozenset(self.authorization(kind) for kind in ("secret", "publishable")) - {""}

    def authorization(self, kind: str) -> str:
        """Give the header for a kind of key, or for the text of a made-up one; empty for none."""
        known = {"secret": self.secret, "restricted": self.secret, "publishable": self.publishable or "", "none": ""}
        key = known.get(kind, kind)
        return f"Bearer {key}" if key or kind == "" else ""


@dataclass(frozen=True)
class Answer:
    """What one side answered to a step.

    Args:
        status: the HTTP status.
        body: its JSON, with a name in place of each id that an answer of this fact has given: `{charge.id:ch_}`.
        headers: names in lower case.
        response: as it came.
    """

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    response: Response

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP has them

    @property
    def raw(self) -> dict[str, Any]:
        """Its JSON as it came."""
        return as_object(self.response.data)

    @property
    def error(self) -> dict[str, Any]:
        """The error without its links, which follow from the rest; empty where there is none."""
        return error_of(self.body)


def error_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the error in an answer's JSON without its links; empty where there is none."""
    return {name: item for name, item in as_object(body.get("error")).items() if name not in _LINKS}


def without_ids(text: str) -> str:
    """Give a text with what an id begins with in place of each that has no name."""
    return _ID.sub(lambda match: f"{match[0].rpartition('_')[0]}_", text)


class Side:
    """One fact's conversation with Stripe or with the simulator.

    Args:
        send: sends a request; it carries its key.
        keys: whose they are.
        known: what stands for places before the first request.
        label: a word of this fact in this run alone: both sides are sent the same idempotency keys.
    """

    def __init__(self, send: Send, keys: Keys, known: Mapping[str, Any], label: str = "") -> None:
        self._label = label
        self._send = send
        self._keys = keys
        self._names: dict[str, Any] = dict(known)
        self._ids: dict[str, str] = {}

    def ask(self, step: Step, number: int) -> Answer:
        """Send a step's request, and remember the answer under the step's name.

        Args:
            step: of the fact.
            number: of the step, from 0.

        Raises:
            Unknown: an earlier answer does not hold what the request names.
        """
        response = self._send(self._request(step, number))
        body = as_object(response.data)
        name = step.name or f"step {number + 1}"
        self._names[name] = body
        for path, identity in _ids(body):
            self._ids.setdefault(identity, f"{{{name}{path}:{identity.rpartition('_')[0]}_}}")
        headers = {name.lower(): str(self.named(value)) for name, value in response.headers.items()}
        return Answer(response.status, self.named(body), headers, response)

    def filled(self, value: Any) -> Any:
        """Put what this side has answered in the places of a value, and names in place of its ids.

        Raises:
            Unknown: an answer does not hold what it should.
        """
        return self.named(filled(value, self._names))

    def named(self, value: Any) -> Any:
        """Give a value with the name of each known id in its place: it is the same on both sides."""
        if isinstance(value, dict):
            return {name: self.named(item) for name, item in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [self.named(item) for item in cast("list[object]", value)]
        if not isinstance(value, str) or "_" not in value:
            return value
        return _ID.sub(lambda match: self._ids.get(match[0], match[0]), value)

    def _request(self, step: Step, number: int) -> Request:
        path = str(filled(step.path, self._names))
        headers = {"stripe-version": DEFAULT_VERSION}
        authorization = self._keys.authorization(step.key)
        if authorization:
            headers["authorization"] = authorization
        if step.method == "POST" and self._label:
            headers["idempotency-key"] = f"{self._label}-{number + 1}"
        body = b""
        if step.json is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(filled(step.json, self._names)).encode()
        elif step.raw is not None or step.params:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = (forms.encode(filled(step.params, self._names)) if step.raw is None else step.raw).encode()
        headers |= {name.lower(): str(value) for name, value in filled(step.headers, self._names).items()}
        return Request(step.method, f"https://{API_HOST}{path}", headers, body)


def _ids(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            yield from _ids(item, f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _ids(item, f"{path}.{index}")
    elif isinstance(value, str) and _ID.fullmatch(value):
        yield path, value
