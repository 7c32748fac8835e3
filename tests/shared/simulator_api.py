"""What the simulator's tests share: a client of `Simulator.answer`, and a check against stripe-python's annotations."""

from __future__ import annotations

import importlib
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any

import stripe
from stripe._object_classes import OBJECT_CLASSES, V2_OBJECT_CLASSES

from pytest_stripe_tokens.api import forms
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.token_types import CATALOGUE
from pytest_stripe_tokens.simulator.api import Simulator
from pytest_stripe_tokens.simulator.tokens.generator import Generator

CLASSES = {**OBJECT_CLASSES, **V2_OBJECT_CLASSES}
SECRET, PUBLISHABLE, RESTRICTED = "sk_test_1", "pk_test_1", "rk_test_1"
LIVE, LIVE_PUBLISHABLE = "sk_" + "live_1", "pk_" + "live_1"
FORM = "application/x-www-form-urlencoded"


class Api:
    """One simulated account and a client for it."""

    def __init__(self, seed: int = 0, simulator: Simulator | None = None) -> None:
        self.simulator = simulator or Simulator(Generator(seed=seed, scope="test"))

    def send(self, method: str, path: str, params: Any = None, *, key: str | None = SECRET, **headers: str) -> Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent.setdefault("authorization", f"Bearer {key}")
        body = params if isinstance(params, bytes) else forms.encode(params or {}).encode()
        if body:
            sent.setdefault("content-type", FORM)
        return self.exchange(Request(method, f"https://api.stripe.com{path}", sent, body))

    def exchange(self, request: Request) -> Response:
        return self.simulator.answer(request)

    def post(self, path: str, params: Any = None, **options: Any) -> Any:
        """Send a POST that has to succeed, give its JSON."""
        response = self.send("POST", path, params, **options)
        assert response.status == 200, response.body.decode()
        return response.json()

    def get(self, path: str, **options: Any) -> Any:
        response = self.send("GET", path, **options)
        assert response.status == 200, response.body.decode()
        return response.json()

    def refused(self, path: str, params: Any = None, **options: Any) -> dict[str, Any]:
        """Send a POST that has to fail, give its error with the status in it."""
        response = self.send("POST", path, params, **options)
        assert response.status >= 400, response.body.decode()
        return {"status": response.status, **response.json()["error"]}

    def not_found(self, path: str, **options: Any) -> dict[str, Any]:
        response = self.send("GET", path, **options)
        assert response.status >= 400, response.body.decode()
        return {"status": response.status, **response.json()["error"]}

    def code(self, params: Any) -> str | None:
        """Try to make a token, give the code of its refusal."""
        error = self.send("POST", "/v1/tokens", params).json().get("error", {})
        return error.get("code")

    def token(self, kind: str = "card", *, key: str = SECRET, headers: Any = None, **params: Any) -> str:
        """Make a token with a type's defaults, `params` over them, and give its id."""
        given = CATALOGUE[kind].merged(params)
        return str(self.post("/v1/tokens", {kind: given}, key=key, **(headers or {}))["id"])

    def used(self, token: str) -> str:
        """Use a token up without an endpoint."""
        self.simulator.use(token)
        return token

    def is_used(self, token: str) -> bool:
        return bool(self.get(f"/v1/tokens/{token}")["used"])

    def customer(self, **params: Any) -> str:
        return str(self.post("/v1/customers", params)["id"])

    def account(self, **params: Any) -> str:
        return str(self.post("/v1/accounts", {"type": "custom", "country": "US", **params})["id"])


class Names(dict[str, Any]):
    """A module's names, and the SDK's classes by their own: modules import those for type checkers only."""

    def __missing__(self, name: str) -> Any:
        name = name.removesuffix("Resource")
        module = next((module for module, known in OBJECT_CLASSES.values() if known == name), None)
        # What is imported under another name is none of the simulator's objects.
        return getattr(stripe if module is None else importlib.import_module(module), name, stripe.StripeObject)


@cache
def fields_of(cls: Any) -> dict[str, Any]:
    names = Names(vars(importlib.import_module(cls.__module__)) | vars(cls))
    hints = typing.get_type_hints(cls, None, names)
    own = [name for base in cls.__mro__ if base.__module__ == cls.__module__ for name in base.__annotations__]
    return {
        name: hints[name]
        for name in own
        if not name.startswith("_") and typing.get_origin(hints[name]) is not typing.ClassVar
    }


def problems(body: Any) -> list[str]:
    """List where a JSON object is not what stripe-python's classes say: required fields, types, Literals.

    A Literal that stripe-python widens to any text, for values to come, is held to the values there are.
    """
    if body["object"] == "list":
        return [problem for item in body["data"] for problem in problems(item)]
    if body.get("deleted"):
        # Real answers and the reference: what is deleted has these keys alone.
        return [] if list(body) == ["id", "object", "deleted"] else [f"{body['object']}: has {list(body)}"]
    module, name = CLASSES[body["object"]]
    return mismatches(body, getattr(importlib.import_module(module), name), name)


def mismatches(value: Any, hint: Any, path: str) -> list[str]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        literals = [part for part in inner if typing.get_origin(part) is typing.Literal]
        found = [mismatches(value, part, path) for part in inner if not (literals and part is str)]
        return [] if not all(found) else found[0]
    if isinstance(hint, type) and origin is None and issubclass(hint, stripe.StripeObject):
        return object_mismatches(value, hint, path)
    return collection_mismatches(value, hint, path)


def collection_mismatches(value: Any, hint: Any, path: str) -> list[str]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner[:9]}"]
    if origin is not None:
        items = value["data"] if origin is stripe.ListObject and isinstance(value, dict) else value
        if not isinstance(items, dict if origin not in {list, stripe.ListObject} else list):
            return [f"{path}: {value!r} is no {origin}"]
        every = items.values() if isinstance(items, dict) else items
        return [found for at, item in enumerate(every) for found in mismatches(item, inner[-1], f"{path}[{at}]")]
    if hint is Decimal:
        return [] if isinstance(value, str) and Decimal(value).is_finite() else [f"{path}: {value!r} is no decimal"]
    fits = hint is Any or (type(value) in {int, float} if hint is float else type(value) is hint)
    return [] if fits else [f"{path}: {value!r} is no {hint}"]


def object_mismatches(value: Any, cls: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {cls.__name__}"]
    found = []
    for name, hint in fields_of(cls).items():
        if name in value:
            found += mismatches(value[name], hint, f"{path}.{name}")
        elif types.NoneType not in typing.get_args(hint):
            found.append(f"{path}.{name}: missing")
    return found
