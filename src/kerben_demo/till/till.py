"""A shop's till as a program: it counts, sells, keeps receipts while offline and uploads them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import msgspec

from kerben.platform.clock import Clock, SystemClock
from kerben_demo.till.link import Link, UnreachableError
from kerben_demo.till.spool import Outcome, Spool

UPLOAD_MAX: Final = 200
_RECORDED: Final = {200, 201}
_DUPLICATE: Final = 409
_LATER: Final = 500
_DECIDED: Final = {200, 201, 409, 422}
FIRMWARE: Final = "kerben-till 1.0"


class Good(msgspec.Struct):
    """What the till knows of a variant. `price` in major units, quantities in thousandths."""

    variant_id: str
    sku: str
    price: float
    unit: str
    on_hand_milli: int


class Uploaded(msgspec.Struct):
    """What became of receipts that were sent."""

    recorded: int = 0
    duplicates: int = 0
    rejected: int = 0


class Till:
    """One till. `open()` it first; `close()` lets another process play it."""

    def __init__(
        self,
        base_url: str,
        device_id: str,
        token: str,
        secret: str,
        spool_dir: Path,
        clock: Clock | None = None,
        random: Random | None = None,
        *,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self.device_id = device_id
        self.clock = clock or SystemClock()
        self.random = random or Random()
        self.online = True
        self.goods: dict[str, Good] = {}
        """By SKU."""
        self.recent: deque[dict[str, Any]] = deque(maxlen=20)
        """Sales that may still be refunded or voided, newest last."""
        used = http or httpx.AsyncClient(timeout=15, trust_env=False)
        self._own_http = None if http else used
        self.link = Link(used, base_url, token, secret, self.clock)
        """The wire, for what is no receipt."""
        self._spool = Spool(spool_dir)
        self._since: str | None = None
        self._uploading = asyncio.Lock()

    async def open(self) -> None:
        """Take up the journal of an earlier run. Raises SpoolInUseError."""
        await asyncio.to_thread(self._spool.open)

    async def close(self) -> None:
        """Let go of journal and connections. Receipts not sent stay on the disk."""
        await asyncio.to_thread(self._spool.close)
        if self._own_http is not None:
            await self._own_http.aclose()

    @property
    def pending(self) -> int:
        """How many receipts wait to be sent."""
        return len(self._spool.pending())

    @property
    def rejected_file(self) -> Path:
        """Where receipts that the market refused are put down."""
        return self._spool.rejected_file

    async def refresh(self) -> int:
        """Take over goods, prices and stock that changed; how many variants. Raises UnreachableError, RefusedError.

        What waits to be sent is not in the market's count yet, so it is taken off here.
        """
        changed, cursor, following = 0, None, self._since
        while True:
            query = {"cursor": cursor} if cursor else {"since": self._since} if self._since else {}
            page = await self.link.get("catalog", **query)
            for item in page["items"]:
                changed += 1
                self._take_over(item)
            cursor, following = page["next_cursor"], page["next_since"]
            if cursor is None:
                self._since = following
                return changed

    def _take_over(self, item: dict[str, Any]) -> None:
        if not item["is_active"]:
            self.goods.pop(item["sku"], None)
            return
        waiting = sum(
            _direction(receipt) * round(float(line["qty"]) * 1000)
            for receipt in self._spool.pending()
            for line in receipt["items"]
            if line.get("sku") == item["sku"]
        )
        self.goods[item["sku"]] = Good(
            item["variant_id"], item["sku"], item["price"], item["unit"], round(item["on_hand"] * 1000) + waiting
        )

    async def heartbeat(self, status: str = "active") -> list[dict[str, Any]]:
        """Say that the till lives and what lies in the shop; the discrepancies that the market sees."""
        stock = [{"sku": g.sku, "qty": g.on_hand_milli / 1000} for g in self.goods.values()]
        body = {
            "device_id": self.device_id,
            "status": status,
            "timestamp": self.clock.now().isoformat(),
            "firmware_version": FIRMWARE,
            "stock": stock,
        }
        code, answer = await self.link.post("heartbeat", body)
        if code not in _RECORDED:
            raise UnreachableError(f"heartbeat: HTTP {code}")
        return answer["discrepancies"]

    async def ring_up(
        self,
        items: Sequence[dict[str, Any]],
        *,
        kind: str = "sale",
        original: str | None = None,
        payment: str | None = None,
    ) -> str:
        """Make a receipt: it is on the disk before anything else happens. Sent at once when online; its number."""
        body: dict[str, Any] = {
            "type": kind,
            "items": [dict(item) for item in items],
            "timestamp": self.clock.now().isoformat(),
        }
        if original is not None:
            body["original_receipt_number"] = original
        if payment is not None:
            body["payment"] = payment
        number = await asyncio.to_thread(self._spool.add, body)
        for line in body["items"]:
            good = self.goods.get(line.get("sku", ""))
            if good is not None:
                good.on_hand_milli += _direction(body) * round(float(line["qty"]) * 1000)
        if kind == "sale":
            self.recent.append({**body, "receipt_number": number})
        if self.online:
            await self.upload()
        return number

    def go_offline(self) -> None:
        """Stop sending; receipts are kept on the disk."""
        self.online = False

    async def go_online(self) -> Uploaded:
        """Send what was kept and go on sending."""
        self.online = True
        return await self.upload()

    async def upload(self) -> Uploaded:
        """Send what waits, oldest first. What the market cannot take now stays; what it refuses is put down apart.

        Raises RefusedError when the market does not know this till; nothing is lost then.
        """
        done = Uploaded()
        async with self._uploading:
            while self.online and (waiting := self._spool.pending()):
                try:
                    answers = await self._send(waiting[:UPLOAD_MAX])
                except UnreachableError:
                    break
                for receipt, (code, answer) in zip(waiting, answers, strict=False):
                    if code < _LATER:
                        self._settle(receipt["receipt_number"], code, answer, done)
                if any(code >= _LATER for code, _ in answers):
                    break
        return done

    async def _send(self, receipts: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
        if len(receipts) == 1:
            code, answer = await self.link.post("sales", {**receipts[0], "device_id": self.device_id})
            # Only these say something about the receipt; anything else is a market that is not itself.
            if code not in _DECIDED:
                raise UnreachableError(f"sale: HTTP {code}")
            return [(code, answer)]
        code, answer = await self.link.post("sales/bulk", {"device_id": self.device_id, "sales": list(receipts)})
        if code not in _RECORDED or len(answer["results"]) != len(receipts):
            raise UnreachableError(f"upload: HTTP {code}")
        return [(row["status"], row) for row in answer["results"]]

    def _settle(self, number: str, code: int, answer: dict[str, Any], done: Uploaded) -> None:
        outcome: Outcome = "recorded" if code in _RECORDED else "duplicate" if code == _DUPLICATE else "rejected"
        done.recorded += outcome == "recorded"
        # Recorded before, by an answer that never reached us: as good as now.
        done.duplicates += outcome == "duplicate"
        done.rejected += outcome == "rejected"
        self._spool.settle(number, outcome, answer)


def _direction(receipt: dict[str, Any]) -> int:
    """1 when goods come in. A void's lines are those of the sale it reverses."""
    return -1 if receipt["type"] == "sale" else 1
