"""Memberships and headcounts."""
