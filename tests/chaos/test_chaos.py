"""A short storm: every kind of process is killed, some at random and some inside a transaction."""

from __future__ import annotations

import sys

import pytest

from tests.chaos import campaign
from tests.chaos.campaign import KINDS, Plan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds PostgreSQL's processes through /proc"),
]


async def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9() -> None:
    said: list[str] = []
    outcome = await campaign.run(Plan(kills=1, seed=1, settle_s=90), said.append)
    assert outcome.findings == [], "\n".join([*outcome.findings, *said])
    assert [kill.kind for kill in outcome.kills] == list(KINDS)
    assert all(kill.writes_per_s > 0 for kill in outcome.kills)
    assert min(outcome.orders, outcome.approved, outcome.sales, outcome.refunded, outcome.handed_over) > 0
    assert outcome.payouts > 0
