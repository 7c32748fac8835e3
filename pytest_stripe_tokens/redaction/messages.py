"""Takes what is secret out of requests and answers that are stored or compared.

Both sides of a comparison are reduced, so a cassette that plain vcrpy wrote unreduced matches like one of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit

from pytest_stripe_tokens.api import bodies, forms
from pytest_stripe_tokens.api.card_numbers import digits
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.api.request import ACCOUNT_HEADERS, api_key
from pytest_stripe_tokens.api.showing import one_line
from pytest_stripe_tokens.api.token_types import BY_OBJECT, CATALOGUE
from pytest_stripe_tokens.redaction.sensitive import (
    HIDDEN,
    SECRET_WITHIN,
    hide,
    is_redacted_account,
    is_secret_header,
    is_secret_name,
    keeps_tail,
    redact_account,
    tail,
)

__all__ = [
    "header_secrets",
    "hide",
    "parameter_secrets",
    "redact_account",
    "redact_params",
    "redact_request",
    "redact_response",
    "secrets_of",
]

_REQUEST_HEADERS = frozenset({"authorization", "content-type", *ACCOUNT_HEADERS, "stripe-version"})
_RESPONSE_HEADERS = frozenset(
    {
        "content-type",
        "idempotent-replayed",
        "request-id",
        "retry-after",
        "stripe-account",
        "stripe-should-retry",
        "stripe-version",
    }
)
# Patterns that are texts are for what is stored: `re` compiles them where something is.
_URL_USER = r"://([^/@:]+)(?::[^/@]*)?@"

_ADDRESS_NAMES = frozenset({"client_ip", "ip", "ip_address"})
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - stands where an address was; nothing is bound to it
_LINK_NAMES = frozenset({"request_log_url"})
_LINK = r"(?i)https?://((?:[\w-]+\.)*stripe\.com)/[^\s\"'<>]*"
_PUBLIC_HOSTS = frozenset({"stripe.com", "docs.stripe.com", "support.stripe.com"})

# Without `customer`, the API takes the details themselves where an id is usual (token_params.md: `card` as a string).
_DETAILS = frozenset({*(row.parameter for row in CATALOGUE.values()), "external_account", "source"})
_BARE_DETAILS = re.compile(r"[0-9][0-9 -]{5,}")
_OBJECT_ID = re.compile(r"[a-z]{2,}_\w+")
_PARAMETER = re.compile(r"[A-Za-z_][\w.-]{0,99}")
_REDUCED_TAIL = re.compile(r"\*{4}[^\W_]{4}")
_HIDDEN_WHOLE = frozenset({b"", HIDDEN.encode(), json.dumps(HIDDEN).encode()})
_MAX_DEPTH = 50

_COOKIE = r"([^=;\s]+)=([^;\s]+)"
# Names after which a value is a secret even if it is made of words.
_TELLING_NAME = (
    r"(?:^|[_-])(?:auth|authorization|key|apikey|pass|passwd|password|pwd|secret|session|sid|signature"
    r"|telemetry|token)$"
)
# A cookie `theme=1` is no secret to search for.
_SHORTEST_SECRET = 8
# A word, a word with a number, a version or a date: all that names of programs, kinds and media types consist of.
_PLAIN = r"[A-Za-z]{1,15}[0-9]{0,4}|[0-9]{1,8}[A-Za-z]{0,2}|[A-Za-z0-9]{1,3}"
_API_KEY = r"(?:sk|rk|pk|ek|uk)_"
_PUBLIC_WORDS = frozenset(
    (
        "api",
        "application",
        "basic",
        "bearer",
        "charge",
        "charges",
        "client",
        "com",
        "customer",
        "customers",
        "default",
        "development",
        "example",
        "false",
        "form",
        "http",
        "https",
        "invoice",
        "json",
        "localhost",
        "mode",
        "none",
        "null",
        "org",
        "payment",
        "payments",
        "plain",
        "production",
        "public",
        "python",
        "refund",
        "sandbox",
        "server",
        "staging",
        "standard",
        "stripe",
        "subscription",
        "test",
        "testing",
        "tests",
        "text",
        "true",
        "unknown",
        "urlencoded",
        "user",
        "www",
    )
)


def redact_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce the secrets in nested parameters; idempotent, never raises.

    Card and account numbers become `"****"` and their last four characters, which the answer shows anyway; every other
    secret becomes `"***"`. A value is secret by its parameter's name at any depth, or by being a card number or a key.
    """
    return _Redaction().mapping(params)


def redact_request(request: Request) -> Request:
    """Return what of a request may be stored: an allow-list of headers, URL and body with their secrets reduced.

    A body that is neither a form nor JSON is stored as `"***"`.
    """
    headers = {
        name: _redact_header(name, request.headers[name])
        for name in sorted(request.headers)
        if name in _REQUEST_HEADERS
    }
    return Request(request.method, _redact_url(request.url), headers, _redact_body(request))


