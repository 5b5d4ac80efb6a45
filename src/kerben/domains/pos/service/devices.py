"""Registering and revoking tills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry
from kerben.domains.audit.api import record as audit
from kerben.domains.merchants.api import ShopAccess, ShopFacts, shops_by_ids
from kerben.domains.pos.errors import DeviceUnauthenticatedError
from kerben.domains.pos.events import DeviceChanged, ShopStatusChanged
from kerben.domains.pos.model import DeviceRow, DeviceSecrets, KnownDevice, Presence
from kerben.domains.pos.repository import devices as repository
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.ids import new_token
from kerben.platform.secrets import Keyring, token_hash

PURPOSE: Final = "pos-device-secret"


async def create_device(tx: WriteTx, keys: Keyring, shop_id: UUID, name: str) -> DeviceSecrets:
    """Register a till. Its token and secret are in the answer and nowhere else in the clear."""
    secrets = DeviceSecrets(tx.new_id(), new_token(), new_token())
    sealed = keys.seal(PURPOSE, secrets.secret.encode())
    await repository.insert_device(tx, secrets.device_id, shop_id, name, token_hash(secrets.token), sealed)
    await repository.log(tx, [(secrets.device_id, shop_id, "registered", name)])
    tx.publish(DeviceChanged(device_id=secrets.device_id, shop_id=shop_id, status="registered"))
    return secrets


async def register(tx: WriteTx, keys: Keyring, access: ShopAccess, name: str, ip: str) -> DeviceSecrets:
    """Register a till for a member of the shop's staff."""
    secrets = await create_device(tx, keys, access.shop_id, name)
    await audit(tx, _entry(access, "pos.device_registered", secrets.device_id, {"name": name}, ip))
    return secrets


async def revoke(tx: WriteTx, access: ShopAccess, device_id: UUID, silence_s: int, ip: str) -> None:
    """Lock a till out; repeating it does nothing. Raises NotFoundError for another shop's till."""
    before = await repository.lock_presence(tx, [access.shop_id])
    if not await repository.revoke(tx, access.shop_id, device_id):
        if any(device.id == device_id for device in await devices_of_shop(tx, access)):
            return
        raise NotFoundError
    after = await repository.refresh_presence(tx, [access.shop_id], silence_s)
    await publish_status(tx, before, after)
    await repository.log(tx, [(device_id, access.shop_id, "revoked", "")])
    await audit(tx, _entry(access, "pos.device_revoked", device_id, None, ip))
    tx.publish(DeviceChanged(device_id=device_id, shop_id=access.shop_id, status="revoked"))


def _entry(access: ShopAccess, action: str, device_id: UUID, after: dict[str, str] | None, ip: str) -> AuditEntry:
    return AuditEntry(
        actor_id=access.actor,
        actor_role=access.role,
        action=action,
        entity="pos_device",
        entity_id=str(device_id),
        before=None,
        after={"shop_id": str(access.shop_id), **(after or {})},
        ip=ip,
        merchant_id=access.merchant_id,
    )


async def devices_of_shop(tx: ReadTx, access: ShopAccess) -> list[DeviceRow]:
    """A shop's tills, revoked ones too, in the order they were registered."""
    return await repository.devices_of_shop(tx, access.shop_id)


async def till_with_shop(tx: ReadTx, device: KnownDevice) -> tuple[DeviceRow, ShopFacts]:
    """A till that calls, and its shop. Raises DeviceUnauthenticatedError for one that is revoked meanwhile."""
    row = next((d for d in await repository.devices_of_shop(tx, device.shop_id) if d.id == device.id), None)
    if row is None or row.revoked_at is not None:
        raise DeviceUnauthenticatedError
    return row, (await shops_by_ids(tx, [device.shop_id]))[device.shop_id]


async def find_device(tx: ReadTx, keys: Keyring, hashed: bytes) -> KnownDevice | None:
    """The till of a token's hash, None for an unknown or revoked one."""
    row = await repository.device_by_token(tx, hashed)
    return None if row is None else KnownDevice(row[0], row[1], keys.unseal(PURPOSE, row[2]))


async def publish_status(tx: WriteTx, before: dict[UUID, Presence], after: dict[UUID, Presence]) -> None:
    """Tell of the shops whose status is another one now."""
    changed = {i: p for i, p in after.items() if i not in before or before[i].pos_status != p.pos_status}
    await tell(tx, [(i, p.pos_status) for i, p in changed.items()])


async def tell(tx: WriteTx, statuses: Sequence[tuple[UUID, str]]) -> None:
    """Publish status changes of shops."""
    if not statuses:
        return
    shops = await shops_by_ids(tx, [shop_id for shop_id, _ in statuses])
    tx.publish(
        *(
            ShopStatusChanged(shop_id=shop_id, merchant_id=shops[shop_id].merchant_id, pos_status=status)
            for shop_id, status in statuses
            if shop_id in shops
        )
    )
