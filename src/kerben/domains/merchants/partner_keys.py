"""Keys of partners' programs (1C, ERP, restaurant tills): issued, rotated and revoked by a merchant's owner or
manager. Only a hash of a secret is kept; every deed is audited."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.merchants import partner_repository, repository, shop_repository
from kerben.domains.merchants.access import merchant_access
from kerben.domains.merchants.errors import ApiKeyLimitError, ApiKeyRevokedError
from kerben.domains.merchants.events import ApiKeyChanged
from kerben.domains.merchants.model import MerchantAccess, Scope, StaffRole
from kerben.domains.merchants.partner_guard import KeyDirectory
from kerben.domains.merchants.partner_repository import NewKey
from kerben.domains.merchants.rules import clean_name
from kerben.domains.merchants.staffing_model import ApiKey, IssuedKey
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

KEYS_MAX: Final = 50
GRACE_H: Final = 24
GRACE_H_MAX: Final = 168
PREFIX_CHARS: Final = 11

_MAY: Final = (StaffRole.OWNER, StaffRole.MANAGER)


def _new_secret() -> str:
    # 256 random bits: they cannot be guessed, and eight shown characters of 43 give nothing away.
    return f"kp_{secrets.token_urlsafe(32)}"


async def list_keys(tx: ReadTx, principal: Principal, merchant_id: UUID) -> list[ApiKey]:
    """A merchant's keys, never a secret. Raises what `merchant_access` raises."""
    await merchant_access(tx, principal, merchant_id, _MAY)
    return await partner_repository.of_merchant(tx, merchant_id)


async def issue(
    tx: WriteTx,
    principal: Principal,
    merchant_id: UUID,
    name: str,
    scopes: Sequence[Scope],
    shop_ids: Sequence[UUID] | None,
    expires_at: datetime | None,
    ip: str,
) -> IssuedKey:
    """Make a key; its secret is shown this once. InvalidRequestError, ApiKeyLimitError, and what `merchant_access`
    raises."""
    access = await merchant_access(tx, principal, merchant_id, _MAY)
    await repository.locked_merchant(tx, merchant_id)
    cleaned = clean_name(name)
    if len(set(scopes)) != len(scopes):
        raise invalid("/scopes", "Право названо дважды.")
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= tx.now):
        raise invalid("/expires_at", "Укажите будущий момент с часовым поясом.")
    if shop_ids is not None and await shop_repository.foreign(tx, merchant_id, shop_ids):
        raise invalid("/shop_ids", "Такого магазина у продавца нет.", "UNKNOWN_SHOP")
    if await partner_repository.count_working(tx, merchant_id) >= KEYS_MAX:
        raise ApiKeyLimitError
    shops = None if shop_ids is None else sorted(set(shop_ids))
    new = NewKey(merchant_id, cleaned, scopes, shops, expires_at, access.actor)
    key_id = await partner_repository.insert(tx, new)
    issued = await _give_secret(tx, access, key_id)
    shown = {
        "name": cleaned,
        "scopes": [scope.value for scope in issued.key.scopes],
        "shop_ids": None if shops is None else [str(shop_id) for shop_id in shops],
        "expires_at": expires_at.isoformat() if expires_at else None,
    }
    await record(tx, _entry(access, "api_key.create", key_id, None, shown, ip))
    return issued


async def _give_secret(tx: WriteTx, access: MerchantAccess, key_id: UUID) -> IssuedKey:
    secret = _new_secret()
    await partner_repository.insert_secret(tx, key_id, token_hash(secret), secret[:PREFIX_CHARS])
    return IssuedKey(secret, await _found(tx, access.merchant_id, key_id))


async def rotate(
    runtime: Runtime, tx: WriteTx, principal: Principal, merchant_id: UUID, key_id: UUID, grace_h: float, ip: str
) -> IssuedKey:
    """Give a key a new secret; the former works for `grace_h` hours more, 0 ends it at once. NotFoundError,
    ApiKeyRevokedError, and what `merchant_access` raises."""
    access = await merchant_access(tx, principal, merchant_id, _MAY)
    if not await partner_repository.lock(tx, merchant_id, key_id):
        raise NotFoundError
    key = await _found(tx, merchant_id, key_id)
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= tx.now):
        raise ApiKeyRevokedError
    await partner_repository.retire_secrets(tx, key_id, timedelta(hours=grace_h))
    issued = await _give_secret(tx, access, key_id)
    _announce(runtime, tx, merchant_id, key_id)
    shown = {"prefix": issued.key.prefix, "grace_h": grace_h}
    await record(tx, _entry(access, "api_key.rotate", key_id, {"prefix": key.prefix}, shown, ip))
    return issued


async def revoke(
    runtime: Runtime, tx: WriteTx, principal: Principal, merchant_id: UUID, key_id: UUID, ip: str
) -> None:
    """End a key at once, in every process within a second; again changes nothing. NotFoundError, and what
    `merchant_access` raises."""
    access = await merchant_access(tx, principal, merchant_id, _MAY)
    key = await _found(tx, merchant_id, key_id)
    if not await partner_repository.revoke(tx, merchant_id, key_id):
        return
    _announce(runtime, tx, merchant_id, key_id)
    await record(tx, _entry(access, "api_key.revoke", key_id, {"prefix": key.prefix}, None, ip))


def _announce(runtime: Runtime, tx: WriteTx, merchant_id: UUID, key_id: UUID) -> None:
    tx.publish(ApiKeyChanged(key_id, merchant_id))
    directory = runtime.part(KeyDirectory)
    tx.after_commit(lambda: directory.forget(key_id))


async def _found(tx: ReadTx, merchant_id: UUID, key_id: UUID) -> ApiKey:
    key = await partner_repository.by_id(tx, merchant_id, key_id)
    if key is None:
        raise NotFoundError
    return key


def _entry(
    access: MerchantAccess,
    action: str,
    key_id: UUID,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    ip: str,
) -> AuditEntry:
    return AuditEntry(
        access.actor, access.role, action, "api_key", str(key_id), before, after, ip, access.merchant_id
    )  # fmt: skip
