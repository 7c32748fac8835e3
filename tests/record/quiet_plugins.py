"""The plugins that a suite which records is run with."""

from __future__ import annotations

from suites import RECORDING as QUIET

__all__ = ["QUIET"]
