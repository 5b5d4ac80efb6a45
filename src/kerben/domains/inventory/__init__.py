"""Inventory: how much of each variant lies in its shop, what orders have reserved of it, and why it changed.

Owns on hand, reservations and the append-only history of adjustments. Does not own prices or goods (catalog), the
fate of an order whose goods are gone (orders react to `inventory.oversold.v1`), or tills (pos).
"""
