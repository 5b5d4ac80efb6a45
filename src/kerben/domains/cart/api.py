"""The public surface of cart."""

from __future__ import annotations

from kerben.domains.cart.errors import CartFullError
from kerben.domains.cart.model import CartGroup, CartLine, CartView, Owner, Trouble, Wanted
from kerben.domains.cart.service import merge, put, remove, views

__all__ = [
    "CartFullError",
    "CartGroup",
    "CartLine",
    "CartView",
    "Owner",
    "Trouble",
    "Wanted",
    "merge",
    "put",
    "remove",
    "views",
]