def redact_response(response: Response) -> Response:
    """Return what of an answer may be stored: an allow-list of headers, the body decoded to UTF-8 and cleaned.

    JSON is laid out as the API does it, indented by two spaces (response_schema.md, section 6).
    """
    lower = {name.lower(): value for name, value in response.headers.items()}
    headers = {
        name: hide(value) for name, value in sorted(response.headers.items()) if name.lower() in _RESPONSE_HEADERS
    }
    text = bodies.text(response.body, lower)
    # Most answers are read as they came.
    is_plain = text.isascii() and "\x00" not in text and text.encode() == response.body
    value = response.data if is_plain else bodies.parse_json(text)
    kind = "application/json"
    if value is not None:
        end = "\n" if text.endswith("\n") else ""
        text = json.dumps(_clean("", value, 0), indent=2, ensure_ascii=False) + end
    else:
        kind = f"{lower.get('content-type', '').partition(';')[0].strip()}; charset=utf-8"
        # A NUL would make the text look like UTF-16 when it is read again.
        text = _cut_links(hide(text.replace("\x00", "\ufffd")))
    headers.update({name: kind for name in headers if name.lower() == "content-type"})
    return Response(response.status, headers, text.encode("utf-8", errors="replace"))


def secrets_of(request: Request) -> frozenset[str]:
    """Collect every secret that a request carries, as it was sent, for the search of what is about to be written."""
    return parameter_secrets(request) | header_secrets(request).keys()


def parameter_secrets(request: Request) -> frozenset[str]:
    """Collect the secrets in the parameters of a request, and the API key that it carries."""
    reduction = _Redaction()
    reduction.mapping(forms.decode(request.query))
    reduction.value("", bodies.parse(request.body, request.headers), is_secret=False)
    keys = {key for key in (api_key(request.headers), *re.findall(_URL_USER, request.url)) if re.match(_API_KEY, key)}
    return frozenset(secret for secret in reduction.found | keys if _is_unredacted(secret) and not _is_public(secret))


def header_secrets(request: Request) -> dict[str, str]:
    """Collect the secrets that a request's headers carry, each with the name of its header.

    A header named `X-Client-Name` or `X-Session-Kind` may hold any word, which stands in any answer too: a value is
    secret where it looks like one, or where the header's name leaves no doubt and the value is no public word.
    """
    # A cookie is judged by its own name.
    carried = [("authorization", "authorization", user) for user in re.findall(_URL_USER, request.url)]
    for header, value in request.headers.items():
        name = header.lower()
        if name == "cookie":
            carried += [(name, cookie.lower(), content) for cookie, content in re.findall(_COOKIE, value)]
        elif is_secret_header(name):
            carried.append((name, name, value))
        if name in {"authorization", "proxy-authorization"}:
            credentials = value.strip().partition(" ")[2]
            carried += [(name, name, credentials), (name, name, api_key({"authorization": value}))]
    return {
        value: header
        for header, name, value in carried
        if _is_unredacted(value) and _looks_secret(value, is_named=re.search(_TELLING_NAME, name) is not None)
    }


def _is_unredacted(value: str) -> bool:
    return HIDDEN not in value and not is_redacted_account(value)


def _looks_secret(value: str, *, is_named: bool) -> bool:
    if len(value) < _SHORTEST_SECRET:
        return False
    if any(not re.fullmatch(_PLAIN, part) for part in re.findall("[A-Za-z0-9]+", value)):
        return True
    return is_named and not _is_public(value)


def _is_public(value: str) -> bool:
    """Whether a value is made of words that Stripe's documents, or any program, may say."""
    words = re.findall("[A-Za-z]+", value)
    return bool(words) and not re.search("[0-9]{4}", value) and all(word.lower() in _public_words() for word in words)


@cache
def _public_words() -> frozenset[str]:
    from pytest_stripe_tokens.api.schemas import token_schema  # noqa: PLC0415 - only a recording asks

    # The names and values of the documented answers.
    return _PUBLIC_WORDS | frozenset(
        re.findall("[a-z]+", json.dumps([token_schema(kind) for kind in BY_OBJECT]).lower())
    )


def shown_path(path: str) -> str:
    """Show the path of a request, decoded, in one line and without what is secret in it."""
    return one_line(hide(unquote(path)))


