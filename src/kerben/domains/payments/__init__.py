"""Payments: what a buyer owes for an order or a bill, and how its money stands at the acquirer.

Owns payments, the acquirers' answers and refunds. Does not own orders, nor what follows a change of state: flows do
that in the same transaction, with the changes that `apply_states` returns. Never sees card numbers.
"""
