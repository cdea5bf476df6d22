"""The engine of mutations, and what each mutation declares."""
