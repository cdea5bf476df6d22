"""Billing, for any subject: invoices without gaps, credit notes, payments, allocations and balances.

A domain that bills calls `invoices.issue` and `invoices.credit`, and has a link table from its rows to invoice lines.
Nothing here knows what is billed.
"""
