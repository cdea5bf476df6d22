"""Mentoring: programmes, the profiles that persons publish in them, pairings, and what stays between the two."""
