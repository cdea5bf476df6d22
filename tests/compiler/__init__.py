"""The read compiler, held against a naive executor over the same declarations."""
