"""A shop's goods kept by hand: adding products with their opening stock, changing prices, stock and texts.

Owns: what one change means for catalogue and stock together, its precondition (If-Match) and its entry in the audit
log. Does not own: either of them. Files of goods are goods_import's.
"""
