"""One test's Stripe: settings, the sources of its answers, and what the test sees of them."""
