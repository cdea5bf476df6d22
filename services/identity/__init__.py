"""Signing in: how somebody shows who they are, and the sessions that they have then."""
