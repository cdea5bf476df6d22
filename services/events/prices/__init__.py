"""Prices of seats, and invoices for registrations."""
