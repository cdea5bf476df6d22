"""Webhooks: an association's changes, sent to servers of its choice, signed as in Standard Webhooks, at least once."""
