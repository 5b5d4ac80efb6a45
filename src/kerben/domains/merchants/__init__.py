"""Sellers: merchants, their shops, staff and payout accounts; who may act for whom.

Owns: merchants, shops, staff and their invitations, keys of partners' programs, payout status, and the access objects
that keep one seller from another's rows.
Does not own: whether a till is alive and what may be bought online (pos), balances and payouts (ledger, payouts).
"""
