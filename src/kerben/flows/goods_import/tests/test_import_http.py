"""Imports and exports over HTTP."""

from __future__ import annotations

import codecs
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from kerben.domains.catalog.api import import_by_id
from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.inventory.api import OpeningStock, open_stock
from kerben.domains.merchants.api import StaffMember, StaffRole, add_staff
from kerben.domains.merchants.module import MODULE as MERCHANTS
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.flows.goods_import.module import MODULE
from kerben.flows.goods_import.runner import run_import
from kerben.flows.goods_import.service import JOB, ImportLimiter
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.platform.errors import RateLimitedError
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

Headers = dict[str, str]
TABLE = "sku;name;price;stock_qty\nA;Чай;100;5\nB;;1;1\n".encode()


class Stage(msgspec.Struct):
    """A shop with its owner signed in."""

    client: httpx.AsyncClient
    runtime: Runtime
    shop_id: UUID
    merchant_id: UUID
    owner: Headers


@pytest.fixture
async def stage(runtime: Runtime, http_client: MakeClient) -> Stage:
    client = await http_client(IDENTITY, MODULE)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=user.id)
        shop_id = await make_shop(tx, merchant_id)
    return Stage(client, runtime, shop_id, merchant_id, await bearer(runtime, user))


async def upload(
    stage: Stage, content: bytes = TABLE, name: str = "goods.csv", headers: Headers | None = None, **fields: str
) -> httpx.Response:
    return await stage.client.post(
        f"/api/v1/shops/{stage.shop_id}/imports",
        files={"file": (name, content)},
        data=fields,
        headers=stage.owner if headers is None else headers,
    )


async def stored(stage: Stage) -> tuple[int, int, int]:
    """Runs of the shop, waiting jobs of all, files on disk."""
    async with stage.runtime.db.read() as tx:
        runs = await tx.fetchval("SELECT count(*) FROM catalog.import_run WHERE shop_id = $1", stage.shop_id)
        jobs = await tx.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = $1", JOB)
    root = stage.runtime.part(ImportFiles.of).path("0" * 32).parent.parent
    return int(runs), int(jobs), sum(path.is_file() for path in root.rglob("*"))


async def show(stage: Stage, run_id: str) -> dict[str, Any]:
    answer = await stage.client.get(f"/api/v1/imports/{run_id}", headers=stage.owner)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_file_is_taken_in_and_its_run_can_be_watched(stage: Stage) -> None:
    runs, jobs, files = await stored(stage)
    answer = await upload(stage, format="csv", dry_run="false")
    assert answer.status_code == 202, answer.text
    run_id = answer.json()["id"]
    assert await stored(stage) == (runs + 1, jobs + 1, files + 1)
    waiting = await show(stage, run_id)
    assert (waiting["status"], waiting["total"], waiting["file_name"]) == ("queued", None, "goods.csv")
    await run_import(stage.runtime, run_id.encode())
    done = await show(stage, run_id)
    names = ("status", "total", "processed", "created", "updated", "unchanged", "failed")
    assert [done[name] for name in names] == ["done", 2, 2, 1, 0, 0, 1]
    assert {"row": 3, "field": "name", "code": "REQUIRED", "message": "Не указано название."} in done["errors"]
    listed = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/imports", headers=stage.owner)
    assert [run["id"] for run in listed.json()["items"]] == [run_id]


async def test_the_format_may_come_from_the_files_name(stage: Stage) -> None:
    answer = await upload(stage, b"<yml_catalog/>", r"C:\feeds\export.xml", dry_run="true")
    assert answer.status_code == 202
    body = await show(stage, answer.json()["id"])
    assert (body["format"], body["dry_run"], body["file_name"]) == ("yml", True, "export.xml")


