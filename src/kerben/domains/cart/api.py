"""The public surface of cart."""

from __future__ import annotations

from kerben.domains.cart.errors import CartFullError
from kerben.domains.cart.model import CartGroup, CartLine, CartView, Owner, Trouble
from kerben.domains.cart.service import merge, put, remove, view

__all__ = ["CartFullError", "CartGroup", "CartLine", "CartView", "Owner", "Trouble", "merge", "put", "remove", "view"]
