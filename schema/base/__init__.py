"""Scalars, enums and inputs shared by the whole schema."""
