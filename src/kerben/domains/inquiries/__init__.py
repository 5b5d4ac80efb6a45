"""Call-back requests: a buyer who cannot buy online asks whether goods are available and is called back.

Owns the requests and what a shop's staff answered. Nothing is reserved or promised by them.
"""
