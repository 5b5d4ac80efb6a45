"""The only place that sees everything: which modules there are and which adapter serves which port."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Final

from kerben.platform.db import Database
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from kerben.platform.settings import InvalidSettingsError, Settings

MODULES: Final = (
    "kerben.platform.housekeeping",
    "kerben.domains.audit.module",
    "kerben.domains.identity.module",
    "kerben.domains.geo.module",
    "kerben.domains.ledger.module",
    "kerben.domains.media.module",
    "kerben.domains.merchants.module",
    "kerben.domains.catalog.module",
    "kerben.domains.inventory.module",
    "kerben.domains.pos.module",
    "kerben.domains.orders.module",
    "kerben.domains.payments.module",
    "kerben.domains.cart.module",
    "kerben.domains.inquiries.module",
    "kerben.domains.payouts.module",
    "kerben.flows.checkout.module",
    "kerben.flows.order_payment.module",
    "kerben.flows.order_desk.module",
    "kerben.flows.storefront.module",
    "kerben.flows.market_map.module",
    "kerben.flows.goods.module",
    "kerben.flows.goods_import.module",
    "kerben.flows.console.module",
)
"""Every module, lower tiers first."""


def load_modules(names: Sequence[str] = MODULES) -> list[Module]:
    """Import the modules and return what each brings."""
    return [importlib.import_module(name).MODULE for name in names]


def check_settings(settings: Settings) -> None:
    """Raise InvalidSettingsError when a setting that a server or worker needs is missing."""
    if not settings.database_url:
        raise InvalidSettingsError("KERBEN_DATABASE_URL is not set; `kerben up` starts an embedded database")
    if not settings.secret_key:
        raise InvalidSettingsError("KERBEN_SECRET_KEY is not set (at least 32 random characters)")
    if settings.psp != "freedompay":
        raise InvalidSettingsError(f"KERBEN_PSP: no acquirer adapter is called {settings.psp!r}")


def make_runtime(settings: Settings, *, role: str) -> Runtime:
    """A runtime with the adapters that the settings ask for; its database is not open yet.

    Raises InvalidSettingsError when a setting that this process needs is missing.
    """
    check_settings(settings)
    db = Database(settings.database_url, size=settings.pool_size, name=f"kerben-{role}")
    runtime = Runtime(settings, db)
    bind_adapters(runtime)
    return runtime


def bind_adapters(runtime: Runtime) -> None:
    """Bind the outside systems' adapters to their ports."""
    from kerben.adapters.bank_sandbox import SandboxBank, SandboxBankConfig
    from kerben.adapters.inbox_sandbox import SandboxInbox, SandboxInboxConfig
    from kerben.adapters.psp_freedompay import FreedomPay, FreedomPayConfig
    from kerben.domains.identity.ports import MessageSender
    from kerben.domains.payments.ports import PaymentProvider
    from kerben.domains.payouts.ports import PayoutBank

    settings = runtime.settings
    psp_url = settings.psp_url or (settings.sandbox_url and f"{settings.sandbox_url}/acquirer")
    if psp_url and settings.psp_secret:
        config = FreedomPayConfig(
            base_url=psp_url,
            merchant_id=settings.psp_merchant_id,
            secret=settings.psp_secret,
            currency=settings.currency,
        )
        runtime.bind(PaymentProvider, FreedomPay(config))
    if settings.sandbox_url:
        runtime.bind(PayoutBank, SandboxBank(SandboxBankConfig(settings.sandbox_url, settings.sandbox_secret)))
        runtime.bind(MessageSender, SandboxInbox(SandboxInboxConfig(settings.sandbox_url, settings.sandbox_secret)))
