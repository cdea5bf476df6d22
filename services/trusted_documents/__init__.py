"""Trusted documents: which operations websites have registered, and finding them by their hashes."""
