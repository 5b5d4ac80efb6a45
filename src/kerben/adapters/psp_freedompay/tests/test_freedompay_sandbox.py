"""The adapter against the sandbox acquirer over HTTP between processes: a payment's whole life and every fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from kerben.adapters.psp_freedompay import FreedomPay, FreedomPayConfig
from kerben.domains.payments.ports import (
    InvalidNoticeError,
    ProviderRefusedError,
    ProviderStatus,
    ProviderUnavailableError,
    Registered,
    RegisterPayment,
)
from kerben_sandbox.testing import Merchant, SandboxProcess

pytestmark = pytest.mark.slow


class Shop:
    """An adapter, its webhook end, and a program's hand on the sandbox."""

    def __init__(self, sandbox: SandboxProcess, merchant: Merchant, http: httpx.AsyncClient) -> None:
        self.sandbox, self.merchant, self.http = sandbox, merchant, http
        self.provider = make_provider(sandbox)

    async def register(self, payment_id: UUID, *, amount: int = 150_000, capture: bool = True) -> Registered:
        return await self.provider.register(
            RegisterPayment(
                payment_id, amount, "KGS", "Заказ 1", "http://127.0.0.1/back?a=1", self.merchant.url, capture
            )
        )

    async def decide(self, payment_id: UUID, verdict: str = "approve") -> httpx.Response:
        return await self.http.post(f"{self.sandbox.acquirer}/payments/{payment_id}/{verdict}")

    async def fault(self, body: object) -> httpx.Response:
        return await self.http.put(f"{self.sandbox.acquirer}/faults", content=msgspec.json.encode(body))

    async def status(self, registered: Registered) -> ProviderStatus:
        return (await self.provider.state(registered.provider_payment_id)).status

    async def paid(self, *, capture: bool = True) -> tuple[UUID, Registered]:
        payment_id = uuid4()
        registered = await self.register(payment_id, capture=capture)
        assert (await self.decide(payment_id)).status_code == 200
        return payment_id, registered


def make_provider(sandbox: SandboxProcess, *, timeout_s: float = 5, secret: str = "") -> FreedomPay:
    known = sandbox.secrets
    secret = secret or known.acquirer_secret
    return FreedomPay(FreedomPayConfig(sandbox.acquirer, known.merchant_id, secret, timeout_s=timeout_s))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox")).start()
    yield process
    process.kill()


@pytest.fixture
async def shop(sandbox: SandboxProcess) -> AsyncIterator[Shop]:
    async with Merchant(sandbox.secrets.acquirer_secret) as merchant, httpx.AsyncClient() as http:
        await http.delete(f"{sandbox.acquirer}/faults")
        shop = Shop(sandbox, merchant, http)
        yield shop
        await http.delete(f"{sandbox.acquirer}/faults")
        await shop.provider.aclose()


async def test_whole_life_of_a_payment(shop: Shop) -> None:
    payment_id = uuid4()
    early = await shop.decide(payment_id)
    assert (early.status_code, early.json()["error"]) == (404, "not_found")
    registered = await shop.register(payment_id)
    assert registered == await shop.register(payment_id)
    assert await shop.status(registered) is ProviderStatus.PENDING
    assert (await shop.decide(payment_id)).json()["status"] == "captured"
    assert (await shop.decide(payment_id)).json()["status"] == "captured"
    assert (await shop.decide(payment_id, "decline")).status_code == 409
    await shop.merchant.until(payment_id)
    notice = shop.provider.read_notice({}, shop.merchant.bodies[0])
    assert (notice.status, notice.payment_id, notice.amount) == (ProviderStatus.CAPTURED, payment_id, 150_000)
    assert notice.provider_payment_id == registered.provider_payment_id
    await shop.provider.refund(registered.provider_payment_id, 150_000)
    await shop.provider.refund(registered.provider_payment_id, 150_000)
    state = await shop.provider.state(registered.provider_payment_id)
    assert (state.status, state.refunded_amount, state.payment_id) == (ProviderStatus.REFUNDED, 150_000, payment_id)
    assert len(shop.merchant.notices_of(payment_id)) == 1


async def test_hold_is_captured_or_voided_and_repeats_are_harmless(shop: Shop) -> None:
    _, held = await shop.paid(capture=False)
    assert await shop.status(held) is ProviderStatus.AUTHORIZED
    await shop.provider.capture(held.provider_payment_id, 150_000)
    await shop.provider.capture(held.provider_payment_id, 150_000)
    assert await shop.status(held) is ProviderStatus.CAPTURED
    with pytest.raises(ProviderRefusedError):
        await shop.provider.void(held.provider_payment_id)
    assert await shop.status(held) is ProviderStatus.CAPTURED
    other_id, other = await shop.paid(capture=False)
    await shop.provider.void(other.provider_payment_id)
    await shop.provider.void(other.provider_payment_id)
    assert await shop.status(other) is ProviderStatus.VOIDED
    assert (await shop.decide(other_id)).status_code == 409
    with pytest.raises(ProviderRefusedError):
        await shop.provider.capture(other.provider_payment_id, 150_000)
    assert await shop.status(other) is ProviderStatus.VOIDED


