"""The ledger: double-entry accounts and transfers in minor units.

Owns accounts, their balances and the append-only list of transfers. Does not own why money moves: payments and
payouts decide that and post transfers here.
"""
