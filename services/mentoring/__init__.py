"""Mentoring: programmes, profiles, pairings, and a pairing's private goals, sessions and notes."""
