"""Trusted documents: websites' registered operations, found by their hashes."""
