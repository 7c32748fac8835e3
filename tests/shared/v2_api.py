"""A client of `Simulator.answer` that sends JSON to /v2, and what is documented of its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulator_api import Api

SHARED = Path(__file__).parent
DOCUMENTED = json.loads((SHARED / "v2_documented.json").read_text(encoding="utf-8"))
"""Requests and answers of the API reference of 2026-01, by object."""

PUBLISHED = json.loads((SHARED / "v2_published_errors.json").read_text(encoding="utf-8"))["codes"]
"""The codes of the API reference of 2026-01 with their statuses, and the texts that it has."""

RECIPIENT = {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}}


class V2Api(Api):
    """One simulated account and a client of its /v2."""

    def send(self, method: str, path: str, params: Any = None, **options: Any) -> Any:
        if not path.startswith("/v2/") or isinstance(params, bytes):
            return super().send(method, path, params, **options)
        body = b"" if params is None else json.dumps(params).encode()
        options.setdefault("content_type", "application/json")
        return super().send(method, path, body, **options)

    def account_token(self, **params: Any) -> str:
        return str(self.post("/v2/core/account_tokens", params)["id"])

    def person_token(self, account: str, **params: Any) -> str:
        return str(self.post(f"/v2/core/accounts/{account}/person_tokens", params)["id"])

    def account(self, **params: Any) -> str:
        return str(self.post("/v2/core/accounts", params)["id"])

    def person(self, account: str, **params: Any) -> str:
        return str(self.post(f"/v2/core/accounts/{account}/persons", params)["id"])

    def error(self, path: str, params: Any = None, method: str = "POST", **options: Any) -> tuple[int, str]:
        """Send what has to fail, give its status and code."""
        response = self.send(method, path, params, **options)
        assert response.status >= 400, response.body.decode()
        return response.status, response.json()["error"].get("code")
