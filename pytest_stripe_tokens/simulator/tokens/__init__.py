"""Tokens: how they are checked, made and used up, and what they stand for."""
