"""Where a till and we differ: noted, closed by a report that agrees, settled by a person.

Accepting a stock report. The till counted at `reported_at`; what has been recorded since counts as well. So the
difference of that report is added to what we hold now, instead of setting on hand to a number of the past. Receipts
that the till had made when it counted but sent only afterwards were in its count already, and now are in ours: what
they moved is taken off the difference. A person decides on a `version`; a later report with another difference has a
higher one, and the decision is refused. A report that says the same again, while both sides sell on, keeps it.

Keeping ours or ignoring closes the discrepancy and mutes this very difference: for good when ignored, else for as
long as a till may need to fetch our number, which the downlink gives it again. Another difference is always heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from kerben.domains.audit.api import AuditEntry
from kerben.domains.audit.api import record as audit
from kerben.domains.catalog.api import PriceChange, VariantFacts, set_prices, variants_by_ids
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockChange,
    UnknownStockError,
    adjust,
    open_stock,
)
from kerben.domains.merchants.api import ShopAccess
from kerben.domains.pos.errors import DiscrepancyChangedError, DiscrepancyResolvedError
from kerben.domains.pos.events import DiscrepancyOpened, DiscrepancyResolved
from kerben.domains.pos.model import Discrepancy, Resolution
from kerben.domains.pos.repository import discrepancies as repository
from kerben.domains.pos.repository.discrepancies import Difference
from kerben.platform.db import WriteTx
from kerben.platform.errors import NotFoundError, invalid

KEEP_OURS_GRACE: Final = timedelta(minutes=10)
"""How long a till may go on reporting a difference after somebody decided that ours is right."""


async def note(tx: WriteTx, kind: str, found: Sequence[Difference]) -> None:
    """Store what differs and tell of what is new."""
    tx.publish(
        *(
            DiscrepancyOpened(
                variant_id=new.variant_id, shop_id=new.shop_id, kind=kind, reported=new.reported, ours=new.ours
            )
            for new in await repository.differ(tx, kind, found)
        )
    )


async def agreed(tx: WriteTx, kind: str, variant_ids: Sequence[UUID], *, unmuting: bool = False) -> None:
    """A till's report of these is equal to what we hold. `unmuting`: what was muted will be heard of again."""
    closed = await repository.agree(tx, kind, variant_ids, unmuting=unmuting)
    tx.publish(*(_resolved(entry, Resolution.AGREED) for entry in closed))


def _resolved(entry: Discrepancy, resolution: Resolution) -> DiscrepancyResolved:
    return DiscrepancyResolved(
        discrepancy_id=entry.id,
        variant_id=entry.variant_id,
        shop_id=entry.shop_id,
        kind=entry.kind,
        resolution=resolution.value,
    )


async def resolve(
    tx: WriteTx,
    access: ShopAccess,
    discrepancy_id: UUID,
    action: Resolution,
    version: int | None,
    note_text: str | None,
    ip: str,
) -> Discrepancy:
    """Settle a discrepancy of the shop as a person decided; once, whoever else decides at the same time.

    `version` is that of the report decided on; accepting needs it. Raises DiscrepancyResolvedError,
    DiscrepancyChangedError, InvalidRequestError, and NegativeStockError when less than nothing would be on hand.
    """
    found = await repository.lock(tx, discrepancy_id)
    if found.resolved_at is not None:
        raise DiscrepancyResolvedError(resolution=found.resolution)
    if action is Resolution.ACCEPT_REPORTED and version is None:
        raise invalid("/version", "Укажите версию расхождения, которую вы видели.", "REQUIRED")
    if version is not None and version != found.version:
        raise DiscrepancyChangedError(version=found.version)
    if action is Resolution.ACCEPT_REPORTED:
        await _accept(tx, access, found, note_text)
    done = await repository.resolve(
        tx,
        found.id,
        action,
        access.actor,
        note_text,
        muted=action in {Resolution.KEEP_OURS, Resolution.IGNORE},
        muted_until=tx.now + KEEP_OURS_GRACE if action is Resolution.KEEP_OURS else None,
    )
    after = {"resolution": action.value, "note": note_text}
    before = {"kind": found.kind, "reported": found.reported, "ours": found.ours, "version": found.version}
    await audit(
        tx,
        AuditEntry(
            access.actor,
            access.role,
            "pos.discrepancy_resolved",
            "pos_discrepancy",
            str(found.id),
            {**before, "variant_id": str(found.variant_id)},
            after,
            ip,
            access.merchant_id,
        ),
    )
    tx.publish(_resolved(found, action))
    return done


async def _accept(tx: WriteTx, access: ShopAccess, found: Discrepancy, note_text: str | None) -> None:
    variant = (await variants_by_ids(tx, [found.variant_id])).get(found.variant_id)
    if variant is None:
        raise NotFoundError
    if found.kind == "price":
        await _accept_price(tx, found, variant)
        return
    delta = found.reported - found.ours - await repository.counted_already(tx, found)
    change = StockChange(
        variant_id=found.variant_id,
        delta_milli=delta,
        cause=AdjustmentCause.STOCKTAKE,
        reference=found.id,
        actor_id=access.actor,
        note=note_text,
    )
    try:
        await adjust(tx, [change])
    except UnknownStockError:
        await open_stock(tx, [OpeningStock(variant.id, variant.shop_id, variant.product_id)])
        await adjust(tx, [change])


async def _accept_price(tx: WriteTx, found: Discrepancy, variant: VariantFacts) -> None:
    if found.reported <= 0:
        raise invalid("/action", "Цена на кассе нулевая: её нельзя сделать ценой на сайте.")
    # Somebody set another price meanwhile: what was decided on is not there any more.
    if variant.price not in {found.ours, found.reported}:
        raise DiscrepancyChangedError(version=found.version)
    await set_prices(tx, [PriceChange(found.variant_id, found.reported, "seller", f"discrepancy:{found.id}")])
