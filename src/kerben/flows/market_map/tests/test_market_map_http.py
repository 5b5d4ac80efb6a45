"""The map over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.geo.tests.make import make_place
from kerben.domains.merchants.api import PayoutStatus, set_payout_status
from kerben.domains.merchants.module import MODULE as MERCHANTS
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.pos.module import MODULE as POS
from kerben.domains.pos.tests.make import call, make_device
from kerben.flows.market_map.module import MODULE
from kerben.flows.market_map.service import MapLimiter
from kerben.platform.clock import ManualClock
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

# Every test has a region of its own, for they share a database.
REGION = 0.5


class Bazaar(msgspec.Struct):
    """Five shops of two merchants: three in one building, two apart; the middle of their region."""

    client: httpx.AsyncClient
    runtime: Runtime
    lat: float
    lon: float
    place_id: UUID
    merchant_id: UUID
    crowd: list[UUID]
    lone: UUID
    other: UUID

    @property
    def box(self) -> str:
        return f"{self.lon - 0.2},{self.lat - 0.2},{self.lon + 0.2},{self.lat + 0.2}"

    async def view(self, **params: Any) -> dict[str, Any]:
        return await self.ask("map", **{"bbox": self.box, "zoom": 16, **params})

    async def shops(self, **params: Any) -> dict[str, Any]:
        return await self.ask("map/shops", **{"bbox": self.box, **params})

    async def ask(self, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


_regions = iter(range(100))


@pytest.fixture
async def bazaar(runtime: Runtime, http_client: MakeClient) -> Bazaar:
    client = await http_client(POS, MERCHANTS, MODULE)
    lat, lon = 10.0, 20.0 + REGION * next(_regions)
    async with runtime.db.write() as tx:
        place_id = await make_place(tx, lat=lat, lon=lon)
        merchant_id = await make_merchant(tx, name="Ак-Кеме")
        crowd = [
            await make_shop(tx, merchant_id, name=f"Контейнер {n}", lat=lat, lon=lon, place_id=place_id)
            for n in (10, 2, 1)
        ]
        lone = await make_shop(tx, merchant_id, name="Ёлки", lat=lat + 0.1, lon=lon)
        poor = await make_merchant(tx, name="Без счёта", payouts="none")
        other = await make_shop(tx, poor, name="Ткани", lat=lat, lon=lon + 0.1)
    return Bazaar(client, runtime, lat, lon, place_id, merchant_id, crowd, lone, other)


async def beat(bazaar: Bazaar, clock: ManualClock, shop_id: UUID, status: str = "active") -> None:
    """A heartbeat of a new till; whoever asks afterwards hears of it."""
    device = await make_device(bazaar.runtime, shop_id)
    body = {"status": status, "timestamp": clock.now().isoformat()}
    answer = await call(bazaar.client, bazaar.runtime.db, device, "/api/v1/pos/heartbeat", body)
    assert answer.status_code == 200, answer.text
    clock.advance(seconds=2)


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


async def test_what_stands_together_is_a_cluster(bazaar: Bazaar) -> None:
    body = await bazaar.view()
    (crowd,) = body["clusters"]
    assert (crowd["count"], crowd["buyable_count"], body["total"]) == (3, 0, 5)
    assert crowd["bbox"] == [bazaar.lon, bazaar.lat, bazaar.lon, bazaar.lat]
    assert (crowd["lat"], crowd["lon"]) == (bazaar.lat, bazaar.lon)
    assert set(ids(body["shops"])) == {str(bazaar.lone), str(bazaar.other)}
    shop = next(s for s in body["shops"] if s["id"] == str(bazaar.lone))
    assert shop == {
        "id": str(bazaar.lone),
        "name": "Ёлки",
        "address": "Бишкек, рынок Дордой, ряд «Кербен», 12",
        "lat": bazaar.lat + 0.1,
        "lon": bazaar.lon,
        "place_id": None,
        "merchant_name": "Ак-Кеме",
        "verified": True,
        "pos_status": "pos_offline",
        "buy_eligibility": "manual_contact",
        "eligible_until": None,
    }
    far = await bazaar.view(zoom=4)
    assert [c["count"] for c in far["clusters"]] == [5]
    opened = await bazaar.shops(bbox=",".join(map(str, crowd["bbox"])))
    assert [s["name"] for s in opened["items"]] == ["Контейнер 1", "Контейнер 2", "Контейнер 10"]
    assert opened["next_cursor"] is None


async def test_tills_and_payouts_decide_what_sells(bazaar: Bazaar, clock: ManualClock) -> None:
    for shop_id in (bazaar.crowd[0], bazaar.lone, bazaar.other):
        await beat(bazaar, clock, shop_id)
    body = await bazaar.view()
    assert body["clusters"][0]["buyable_count"] == 1
    states = {s["id"]: (s["pos_status"], s["buy_eligibility"], s["eligible_until"]) for s in body["shops"]}
    alive, poor = states[str(bazaar.lone)], states[str(bazaar.other)]
    assert alive[:2] == ("pos_active", "online_purchase")
    assert alive[2]
    assert poor == ("pos_active", "manual_contact", None), "no payouts"
    sold = await bazaar.view(buyable="true")
    assert (sold["total"], sold["clusters"]) == (2, [])
    assert set(ids(sold["shops"])) == {str(bazaar.crowd[0]), str(bazaar.lone)}
    assert set(ids((await bazaar.shops(buyable="true"))["items"])) == set(ids(sold["shops"]))
    clock.advance(seconds=bazaar.runtime.settings.pos_silence_s + 1)
    assert (await bazaar.view(buyable="true"))["total"] == 0
    assert all(s["buy_eligibility"] == "manual_contact" for s in (await bazaar.view())["shops"])


async def test_a_closed_till_is_off_the_map_of_what_sells(bazaar: Bazaar, clock: ManualClock) -> None:
    await beat(bazaar, clock, bazaar.lone)
    assert (await bazaar.view(buyable="true"))["total"] == 1
    async with bazaar.runtime.db.write() as tx:
        await tx.execute("UPDATE pos.shop_presence SET alive_at = NULL WHERE shop_id = $1", bazaar.lone)
    clock.advance(seconds=2)
    assert (await bazaar.view(buyable="true"))["total"] == 0


async def test_changes_are_heard_of(bazaar: Bazaar, clock: ManualClock) -> None:
    await beat(bazaar, clock, bazaar.lone)
    assert (await bazaar.view(buyable="true"))["total"] == 1
    async with bazaar.runtime.db.write() as tx:
        changed = await set_payout_status(tx, [bazaar.merchant_id], PayoutStatus.SUSPENDED)
    assert changed == [bazaar.merchant_id]
    # The application's own watcher tells the directory.
    for _ in range(1_000):
        if not (await bazaar.view(buyable="true"))["total"]:
            break
    assert (await bazaar.view(buyable="true"))["total"] == 0
    assert (await bazaar.view())["total"] == 5


async def test_only_a_circle_and_only_a_place(bazaar: Bazaar) -> None:
    near = f"{bazaar.lat + 0.1},{bazaar.lon}"
    body = await bazaar.view(near=near, radius_m=500)
    assert (ids(body["shops"]), body["clusters"], body["total"]) == ([str(bazaar.lone)], [], 1)
    assert body["shops"][0]["distance_m"] == 0
    listed = (await bazaar.shops(near=near, radius_m=100_000))["items"]
    away = [shop["distance_m"] for shop in listed]
    assert (len(listed), listed[0]["id"], away) == (5, str(bazaar.lone), sorted(away))
    assert 11_000 < away[1] < 11_200
    assert (await bazaar.view(place_id=str(bazaar.place_id)))["total"] == 3
    assert len((await bazaar.ask("map/shops", place_id=str(bazaar.place_id)))["items"]) == 3
    assert (await bazaar.view(near="-40,-100", radius_m=1000)) == {"clusters": [], "shops": [], "total": 0}


async def test_a_crowd_is_paged_and_searched(bazaar: Bazaar) -> None:
    lat, lon = bazaar.lat + 0.15, bazaar.lon + 0.15
    async with bazaar.runtime.db.write() as tx:
        for n in range(300, 0, -1):
            await make_shop(tx, bazaar.merchant_id, name=f"Бутик №{n}", lat=lat, lon=lon)
    # They were opened before the first question, so nothing has to be heard of.
    box = f"{lon},{lat},{lon},{lat}"
    for near in ({}, {"near": f"{lat},{lon}"}):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await bazaar.shops(bbox=box, limit=70, **near, **({"cursor": cursor} if cursor else {}))
            seen += [item["name"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == [f"Бутик №{n}" for n in range(1, 301)]

    async def found(q: str) -> list[str]:
        return [item["name"] for item in (await bazaar.shops(bbox=box, q=q, limit=100))["items"]]

    assert await found("№ 29") == ["Бутик №29", *(f"Бутик №{n}" for n in range(290, 300))]
    assert await found("бут 117") == ["Бутик №117"]
    assert len(await found("ак-кеме")) == 100
    assert await found("елки") == await found("!!!") == []
    assert [s["name"] for s in (await bazaar.shops(q="ЁЛ"))["items"]] == ["Ёлки"]
    assert len((await bazaar.shops(q="кербен дордой", limit=5))["items"]) == 5, "the address"


async def test_answers_have_etags(bazaar: Bazaar) -> None:
    for path, params in (("map", {"bbox": bazaar.box, "zoom": "10"}), ("map/shops", {"bbox": bazaar.box})):
        first = await bazaar.client.get(f"/api/v1/{path}", params=params)
        again = await bazaar.client.get(
            f"/api/v1/{path}", params=params, headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "params", "pointer"),
    [
        ("map", {"zoom": "3"}, "/bbox"),
        ("map", {"bbox": "", "zoom": "3"}, "/bbox"),
        ("map", {"bbox": "2,0,1,1", "zoom": "3"}, "/bbox"),
        ("map", {"bbox": "0,0,1", "zoom": "3"}, "/bbox"),
        ("map", {"bbox": "0,0,181,1", "zoom": "3"}, "/bbox"),
        ("map", {"bbox": "0,0,nan,1", "zoom": "3"}, "/bbox"),
        ("map", {"bbox": "0,0,1,1"}, "/zoom"),
        ("map", {"bbox": "0,0,1,1", "zoom": "23"}, "/zoom"),
        ("map", {"bbox": "0,0,1,1", "zoom": "-1"}, "/zoom"),
        ("map", {"bbox": "0,0,1,1", "zoom": "close"}, "/zoom"),
        ("map", {"bbox": "0,0,1,1", "zoom": "3", "buyable": "maybe"}, "/buyable"),
        ("map", {"bbox": "0,0,1,1", "zoom": "3", "place_id": "dordoi"}, "/place_id"),
        ("map", {"bbox": "0,0,1,1", "zoom": "3", "near": "north"}, "/near"),
        ("map", {"bbox": "0,0,1,1", "zoom": "3", "radius_m": "10"}, "/near"),
        ("map", {"bbox": "0,0,1,1", "zoom": "3", "near": "1,1", "radius_m": "100001"}, "/radius_m"),
        ("map/shops", {"bbox": "1,2,3"}, "/bbox"),
        ("map/shops", {"q": "я" * 81}, "/q"),
        ("map/shops", {"limit": "0"}, "/limit"),
        ("map/shops", {"cursor": "zz"}, "/cursor"),
    ],
)
async def test_bad_parameters_are_422_with_a_pointer(
    bazaar: Bazaar, path: str, params: dict[str, str], pointer: str
) -> None:
    answer = await bazaar.client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_addresses_are_limited(bazaar: Bazaar) -> None:
    limited = msgspec.structs.replace(bazaar.runtime.settings, rate_limits=True)
    limiter = MapLimiter(Runtime(limited, bazaar.runtime.db, clock=bazaar.runtime.clock))
    bazaar.runtime._parts[MapLimiter] = limiter  # pyright: ignore[reportPrivateUsage]
    for _ in range(100):
        limiter.take("127.0.0.1")
    answer = await bazaar.client.get("/api/v1/map", params={"bbox": bazaar.box, "zoom": "3"})
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
