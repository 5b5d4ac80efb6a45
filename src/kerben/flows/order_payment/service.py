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
    Opening,
    OpenPayment,
    PaymentClosedError,
    PaymentProvider,
    PaymentRow,
    PaymentStatus,
    ProviderState,
    Source,
)
from kerben.flows.order_payment.settlement import SUBJECT
from kerben.platform.batching import Batcher
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError, NotFoundError
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
        self._opening = Opening(runtime.db)
        self._finder: Batcher[UUID, OpenedPayment] = Batcher("payments-found", self._find)
        self._bad = RateLimiter(runtime.clock, burst=BAD_BURST, per_s=BAD_PER_S, enabled=runtime.settings.rate_limits)

    @property
    def links(self) -> PaymentLinks:
        """Makes the links."""
        return self._links

    async def find(self, payment_id: UUID, signature: str) -> OpenedPayment:
        """The payment of a signed link. NotFoundError when the link is not ours."""
        if not self._links.genuine(payment_id, signature):
            raise NotFoundError
        return await self._finder.submit(payment_id)

    async def _find(self, payment_ids: Sequence[UUID]) -> list[OpenedPayment | DomainError]:
        async with self._db.read_by_key() as tx:
            found = await payments.payments_by_ids(tx, sorted(set(payment_ids)))
            known = await orders.orders_by_ids(tx, sorted(p.subject_id for p in found.values()))
        return [_with_order(found.get(payment_id), known) for payment_id in payment_ids]

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
        return await self._opening.open(
            provider,
            found.payment,
            OpenPayment(
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
                changes = await payments.apply_states(
                    tx, answers, provider=name, subjects=payments.settled_subjects()
                )
                await payments.settle_all(self._runtime, tx, changes)

        await self._db.transact(work)
        return [None] * len(batch)


def _with_order(payment: PaymentRow | None, known: Mapping[UUID, Order]) -> OpenedPayment | DomainError:
    order = known.get(payment.subject_id) if payment is not None and payment.subject == SUBJECT else None
    return OpenedPayment(payment, order) if payment is not None and order is not None else NotFoundError()


def is_paid(payment: PaymentRow) -> bool:
    """Whether the money is here."""
    return payment.status is PaymentStatus.CAPTURED
