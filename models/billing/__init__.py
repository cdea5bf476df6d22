"""Billing: payers' accounts, invoices, payments and their allocations; for any subject."""
