"""Scalars, enums and inputs that the whole schema shares."""
