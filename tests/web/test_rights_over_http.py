"""Rights withdrawn, days gone by, a database gone: what the next request answers."""
