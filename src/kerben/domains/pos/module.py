"""How pos plugs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kerben.domains.pos import jobs
from kerben.domains.pos.controllers import DeviceController, EligibilityController, TillController
from kerben.domains.pos.desks import HeartbeatDesk, SaleDesk
from kerben.domains.pos.discrepancy_controllers import DiscrepancyController
from kerben.domains.pos.events import DeviceChanged, SaleRecorded, ShopStatusChanged
from kerben.domains.pos.guards import on_device_changed
from kerben.domains.pos.reactions import add_to_daily_sums
from kerben.domains.pos.repository.summaries import CHECK
from kerben.domains.pos.shift_controllers import ShiftController, TillShiftController
from kerben.domains.pos.summary_controllers import SummaryController
from kerben.domains.pos.summary_model import CONSUMER
from kerben.platform.modules import Live, Module, Reaction, Sweep, Watch

_CHECKS: Final = {
    "every_sale_has_its_receipt_key": """
        SELECT s.id FROM pos.sale s
        LEFT JOIN pos.receipt_key k ON k.device_id = s.device_id AND k.receipt_number = s.receipt_number
        WHERE k.sale_id IS DISTINCT FROM s.id
    """,
    "totals_are_the_sum_of_lines": """
        SELECT s.id FROM pos.sale s JOIN pos.sale_item i ON i.sale_id = s.id AND i.sold_at = s.sold_at
        GROUP BY s.id, s.sold_at, s.total HAVING s.total <> sum(i.total_price)
    """,
    "nothing_comes_back_beyond_its_sale": """
        SELECT r.sale_id, r.variant_id FROM pos.sale_return r
        JOIN (
            SELECT sale_id, variant_id, sum(qty) AS qty, sum(total_price) AS amount FROM pos.sale_item
            WHERE type = 'sale' GROUP BY sale_id, variant_id
        ) i ON i.sale_id = r.sale_id AND i.variant_id = r.variant_id
        WHERE r.qty > i.qty OR r.amount > i.amount
    """,
    "daily_sums_are_those_of_their_receipts": CHECK,
    "z_numbers_are_consecutive": """
        SELECT device_id FROM pos.shift WHERE z_number IS NOT NULL
        GROUP BY device_id HAVING max(z_number) <> count(*)
    """,
    "shifts_of_a_till_do_not_overlap": """
        SELECT a.id FROM pos.shift a JOIN pos.shift b ON b.device_id = a.device_id AND b.id <> a.id
        WHERE a.opened_at <= b.opened_at AND (a.closed_at IS NULL OR a.closed_at >= b.opened_at)
    """,
}


def _messages(event: ShopStatusChanged) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    data = {"shop_id": str(event.shop_id), "pos_status": event.pos_status}
    return [(f"shop:{event.shop_id}", "pos_status_changed", data)]


MODULE = Module(
    name="pos",
    controllers=[
        DeviceController,
        TillController,
        TillShiftController,
        ShiftController,
        DiscrepancyController,
        SummaryController,
        EligibilityController,
    ],
    reactions=[Reaction(CONSUMER, (SaleRecorded,), lambda _: add_to_daily_sums, batch=1000)],
    sweeps=[
        Sweep("pos.silence", 1, jobs.hush_silent_shops),
        Sweep("pos.partitions", 3600, jobs.make_partitions),
        Sweep("pos.sync_log", 3600, jobs.purge_sync_log),
    ],
    watches=[Watch("pos.devices", (DeviceChanged,), on_device_changed)],
    live=[Live((ShopStatusChanged,), _messages)],
    provides={"sale_desk": SaleDesk, "heartbeat_desk": HeartbeatDesk},
    checks=_CHECKS,
)
