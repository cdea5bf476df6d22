"""Planning events, their status changes, and their reports."""
