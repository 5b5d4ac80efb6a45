"""The bank's adapter against the sandbox over HTTP between processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest

from kerben.adapters.bank_sandbox import ReferenceConflictError, SandboxBank, SandboxBankConfig
from kerben.domains.payouts.ports import BankUnavailableError, TransferOrder, TransferStatus
from kerben_sandbox.testing import SandboxProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox")).start()
    yield process
    process.kill()


@pytest.fixture
async def bank(sandbox: SandboxProcess) -> AsyncIterator[SandboxBank]:
    bank = make_bank(sandbox)
    yield bank
    await bank.aclose()
    async with httpx.AsyncClient() as http:
        await http.delete(f"{sandbox.base}/bank/faults")


def make_bank(sandbox: SandboxProcess, *, timeout_s: float = 5, secret: str = "") -> SandboxBank:
    return SandboxBank(SandboxBankConfig(sandbox.base, secret or sandbox.secrets.bank_secret, timeout_s))


def make_order(amount: int = 147_000) -> TransferOrder:
    return TransferOrder(uuid4(), amount, "KGS", f"125{uuid4().int % 10**10}", "Айыл Банк", "Выплата за заказ 1")


async def fault(sandbox: SandboxProcess, **body: object) -> int:
    async with httpx.AsyncClient() as http:
        response = await http.put(f"{sandbox.base}/bank/faults", content=msgspec.json.encode(body))
    return response.status_code


async def sent_to(sandbox: SandboxProcess, order: TransferOrder) -> list[dict[str, object]]:
    async with httpx.AsyncClient() as http:
        response = await http.get(
            f"{sandbox.base}/bank/transfers",
            params={"account_number": order.account_number},
            headers={"authorization": f"Bearer {sandbox.secrets.bank_secret}"},
        )
    return response.json()["transfers"]


async def test_a_transfer_is_paid_once_however_often_it_is_sent(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    assert (await bank.state(order.reference)).status is TransferStatus.NOT_FOUND
    first = await bank.send(order)
    assert first.status is TransferStatus.PAID
    assert await bank.send(order) == first == await bank.state(order.reference)
    assert [transfer["amount"] for transfer in await sent_to(sandbox, order)] == [147_000]


async def test_the_same_reference_with_other_content_is_refused(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    await bank.send(order)
    with pytest.raises(ReferenceConflictError):
        await bank.send(msgspec.structs.replace(order, amount=1))
    assert [transfer["amount"] for transfer in await sent_to(sandbox, order)] == [147_000]


async def test_a_malformed_order_fails_and_is_not_kept(bank: SandboxBank) -> None:
    order = make_order(0)
    assert (await bank.send(order)).status is TransferStatus.FAILED
    assert (await bank.state(order.reference)).status is TransferStatus.NOT_FOUND


async def test_wrong_secret(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    stranger, order = make_bank(sandbox, secret="guess"), make_order()
    with pytest.raises(BankUnavailableError):
        await stranger.send(order)
    await stranger.aclose()
    assert (await bank.state(order.reference)).status is TransferStatus.NOT_FOUND


async def test_timeout_after_accept_is_found_by_asking(sandbox: SandboxProcess) -> None:
    hasty, order = make_bank(sandbox, timeout_s=0.3), make_order()
    await fault(sandbox, mode="timeout_after_accept", times=1)
    with pytest.raises(BankUnavailableError):
        await hasty.send(order)
    assert (await hasty.state(order.reference)).status is TransferStatus.PAID
    assert (await hasty.send(order)).status is TransferStatus.PAID
    await hasty.aclose()
    assert len(await sent_to(sandbox, order)) == 1


async def test_http_500_keeps_nothing(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    await fault(sandbox, mode="http_500", times=1)
    with pytest.raises(BankUnavailableError):
        await bank.send(order)
    assert (await bank.state(order.reference)).status is TransferStatus.NOT_FOUND


async def test_refusal_stays_a_refusal(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    await fault(sandbox, mode="fail", times=1)
    refused = await bank.send(order)
    assert (refused.status, refused.failure) == (TransferStatus.FAILED, "account_closed")
    assert (await bank.send(order)).status is TransferStatus.FAILED


async def test_slow_is_accepted_first_and_paid_later(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    await fault(sandbox, mode="slow", delay_s=0.3, times=1)
    assert (await bank.send(order)).status is TransferStatus.ACCEPTED
    state = await bank.state(order.reference)
    for _ in range(10_000):
        if state.status is TransferStatus.PAID:
            break
        state = await bank.state(order.reference)
    assert state.status is TransferStatus.PAID


async def test_never_decides_while_the_fault_lasts(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    order = make_order()
    await fault(sandbox, mode="never_decides")
    assert (await bank.send(order)).status is TransferStatus.ACCEPTED
    assert (await bank.state(order.reference)).status is TransferStatus.ACCEPTED
    await fault(sandbox, mode="normal")
    assert (await bank.state(order.reference)).status is TransferStatus.PAID


async def test_unknown_fault_is_refused(sandbox: SandboxProcess, bank: SandboxBank) -> None:
    assert await fault(sandbox, mode="rob") == 400
    assert await fault(sandbox, mood="fail") == 400
    assert (await bank.send(make_order())).status is TransferStatus.PAID


@pytest.mark.slow
async def test_transfers_survive_kill_9(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path).start()
    bank, order = make_bank(sandbox), make_order()
    try:
        sent = await bank.send(order)
        sandbox.kill()
        with pytest.raises(BankUnavailableError):
            await bank.state(order.reference)
        sandbox.start()
        assert await bank.state(order.reference) == sent == await bank.send(order)
    finally:
        await bank.aclose()
        sandbox.kill()
