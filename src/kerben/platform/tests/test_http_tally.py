"""Requests counted in memory appear in the shared metrics as if each had been observed."""

from __future__ import annotations

import asyncio

from prometheus_client import REGISTRY

from kerben.entrypoints.http.middleware import Tally


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"kerben_http_{name}", labels) or 0.0


async def test_what_was_counted_is_handed_over() -> None:
    tally = Tally()
    for seconds in (0.0005, 0.001, 0.03, 99.0):
        tally.add("PROBE", 200, seconds)
    tally.add("PROBE", 404, 0.002)
    assert sample("requests_total", method="PROBE", status="200") == 0
    tally.flush()
    assert sample("requests_total", method="PROBE", status="200") == 4
    assert sample("requests_total", method="PROBE", status="404") == 1
    assert sample("request_seconds_count", method="PROBE") == 5
    assert abs(sample("request_seconds_sum", method="PROBE") - 99.0335) < 1e-9
    assert [
        sample("request_seconds_bucket", method="PROBE", le=le) for le in ("0.001", "0.0025", "0.05", "+Inf")
    ] == [
        2,
        3,
        4,
        5,
    ]
    tally.flush()
    assert sample("request_seconds_count", method="PROBE") == 5


async def test_it_hands_over_by_itself() -> None:
    tally = Tally()
    tally.add("LATER", 200, 0.01)
    async with asyncio.timeout(10):
        while sample("requests_total", method="LATER", status="200") == 0:
            await asyncio.sleep(0.01)
    assert sample("requests_total", method="LATER", status="200") == 1
