"""The data in a cassette's file, vcrpy's version 1, to and from our own types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pytest_stripe_tokens.api import bodies, forms
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.token_types import ORIGINS
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata
from pytest_stripe_tokens.redaction.messages import redact_request, redact_response

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
_STATUSES = range(200, 600)
_WITHOUT_BODY = frozenset({204, 304})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FOLD = re.compile(r"[\r\n]+[ \t]+")
_LINE_ENDS = re.compile(r"[\r\n\x00]")
_LONGEST_SHOWN = 60
_WIRE_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Malformed(Exception):  # noqa: N818 - what is wrong with the data; the file's reader makes an error of it
    """The data is no cassette.

    Args:
        message: what is wrong.
        where: the keys and indices that lead to it.
        line: of the file, from 1, where it is known already.
    """

    def __init__(self, message: str, where: tuple[str | int, ...] = (), line: int | None = None) -> None:
        super().__init__(message)
        self.where = where
        self.line = line


@dataclass(frozen=True)
class RedactedInteraction(Interaction):
    """An interaction that holds nothing but what may be stored: `redacted` makes it, once."""

    @cached_property
    def written(self) -> bytes:
        """Its part of a cassette's file, which is searched for secrets and then written."""
        from pytest_stripe_tokens.cassettes import writing  # noqa: PLC0415 - only a recording writes

        return writing.dump([plain_interaction(self)])


def redacted(interaction: Interaction) -> RedactedInteraction:
    """Take out of an interaction what may not be stored; one that was redacted is given as it is."""
    if isinstance(interaction, RedactedInteraction):
        return interaction
    return RedactedInteraction(redact_request(interaction.request), redact_response(interaction.response))


def stored(data: Any) -> RedactedInteraction:
    """Read the plain data of an interaction that was redacted before it was written.

    Raises:
        Malformed: it is none.
    """
    return RedactedInteraction(*_messages(data, ()))


def plain(cassette: Cassette) -> dict[str, Any]:
    """Lay a cassette out as plain data, its keys in the order a reader wants them."""
    metadata = cassette.metadata
    return {
        "version": VERSION,
        "metadata": {
            "origin": metadata.origin,
            "recorded_at": metadata.recorded_at,
            "api_version": metadata.api_version,
            "plugin_version": metadata.plugin_version,
            "token_type": metadata.token_type,
        },
        "interactions": [plain_interaction(interaction) for interaction in cassette.interactions],
    }


def parse(path: Path, data: Any) -> Cassette:
    """Make a cassette of plain data: ours or plain vcrpy's, whose requests are reduced on the way in.

    Raises:
        Malformed: the data is no cassette of version 1.
    """
    if isinstance(data, list):
        raise Malformed("is a cassette older than vcrpy 1.0; vcrpy no longer reads these either")
    root = _mapping(data, ())
    version = _entry(root, "version", ())
    if type(version) is not int or version != VERSION:
        raise Malformed(f"has version {shown(version)}; version {VERSION} is the one that is known", ("version",))
    interactions = _entry(root, "interactions", ())
    if not isinstance(interactions, list):
        raise Malformed(f"'interactions' is {_kind(interactions)}, not a list", ("interactions",))
    return Cassette(
        path,
        _metadata(root.get("metadata")),
        tuple(
            _interaction(item, ("interactions", index)) for index, item in enumerate(cast("list[object]", interactions))
        ),
    )


def plain_interaction(interaction: Interaction) -> dict[str, Any]:
    """Lay one interaction out as plain data."""
    request, response = interaction.request, interaction.response
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": request.body.decode("utf-8", errors="replace") or None,
            "headers": {name.title(): [value] for name, value in request.headers.items()},
        },
        "response": {
            "status": {"code": response.status, "message": response.reason},
            "headers": {name: [value] for name, value in response.headers.items()},
            "body": {"string": response.body.decode("utf-8", errors="replace")},
        },
    }


def _metadata(value: Any) -> Metadata:
    where = ("metadata",)
    entries = {} if value is None else _mapping(value, where)
    origin = entries.get("origin", ORIGINS[0])
    if origin not in ORIGINS:
        raise Malformed(f"has origin {shown(origin)}; known are {' and '.join(ORIGINS)}", (*where, "origin"))
    texts: dict[str, str | None] = {}
    for name in ("recorded_at", "api_version", "plugin_version", "token_type"):
        entry = entries.get(name)
        texts[name] = None if entry is None else _utf8(entry, (*where, name)).decode()
    return Metadata(origin, **texts)


def _interaction(value: Any, where: tuple[str | int, ...]) -> Interaction:
    request, response = _messages(value, where)
    _check_json(request, response, (*where, "response", "body", "string"))
    return Interaction(redact_request(request), response)


def _messages(value: Any, where: tuple[str | int, ...]) -> tuple[Request, Response]:
    interaction = _mapping(value, where)
    request = _request(_entry(interaction, "request", where), (*where, "request"))
    return request, _response(_entry(interaction, "response", where), (*where, "response"))


