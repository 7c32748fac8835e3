"""Stripe's API in memory: it takes a request and gives an answer."""
