"""Identifiers: UUIDv7 (RFC 9562), so that new rows land side by side in an index."""

from __future__ import annotations

import secrets
from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils import uuid7


def new_id() -> UUID:
    """A new UUIDv7, of the driver's own subclass: made, compared and written several times faster."""
    return pgproto.UUID(uuid7().bytes)


def new_token(size: int = 32) -> str:
    """A random URL-safe secret of `size` bytes, for tokens that are shown once and stored as a hash."""
    return secrets.token_urlsafe(size)