async def test_declined_and_unknown_payments(shop: Shop) -> None:
    payment_id = uuid4()
    registered = await shop.register(payment_id)
    assert (await shop.decide(payment_id, "decline")).json()["status"] == "failed"
    assert (await shop.decide(payment_id)).status_code == 409
    assert (
        shop.provider.read_notice({}, urlbody(await shop.merchant.until(payment_id))).status is ProviderStatus.FAILED
    )
    assert await shop.status(registered) is ProviderStatus.FAILED
    await shop.provider.void(registered.provider_payment_id)
    assert (await shop.provider.state("42")).status is ProviderStatus.UNKNOWN
    with pytest.raises(ProviderRefusedError):
        await shop.register(payment_id, amount=1)


def urlbody(notices: list[dict[str, str]]) -> bytes:
    return str(httpx.QueryParams(notices[0])).encode()


async def test_wrong_secret_is_no_answer_and_changes_nothing(shop: Shop) -> None:
    payment_id, registered = await shop.paid()
    stranger = make_provider(shop.sandbox, secret="guess")
    with pytest.raises(ProviderUnavailableError):
        await stranger.refund(registered.provider_payment_id, 150_000)
    with pytest.raises(InvalidNoticeError):
        stranger.read_notice({}, urlbody(await shop.merchant.until(payment_id)))
    await stranger.aclose()
    assert await shop.status(registered) is ProviderStatus.CAPTURED


async def test_late_twice_and_never(shop: Shop) -> None:
    await shop.fault({"webhook": {"mode": "late", "delay_s": 0.4, "times": 1}})
    late, _ = await shop.paid()
    assert shop.merchant.notices_of(late) == []
    await shop.fault({"webhook": {"mode": "never", "times": 1}})
    never, registered = await shop.paid()
    await shop.fault({"webhook": {"mode": "twice", "times": 1}})
    twice, _ = await shop.paid()
    first, second = await shop.merchant.until(twice, 2)
    assert first["pg_payment_id"] == second["pg_payment_id"]
    await shop.merchant.until(late)
    assert shop.merchant.notices_of(never) == []
    assert await shop.status(registered) is ProviderStatus.CAPTURED


async def test_out_of_order_brings_an_older_refusal_last(shop: Shop) -> None:
    await shop.fault({"webhook": {"mode": "out_of_order"}})
    payment_id, registered = await shop.paid()
    newer, older = await shop.merchant.until(payment_id, 2)
    assert (newer["pg_result"], older["pg_result"]) == ("1", "0")
    assert older["pg_payment_date"] < newer["pg_payment_date"]
    assert await shop.status(registered) is ProviderStatus.CAPTURED


async def test_wrong_amount_and_foreign_payment_id_are_signed_and_seen(shop: Shop) -> None:
    await shop.fault({"webhook": {"mode": "wrong_amount"}})
    wrong, _ = await shop.paid()
    assert shop.provider.read_notice({}, urlbody(await shop.merchant.until(wrong))).amount == 150_100
    await shop.fault({"webhook": {"mode": "foreign_payment_id"}})
    foreign, registered = await shop.paid()
    state = shop.provider.read_notice({}, urlbody(await shop.merchant.until(foreign)))
    assert state.provider_payment_id != registered.provider_payment_id


@pytest.mark.parametrize("mode", ["missing_signature", "bad_signature"])
async def test_unsigned_webhooks_are_refused_and_the_state_is_found_by_asking(shop: Shop, mode: str) -> None:
    await shop.fault({"webhook": {"mode": mode}})
    payment_id, registered = await shop.paid()
    with pytest.raises(InvalidNoticeError):
        shop.provider.read_notice({}, urlbody(await shop.merchant.until(payment_id)))
    assert await shop.status(registered) is ProviderStatus.CAPTURED


async def test_refused_webhooks_come_again(shop: Shop) -> None:
    shop.merchant.accepts = lambda _: len(shop.merchant.bodies) > 0
    payment_id, _ = await shop.paid()
    first, second = await shop.merchant.until(payment_id, 2)
    assert first == second


async def test_timeout_carries_the_order_out_without_an_answer(shop: Shop) -> None:
    _, registered = await shop.paid()
    hasty = make_provider(shop.sandbox, timeout_s=0.3)
    await shop.fault({"api": {"mode": "timeout", "times": 1}})
    with pytest.raises(ProviderUnavailableError):
        await hasty.refund(registered.provider_payment_id, 150_000)
    assert (await hasty.state(registered.provider_payment_id)).status is ProviderStatus.REFUNDED
    await hasty.refund(registered.provider_payment_id, 150_000)
    await hasty.aclose()


