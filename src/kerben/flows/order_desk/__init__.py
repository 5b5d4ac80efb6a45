"""The desk at which orders are looked at and moved: buyers see and cancel theirs, staff carry them to delivery.

Steps that touch money or goods bring payments, stock and ledger along in one transaction. Locks are taken
payments → orders → stock → ledger. Has no tables of its own.
"""
