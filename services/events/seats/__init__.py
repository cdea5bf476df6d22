"""Seat pools, allotments, the waiting list and its offers."""
