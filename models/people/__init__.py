"""Persons, their positions and mandates, how they are reached, and segments."""
