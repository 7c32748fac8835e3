"""Sellers and how they sign up."""