def _request(value: Any, where: tuple[str | int, ...]) -> Request:
    request = _mapping(value, where)
    headers = _headers(request.get("headers"), (*where, "headers"))
    method = _text(_entry(request, "method", where), (*where, "method")).upper()
    if not _TOKEN.fullmatch(method):
        raise Malformed(f"{shown(method)} is not an HTTP method", (*where, "method"))
    url = _text(_entry(request, "uri", where), (*where, "uri"))
    try:
        urlsplit(url)
    except ValueError:
        raise Malformed("'uri' is not a URL", (*where, "uri")) from None
    named = {name.lower(): header for name, header in headers.items()}
    return Request(method, url, named, _request_body(request.get("body"), (*where, "body")))


def _request_body(value: Any, where: tuple[str | int, ...]) -> bytes:
    # vcrpy keeps aiohttp's `data={...}` as it was passed.
    return forms.encode(_mapping(value, where)).encode() if isinstance(value, Mapping) else _bytes(value, where)


def _response(value: Any, where: tuple[str | int, ...]) -> Response:
    response = _mapping(value, where)
    status = _mapping(_entry(response, "status", where), (*where, "status"))
    code = _entry(status, "code", (*where, "status"))
    if not isinstance(code, int) or isinstance(code, bool):
        raise Malformed(f"status code is {_kind(code)}, not a number", (*where, "status", "code"))
    if code not in _STATUSES:
        what = f"status code is {shown(code)}; an answer's is from {_STATUSES[0]} to {_STATUSES[-1]}"
        raise Malformed(what, (*where, "status", "code"))
    headers = _headers(response.get("headers"), (*where, "headers"))
    content = _mapping(_entry(response, "body", where), (*where, "body"))
    body = _bytes(_entry(content, "string", (*where, "body")), (*where, "body", "string"))
    coding = next((header for name, header in headers.items() if name.lower() == "content-encoding"), "")
    decoded = bodies.decompress(body, coding)
    if decoded is None:
        if bodies.parse_json(bodies.text(body, {})) is None:
            raise Malformed(
                f"body can't be decoded as its Content-Encoding {shown(coding)}, or not to at most "
                f"{bodies.LONGEST} bytes; record it decoded",
                (*where, "body", "string"),
            )
        decoded = body
    return Response(code, {name: item for name, item in headers.items() if name.lower() not in _WIRE_HEADERS}, decoded)


def _check_json(request: Request, response: Response, where: tuple[str | int, ...]) -> None:
    """Refuse an answer that was JSON before its file was cut, or that holds what is no text."""
    kind = next((value for name, value in response.headers.items() if name.lower() == "content-type"), "")
    has_none = request.method == "HEAD" or response.status in _WITHOUT_BODY
    if (response.body.lstrip()[:1] not in {b"{", b"["} and "json" not in kind) or (has_none and not response.body):
        return
    try:
        response.json()
    except (ValueError, RecursionError):
        raise Malformed("body is JSON that is cut short or broken", where) from None
    if bodies.holds_surrogates(bodies.text(response.body, {})):
        raise Malformed("body holds half of a character", where)


def _headers(value: Any, where: tuple[str | int, ...]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, entry in _mapping({} if value is None else value, where).items():
        here = (*where, name)
        if not _TOKEN.fullmatch(name):
            raise Malformed(f"{shown(name)} is not a header name", here)
        values = cast("list[Any]", entry) if isinstance(entry, (list, tuple)) else [entry]
        text = ", ".join(_bytes(item, here).decode("utf-8", errors="replace") for item in values)
        # A line that begins with a space goes on with the one before, in an answer that old servers give.
        headers[name] = _FOLD.sub(" ", text)
        if _LINE_ENDS.search(headers[name]):
            raise Malformed(f"header {shown(name)} is in several lines, or holds a NUL", here)
    return headers


def _mapping(value: Any, where: tuple[str | int, ...]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"{_named(where)} is {_kind(value)}, not a mapping", where)
    return {str(key): item for key, item in cast("Mapping[object, Any]", value).items()}


def _entry(mapping: Mapping[str, Any], name: str, where: tuple[str | int, ...]) -> Any:
    if name not in mapping:
        raise Malformed(f"{_named(where)} lacks {name!r}", where)
    return mapping[name]


def _text(value: Any, where: tuple[str | int, ...]) -> str:
    if not isinstance(value, str) or not value:
        raise Malformed(f"{_named(where)} is {_kind(value)}, not a text", where)
    return _utf8(value, where).decode()


def _bytes(value: Any, where: tuple[str | int, ...]) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else _utf8(value, where)


def _utf8(value: Any, where: tuple[str | int, ...]) -> bytes:
    if not isinstance(value, (str, int, float)):
        raise Malformed(f"{_named(where)} is {_kind(value)}, not a text", where)
    try:
        return str(value).encode()
    except UnicodeEncodeError:
        raise Malformed(f"{_named(where)} holds half of a character", where) from None


def shown(value: Any) -> str:
    """Show what a file holds, in short: a value may stand for a billion others, or be a number of any length."""
    if not isinstance(value, (str, int, float)):
        return _kind(value)
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _named(where: tuple[str | int, ...]) -> str:
    return shown(where[-1]) if where and isinstance(where[-1], str) else "an interaction" if where else "the file"


def _kind(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    names = {"bool": "true or false", "bytes": "binary", "int": "a number", "list": "a list", "str": "a text"}
    name = type(cast("object", value)).__name__
    return names.get(name, f"a {name}")
