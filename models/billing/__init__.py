"""Billing: accounts of payers, invoices, payments, and what is set against what; for any subject."""
