"""Signs of life, many at once, and what follows from them: presence, and the tills' count against ours."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.catalog.api import VariantKey, find_variants
from kerben.domains.inventory.api import levels
from kerben.domains.pos.errors import DeviceUnauthenticatedError
from kerben.domains.pos.model import Heartbeat, StockDiscrepancy
from kerben.domains.pos.repository import devices as repository
from kerben.domains.pos.repository.discrepancies import Difference
from kerben.domains.pos.rules import ACTIVE, as_heard
from kerben.domains.pos.service.devices import publish_status, tell
from kerben.domains.pos.service.discrepancies import agreed, note
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError


async def beat(tx: WriteTx, beats: Sequence[Heartbeat], silence_s: int) -> list[list[StockDiscrepancy] | DomainError]:
    """Take heartbeats, at most one per till; for each the discrepancies of its stock.

    A status other than "active" counts as silence at once. A till revoked meanwhile gets DeviceUnauthenticatedError.
    """
    shop_ids = sorted({b.shop_id for b in beats})
    # A shop whose time ran out shows as silent wherever it is read, also before `hush` says so: its return is news.
    before = {i: as_heard(p, tx.now, silence_s) for i, p in (await repository.lock_presence(tx, shop_ids)).items()}
    states = await repository.beat(tx, beats, [b.status == ACTIVE for b in beats])
    after = await repository.refresh_presence(tx, shop_ids, silence_s)
    await publish_status(tx, before, after)
    heard = [b for b in beats if b.device_id in states]
    returned = {i for i, p in after.items() if p.pos_status == "pos_active" and before[i].pos_status == "pos_offline"}
    await _log_changes(tx, heard, states, returned)
    found = await _compare(tx, heard)
    return [found.get(b.device_id, []) if b.device_id in states else DeviceUnauthenticatedError() for b in beats]


async def _log_changes(
    tx: WriteTx, beats: Sequence[Heartbeat], states: dict[UUID, tuple[str, str]], returned: set[UUID]
) -> None:
    entries = [
        (b.device_id, b.shop_id, "online" if b.status == ACTIVE else "closed", b.firmware_version or "")
        for b in beats
        if states[b.device_id][0] != states[b.device_id][1] or b.shop_id in returned
    ]
    if entries:
        await repository.log(tx, entries)


async def _compare(tx: WriteTx, beats: Sequence[Heartbeat]) -> dict[UUID, list[StockDiscrepancy]]:
    reports = {VariantKey(b.shop_id, "sku", report.sku): (b, report.qty_milli) for b in beats for report in b.stock}
    if not reports:
        return {}
    facts = await find_variants(tx, list(reports))
    stock = await levels(tx, [variant.id for variant in facts.values()])
    found: dict[UUID, list[StockDiscrepancy]] = {}
    open_: list[Difference] = []
    equal: list[UUID] = []
    for key, (b, reported) in reports.items():
        variant = facts.get(key)
        if variant is None:
            found.setdefault(b.device_id, []).append(StockDiscrepancy(key.value, None, reported, None))
            continue
        ours = stock[variant.id].on_hand_milli if variant.id in stock else 0
        if ours == reported:
            equal.append(variant.id)
        else:
            found.setdefault(b.device_id, []).append(StockDiscrepancy(key.value, variant.id, reported, ours))
            counted_at = min(b.counted_at or tx.now, tx.now)
            open_.append(Difference(b.shop_id, variant.id, b.device_id, reported, ours, counted_at))
    if equal:
        await agreed(tx, "stock", equal, unmuting=True)
    if open_:
        await note(tx, "stock", open_)
    return found


async def hush(tx: WriteTx, silence_s: int) -> int:
    """Publish `pos_offline` for shops that fell silent; how many."""
    shop_ids = await repository.silence(tx, silence_s)
    await tell(tx, [(shop_id, "pos_offline") for shop_id in shop_ids])
    return len(shop_ids)
