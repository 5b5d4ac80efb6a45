"""The express lane answers what the framework's routes answer, and many callers are served at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import msgspec
import pytest

from kerben_sandbox import wire
from kerben_sandbox.testing import Merchant, SandboxProcess

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
SLOW_FORM = "application/x-www-form-urlencoded; charset=utf-8"
"""Not what the express lane takes."""
IDLE = 300
CALLERS = 128


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox")).start()
    yield process
    process.kill()


def registration(sandbox: SandboxProcess, order_id: str, **changes: str) -> str:
    known = sandbox.secrets
    fields = {
        "pg_merchant_id": known.merchant_id,
        "pg_order_id": order_id,
        "pg_amount": "1500.00",
        "pg_description": "Заказ № 7 & «ещё»",
        "pg_result_url": "http://127.0.0.1:9/webhooks/freedompay",
        "pg_success_url": "http://localhost:8000/back?order=5",
        "pg_failure_url": "http://localhost:8000/back?order=5",
        **changes,
    }
    return wire.to_form(wire.signed("init_payment.php", fields, known.acquirer_secret, "salt"))


def shown(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """What of an answer must be alike on both ways."""
    headers = {name: text for name, text in answer.headers.items() if name not in {"date", "content-length"}}
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.status_code, headers, answer.content


async def test_scripts_answer_alike_on_both_ways(sandbox: SandboxProcess) -> None:
    async with httpx.AsyncClient(base_url=sandbox.acquirer) as http:
        order_id = str(uuid4())
        for form in (
            registration(sandbox, order_id),
            registration(sandbox, order_id, pg_amount="2.00"),
            registration(sandbox, "", pg_currency="сом"),
            registration(sandbox, order_id, pg_success_url="HTTP://localhost/ok", pg_failure_url="ftp://localhost"),
            "pg_merchant_id=1",
            "",
        ):
            answers = [
                shown(await http.post("/init_payment.php", content=form, headers={"content-type": kind}))
                for kind in (FORM, SLOW_FORM)
            ]
            said = [wire.from_xml(content) for _, _, content in answers]
            for fields in said:
                fields.pop("pg_salt", None)
                fields.pop("pg_sig", None)
            assert said[0] == said[1]
            assert answers[0][:2] == answers[1][:2]


async def test_verdicts_answer_alike_on_both_ways(sandbox: SandboxProcess) -> None:
    async with httpx.AsyncClient(base_url=sandbox.acquirer) as http:
        order_id = str(uuid4())
        await http.post("/init_payment.php", content=registration(sandbox, order_id), headers={"content-type": FORM})
        for verdict in ("approve", "decline"):
            path = f"/payments/{order_id}/{verdict}"
            quick, slow = shown(await http.post(path)), shown(await http.post(path + "/"))
            assert quick == slow
        assert quick[0] == 409
        unknown = f"/payments/{uuid4()}/approve"
        assert shown(await http.post(unknown)) == shown(await http.post(unknown + "/"))


async def test_transfers_answer_alike_on_both_ways(sandbox: SandboxProcess) -> None:
    reference = str(uuid4())
    order = {
        "reference": reference, "amount": 100, "currency": "KGS",
        "account_number": "12", "bank_name": "Банк", "purpose": "",
    }  # fmt: skip
    secret = {"authorization": f"Bearer {sandbox.secrets.bank_secret}"}
    async with httpx.AsyncClient(base_url=sandbox.base, headers=secret) as http:
        bodies: list[object] = [order, {**order, "amount": 0}, {**order, "amount": 7}, None]
        for content in map(msgspec.json.encode, bodies):
            quick = shown(await http.post("/bank/transfers", content=content))
            assert quick == shown(await http.post("/bank/transfers/", content=content))
        for asked in (reference, str(uuid4())):
            quick = shown(await http.get(f"/bank/transfers/{asked}"))
            assert quick == shown(await http.get(f"/bank/transfers/{asked}/"))
        other = msgspec.json.encode({**order, "reference": str(uuid4())})
        refused = await http.post("/bank/transfers", content=other, headers={"authorization": "Bearer guess"})
        assert (refused.status_code, refused.json()) == (401, {"error": "unauthorized"})
        found = (await http.get("/bank/transfers?account_number=12")).json()["transfers"]
        assert [(t["reference"], t["amount"]) for t in found] == [(reference, 100)]


async def test_idle_connections_keep_nobody_out(sandbox: SandboxProcess) -> None:
    """Kept connections of two server processes and of buyers once used all that the server accepted."""
    idle = [await asyncio.open_connection("127.0.0.1", sandbox.port) for _ in range(IDLE)]
    limits = httpx.Limits(max_connections=CALLERS, max_keepalive_connections=CALLERS)
    try:
        async with (
            Merchant(sandbox.secrets.acquirer_secret) as merchant,
            httpx.AsyncClient(base_url=sandbox.acquirer, timeout=15, limits=limits) as http,
        ):
            ids = [str(uuid4()) for _ in range(CALLERS)]

            async def buy(order_id: str) -> int:
                form = registration(sandbox, order_id, pg_result_url=merchant.url)
                answer = await http.post("/init_payment.php", content=form, headers={"content-type": FORM})
                assert wire.from_xml(answer.content)["pg_status"] == "ok"
                return (await http.post(f"/payments/{order_id}/approve")).status_code

            assert await asyncio.gather(*map(buy, ids)) == [200] * CALLERS
            for order_id in ids:
                assert len(await merchant.until(order_id)) == 1
    finally:
        for _, writer in idle:
            writer.close()


def raw(target: str, body: bytes = b"", *, method: str = "POST", headers: str = "") -> bytes:
    head = f"{method} {target} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


async def read_raw(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


async def test_requests_in_any_pieces_and_kinds_share_a_connection(sandbox: SandboxProcess) -> None:
    order_id = str(uuid4())
    form = registration(sandbox, order_id).encode()
    kind = f"Content-Type: {FORM}\r\n"
    requests = [
        (200, raw("/acquirer/init_payment.php", form, headers=kind)),
        (200, raw("/healthz", method="GET")),
        (200, raw(f"/acquirer/payments/{order_id}/approve?by=me")),
        (200, raw(f"/acquirer/payments/{order_id}/approve")),
        (409, raw(f"/acquirer/payments/{order_id}/decline")),
        (404, raw("/nowhere", method="GET")),
        (404, raw(f"/acquirer/payments/{uuid4()}/approve")),
        (413, raw("/acquirer/init_payment.php", b"a=" + b"x" * 70_000, headers=kind)),
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
    async with asyncio.timeout(20):
        for expected, request in requests[:-1]:
            for cut in (1, len(request) // 2, len(request) - 1, len(request)):
                writer.write(request[:cut])
                await writer.drain()
                # The pieces leave one by one.
                await asyncio.sleep(0)
                writer.write(request[cut:])
                assert (await read_raw(reader))[0] == expected
        writer.write(b"".join(request for _, request in requests))
        assert [(await read_raw(reader))[0] for _ in requests] == [expected for expected, _ in requests]
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
    writer.write(raw(f"/acquirer/payments/{order_id}/approve", headers="Connection: close\r\n"))
    assert (await read_raw(reader))[0] == 200
    assert await reader.read() == b""
    writer.close()
