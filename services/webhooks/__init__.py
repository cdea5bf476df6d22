"""Webhooks: an association's changes, told to servers of its choice. Signed as Standard Webhooks, at least once."""
