"""Billing, for any subject: invoices without gaps, credit notes, payments, allocations and balances.

A domain that bills calls `invoices.issue` and `invoices.credit`, and keeps which of its rows each line is for in a link
table of its own. Nothing here knows what is billed.
"""
