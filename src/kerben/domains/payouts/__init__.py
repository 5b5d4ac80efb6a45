"""Payouts: sellers' balances are sent to their bank accounts, at once and exactly once.

Owns payouts and their way through the bank. Does not own balances (ledger), bank accounts (merchants), nor the sales
that make a balance (flows call `create_due` after a capture).
"""
