"""Connections to PostgreSQL, the embedded server, and migrations."""
