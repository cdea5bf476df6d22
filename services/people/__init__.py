"""Persons, their positions and mandates, and segments: the one language for "whom"."""
