"""Checkout: what a shop offers, and placing orders.

Brings catalogue, eligibility, stock, orders and payments together; a whole batch of orders is one transaction with
one statement per step. Has no tables of its own.
"""
