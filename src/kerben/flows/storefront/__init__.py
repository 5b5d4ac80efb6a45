"""What buyers see of the market: product pages, lists of products, search.

Owns: putting goods, stock, shops and eligibility together in one answer. Does not own: any of these, nor the texts of
pages. Every answer is made from the tables at that moment, so stock and eligibility in it are true.
"""
