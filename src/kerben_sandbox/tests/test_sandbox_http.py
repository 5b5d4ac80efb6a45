"""The sandbox as a process, without Kerben's adapters: pages, redirects, bad input, the data directory."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from kerben_sandbox import wire
from kerben_sandbox.testing import SOURCES, Merchant, SandboxProcess, free_port

pytestmark = pytest.mark.slow

PUBLIC = "http://localhost:8000/sandbox"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"), public_url=PUBLIC + "/").start()
    yield process
    process.kill()


async def call(sandbox: SandboxProcess, script: str, secret: str = "", **fields: str) -> dict[str, wire.Value]:
    known = sandbox.secrets
    params = {"pg_merchant_id": known.merchant_id, **fields}
    form = wire.signed(script, params, secret or known.acquirer_secret, "salt")
    async with httpx.AsyncClient() as http:
        response = await http.post(f"{sandbox.acquirer}/{script}", data=form)
    assert response.status_code == 200
    answer = wire.from_xml(response.content)
    assert wire.is_signed(script, answer, known.acquirer_secret)
    return answer


def new_payment(order_id: str, **changes: str) -> dict[str, str]:
    return {
        "pg_order_id": order_id,
        "pg_amount": "1500.00",
        "pg_currency": "KGS",
        "pg_description": "<script>Заказ</script>",
        "pg_result_url": "http://127.0.0.1:9/webhooks/freedompay",
        "pg_success_url": "http://localhost:8000/back?order=5",
        "pg_failure_url": "http://localhost:8000/back?order=5",
        **changes,
    }


async def hosted_page(sandbox: SandboxProcess, **changes: str) -> str:
    answer = await call(sandbox, "init_payment.php", **new_payment(str(uuid4()), **changes))
    url = str(answer["pg_redirect_url"])
    assert url.startswith(f"{PUBLIC}/acquirer/pay/")
    return url.replace(PUBLIC, sandbox.base)


async def test_a_person_pays_on_the_hosted_page(sandbox: SandboxProcess) -> None:
    async with Merchant(sandbox.secrets.acquirer_secret) as merchant, httpx.AsyncClient() as http:
        page = await hosted_page(sandbox, pg_result_url=merchant.url)
        seen = await http.get(page)
        assert seen.status_code == 200
        assert "Песочница: деньги не списываются" in seen.text
        assert "Оплатить 1\u202f500\u202fсом" in seen.text
        assert "<script>" not in seen.text
        assert f'action="{PUBLIC}/acquirer/pay/' in seen.text
        assert 'name="card' not in seen.text
        assert seen.text.count("<input") == 3
        assert all(" name=" not in field.split(">")[0] for field in seen.text.split("<input")[1:])
        paid = await http.post(page, data={"verdict": "approve"})
        assert paid.status_code == 303
        back = urlsplit(paid.headers["location"])
        query = parse_qs(back.query)
        assert (back.netloc, back.path, query["order"]) == ("localhost:8000", "/back", ["5"])
        await merchant.until(query["pg_order_id"][0])
        assert "Оплата прошла" in (await http.get(page)).text
        again = await http.post(page, data={"verdict": "decline"})
        assert (again.status_code, "Оплата прошла" in again.text) == (409, True)


async def test_a_person_gives_up(sandbox: SandboxProcess) -> None:
    async with httpx.AsyncClient() as http:
        page = await hosted_page(sandbox)
        given_up = await http.post(page, data={"verdict": "anything else"})
        assert given_up.status_code == 303
        assert "деньги не списаны" in (await http.get(page)).text.lower()
        assert (await http.get(f"{sandbox.acquirer}/pay/unknown")).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"pg_amount": "0"},
        {"pg_amount": "1.001"},
        {"pg_amount": "-5"},
        {"pg_amount": "1e999"},
        {"pg_currency": "сом"},
        {"pg_lifetime": "0"},
        {"pg_result_url": "file:///etc/passwd"},
        {"pg_success_url": "javascript:alert(1)"},
        {"pg_order_id": "x" * 65},
    ],
)
async def test_bad_fields_are_refused_and_nothing_is_registered(
    sandbox: SandboxProcess, changes: dict[str, str]
) -> None:
    order_id = str(uuid4())
    answer = await call(sandbox, "init_payment.php", **new_payment(order_id, **changes))
    assert (answer["pg_status"], answer["pg_error_code"]) == ("error", "200")
    assert (await call(sandbox, "get_status3.php", pg_order_id=order_id))["pg_error_code"] == "340"


async def test_wrong_signature_and_unknown_merchant(sandbox: SandboxProcess) -> None:
    order_id = str(uuid4())
    answer = await call(sandbox, "init_payment.php", "guess", **new_payment(order_id))
    assert answer["pg_error_code"] == "100"
    assert (await call(sandbox, "get_status3.php", pg_order_id=order_id))["pg_error_code"] == "340"
    async with httpx.AsyncClient() as http:
        stranger = await http.post(f"{sandbox.acquirer}/init_payment.php", data={"pg_merchant_id": "1"})
        assert wire.from_xml(stranger.content)["pg_error_code"] == "9998"
        assert (await http.post(f"{sandbox.acquirer}/other.php")).status_code == 404
        assert (await http.post(f"{sandbox.acquirer}/init_payment.php", data={"a": "x" * 100_000})).status_code == 413


async def test_switches_of_the_page_set_faults(sandbox: SandboxProcess) -> None:
    async with httpx.AsyncClient() as http:
        for what, mode in (("webhook", "twice"), ("api", "http_500"), ("bank", "fail")):
            pressed = await http.post(f"{sandbox.base}/switch", data={"what": what, "mode": mode})
            assert (pressed.status_code, pressed.headers["location"]) == (303, f"{PUBLIC}/")
        faults = (await http.get(f"{sandbox.acquirer}/faults")).json()
        assert (faults["webhook"]["mode"], faults["api"]["mode"]) == ("twice", "http_500")
        page = (await http.get(f"{sandbox.base}/")).text
        assert page.count("сломано") == 3
        assert (await http.post(f"{sandbox.base}/switch", data={"what": "api", "mode": "x"})).status_code == 400
        for what in ("webhook", "api", "bank"):
            await http.post(f"{sandbox.base}/switch", data={"what": what, "mode": "normal"})
        assert "сломано" not in (await http.get(f"{sandbox.base}/")).text


@pytest.mark.slow
def test_a_second_sandbox_on_the_folder_or_the_port_is_refused(sandbox: SandboxProcess, tmp_path: Path) -> None:
    for port, folder, word in ((free_port(), sandbox.data_dir, "in use"), (sandbox.port, tmp_path, "taken")):
        command = [sys.executable, "-m", "kerben_sandbox", "--port", str(port), "--data-dir", str(folder)]
        second = subprocess.run(command, cwd=SOURCES, capture_output=True, timeout=20, check=False)
        assert second.returncode == 2
        assert word in second.stderr.decode()


@pytest.mark.slow
async def test_it_stops_cleanly_while_a_call_hangs(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path).start()
    try:
        known = sandbox.secrets
        question = {"pg_merchant_id": known.merchant_id, "pg_order_id": "1"}
        form = wire.signed("get_status3.php", question, known.acquirer_secret, "salt")
        async with httpx.AsyncClient(timeout=20) as http:
            await http.put(f"{sandbox.acquirer}/faults", json={"api": {"mode": "timeout", "times": 1}})
            hanging = asyncio.create_task(http.post(f"{sandbox.acquirer}/get_status3.php", data=form))
            async with asyncio.timeout(10):
                # Used up: the hanging call has arrived.
                while (await http.get(f"{sandbox.acquirer}/faults")).json()["api"]["mode"] != "normal":
                    assert not hanging.done()
            assert not hanging.done()
            assert await asyncio.to_thread(sandbox.stop) == 0
            assert (await hanging).status_code == 504
    finally:
        sandbox.kill()
