"""Persons, their positions, mandates and contact points, and segments of people."""
