"""Confederations, associations, affiliations, and roles."""
