"""Persons, contact points and segments."""
