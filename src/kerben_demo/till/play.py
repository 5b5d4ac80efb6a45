"""What a till does all day: random customers, or a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from kerben_demo.till.till import Good, Till, Uploaded

REFUND_CHANCE: Final = 0.05
VOID_CHANCE: Final = 0.02
DISCOUNT_CHANCE: Final = 0.1
_PAYMENTS: Final = ("cash", "cash", "card", "qr")


class Step(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a script.

    sale: `items` with `sku`, `barcode` or `variant_id`, `qty`, and `unit_price` unless the till's own price is
    meant · refund, void: `of` a receipt number, or −1 for the last sale, −2 for the one before; a refund without
    `items` returns all of it · random: one random receipt · heartbeat (`status`) · offline · online · wait
    (`seconds`).
    """

    do: Literal["sale", "refund", "void", "random", "heartbeat", "offline", "online", "wait"]
    items: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])
    of: int | str = -1
    payment: str | None = None
    seconds: float = 0
    status: str = "active"


def read_script(file: Path) -> list[Step]:
    """Steps from a JSON file. Raises msgspec.ValidationError with the place of a fault, OSError."""
    return msgspec.json.decode(file.read_bytes(), type=list[Step])


async def play_step(till: Till, step: Step) -> str:
    """Do one step; a sentence about what happened."""
    match step.do:
        case "sale":
            items = [_priced(till, item) for item in step.items]
            return f"чек {await till.ring_up(items, payment=step.payment)}"
        case "refund" | "void":
            return f"чек {await _reverse(till, step)}"
        case "random":
            return f"чек {await play_random(till) or '— продавать нечего'}"
        case "heartbeat":
            found = await till.heartbeat(step.status)
            return f"на связи, расхождений: {len(found)}"
        case "offline":
            till.go_offline()
            return "без связи, чеки остаются на диске"
        case "online":
            return describe(await till.go_online())
        case "wait":
            await till.clock.sleep(step.seconds)
            return f"прошло {step.seconds:g} с"


def describe(done: Uploaded) -> str:
    """An upload in words."""
    return f"отправлено: {done.recorded}, уже было: {done.duplicates}, отклонено: {done.rejected}"


def _priced(till: Till, item: dict[str, Any]) -> dict[str, Any]:
    if "unit_price" in item:
        return item
    good = till.goods.get(item.get("sku", ""))
    if good is None:
        raise LookupError(f"у кассы нет цены для {item}: укажите unit_price")
    return {**item, "unit_price": good.price}


async def _reverse(till: Till, step: Step) -> str:
    if isinstance(step.of, int):
        original = till.recent[step.of]
        number, lines = original["receipt_number"], original["items"]
    else:
        number, lines = step.of, step.items
    return await till.ring_up(step.items or lines, kind=step.do, original=number, payment=step.payment)


async def play_random(till: Till) -> str | None:
    """A customer: mostly a sale of one to three goods that are there, now and then a refund or a void."""
    random = till.random
    chance = random.random()
    if till.recent and chance < REFUND_CHANCE + VOID_CHANCE:
        original = till.recent.pop()
        kind = "refund" if chance < REFUND_CHANCE else "void"
        return await till.ring_up(original["items"], kind=kind, original=original["receipt_number"])
    there = [good for good in till.goods.values() if good.on_hand_milli >= 1000]
    if not there:
        return None
    chosen = random.sample(there, k=min(len(there), random.choice((1, 1, 1, 2, 2, 3))))
    return await till.ring_up([_line(till, good) for good in chosen], payment=random.choice(_PAYMENTS))


def _line(till: Till, good: Good) -> dict[str, Any]:
    random = till.random
    qty: float = random.choice((1, 1, 1, 2)) if good.unit == "pcs" else random.randrange(100, 1000, 5) / 1000
    qty = min(qty, good.on_hand_milli // 1000 if good.unit == "pcs" else good.on_hand_milli / 1000)
    line: dict[str, Any] = {"sku": good.sku, "qty": qty, "unit_price": good.price}
    if random.random() < DISCOUNT_CHANCE:
        # A tenth of the line, in whole som: what people round to at a counter.
        line["discount"] = int(good.price * qty) // 10
    return line
