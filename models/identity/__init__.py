"""Sessions, passkeys, identity providers and site keys."""
