"""Advocacy files."""
