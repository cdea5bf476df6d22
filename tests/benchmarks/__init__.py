"""Side by side: this server, a usual one over the same tables, and the limit. `make bench`; not tests."""
