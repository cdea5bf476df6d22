"""Accounts, invoices, payments, and what is set against what."""
