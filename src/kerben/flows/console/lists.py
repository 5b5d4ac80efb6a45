"""Orders, tills and ledger entries of the whole market, with the names that their own domains do not know."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kerben.domains.identity.api import normalise_phone
from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.api import AccountKind, AccountRef, LedgerEntry
from kerben.domains.merchants import api as merchants
from kerben.domains.merchants.api import MerchantFacts, ShopFacts
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import MarketFilter, Order, OrderStatus
from kerben.domains.payments import api as payments
from kerben.domains.payments.api import PaymentRow, RefundRow
from kerben.domains.pos import api as pos
from kerben.domains.pos.api import MarketTill, TillState
from kerben.flows.console.model import (
    AccountView,
    LedgerEntryView,
    MarketOrderView,
    MarketRefundView,
    MarketTillView,
    ShopRef,
)
from kerben.platform import money
from kerben.platform.db import ReadTx
from kerben.platform.errors import DomainError, invalid
from kerben.platform.http import Page, decode_cursor, encode_cursor

_PHONE_DIGITS: Final = 9
"""A number of so many digits and more is a phone, not an order's."""


def _wanted(text: str | None) -> tuple[str | None, int | None]:
    """The phone or the order number that somebody typed; InvalidRequestError for neither."""
    typed = (text or "").strip()
    if not typed:
        return None, None
    number = orders.number_of(typed)
    if number is not None and sum(c.isdigit() for c in typed) < _PHONE_DIGITS:
        return None, number
    try:
        return normalise_phone(typed), None
    except DomainError as error:
        raise invalid("/q", "Введите номер заказа, например K-000123, или телефон.") from error


async def list_orders(
    tx: ReadTx, q: str | None, status: OrderStatus | None, *, attention: bool, cursor: str | None, limit: int
) -> Page[MarketOrderView]:
    """Orders of all shops, newest first. InvalidRequestError for a text that is neither number nor phone."""
    phone, number = _wanted(q)
    before = decode_cursor(cursor, tuple[UUID])
    wanted = MarketFilter(status, phone, number, attention, before[0] if before else None)
    found = await orders.market_orders(tx, wanted, limit + 1)
    shown = found[:limit]
    shops = await merchants.shops_by_ids(tx, sorted({o.shop_id for o in shown}))
    return Page(
        [_order_view(o, shops.get(o.shop_id)) for o in shown],
        encode_cursor(shown[-1].id) if len(found) > limit else None,
    )


def _order_view(order: Order, shop: ShopFacts | None) -> MarketOrderView:
    return MarketOrderView(
        id=order.id,
        number=order.number,
        shop_id=order.shop_id,
        shop_name=shop.name if shop else None,
        merchant_id=order.merchant_id,
        merchant_name=shop.merchant_name if shop else None,
        status=order.status,
        payment_method=order.payment_method,
        total=money.view(order.total, order.currency),
        created_at=order.created_at,
        needs_attention=order.needs_attention,
        attention_cause=orders.attention_cause(order.needs_attention),
        contact_name=order.contact.name,
        contact_phone=order.contact.phone,
    )


async def list_tills(
    tx: ReadTx, state: TillState | None, silence_s: int, cursor: str | None, limit: int
) -> Page[MarketTillView]:
    """Tills of all shops, newest first."""
    before = decode_cursor(cursor, tuple[UUID])
    found = await pos.market_tills(tx, state, silence_s, before[0] if before else None, limit + 1)
    shown = found[:limit]
    shops = await merchants.shops_by_ids(tx, sorted({t.device.shop_id for t in shown}))
    since = pos.heard_since(tx.now, silence_s)
    return Page(
        [_till_view(t, t.state(since), shops.get(t.device.shop_id)) for t in shown],
        encode_cursor(shown[-1].device.id) if len(found) > limit else None,
    )


def _till_view(till: MarketTill, state: TillState, shop: ShopFacts | None) -> MarketTillView:
    device = till.device
    return MarketTillView(
        id=device.id,
        name=device.name,
        status=state,
        pos_status="pos_active" if state is TillState.ACTIVE else "pos_offline",
        shop=ShopRef(shop.id, shop.name) if shop else None,
        merchant=ShopRef(shop.merchant_id, shop.merchant_name) if shop else None,
        last_heartbeat_at=device.last_heartbeat_at,
        firmware_version=device.firmware_version,
        open_discrepancies=till.discrepancies,
        created_at=device.created_at,
        revoked_at=device.revoked_at,
    )


