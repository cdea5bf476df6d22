"""Messages as they can be read."""
