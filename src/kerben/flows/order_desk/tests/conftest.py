"""Fixtures of the order desk's tests."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kerben.domains.payments.api import PaymentProvider
from kerben.domains.payments.module import MODULE as PAYMENTS
from kerben.domains.payments.tests.fake import FakeAcquirer
from kerben.flows.checkout.module import MODULE as CHECKOUT
from kerben.flows.checkout.tests.make import make_market
from kerben.flows.order_desk.module import MODULE
from kerben.flows.order_desk.tests.make import World
from kerben.flows.order_payment.module import MODULE as PAYING
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Whoever signed in stays so, for here days pass."""
    return msgspec.structs.replace(settings, access_token_s=10_000_000)


@pytest.fixture
async def world(http_client: Any, runtime: Runtime) -> World:
    """A market of its own, with an acquirer."""
    runtime.bind(PaymentProvider, FakeAcquirer())
    client = await http_client(CHECKOUT, PAYING, MODULE, PAYMENTS)
    return World(client, await make_market(runtime), runtime)