@pytest.mark.parametrize(
    ("content", "name", "fields", "code", "pointer"),
    [
        (TABLE, "goods.xlsx", {}, "INVALID_VALUE", "/file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "goods.xls", {}, "INVALID_VALUE", "/file"),
        (TABLE, "goods.csv", {"revive": "perhaps"}, "INVALID_VALUE", "/revive"),
        (TABLE, "goods.csv", {"default_price": "free"}, "INVALID_VALUE", "/default_price"),
        (TABLE, "goods.csv", {"default_price": "0"}, "INVALID_VALUE", "/default_price"),
        (TABLE, "goods.csv", {"default_price": "1.234"}, "INVALID_VALUE", "/default_price"),
        (TABLE, "goods", {}, "INVALID_VALUE", "/format"),
        (TABLE, "goods.csv", {"format": "pdf"}, "INVALID_VALUE", "/format"),
        (TABLE, "goods.csv", {"dry_run": "maybe"}, "INVALID_VALUE", "/dry_run"),
        (b"", "goods.csv", {}, "INVALID_VALUE", "/file"),
    ],
)
async def test_a_bad_upload_is_refused_and_leaves_nothing(
    stage: Stage, content: bytes, name: str, fields: dict[str, str], code: str, pointer: str
) -> None:
    before = await stored(stage)
    answer = await upload(stage, content, name, None, **fields)
    assert answer.status_code == 422, answer.text
    assert [(f["code"], f["pointer"]) for f in answer.json()["errors"]] == [(code, pointer)]
    assert await stored(stage) == before


async def test_a_body_that_is_no_form_is_refused(stage: Stage) -> None:
    before = await stored(stage)
    path = f"/api/v1/shops/{stage.shop_id}/imports"
    assert (await stage.client.post(path, json={}, headers=stage.owner)).status_code == 415
    no_file = await stage.client.post(path, files={"other": ("a.csv", b"x")}, headers=stage.owner)
    assert (no_file.status_code, no_file.json()["errors"][0]["pointer"]) == (422, "/file")
    broken = {**stage.owner, "Content-Type": "multipart/form-data; boundary=x"}
    assert (await stage.client.post(path, content=b"--x\r\nnonsense", headers=broken)).status_code == 400
    unbounded = {**stage.owner, "Content-Type": "multipart/form-data"}
    assert (await stage.client.post(path, content=b"nonsense", headers=unbounded)).status_code in {400, 422}
    assert await stored(stage) == before


async def test_a_file_that_is_too_large_is_413(stage: Stage) -> None:
    before = await stored(stage)
    path = f"/api/v1/shops/{stage.shop_id}/imports"
    for media in ("multipart/form-data; boundary=x", "multipart/form-data"):
        headers = {**stage.owner, "Content-Type": media, "Content-Length": str(300 * 2**20)}
        answer = await stage.client.post(path, content=b"--x", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert await stored(stage) == before


async def test_only_the_shops_own_staff_may(stage: Stage) -> None:
    run_id = (await upload(stage)).json()["id"]
    async with stage.runtime.db.write() as tx:
        user, cashier = await make_user(tx), await make_user(tx)
        await add_staff(tx, [StaffMember(stage.merchant_id, cashier.id, StaffRole.CASHIER)])
    stranger, till = await bearer(stage.runtime, user), await bearer(stage.runtime, cashier)
    before = await stored(stage)
    for headers, status in (({}, 401), (stranger, 404), (till, 403)):
        assert (await upload(stage, headers=headers)).status_code == status
        cancel = await stage.client.post(f"/api/v1/imports/{run_id}/cancel", headers=headers)
        assert cancel.status_code == status
    for path in (f"imports/{run_id}", f"shops/{stage.shop_id}/imports", f"shops/{stage.shop_id}/export"):
        assert (await stage.client.get(f"/api/v1/{path}", headers=stranger)).status_code == 404
        assert (await stage.client.get(f"/api/v1/{path}")).status_code == 401
        assert (await stage.client.get(f"/api/v1/{path}", headers=till)).status_code == 200
    assert await stored(stage) == before
    assert (await show(stage, run_id))["status"] == "queued"


async def test_a_cancelled_run_does_nothing_when_its_job_comes(stage: Stage) -> None:
    run_id = (await upload(stage)).json()["id"]
    cancel = await stage.client.post(f"/api/v1/imports/{run_id}/cancel", headers=stage.owner)
    assert (cancel.status_code, cancel.json()["status"]) == (200, "cancelled")
    await run_import(stage.runtime, run_id.encode())
    body = await show(stage, run_id)
    assert (body["status"], body["processed"]) == ("cancelled", 0)
    again = await stage.client.post(f"/api/v1/imports/{run_id}/cancel", headers=stage.owner)
    assert (again.status_code, again.json()["code"]) == (409, "IMPORT_ENDED")


async def test_goods_go_out_as_csv_and_yml(stage: Stage) -> None:
    async with stage.runtime.db.write() as tx:
        made = await make_product(tx, stage.shop_id, name="Платье; льняное", sku="DRS")
        await open_stock(tx, [OpeningStock(made.variant_ids[0], stage.shop_id, made.id, 4_000)])
    path = f"/api/v1/shops/{stage.shop_id}/export"
    table = await stage.client.get(path, headers=stage.owner)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["content-disposition"]
    assert table.content.startswith(codecs.BOM_UTF8 + b"sku;barcode;name")
    assert '"Платье; льняное";Прочее;;1500.00;KGS;pcs;4;' in table.content.decode()
    feed = await stage.client.get(path, params={"format": "yml"}, headers=stage.owner)
    assert "<count>4</count>" in feed.text
    assert feed.text.endswith("</yml_catalog>\n")
    book = await stage.client.get(path, params={"format": "xlsx"}, headers=stage.owner)
    assert book.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert book.headers["content-disposition"].endswith('.xlsx"')
    run_id = (await upload(stage, book.content, "goods.xlsx")).json()["id"]
    await run_import(stage.runtime, run_id.encode())
    back = await show(stage, run_id)
    assert [back[name] for name in ("status", "format", "processed", "unchanged")] == ["done", "xlsx", 1, 1]
    assert (await stage.client.get(path, params={"format": "pdf"}, headers=stage.owner)).status_code == 422


async def test_wishes_of_an_upload_reach_its_run(stage: Stage) -> None:
    content = "sku;name\nA;Чай\n".encode()
    run_id = (await upload(stage, content, default_price="12,5", revive="true")).json()["id"]
    async with stage.runtime.db.read() as tx:
        run = await import_by_id(tx, UUID(run_id))
    assert (run.default_price, run.revive, run.dry_run) == (1_250, True, False)
    await run_import(stage.runtime, run_id.encode())
    assert (await show(stage, run_id))["created"] == 1


@pytest.mark.parametrize("path", ["imports/x", "imports/x/cancel", "shops/x/imports", "shops/x/export"])
async def test_ids_that_are_none_are_404(stage: Stage, path: str) -> None:
    before = await stored(stage)
    method = "POST" if path.endswith("cancel") else "GET"
    for wrong in ("x", "0" * 40):
        answer = await stage.client.request(method, f"/api/v1/{path.replace('x', wrong, 1)}", headers=stage.owner)
        assert answer.status_code == 404, answer.text
    unknown = str(stage.merchant_id)
    answer = await stage.client.request(method, f"/api/v1/{path.replace('x', unknown, 1)}", headers=stage.owner)
    assert answer.status_code == 404
    assert await stored(stage) == before


@pytest.mark.parametrize("query", ["cursor=broken", "limit=0", "limit=x"])
async def test_a_bad_page_of_runs_is_refused(stage: Stage, query: str) -> None:
    answer = await stage.client.get(f"/api/v1/shops/{stage.shop_id}/imports?{query}", headers=stage.owner)
    assert answer.status_code in {400, 422}, answer.text


def test_uploads_are_limited_per_shop(runtime: Runtime) -> None:
    limited = Runtime(msgspec.structs.replace(runtime.settings, rate_limits=True), runtime.db, clock=runtime.clock)
    limiter = limited.part(ImportLimiter)
    for _ in range(30):
        limiter.take("shop")
    with pytest.raises(RateLimitedError):
        limiter.take("shop")
    limiter.take("another shop")


async def test_a_partners_key_loads_and_fetches_within_its_scopes(runtime: Runtime, http_client: MakeClient) -> None:
    client = await http_client(IDENTITY, MERCHANTS, MODULE)
    async with runtime.db.write() as tx:
        user = await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=user.id)
        shop_id, foreign = await make_shop(tx, merchant_id), await make_shop(tx, await make_merchant(tx))
    owner = await bearer(runtime, user)

    async def key(*scopes: str) -> Headers:
        body = {"name": "Учёт", "scopes": list(scopes)}
        made = await client.post(f"/api/v1/merchants/{merchant_id}/api-keys", json=body, headers=owner)
        assert made.status_code == 201, made.text
        return {"X-API-Key": made.json()["secret"]}

    writer, reader = await key("catalog.write"), await key("catalog.read")
    stage = Stage(client, runtime, shop_id, merchant_id, owner)
    run_id = (await upload(stage, headers=writer)).json()["id"]
    assert (await client.get(f"/api/v1/imports/{run_id}", headers=reader)).status_code == 200
    assert (await client.get(f"/api/v1/imports/{run_id}", headers=writer)).status_code == 403
    assert (await upload(stage, headers=reader)).status_code == 403
    elsewhere = Stage(client, runtime, foreign, merchant_id, owner)
    assert (await upload(elsewhere, headers=writer)).status_code == 404
    async with runtime.db.read() as tx:
        assert await tx.fetchval("SELECT count(*) FROM catalog.import_run WHERE shop_id = $1", shop_id) == 1
        assert await tx.fetchval("SELECT count(*) FROM catalog.import_run WHERE shop_id = $1", foreign) == 0
