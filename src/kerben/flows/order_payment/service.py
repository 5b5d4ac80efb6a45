"""Opening payments and taking the acquirer's notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.orders import api as orders
from kerben.domains.orders.api import Order, OrderStatus, PaymentLinks
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import (
    InvalidNoticeError,
    OpenPayment,
    PaymentClosedError,
    PaymentProvider,
    PaymentRow,
    PaymentStatus,
    ProviderState,
    Source,
)
from kerben.flows.order_payment.settlement import SUBJECT, settle
from kerben.platform.batching import Batcher
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.logs import logger, scrub
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

_log = logger("order_payment")

BATCH_MAX: Final = 64
BAD_BURST: Final = 50
BAD_PER_S: Final = 1.0


class OpenedPayment(msgspec.Struct, frozen=True):
    """A payment of an order, for whoever holds its signed link."""

    payment: PaymentRow
    order: Order


class OrderPayments:
    """Payments of orders as the outside world touches them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._links = PaymentLinks(runtime.keys, runtime.settings.base_url)
        self._notices: Batcher[tuple[str, ProviderState], None] = Batcher(
            "payment_notices", self._take, size_max=BATCH_MAX
        )
        self._bad = RateLimiter(runtime.clock, burst=BAD_BURST, per_s=BAD_PER_S, enabled=runtime.settings.rate_limits)

    @property
    def links(self) -> PaymentLinks:
        """Makes the links."""
        return self._links

    async def find(self, payment_id: UUID, signature: str) -> OpenedPayment:
        """The payment of a signed link. NotFoundError when the link is not ours."""
        if not self._links.genuine(payment_id, signature):
            raise NotFoundError
        async with self._db.read() as tx:
            return await _order_of(tx, payment_id)

    async def open(self, payment_id: UUID, signature: str) -> str:
        """Address of the acquirer's page; the payment is registered there when it is opened first.

        Raises NotFoundError, PaymentClosedError (paid, cancelled or overdue) and the acquirer's errors.
        """
        found = await self.find(payment_id, signature)
        now = self._runtime.clock.now()
        deadline = found.order.reserved_until
        if found.order.status is not OrderStatus.AWAITING_PAYMENT or deadline is None or deadline <= now:
            raise PaymentClosedError(status=found.payment.status.value)
        provider = self._runtime.port(PaymentProvider)
        return await payments.open_payment(
            self._db,
            provider,
            OpenPayment(
                payment_id,
                f"Заказ {found.order.number}",
                self._links.return_url(payment_id),
                self._links.webhook_url(provider.name),
                max(1, int((deadline - now).total_seconds())),
            ),
        )

    async def notice(self, name: str, headers: Mapping[str, str], body: bytes, caller: str) -> tuple[str, bytes]:
        """Take a webhook; the (media type, body) to answer with. NotFoundError for an acquirer we do not have.

        What cannot be believed is recorded and refused, and changes nothing.
        """
        if not self._runtime.has_port(PaymentProvider) or self._runtime.port(PaymentProvider).name != name:
            raise NotFoundError
        provider = self._runtime.port(PaymentProvider)
        try:
            state = provider.read_notice(headers, body)
        except InvalidNoticeError as error:
            self._bad.take(caller)
            detail = scrub(str(error))
            _log.warning("notice_refused", provider=name, reason=detail)
            await self._db.transact(lambda tx: payments.record_bad_notice(tx, name, detail))
            return provider.answer_notice(accepted=False, reason="bad signature")
        await self._notices.submit((name, state))
        return provider.answer_notice(accepted=True, reason="")

    async def _take(self, batch: Sequence[tuple[str, ProviderState]]) -> Sequence[None]:
        async def work(tx: WriteTx) -> None:
            for name in sorted({name for name, _ in batch}):
                answers = [(state, Source.WEBHOOK) for n, state in batch if n == name]
                await settle(tx, await payments.apply_states(tx, answers, provider=name))

        await self._db.transact(work)
        return [None] * len(batch)


async def _order_of(tx: ReadTx, payment_id: UUID) -> OpenedPayment:
    payment = (await payments.payments_by_ids(tx, [payment_id])).get(payment_id)
    if payment is None or payment.subject != SUBJECT:
        raise NotFoundError
    order = (await orders.orders_by_ids(tx, [payment.subject_id])).get(payment.subject_id)
    if order is None:
        raise NotFoundError
    return OpenedPayment(payment, order)


def is_paid(payment: PaymentRow) -> bool:
    """Whether the money is here."""
    return payment.status is PaymentStatus.CAPTURED