async def list_refunds(tx: ReadTx, cursor: str | None, limit: int, *, claimed: bool) -> Page[MarketRefundView]:
    """Refunds of all shops, newest first; `claimed`: those that wait for the decision who bears them."""
    before = decode_cursor(cursor, tuple[UUID])
    found = await payments.newest_refunds(tx, before[0] if before else None, limit + 1, claimed=claimed)
    shown = found[:limit]
    paid = await payments.payments_by_ids(tx, sorted({r.payment_id for r in shown}))
    ordered = await orders.orders_by_ids(tx, sorted({p.subject_id for p in paid.values() if p.subject == "order"}))
    sellers = await merchants.merchants_by_ids(tx, sorted({p.merchant_id for p in paid.values()}))
    views = [_refund_view(r, paid[r.payment_id], ordered, sellers) for r in shown]
    return Page(views, encode_cursor(shown[-1].id) if len(found) > limit else None)


def _refund_view(
    refund: RefundRow, payment: PaymentRow, ordered: dict[UUID, Order], sellers: dict[UUID, MerchantFacts]
) -> MarketRefundView:
    order = ordered.get(payment.subject_id)
    seller = sellers.get(payment.merchant_id)
    return MarketRefundView(
        id=refund.id,
        order_id=order.id if order else None,
        order_number=order.number if order else None,
        merchant_id=payment.merchant_id,
        merchant_name=seller.name if seller else None,
        amount=money.view(refund.amount, payment.currency),
        status=refund.status,
        reason=refund.reason,
        responsible=refund.responsible,
        borne_by=refund.borne_by,
        evidence=refund.evidence,
        created_at=refund.created_at,
    )


def _account(kind: AccountKind | None, merchant_id: UUID | None) -> AccountRef | None:
    if kind is AccountKind.MERCHANT_PAYABLE and merchant_id is None:
        raise invalid("/merchant_id", "Укажите продавца: у каждого свой счёт.")
    if kind not in {None, AccountKind.MERCHANT_PAYABLE} and merchant_id is not None:
        raise invalid("/merchant_id", "Этот счёт общий, у продавцов его нет.")
    if merchant_id is not None:
        return ledger.merchant_balance(merchant_id)
    return ledger.platform_account(kind) if kind is not None else None


async def list_entries(
    tx: ReadTx, kind: AccountKind | None, merchant_id: UUID | None, cursor: str | None, limit: int
) -> Page[LedgerEntryView]:
    """What is booked, newest first: on all accounts, on one of the platform's, or on a merchant's.

    InvalidRequestError for a kind and a merchant that do not go together.
    """
    account = _account(kind, merchant_id)
    found = await ledger.entries(tx, account, decode_cursor(cursor, tuple[int, int]), limit + 1)
    shown = found[:limit]
    owners = {ref.owner_id for e in shown for ref in (e.account, e.other) if ref.owner_id is not None}
    known = await merchants.merchants_by_ids(tx, sorted(owners))
    return Page(
        [_entry_view(e, known) for e in shown],
        encode_cursor(shown[-1].id, shown[-1].side) if len(found) > limit else None,
    )


def _entry_view(entry: LedgerEntry, known: dict[UUID, MerchantFacts]) -> LedgerEntryView:
    amount = money.view(entry.amount, entry.currency)
    return LedgerEntryView(
        at=entry.at,
        transfer_id=entry.id,
        kind=entry.kind,
        account=_account_view(entry.account, known),
        other=_account_view(entry.other, known),
        debit=amount if entry.is_debit else None,
        credit=None if entry.is_debit else amount,
        subject="payout" if entry.kind.startswith("payout_") else "payment",
        reference=entry.reference,
    )


def _account_view(ref: AccountRef, known: dict[UUID, MerchantFacts]) -> AccountView:
    owner = known.get(ref.owner_id) if ref.owner_id is not None else None
    return AccountView(ref.kind, ref.owner_id, owner.name if owner else None)
