"""Foundations of every model: records and keys, row policies, figure functions."""
