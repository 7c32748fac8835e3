"""What each endpoint takes, read from `tables/*.json`, and the check of a request against it.

A table is nested as the parameters are. A leaf is one of `string [longest]`, `enum a b`, `integer [least [most]]`,
`number`, `boolean`, `metadata` and `any`; `enum*` takes other values too (x-stripeBypassValidation), a final ` ?` means
that an empty string unsets the parameter. A name that ends in `!` is required within its hash, `"?"` marks a hash that
an empty string unsets, `""` is what a hash may be instead (an id), `[leaf]` is a list and `@name` one of `$defs`.
Sources: stripe/openapi 2026-09-30 for tokens, stripe-python 16.1's parameter types for the other endpoints; real
answers for what neither has any more and the API still takes.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pytest_stripe_tokens.api import forms, own_files
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.pretty import copy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A leaf, a list of leaves or hashes, or a hash.
Spec: TypeAlias = "str | list[Any] | dict[str, Any] | bool"

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
METADATA_KEYS, METADATA_KEY, METADATA_VALUE = 50, 40, 500
_LONGEST, _LONGEST_NAME = 5000, 100

_WITHOUT_NULL = ("any", "metadata")
_BOOLEANS = ("boolean", "enum true false")
# Names of before, which the API still takes (real answers, to 2025-03): those of a parameter, and those of a list whose
# items are the keys of a hash today.
_OLDER_NAMES: Mapping[str, Mapping[str, str]] = {
    "charges.create": {"card": "source"},
    "customers.create": {"bank_account": "source", "card": "source"},
    "customers.update": {"bank_account": "source", "card": "source"},
}
_OLDER_LISTS: Mapping[str, Mapping[str, str]] = {
    "accounts.create": {"requested_capabilities": "capabilities"},
    "accounts.update": {"requested_capabilities": "capabilities"},
}
# Texts that cannot be unset: what names another object, a number or a kind. Any other optional text may be empty, as a
# web form's blank field is: it is answered as null (950 real answers; none of 28,000 refuses one).
NEVER_EMPTY = frozenset(
    {
        "account_number",
        "account_token",
        "bank_account",
        "card",
        "client_secret",
        "confirmation_token",
        "currency",
        "customer",
        "customer_account",
        "cvc",
        "cvc_token",
        "default_currency",
        "default_payment_method",
        "default_source",
        "external_account",
        "mandate",
        "number",
        "object",
        "on_behalf_of",
        "original_source",
        "payment_intent",
        "payment_method",
        "payment_method_configuration",
        "person",
        "person_token",
        "query",
        "return_url",
        "routing_number",
        "source",
        "test_clock",
        "token",
        "type",
    }
)


@cache
def table(name: str) -> dict[str, Any]:
    """Read one endpoint's table, `"charges.create"`; the value is shared and must not be changed."""
    file, _, endpoint = name.partition(".")
    tables = json.loads(own_files.read(__file__, "tables", f"{file}.json"))
    return cast("dict[str, Any]", _resolve(tables[endpoint], tables.get("$defs", {})))


