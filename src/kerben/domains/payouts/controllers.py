"""HTTP routes of balances, payouts and the trial balance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import Parameter

from kerben.domains.identity.api import admin, signed_in
from kerben.domains.ledger import api as ledger
from kerben.domains.merchants.api import StaffRole, merchant_access
from kerben.domains.payouts import repository, service
from kerben.domains.payouts.model import PayoutRow, PayoutStatus
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.money import MoneyView, view
from kerben.platform.settings import Settings

_MAY_SEE = (StaffRole.OWNER, StaffRole.ACCOUNTANT)

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]


class BalanceView(msgspec.Struct, frozen=True):
    """What the platform owes a merchant. Below zero after a refund of money already paid out: later sales net it."""

    balance: MoneyView
    in_transit: MoneyView
    """On its way to the merchant's bank account, no longer in `balance`."""


class PayoutView(msgspec.Struct, frozen=True):
    """One payout. `retry_at`: when the merchant of a failed one is paid again by itself; null when that has been done
    or nothing is due."""

    id: UUID
    merchant_id: UUID
    amount: MoneyView
    status: PayoutStatus
    account: str | None
    bank_name: str | None
    bank_reference: str | None
    failure: str | None
    created_at: datetime
    sent_at: datetime | None
    paid_at: datetime | None
    retry_at: datetime | None


class TrialBalanceView(msgspec.Struct, frozen=True):
    """Debits and credits of the whole ledger, in minor units; each `difference` is 0."""

    currencies: list[ledger.CurrencyTotals]


def _view(payout: PayoutRow) -> PayoutView:
    return PayoutView(
        payout.id, payout.merchant_id, view(payout.amount, payout.currency), payout.status, payout.account,
        payout.bank_name, payout.bank_reference, payout.failure, payout.created_at, payout.sent_at, payout.paid_at,
        payout.next_attempt_at if payout.status is PayoutStatus.FAILED else None,
    )  # fmt: skip


def _page(rows: list[PayoutRow], limit: int) -> Page[PayoutView]:
    more = len(rows) > limit
    shown = rows[:limit]
    return Page([_view(p) for p in shown], encode_cursor(shown[-1].id) if more else None)


def _before(cursor: str | None) -> UUID | None:
    decoded = decode_cursor(cursor, tuple[UUID])
    return decoded[0] if decoded else None


class MerchantPayoutsController(Controller):
    """A merchant's money, for its owner and accountants."""

    path = "/api/v1/merchants/{merchant_id:uuid}"
    tags = ["payouts"]

    @get("/balance", guards=[signed_in])
    async def balance(
        self, request: Request[Any, Any, Any], db: Database, settings: Settings, merchant_id: UUID
    ) -> BalanceView:
        """Balance of a merchant and what is on its way to its bank account."""
        async with db.snapshot() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _MAY_SEE)
            found = await service.balance(tx, access, settings.currency)
        return BalanceView(view(found.amount, found.currency), view(found.in_transit, found.currency))

    @get("/payouts", guards=[signed_in])
    async def payouts(
        self,
        request: Request[Any, Any, Any],
        db: Database,
        merchant_id: UUID,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Page[PayoutView]:
        """Payouts of a merchant, newest first."""
        size = page_limit(limit)
        before = _before(cursor)
        async with db.read() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _MAY_SEE)
            rows = await repository.of_merchant(tx, access, before, size + 1)
        return _page(rows, size)


class AdminMoneyController(Controller):
    """Payouts and the ledger, for admins."""

    path = "/api/v1/admin"
    tags = ["payouts"]

    @get("/payouts", guards=[admin])
    async def payouts(
        self, db: Database, status: PayoutStatus | None = None, cursor: Cursor = None, limit: Limit = None
    ) -> Page[PayoutView]:
        """Payouts of all merchants, newest first."""
        size = page_limit(limit)
        before = _before(cursor)
        async with db.read() as tx:
            rows = await repository.newest(tx, status, before, size + 1)
        return _page(rows, size)

    @post("/payouts/{payout_id:uuid}/retry", guards=[admin])
    async def retry(self, request: Request[Any, Any, Any], payout_id: UUID, db: Database) -> PayoutView:
        """Pay a merchant again now whose payout failed; the new payout. 409 PAYOUT_NOT_FAILED, NOTHING_TO_PAY."""
        who, ip = principal_of(request), client_ip(request)
        return _view(await db.transact(lambda tx: service.retry(tx, who, payout_id, ip)))

    @get("/ledger/trial-balance", guards=[admin])
    async def trial_balance(self, db: Database) -> TrialBalanceView:
        """Debits and credits by currency."""
        async with db.read() as tx:
            return TrialBalanceView(await ledger.trial_balance(tx))