async def test_http_500_changes_nothing_and_is_over_after_its_times(shop: Shop) -> None:
    _, registered = await shop.paid()
    await shop.fault({"api": {"mode": "http_500", "times": 2}})
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            await shop.provider.refund(registered.provider_payment_id, 150_000)
    assert await shop.status(registered) is ProviderStatus.CAPTURED


async def test_failed_capture_is_never_taken_for_captured(shop: Shop) -> None:
    await shop.fault({"api": {"mode": "capture_fails_but_approved"}})
    _, at_once = await shop.paid()
    assert await shop.status(at_once) is ProviderStatus.AUTHORIZED
    _, held = await shop.paid(capture=False)
    with pytest.raises(ProviderRefusedError):
        await shop.provider.capture(held.provider_payment_id, 150_000)
    assert await shop.status(held) is ProviderStatus.AUTHORIZED
    await shop.http.delete(f"{shop.sandbox.acquirer}/faults")
    await shop.provider.capture(held.provider_payment_id, 150_000)
    assert await shop.status(held) is ProviderStatus.CAPTURED


async def test_invisible_refund(shop: Shop) -> None:
    _, registered = await shop.paid()
    await shop.fault({"api": {"mode": "refund_invisible"}})
    await shop.provider.refund(registered.provider_payment_id, 150_000)
    assert await shop.status(registered) is ProviderStatus.CAPTURED
    await shop.http.delete(f"{shop.sandbox.acquirer}/faults")
    assert await shop.status(registered) is ProviderStatus.REFUNDED


async def test_pending_hold_keeps_the_webhook_back(shop: Shop) -> None:
    payment_id = uuid4()
    await shop.fault({"api": {"mode": "hold_pending"}, "payment_id": str(payment_id)})
    registered = await shop.register(payment_id)
    await shop.decide(payment_id)
    other, other_registered = await shop.paid()
    await shop.merchant.until(other)
    assert await shop.status(other_registered) is ProviderStatus.CAPTURED
    assert await shop.status(registered) is ProviderStatus.PENDING
    assert shop.merchant.notices_of(payment_id) == []
    await shop.http.delete(f"{shop.sandbox.acquirer}/faults")
    await shop.merchant.until(payment_id)
    assert await shop.status(registered) is ProviderStatus.CAPTURED


@pytest.mark.parametrize(
    "body",
    [
        {"webhook": {"mode": "sometimes"}},
        {"webhok": {}},
        {"api": {"mode": "timeout", "times": 0}},
        {"webhook": {"mode": "late", "delay_s": -1}},
        [],
    ],
)
async def test_faults_that_make_no_sense_are_refused(shop: Shop, body: object) -> None:
    await shop.fault({"webhook": {"mode": "twice"}})
    before = (await shop.http.get(f"{shop.sandbox.acquirer}/faults")).json()
    refused = await shop.fault(body)
    assert refused.status_code == 400
    assert refused.json()["detail"]
    assert (await shop.http.get(f"{shop.sandbox.acquirer}/faults")).json() == before


@pytest.mark.slow
async def test_kill_9_loses_no_acknowledged_payment_and_owed_webhooks_arrive(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path).start()
    try:
        merchant = Merchant(sandbox.secrets.acquirer_secret)
        async with httpx.AsyncClient() as http:
            shop = Shop(sandbox, merchant, http)
            await shop.fault({"webhook": {"mode": "twice"}, "payment_id": "kept"})
            known = {payment_id: await shop.register(payment_id) for payment_id in (uuid4() for _ in range(60))}

            async def approve(payment_id: UUID) -> UUID | None:
                try:
                    return payment_id if (await shop.decide(payment_id)).status_code == 200 else None
                except httpx.HTTPError:
                    return None

            tasks = [asyncio.create_task(approve(payment_id)) for payment_id in known]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            sandbox.kill()
            approved = {payment_id for payment_id in await asyncio.gather(*tasks) if payment_id}
            assert approved
            async with merchant:
                sandbox.start()
                for payment_id in approved:
                    assert (await merchant.until(payment_id))[0]["pg_result"] == "1"
                    assert await shop.status(known[payment_id]) is ProviderStatus.CAPTURED
                faults = (await http.get(f"{sandbox.acquirer}/faults")).json()
                assert faults["payments"][0]["payment_id"] == "kept"
            await shop.provider.aclose()
        assert sandbox.stop() == 0
    finally:
        sandbox.kill()


async def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    provider = FreedomPay(FreedomPayConfig("http://127.0.0.1:9", "540000", "x", timeout_s=1))
    with pytest.raises(ProviderUnavailableError):
        await provider.state("1")
    await provider.aclose()
