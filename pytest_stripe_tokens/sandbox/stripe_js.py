"""The stand-in of Stripe.js that a page loads from the server: `stripe.js`, beside this module."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_stripe_tokens.api.messages import Response

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Request

# As js.stripe.com has them, https://docs.stripe.com/sdks/stripejs-versioning: v3, and a name for each release.
_PATH = re.compile(r"/v3/?|/(v3|[a-z]+)/stripe\.js")
_HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    # The next run may have another version of it at the same address.
    "Cache-Control": "no-store",
}


def script(request: Request) -> Response | None:
    """Answer a request for Stripe.js; None for any other."""
    if request.method not in {"GET", "HEAD"} or _PATH.fullmatch(request.path) is None:
        return None
    return Response(200, _HEADERS, _text())


@cache
def _text() -> bytes:
    return Path(__file__).with_name("stripe.js").read_bytes()
