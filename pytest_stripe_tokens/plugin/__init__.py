"""pytest's side of the package: the entry point loads this, and everything else is imported from here."""

from pytest_stripe_tokens.plugin.hooks import *  # noqa: F403