def check(params: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    """Refuse parameters that `spec` does not know, then those that are not as it says, then the lack of required ones.

    Raises:
        ApiError: the first thing that is wrong.
    """
    unknown = list(_unknown(params, spec, ""))
    if len(unknown) > 1:
        paths = [path for path, _, _ in unknown]
        raise ApiError("parameters_unknown", param=paths[0], params=", ".join(paths))
    for path, name, names in unknown:
        raise ApiError("parameter_unknown", param=path, hint=hint(name, names))
    _check_values(params, spec, "")


def read_form(form: bytes, name: str) -> dict[str, Any]:
    """Decode a form into the parameters of the table `name`; one that was found right is not looked at again.

    What can be written in several ways comes out in one: `True` as `true`, an older name as today's, an empty text as
    None, a list without the items that are empty.

    Raises:
        ApiError: the first thing that is wrong.
    """
    read = _read_form if len(form) <= forms.LONGEST_KEPT else _read_form.__wrapped__
    params: dict[str, Any] = copy_of(read(form, name))
    return params


# A suite sends the same few forms in test after test.
@lru_cache(maxsize=256)
def _read_form(form: bytes, name: str) -> dict[str, Any]:
    params = normal(forms.decode(form), name)
    check(params, table(name))
    return params


def normal(params: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give parameters in the one spelling that endpoints read; what the table `name` does not know stays as it is."""
    today: dict[str, Any] = {}
    for sent, value in params.items():
        if sent in _OLDER_LISTS.get(name, {}) and isinstance(value, list):
            asked = {str(item): {"requested": "true"} for item in cast("list[object]", value)}
            hash_name = _OLDER_LISTS[name][sent]
            today[hash_name] = {**asked, **today.get(hash_name, {})}
        else:
            today[_OLDER_NAMES.get(name, {}).get(sent, sent)] = value
    return _spelt(today, table(name))


def _spelt(params: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _spelt_value(value, spec_of(spec, name)) for name, value in params.items()}


def _listed(value: dict[str, Any]) -> Any:
    """Take what is numbered with gaps, `expand[1]=...` alone, for the list that it is."""
    if not all(name.isascii() and name.isdecimal() for name in value):
        return value
    return [value[name] for name in sorted(value, key=lambda name: (len(name), name))]


def _spelt_value(value: Any, spec: Spec | None) -> Any:
    if isinstance(spec, dict) and isinstance(value, dict):
        return _spelt(cast("dict[str, Any]", value), spec)
    if isinstance(spec, list) and isinstance(value, dict):
        value = _listed(cast("dict[str, Any]", value))
    if isinstance(spec, list) and isinstance(value, list):
        items = [_spelt_value(item, spec[0]) for item in cast("list[object]", value)]
        return [item for item in items if item is not None]
    if isinstance(spec, str) and value == "" and not spec.startswith(_WITHOUT_NULL):
        return None
    return forms.boolean(value) if isinstance(spec, str) and spec.startswith(_BOOLEANS) else value


def typed(value: Any, spec: Spec | None) -> Any:
    """Give parameters as an answer shows them: numbers and booleans as such, null for what is empty.

    Args:
        value: parameters, already found right; a leaf is text.
        spec: what a table says of them.
    """
    if isinstance(value, dict) and isinstance(spec, dict):
        given = cast("dict[str, Any]", value)
        return {name: typed(item, spec_of(spec, name)) for name, item in given.items()}
    if isinstance(value, list) and isinstance(spec, list):
        return [typed(item, spec[0]) for item in cast("list[object]", value)]
    if not isinstance(value, str) or not isinstance(spec, str):
        return cast("object", value) or None
    kind = spec.split()[0]
    if kind == "boolean" or not value:
        return value == "true" if value else None
    return int(value) if kind == "integer" else float(value) if kind == "number" else value


def _resolve(spec: Any, shared: Mapping[str, Any]) -> Any:
    if isinstance(spec, str) and spec.startswith("@"):
        return _resolve(shared[spec[1:]], shared)
    if isinstance(spec, dict):
        return {name: _resolve(value, shared) for name, value in cast("dict[str, Any]", spec).items()}
    if isinstance(spec, list):
        return [_resolve(value, shared) for value in cast("list[object]", spec)]
    return spec


def spec_of(spec: Mapping[str, Any], name: str) -> Spec | None:
    """Give what the table of a hash says of a parameter; None where it knows none of this name."""
    return None if name in {"", "?"} else spec.get(name, spec.get(f"{name}!"))


def _path(parent: str, name: str) -> str:
    return f"{parent}[{name}]" if parent else name


def hint(name: str, names: list[str]) -> str:
    """Name what was meant, as the API does for a near miss."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.75) if len(name) <= _LONGEST_NAME else []
    return f". Did you mean {close[0]}?" if close else ""


def _unknown(params: Mapping[str, Any], spec: Mapping[str, Any], parent: str) -> Iterator[tuple[str, str, list[str]]]:
    """Find what `spec` does not name: the path and the name of each, and the names it could have had."""
    for name, value in params.items():
        path, known = _path(parent, name), spec_of(spec, name)
        if known is None:
            yield path, name, [candidate.rstrip("!") for candidate in spec if candidate not in {"", "?"}]
        elif isinstance(known, dict) and isinstance(value, dict):
            yield from _unknown(cast("dict[str, Any]", value), known, path)
        elif isinstance(known, list) and isinstance(known[0], dict) and isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                if isinstance(item, dict):
                    yield from _unknown(
                        cast("dict[str, Any]", item), cast("dict[str, Any]", known[0]), _path(path, str(index))
                    )


def _check_values(params: Mapping[str, Any], spec: Mapping[str, Any], parent: str) -> None:
    for name, value in params.items():
        known = spec_of(spec, name)
        if known is not None:
            may_be_empty = name in spec and name not in NEVER_EMPTY
            _check_value(value, known, _path(parent, name), may_be_empty=may_be_empty)
    for name in spec:
        if name.endswith("!") and name[:-1] not in params:
            raise ApiError("parameter_missing", param=_path(parent, name[:-1]))


def _check_value(value: Any, spec: Spec, path: str, *, may_be_empty: bool = False) -> None:
    if isinstance(spec, dict):
        _check_hash(value, spec, path)
    elif isinstance(spec, list):
        _check_list(value, spec, path)
    elif isinstance(spec, str):
        _check_leaf(value, spec, path, may_be_empty=may_be_empty)


def _check_hash(value: Any, spec: Mapping[str, Any], path: str) -> None:
    if isinstance(value, dict):
        _check_values(cast("dict[str, Any]", value), spec, path)
    elif not isinstance(value, str):
        raise ApiError("invalid_object", param=path)
    elif not value:
        if "?" not in spec:
            raise ApiError("parameter_invalid_empty", param=path)
    elif "" in spec:
        _check_leaf(value, spec[""], path)
    else:
        raise ApiError("invalid_object", param=path)


def _check_list(value: Any, spec: list[Any], path: str) -> None:
    if value == "" and "?" in spec:
        return
    if not isinstance(value, list):
        raise ApiError("invalid_array", param=path)
    for index, item in enumerate(cast("list[object]", value)):
        _check_value(item, spec[0], _path(path, str(index)))


def _check_leaf(value: Any, spec: str, path: str, *, may_be_empty: bool = False) -> None:
    words = spec.split()
    kind = words[0]
    if kind == "any":
        return
    if kind == "metadata":
        _check_metadata(value, path, may_be_empty=words[-1] == "?")
        return
    if value is not None and not isinstance(value, str):
        raise ApiError("invalid_string", param=path, value=json.dumps(value))
    if not value:
        if words[-1] != "?" and not (may_be_empty and kind == "string"):
            raise ApiError("parameter_invalid_empty", param=path)
        return
    _check_text(value, kind, [word for word in words[1:] if word != "?"], path)


def _check_text(value: str, kind: str, rest: list[str], path: str) -> None:
    if kind in {"string", "enum*"}:
        limit = int(rest[0]) if kind == "string" and rest else _LONGEST
        if len(value) > limit:
            raise ApiError("string_too_long", param=path, value=value, limit=limit)
    elif kind == "enum" and value not in rest:
        raise ApiError("invalid_enum", param=path, values=_choice(rest))
    elif kind == "integer":
        _check_integer(value, [int(word) for word in rest], path)
    elif kind == "number" and _NUMBER.fullmatch(value) is None:
        raise ApiError("invalid_number", param=path, value=value)
    elif kind == "boolean" and value not in {"true", "false"}:
        raise ApiError("invalid_boolean", param=path, value=value)


def _check_integer(value: str, limits: list[int], path: str) -> None:
    if _INTEGER.fullmatch(value) is None:
        raise ApiError("invalid_integer", param=path, value=value)
    if limits and int(value) < limits[0]:
        raise ApiError("integer_too_small", param=path, limit=limits[0])
    if len(limits) > 1 and int(value) > limits[1]:
        raise ApiError("integer_too_large", param=path, limit=limits[1])


def _check_metadata(value: Any, path: str, *, may_be_empty: bool) -> None:
    """The limits are those of the reference's page on metadata: 50 keys of 40 characters, values of 500."""
    if value == "" and may_be_empty:
        return
    if not isinstance(value, dict):
        raise ApiError("invalid_object", param=path)
    entries = cast("dict[str, Any]", value)
    if len(entries) > METADATA_KEYS:
        raise ApiError("refused", param=path, message=f"You can have up to {METADATA_KEYS} metadata keys.")
    for name, entry in entries.items():
        if not isinstance(entry, str):
            raise ApiError("invalid_string", param=_path(path, name), value=json.dumps(entry))
        if len(name) > METADATA_KEY or len(entry) > METADATA_VALUE:
            limit = METADATA_KEY if len(name) > METADATA_KEY else METADATA_VALUE
            raise ApiError(
                "string_too_long", param=_path(path, name), value=name if limit == METADATA_KEY else entry, limit=limit
            )


def _choice(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])}, or {values[-1]}"
