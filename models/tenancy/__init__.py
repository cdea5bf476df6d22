"""Confederations, associations, affiliations, and roles granted in them."""
