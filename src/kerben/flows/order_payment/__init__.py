"""What payments do to orders: opening a payment, the acquirer's word, expiry, and what follows from each.

Locks are taken payments → orders → stock → ledger in every transaction here. Has no tables of its own.
"""
