"""Fees: what a seat costs whom, invoices in an unbroken sequence, payments, and who owes what."""
