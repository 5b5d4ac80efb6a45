"""Programs: one till by hand or script, and the demo's whole fleet in one process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import httpx
import msgspec

from kerben.platform.clock import Clock, SystemClock
from kerben.platform.logs import logger
from kerben_demo.till.link import RefusedError, UnreachableError
from kerben_demo.till.play import Step, describe, play_random, play_step
from kerben_demo.till.shift import DailyShift, TillShift, close_shift, open_shift
from kerben_demo.till.till import Till

HEARTBEAT_S: Final = 30.0
_FIRST_WAVE_S: Final = 3.0
_LAST_WORDS_S: Final = 5.0

_log = logger("till")


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
    return httpx.AsyncClient(timeout=15, limits=limits, trust_env=False)


def _quiet(_: str) -> None:
    """Say nothing."""


class TillOptions(msgspec.Struct, kw_only=True):
    """How to play one till. Without `steps`: random sales until stopped or for `duration_s`.

    `offline_after_s`: go offline that long after the start, for `offline_for_s` seconds. `closing`: tell the market
    at the end that the till closes, so that "Buy" disappears at once. `shift`: open a shift at the start and close it
    at the end, where the market keeps shifts.
    """

    base_url: str
    device_id: str
    token: str
    secret: str
    spool_dir: Path
    steps: list[Step] | None = None
    heartbeat_s: float = HEARTBEAT_S
    sales_per_min: float = 2.0
    duration_s: float | None = None
    offline_after_s: float | None = None
    offline_for_s: float = 60.0
    closing: bool = False
    shift: bool = True
    seed: int | None = None


class FleetDevice(msgspec.Struct, frozen=True):
    """A till of the fleet."""

    device_id: str
    token: str
    secret: str


async def run_till(
    options: TillOptions,
    *,
    say: Callable[[str], None] = _quiet,
    clock: Clock | None = None,
    http: httpx.AsyncClient | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Play one till. 0 when all is sent, 1 when receipts wait or were refused.

    Raises SpoolInUseError when another process plays it, RefusedError when the market does not know it.
    """
    random = Random(options.seed)
    till = Till(
        options.base_url,
        options.device_id,
        options.token,
        options.secret,
        options.spool_dir,
        clock,
        random,
        http=http,
    )
    await till.open()
    shift: TillShift | None = None
    try:
        if till.pending:
            say(f"с прошлого раза на диске чеков: {till.pending}")
        await till.refresh()
        await till.heartbeat()
        say(f"касса на связи, товаров: {len(till.goods)}")
        if options.shift:
            shift = await open_shift(till, say)
        if options.steps is not None:
            for step in options.steps:
                say(await play_step(till, step))
        else:
            await _trade(till, options, say, stop or asyncio.Event())
        done = await till.upload()
        say(describe(done))
        if shift is not None:
            await close_shift(till, shift, say)
        if options.closing and till.online:
            await till.heartbeat("closing")
        return 1 if till.pending or await asyncio.to_thread(till.rejected_file.exists) else 0
    except asyncio.CancelledError:
        # Ctrl-C: the day ends properly if the market answers in time.
        if shift is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await till.upload()
                    await close_shift(till, shift, say)
        raise
    finally:
        await till.close()


async def _trade(till: Till, options: TillOptions, say: Callable[[str], None], stop: asyncio.Event) -> None:
    """Random sales and heartbeats by the clock."""
    started = till.clock.now().timestamp()
    next_beat = started + options.heartbeat_s
    pause_s = 60 / options.sales_per_min if options.sales_per_min > 0 else float("inf")
    next_sale = started + till.random.expovariate(1) * pause_s
    was_offline = False
    while not stop.is_set():
        now = till.clock.now().timestamp()
        elapsed = now - started
        if options.duration_s is not None and elapsed >= options.duration_s:
            return
        off = options.offline_after_s is not None and 0 <= elapsed - options.offline_after_s < options.offline_for_s
        if off and not was_offline:
            till.go_offline()
            say("связь пропала, чеки остаются на диске")
        elif was_offline and not off:
            say(f"связь есть, {describe(await till.go_online())}")
        was_offline = off
        if now >= next_sale:
            number = await play_random(till)
            say(f"чек {number}" if number else "продавать нечего")
            next_sale = now + till.random.expovariate(1) * pause_s
        if now >= next_beat and till.online:
            await _beat(till, say)
            next_beat = now + options.heartbeat_s
        await till.clock.sleep(0.25)


async def _beat(till: Till, say: Callable[[str], None]) -> bool:
    try:
        await till.upload()
        await till.refresh()
        found = await till.heartbeat()
    except UnreachableError as error:
        say(f"сервер не отвечает ({error}), чеков на диске: {till.pending}")
        return False
    if found:
        say(f"расхождений с сервером: {len(found)}")
    return True


async def run_fleet(
    devices: Sequence[FleetDevice],
    *,
    base_url: str,
    spool_dir: Path,
    heartbeat_s: float = HEARTBEAT_S,
    sales_per_hour: float = 4.0,
    seed: int | None = None,
    clock: Clock | None = None,
    http: httpx.AsyncClient | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Play many tills until stopped: all are heard within seconds, then their heartbeats are spread evenly.

    Each till sells now and then; a till that the market refuses is left alone, the others go on.
    """
    ticking = clock or SystemClock()
    halt = stop or asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        shared = http or await stack.enter_async_context(_client())
        async with asyncio.TaskGroup() as group:
            for index, device in enumerate(devices):
                till = Till(
                    base_url,
                    device.device_id,
                    device.token,
                    device.secret,
                    spool_dir / device.device_id,
                    ticking,
                    Random(None if seed is None else f"{seed}:{device.device_id}"),
                    http=shared,
                )
                share = index / len(devices)
                group.create_task(_live(till, share, heartbeat_s, sales_per_hour, halt))


async def _live(till: Till, share: float, heartbeat_s: float, sales_per_hour: float, stop: asyncio.Event) -> None:
    """One till of the fleet. `share` (0 to 1) is its place in the interval of heartbeats."""
    await till.open()
    try:
        await till.clock.sleep(share * _FIRST_WAVE_S)
        # The market may still be starting.
        while not stop.is_set() and not await _fleet_beat(till):
            await till.clock.sleep(1 + till.random.random())
        await till.clock.sleep(share * heartbeat_s)
        shifts = DailyShift(till, lambda text: _log.debug("till", device=till.device_id, text=text))
        while not stop.is_set():
            await shifts.turn()
            if till.random.random() < sales_per_hour * heartbeat_s / 3600:
                await play_random(till)
            await _fleet_beat(till)
            await till.clock.sleep(heartbeat_s)
    except RefusedError as error:
        _log.warning("till_refused", device=till.device_id, answer=str(error)[:200])
    except Exception as error:
        # One till's trouble is not the fleet's.
        _log.error("till_stopped", device=till.device_id, exc_info=error)
    finally:
        await till.close()


async def _fleet_beat(till: Till) -> bool:
    return await _beat(till, lambda text: _log.debug("till", device=till.device_id, text=text))
