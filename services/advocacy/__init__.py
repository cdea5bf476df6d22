"""Advocacy files: participants, positions, demands and answers."""
