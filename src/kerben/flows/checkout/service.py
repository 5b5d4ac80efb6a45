"""Placing orders, many at once.

One transaction per batch. Each step is one set-based call of the domain that owns it; an order that fails a step
gets its own error and is left out of the next ones, so one bad order fails nobody else. Statements of a batch of new
orders by signed-in buyers, besides BEGIN and COMMIT: see `STEPS` in the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog import api as catalog
from kerben.domains.identity import api as identity
from kerben.domains.inventory import api as inventory
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import ONLINE, GuestTokens, NewOrder, PaymentLinks, PaymentView, PlacedOrder
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import Method, NewPayment, PaymentRow
from kerben.domains.pos import api as pos
from kerben.flows.checkout import rules
from kerben.flows.checkout.errors import BuyNotEligibleError
from kerben.flows.checkout.model import Draft, PlacedView, Wanted
from kerben.flows.checkout.offers import Offers
from kerben.platform import idempotency, money
from kerben.platform.batching import Batcher
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError, NotFoundError
from kerben.platform.idempotency import (
    IdempotencyConflictError,
    IdempotencyKeyReusedError,
    KeyedRequest,
    RequestInFlightError,
    StoredAnswer,
)
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash

CREATED: Final = 201
BATCH_MAX: Final = 128
IN_FLIGHT_MAX: Final = 1
WAIT_S: Final = 5.0
_TRIES: Final = 5

_json = msgspec.json.Encoder()


class Answered(msgspec.Struct, frozen=True):
    """What an order got: the stored answer, and whether it was stored before."""

    stored: StoredAnswer
    replayed: bool


Outcome = Answered | Exception


class Checkout:
    """Gathers orders and places them in batches."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._settings = runtime.settings
        self._links = PaymentLinks(runtime.keys, runtime.settings.base_url)
        self._guests = GuestTokens(runtime.keys)
        self._offers = runtime.part(Offers)
        self._batcher: Batcher[Wanted, Answered] = Batcher(
            "orders", self._run, size_max=BATCH_MAX, in_flight_max=IN_FLIGHT_MAX
        )

    async def place(self, wanted: Wanted) -> Answered:
        """Place an order together with whoever else is ordering; raises what was decided for this one.

        RequestInFlightError when that takes more than five seconds, as it does for a repeat whose first request hangs
        in another process: the batch goes on, and the same key gets its answer later.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                return await self._batcher.submit(wanted)
        except TimeoutError as error:
            raise RequestInFlightError from error

    async def _run(self, batch: Sequence[Wanted]) -> Sequence[Outcome]:
        for _ in range(_TRIES):
            try:
                return await self._db.transact(lambda tx: self.place_batch(tx, batch))
            except IdempotencyConflictError:
                continue
        raise RequestInFlightError

    async def place_batch(self, tx: WriteTx, batch: Sequence[Wanted]) -> list[Outcome]:
        """Place a batch in a transaction; an answer or an error for each, in order.

        Raises IdempotencyConflictError when another transaction placed one of these orders meanwhile: run it again.
        """
        outcomes: list[Outcome | None] = [None] * len(batch)
        fresh = await self._replay(tx, batch, outcomes, range(len(batch)))
        first: dict[tuple[str, str], int] = {}
        for i in fresh:
            first.setdefault((batch[i].request.scope, batch[i].request.key), i)
        drafts = await self._drafts(tx, {i: batch[i] for i in first.values()}, outcomes)
        await self._place_drafts(tx, drafts, outcomes)
        for i in fresh:
            leader = first[batch[i].request.scope, batch[i].request.key]
            if i != leader:
                outcomes[i] = _as_leader(batch[i].request, batch[leader].request, outcomes[leader])
        return [o if o is not None else AssertionError("an order was left without an outcome") for o in outcomes]

    async def _replay(
        self, tx: WriteTx, batch: Sequence[Wanted], outcomes: list[Outcome | None], which: Sequence[int]
    ) -> list[int]:
        """Answer those that were answered before; the indexes of the others."""
        found = await idempotency.find(tx, [batch[i].request for i in which])
        for n, answer in found.items():
            outcomes[which[n]] = answer if isinstance(answer, DomainError) else Answered(answer, True)
        return [i for n, i in enumerate(which) if n not in found]

    async def _drafts(
        self, tx: WriteTx, wanted: dict[int, Wanted], outcomes: list[Outcome | None]
    ) -> dict[int, Draft]:
        """Check and price orders; those that fail get their error."""
        if not wanted:
            return {}
        variant_ids = {line.variant_id for w in wanted.values() for line in w.lines if line.variant_id is not None}
        product_ids = {line.product_id for w in wanted.values() for line in w.lines if line.product_id is not None}
        shop_ids = sorted({w.shop_id for w in wanted.values()})
        variants = await catalog.variants_by_ids(tx, sorted(variant_ids)) if variant_ids else {}
        products = await catalog.products_by_ids(tx, sorted(product_ids)) if product_ids else {}
        eligibility = await pos.eligibility(tx, shop_ids, tx.now, self._settings.pos_silence_s)
        options = await self._offers.of(tx, shop_ids)
        drafts: dict[int, Draft] = {}
        for i, w in wanted.items():
            shop = eligibility.get(w.shop_id)
            try:
                if shop is None:
                    raise NotFoundError("Такого магазина нет.", pointer="/shop_id")
                if shop.buy_eligibility != "online_purchase" and not _by_phone(w):
                    raise BuyNotEligibleError(shop_id=w.shop_id, reasons=list(shop.reasons))
                drafts[i] = rules.draft(w, shop.merchant_id, variants, products, options.get(w.shop_id, []))
            except DomainError as error:
                outcomes[i] = error
        return drafts

    async def _place_drafts(self, tx: WriteTx, drafts: dict[int, Draft], outcomes: list[Outcome | None]) -> None:
        """Reserve, store and answer; orders that find no stock get their error."""
        new = await self._new_orders(tx, drafts)
        verdicts = await inventory.reserve(tx, [_reservation(order) for order in new.values()])
        short: list[int] = []
        for i, verdict in zip(list(new), verdicts, strict=True):
            if verdict is not None:
                outcomes[i] = orders.out_of_stock(verdict)
                short.append(i)
                del new[i]
        if short:
            # The goods may have gone to this very request, sent twice: its twin was in flight when we looked first.
            batch = [drafts[i].wanted for i in short]
            replayed: list[Outcome | None] = [None] * len(short)
            await self._replay(tx, batch, replayed, range(len(short)))
            for i, outcome in zip(short, replayed, strict=True):
                outcomes[i] = outcome or outcomes[i]
        placed = await orders.place(tx, list(new.values()))
        created = await payments.create(tx, [self._payment(order) for order in new.values()])
        answers: list[tuple[KeyedRequest, StoredAnswer]] = []
        for (i, order), number, payment in zip(new.items(), placed, created, strict=True):
            view = self._view(tx, drafts[i], order, number, payment)
            stored = StoredAnswer(CREATED, _json.encode(view))
            answers.append((drafts[i].wanted.request, stored))
            outcomes[i] = Answered(stored, False)
        await record(tx, *[_phone_order(order) for i, order in new.items() if drafts[i].wanted.caller.is_staff])
        await idempotency.store(tx, answers)

    async def _new_orders(self, tx: WriteTx, drafts: dict[int, Draft]) -> dict[int, NewOrder]:
        guests = [i for i, d in drafts.items() if d.wanted.caller.user_id is None]
        users = (
            await identity.register_guests(
                tx,
                [identity.GuestContact(c.phone, c.name, c.email) for c in (drafts[i].wanted.contact for i in guests)],
            )
            if guests
            else []
        )
        guest_of = dict(zip(guests, users, strict=True))
        return {i: self._new_order(tx, d, d.wanted.caller.user_id or guest_of[i]) for i, d in drafts.items()}

    def _new_order(self, tx: WriteTx, draft: Draft, user_id: UUID) -> NewOrder:
        wanted, caller = draft.wanted, draft.wanted.caller
        order_id = tx.new_id()
        guest = caller.user_id is None and not caller.is_staff
        deadline = orders.first_deadline(wanted.payment_method, tx.now, self._settings.reservation_min)
        return NewOrder(
            id=order_id,
            user_id=user_id,
            guest_token_hash=token_hash(self._guests.token(order_id)) if guest else None,
            shop_id=wanted.shop_id,
            merchant_id=draft.merchant_id,
            status=orders.initial_status(wanted.payment_method),
            delivery=wanted.delivery,
            payment_method=wanted.payment_method,
            contact=wanted.contact,
            comment=wanted.comment,
            lines=draft.lines,
            delivery_fee=draft.delivery_fee,
            currency=draft.currency,
            commission_bp=self._settings.commission_bp,
            reserved_until=deadline,
            remind_at=orders.reminder_at(wanted.payment_method, deadline),
            actor_id=caller.staff_id or user_id,
            actor_role=caller.staff_role or "buyer",
        )

    def _payment(self, order: NewOrder) -> NewPayment:
        return NewPayment(
            "order",
            order.id,
            order.merchant_id,
            order.shop_id,
            order.total,
            order.currency,
            Method(order.payment_method.value),
            order.commission_bp,
            self._settings.acquiring_bp if order.payment_method in ONLINE else 0,
        )

    def _view(
        self, tx: WriteTx, draft: Draft, order: NewOrder, placed: PlacedOrder, payment: PaymentRow
    ) -> PlacedView:
        assert order.reserved_until is not None  # noqa: S101 - every new order has a deadline
        return PlacedView(
            id=order.id,
            number=placed.number,
            status=order.status,
            phase=orders.phase(order.status, paid=False),
            shop_id=order.shop_id,
            items=[orders.line_view(line, order.currency) for line in order.lines],
            delivery=order.delivery,
            payment_method=order.payment_method,
            comment=order.comment,
            items_total=money.view(order.items_total, order.currency),
            delivery_fee=money.view(order.delivery_fee, order.currency),
            total=money.view(order.total, order.currency),
            created_at=tx.now,
            reserved_until=order.reserved_until,
            payment=PaymentView(
                payment.id, payment.status.value, self._links.action(order.payment_method, payment.id)
            ),
            guest_token=self._guests.token(order.id) if order.guest_token_hash is not None else None,
        )


def _as_leader(own: KeyedRequest, leader: KeyedRequest, outcome: Outcome | None) -> Outcome | None:
    """What the same key gets when it stands in the batch a second time."""
    if own.body_hash != leader.body_hash:
        return IdempotencyKeyReusedError()
    return Answered(outcome.stored, True) if isinstance(outcome, Answered) else outcome


def _phone_order(order: NewOrder) -> AuditEntry:
    after = {"total": order.total, "payment_method": order.payment_method.value}
    return AuditEntry(
        order.actor_id, order.actor_role, "order.taken_by_phone", "order", str(order.id), None, after,
        merchant_id=order.merchant_id,
    )  # fmt: skip


def _by_phone(wanted: Wanted) -> bool:
    """Staff may take an order down while the till is silent, unless it is to be paid online."""
    return wanted.caller.is_staff and wanted.payment_method not in ONLINE


def _reservation(order: NewOrder) -> inventory.ReserveRequest:
    return inventory.ReserveRequest(
        order.id,
        order.reserved_until,
        [inventory.ReserveLine(line.variant_id, line.qty_milli) for line in order.lines if line.variant_id],
    )