class _Redaction:
    """One walk over nested parameters that reduces them and remembers what it took out."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def mapping(self, params: Mapping[Any, Any]) -> dict[str, Any]:
        reduced: dict[str, Any] = {}
        for key, value in params.items():
            name = str(key)
            # A key that can't be a parameter's name may be any text: a truncated JSON body, `card[cvc=123`.
            is_name = _PARAMETER.fullmatch(name) is not None
            shown = hide(name) if is_name else HIDDEN
            reduced[shown] = self.value(name if is_name else "secret", value, is_secret=not is_name)
        return reduced

    def value(self, name: str, value: Any, *, is_secret: bool, depth: int = 0) -> Any:
        """Reduce one value; `is_secret` where a parent's name says so."""
        if depth > _MAX_DEPTH:
            return HIDDEN
        is_secret = is_secret or is_secret_name(name)
        if isinstance(value, Mapping):
            return {
                hide(str(key)): self.value(
                    str(key), item, is_secret=is_secret or (name, str(key)) in SECRET_WITHIN, depth=depth + 1
                )
                for key, item in cast("Mapping[object, Any]", value).items()
            }
        if isinstance(value, (list, tuple)):
            return [
                self.value(name, item, is_secret=is_secret, depth=depth + 1) for item in cast("list[object]", value)
            ]
        if value is None or isinstance(value, bool) or value == "":
            return value
        text = str(value)
        # Details where the API takes an object or an id: a number, an object written as JSON, anything.
        is_details = name in _DETAILS and depth == 0 and not _OBJECT_ID.fullmatch(text)
        reduced = self._leaf(name, text, is_secret=is_secret or is_details)
        return value if reduced == text else reduced

    def _leaf(self, name: str, text: str, *, is_secret: bool) -> str:
        is_number = name in _DETAILS and _BARE_DETAILS.fullmatch(text) is not None
        if not is_secret and not is_number:
            return hide(text)
        if text == HIDDEN or ((keeps_tail(name) or name in _DETAILS) and _REDUCED_TAIL.fullmatch(text)):
            return text
        self.found.update((text, digits(text)))
        return tail(text) if keeps_tail(name) or is_number else HIDDEN


def _redact_header(name: str, value: str) -> str:
    if name in ACCOUNT_HEADERS:
        # A context may be a path of ids, an organisation's and an account's.
        return "/".join(redact_account(part) if part.startswith("acct_") else HIDDEN for part in value.split("/"))
    if name == "content-type":
        # The charset is undone and a boundary is random.
        return value.partition(";")[0].strip()
    if name != "authorization":
        return hide(value)
    prefix = re.match(r"(?:sk|rk|pk)_(?:test|live)_", api_key({name: value}))
    return f"Bearer {prefix[0] if prefix else ''}{HIDDEN}"


def _redact_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    path = unquote(parts.path)
    safe_path = parts.path if hide(path) == path else quote(hide(path), safe="/*")
    query = _encode(redact_params(forms.decode(parts.query)))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], path=safe_path, query=query, fragment="").geturl()


def _redact_body(request: Request) -> bytes:
    if request.body in _HIDDEN_WHOLE:
        return request.body
    body = bodies.parse(request.body, request.headers)
    if body is None:
        return HIDDEN.encode()
    content = bodies.text(request.body, request.headers).lstrip()
    reduced = redact_params(cast("dict[str, Any]", body)) if isinstance(body, dict) else HIDDEN
    if content.startswith(("{", "[")) and bodies.parse_json(content) is not None:
        return json.dumps(reduced, sort_keys=True).encode()
    return _encode(cast("dict[str, Any]", reduced)).encode()


def _encode(params: Mapping[str, Any]) -> str:
    return forms.encode(dict(sorted(forms.pairs(params))), safe="[]*")


def _clean(name: str, value: Any, depth: int) -> Any:
    """Clean one value of an answer: secrets by name, addresses, links into the dashboard, what looks like a secret."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {hide(key): _clean(key, item, depth + 1) for key, item in items if key not in _LINK_NAMES}
    if isinstance(value, list):
        return [_clean(name, item, depth + 1) for item in cast("list[object]", value)]
    return _clean_text(name, value) if isinstance(value, str) and value else value


def _clean_text(name: str, text: str) -> str:
    if name in _ADDRESS_NAMES:
        return _NO_ADDRESS
    hidden = _cut_links(hide(text))
    # An invoice's `number` is no secret, and a card's has been hidden by its look.
    if name == "number" or not is_secret_name(name) or "_secret_" in hidden:
        return hidden
    if not keeps_tail(name):
        return HIDDEN
    return hidden if _REDUCED_TAIL.fullmatch(hidden) else tail(hidden)


def _cut_links(text: str) -> str:
    # Links into Stripe's dashboard and receipts carry account ids, some of them in base64.
    return re.sub(
        _LINK,
        lambda match: match[0] if match[1].lower() in _PUBLIC_HOSTS else f"https://{match[1].lower()}/{HIDDEN}",
        text,
    )
