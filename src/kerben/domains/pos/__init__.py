"""Point of sale: tills, their signs of life, and the receipts they send.

Owns devices, the presence of shops and with it buy eligibility, receipts and discrepancies. Does not own stock
(inventory), prices (catalog), payouts and verification (merchants), or what becomes of orders whose goods a till sold
(orders react to `inventory.oversold.v1`).
"""
