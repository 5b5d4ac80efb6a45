"""The till's shift: opened when work begins, closed with a Z report when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from kerben_demo.till.link import UnreachableError
from kerben_demo.till.till import Till

OPENING_CASH: Final = 2000
"""Change that lies in the till in the morning, som."""

_CREATED: Final = 201
_OK: Final = 200
_CONFLICT: Final = 409
_ZONE: Final = ZoneInfo("Asia/Bishkek")


class TillShift(msgspec.Struct):
    """What the till knows of its open shift."""

    shift_id: str
    day: str
    """Of its opening, in Bishkek."""


def _day(moment: datetime) -> str:
    return moment.astimezone(_ZONE).date().isoformat()


async def open_shift(till: Till, say: Callable[[str], None]) -> TillShift | None:
    """Open the till's shift, or go on with the one that is open. None: the market knows no shifts, or is away."""
    body = {"opening_cash": OPENING_CASH, "cashier": "Кербен"}
    try:
        code, answer = await till.link.post("shifts/open", {**body, "timestamp": till.clock.now().isoformat()})
        if code == _CONFLICT and answer.get("code") == "SHIFT_OPEN":
            answer = await till.link.get("shifts/current")
            code = _OK
    except UnreachableError as error:
        say(f"смена не открыта: сервер не отвечает ({error})")
        return None
    if code not in {_OK, _CREATED} or "shift_id" not in answer:
        say("сервер не ведёт смены, касса работает без них")
        return None
    say("смена открыта" if code == _CREATED else "смена уже открыта, продолжаем её")
    return TillShift(answer["shift_id"], _day(datetime.fromisoformat(answer["opened_at"])))


async def close_shift(till: Till, shift: TillShift, say: Callable[[str], None]) -> bool:
    """Count the cash, close the shift and print its Z report; False when it stays open.

    Receipts that wait would come late, so they go first. This cashier's count is always right: it is what the market
    expects.
    """
    if till.pending or not till.online:
        say(f"смена остаётся открытой: не отправлено чеков: {till.pending}")
        return False
    try:
        report = await till.link.get("shifts/current")
        if report.get("shift_id") != shift.shift_id:
            say("смену закрыл кто-то другой")
            return True
        counted = max(0, report["expected_cash"])
        body = {"counted_cash": counted, "shift_id": shift.shift_id}
        code, z = await till.link.post("shifts/close", {**body, "timestamp": till.clock.now().isoformat()})
    except UnreachableError as error:
        say(f"смена остаётся открытой: сервер не отвечает ({error})")
        return False
    if code != _OK:
        say(f"смена остаётся открытой: HTTP {code}")
        return False
    for line in z_lines(z):
        say(line)
    return True


class DailyShift:
    """Gives a till that never rests a shift a day, where the market keeps shifts."""

    def __init__(self, till: Till, say: Callable[[str], None]) -> None:
        self._till, self._say = till, say
        self._shift: TillShift | None = None
        self._tried = ""

    async def turn(self) -> None:
        """In the first minutes of a day, and at the start, end yesterday's shift and begin one; tried once a day."""
        today = _day(self._till.clock.now())
        old = self._shift
        if old is not None and old.day != today and await close_shift(self._till, old, self._say):
            self._shift = None
        if self._shift is None and self._tried != today:
            self._tried = today
            self._shift = await open_shift(self._till, self._say)


def z_lines(z: dict[str, Any]) -> list[str]:
    """A Z report as a till prints it."""
    revenue, currency = z["revenue"], z["currency"]
    return [
        f"Z-отчёт № {z['z_number']}: чеков {z['receipts']},"
        f" с {z['first_receipt'] or '—'} по {z['last_receipt'] or '—'}",
        f"  продажи {z['sales']['total']}, возвраты {z['refunds']['total']}, аннулировано {z['voids']['total']},"
        f" скидки {z['discounts']} {currency}",
        f"  выручка {revenue['total']}: наличные {revenue['cash']}, карта {revenue['card']}, QR {revenue['qr']},"
        f" прочее {revenue['other']}",
        f"  внесено {z['cash_in']['total']}, изъято {z['cash_out']['total']}, в кассе {z['counted_cash']},"
        f" должно быть {z['expected_cash']}, разница {z['difference']}",
    ]
