"""Jobs and the worker that does them."""
