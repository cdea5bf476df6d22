"""Health, metrics, and how a server starts and ends."""
