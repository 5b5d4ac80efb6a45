"""What an admin's console shows across domains: the figures that want attention, all orders, all tills, the ledger's
entries, parked events and jobs.

What concerns one domain only (people, categories, merchants, payouts, problems with payments, the audit log) is that
domain's own.
"""
