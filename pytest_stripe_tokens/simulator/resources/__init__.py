"""The resources that answer requests, a module for each of Stripe's."""
