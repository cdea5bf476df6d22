"""Seat pools, allotments, the waiting list and offers."""
