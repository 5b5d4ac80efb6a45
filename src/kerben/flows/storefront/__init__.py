"""What buyers see of the market: the first page, product pages, lists of products, search and its suggestions.

Owns: putting goods, stock, shops and eligibility together in one answer. Does not own: any of these, nor the texts of
pages. Every product shown is made from the tables at that moment, so its stock and eligibility are true; counts on
the first page, and which shops a search for what sells now looks at, are some seconds old.
"""
