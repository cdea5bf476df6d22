"""Advocacy files: what associations stand up for together, what they ask for, and what they are answered."""
