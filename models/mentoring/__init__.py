"""Mentoring programmes, profiles and pairings."""
