"""What the paths of /v2 do otherwise: JSON bodies, errors of another form, idempotency keys that keep successes alone.

Source: docs.stripe.com/api-v2-overview, stripe-python 16.1 and stripe-node 23.1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_stripe_tokens.api import bodies
from pytest_stripe_tokens.simulator import answers
from pytest_stripe_tokens.simulator.call import Call
from pytest_stripe_tokens.simulator.errors import of_v2
from pytest_stripe_tokens.simulator.errors.refusal import ApiError
from pytest_stripe_tokens.simulator.handling import LONGEST_IDEMPOTENCY_KEY, Handling
from pytest_stripe_tokens.simulator.parameters_v2 import read_json
from pytest_stripe_tokens.simulator.pretty import encoded, pretty
from pytest_stripe_tokens.simulator.state import Kept

if TYPE_CHECKING:
    from pytest_stripe_tokens.api.messages import Response
    from pytest_stripe_tokens.simulator.keys import Caller
    from pytest_stripe_tokens.simulator.routes import Route

# The first version in which these endpoints are open to everyone; before it they were in previews.
_FIRST_VERSION = "2025-12-15"
_JSON = "application/json"


class HandlingV2(Handling):
    """One request to a path of /v2 on its way through the checks to its answer."""

    def _refused(self, error: ApiError) -> Response:
        """Answer in the form of /v2; who has no key, or asks for what is not there, is answered as under /v1."""
        row = error.row
        if not isinstance(row, of_v2.V2Row):
            return super()._refused(error)
        fields: dict[str, Any] = {"code": row.code, "message": error.message, **error.more}
        if row.type:
            fields["type"] = row.type
        return answers.respond(row.status, encoded(pretty({"error": fields})), self._envelope(row), retry=row.retry)

    def _form(self) -> bytes:
        """Check that a body is JSON; there is no other form under /v2."""
        request = self._request
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.body and content_type != _JSON:
            raise of_v2.refusal("unsupported_content_type", kind=content_type or "without one")
        if request.body and not isinstance(bodies.parse_json(self._text), dict):
            raise of_v2.refusal("invalid_json")
        version = request.headers.get("stripe-version", "").strip()
        if version and version[: len(_FIRST_VERSION)] < _FIRST_VERSION and ".preview" not in version:
            raise ApiError("version_before_v2", version=version, path=request.path)
        return request.body

    @property
    def _text(self) -> str:
        return bodies.text(self._request.body, {})

    def _once(self, caller: Caller, route: Route, ids: tuple[str, ...], form: bytes) -> Response:
        """Answer again what has succeeded; what failed is tried again under the same key."""
        key = self._request.headers.get("idempotency-key") if route.method in {"POST", "DELETE"} else None
        if key is None:
            return self._run(caller, route, ids, form)
        if len(key) > LONGEST_IDEMPOTENCY_KEY:
            raise of_v2.refusal("idempotency_key_too_long")
        name = (caller.scope, caller.key, key)
        params: dict[str, Any] = json.loads(self._text) if form else {}
        endpoint = f"{route.method} {self._request.path}"
        kept = self._world.kept.get(name)
        if kept is None:
            response = self._run(caller, route, ids, form)
            self._world.kept[name] = Kept(endpoint, params, response.status, response.body, self._request_id)
            return response
        if (kept.endpoint, kept.params) != (endpoint, params):
            raise of_v2.refusal("idempotency_error")
        return answers.respond(kept.status, kept.body, self._envelope(original=kept.request_id), retry="false")

    def _run(self, caller: Caller, route: Route, ids: tuple[str, ...], form: bytes) -> Response:
        version = self._request.headers.get("stripe-version", "").strip() or None
        params = read_json(self._text if form else "", self._request.query, route.table, version)
        headers = self._request.headers
        call = Call(
            self._world,
            caller,
            params,
            ids,
            self._request_id,
            headers.get("idempotency-key"),
            headers.get("user-agent"),
        )
        call.catch_up()
        return answers.success(route.endpoint(call), self._envelope())
