"""The figures at the head of the console."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kerben.domains.ledger import api as ledger
from kerben.domains.merchants import api as merchants
from kerben.domains.orders import api as orders
from kerben.domains.payments import api as payments
from kerben.domains.payouts import api as payouts
from kerben.domains.pos import api as pos
from kerben.flows.console.model import SummaryView
from kerben.platform import dead_letters, jobs
from kerben.platform.db import ReadTx
from kerben.platform.money import view
from kerben.platform.settings import Settings


def day_of(now: datetime, timezone: str) -> tuple[datetime, datetime]:
    """When the market's day began in which `now` is, and when it ends."""
    local = now.astimezone(ZoneInfo(timezone))
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, (start + timedelta(days=1)).replace(hour=0)


async def summary(tx: ReadTx, settings: Settings) -> SummaryView:
    """All figures as they are in one snapshot."""
    waiting = await merchants.waiting(tx)
    today = await orders.day_figures(tx, *day_of(tx.now, settings.timezone), settings.currency)
    totals = await ledger.trial_balance(tx)
    return SummaryView(
        merchants_unverified=waiting.unverified,
        payouts_pending_activation=waiting.payouts,
        orders_need_attention=await orders.orders_needing_attention(tx),
        payment_problems_open=await payments.open_problems(tx),
        refunds_claimed=await payments.claimed_refunds(tx),
        dead_letters=await dead_letters.count(tx),
        failed_jobs=await jobs.count_failed(tx),
        tills_silent=await pos.silent_tills(tx, settings.pos_silence_s),
        payouts_failed=await payouts.failed_payouts(tx),
        ledger_difference=sum(abs(line.difference) for line in totals),
        orders_today=today.placed,
        revenue_today=view(today.paid_total, settings.currency),
    )
