"""Prices: what a seat costs whom, and the invoices that follow a registration."""
