"""The plugins that a suite which records is run with."""

from __future__ import annotations

# Loading the plugins that happen to be installed takes two thirds of such a run's time.
QUIET = ("-p", "stripe_tokens", "-p", "xdist", "-p", "no:cacheprovider")
