"""The kernel's own tables: the journal, and the keys of requests."""
