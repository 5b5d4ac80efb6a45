"""Carts of users and guests: what somebody means to buy, grouped by shop, with totals explained line by line.

Owns carts and their items. Prices, stock and eligibility are looked up each time a cart is shown; nothing is
reserved by putting it into a cart.
"""
