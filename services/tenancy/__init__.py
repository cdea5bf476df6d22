"""Confederations, their associations, who is affiliated with whom, and who may do what."""
