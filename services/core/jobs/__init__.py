"""Background jobs and their worker."""
