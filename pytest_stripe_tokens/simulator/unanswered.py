"""What is said to a request that the simulator does not answer: what it asked for, and what to type in its place."""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api.messages import API_HOST, is_v2
from pytest_stripe_tokens.simulator import routes
from pytest_stripe_tokens.simulator.filling import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

_ID = re.compile(r"\w*[0-9A-Z][\w-]*")
_ALIKE = 0.8
# Of two paths that are as near, the one is shown that is asked alike.
_SAME_METHOD = 0.05
_LIST = "docs/endpoints.md"
_V2 = "v2"


def message(method: str, host: str, path: str) -> str:
    """Say that a path is not answered, what comes nearest, and how the test can answer it itself; at most four lines.

    Args:
        method: of the request, upper case.
        host: `"api.stripe.com"`, or another one of Stripe's; empty where the URL was none.
        path: decoded.
    """
    shown = path if host == API_HOST else f"{host or '?'}{path}"
    known = routes.methods(path) if host == API_HOST else ()
    # Stripe's own words for a method that a path has not.
    own = f" (Unrecognized request URL), but {' and '.join(known)}" if known else ""
    lines = [f"pytest-stripe-tokens does not simulate {method} {shown}{own}."]
    nearest = _nearest(method, _general(path)) if host == API_HOST else None
    lines += [f"The nearest that it does: {nearest}"] if nearest else []
    lines += [
        f"Say what Stripe answers: {call(method, host, path)}",
        f"Supported, beside /v1/tokens: see {_LIST} in its repository",
    ]
    return "\n".join(lines)


def call(method: str, host: str, path: str) -> str:
    """Give the call that lets a test answer a request itself, ready to paste."""
    general = "/".join(_general(path))
    target = f"/{general}" if host in {API_HOST, ""} else f"https://{host}/{general}"
    body = json.dumps(_body(method, _general(path))).replace("true", "True").replace("null", "None")
    return f'stripe_tokens.answer("{method} {target}", {body})'


def _general(path: str) -> tuple[str, ...]:
    """Put `:id` in the place of each id in a path."""
    first, *rest = path.strip("/").split("/")
    return (first, *(":id" if _is_id(part) else part for part in rest))


def _is_id(part: str) -> bool:
    if part in _collections() or part in _words():
        return False
    return bool(_ID.fullmatch(part)) or part.rpartition("_")[0] in _prefixes()


def _body(method: str, parts: Sequence[str]) -> dict[str, Any]:
    if parts[0] == _V2:
        return _body_of_v2(method, parts)
    named = [(_object(parts[: end + 1]), end) for end in range(1, len(parts))]
    name, end = next(((name, end) for name, end in reversed(named) if name), ("", 0))
    if method == "GET" and name and end == len(parts) - 1:
        return {"object": "list", "data": []}
    return {"object": name, **({"deleted": True} if method == "DELETE" else {})} if name else {}


def _body_of_v2(method: str, parts: Sequence[str]) -> dict[str, Any]:
    """Name an object by its whole path, `v2.core.account_person` at `accounts/:id/persons`; a list has no name."""
    named = [part.removesuffix("s") for part in parts[2:] if part.endswith("s")]
    if method == "GET" and parts[-1].endswith("s"):
        return {"data": [], "next_page_url": None, "previous_page_url": None}
    name = ".".join([*parts[:2], "_".join(named)])
    return {"object": name, **({"deleted": True} if method == "DELETE" else {})} if named else {}


def _object(parts: Sequence[str]) -> str | None:
    """Tell what is made at a path: `"checkout.session"` at `checkout/sessions`."""
    *_, outer, last = parts
    one = _collections().get(last)
    if one is None:
        return last.removesuffix("s") if last.endswith("s") and not last.startswith(":") else None
    return f"{outer}.{one}" if f"{outer}.{one}" in PREFIXES else one


def _nearest(method: str, parts: Sequence[str]) -> str | None:
    asked = "/".join(parts[1:])
    scored = [
        (SequenceMatcher(None, asked, _compared(route.path)).ratio() + _SAME_METHOD * (route.method == method), -n)
        for n, route in enumerate(routes.ROUTES)
        if is_v2(route.path) is (parts[0] == _V2)
    ]
    score, number = max(scored)
    found = routes.ROUTES[-number]
    return f"{found.method} {found.path}" if score >= _ALIKE else None


def _compared(path: str) -> str:
    return "/".join(":id" if part.startswith(":") else part for part in path.split("/")[2:])


@cache
def _collections() -> dict[str, str]:
    """The last part of an object's name, by that of the path at which it is made."""
    names = {name.rpartition(".")[2] for name in PREFIXES}
    return {f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s": name for name in names}


@cache
def _words() -> frozenset[str]:
    """What stands in the paths of the endpoints and is no id: `person_tokens`, which begins as a person's."""
    return frozenset(part for route in routes.ROUTES for part in route.path.split("/") if not part.startswith(":"))


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(PREFIXES.values())
