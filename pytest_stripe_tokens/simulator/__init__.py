"""The API in memory: keys, parameters, errors, state and what uses a token up; no HTTP client, no pytest."""

from __future__ import annotations

from pytest_stripe_tokens.simulator.api import Simulator

__all__ = ["Simulator"]
