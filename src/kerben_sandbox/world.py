"""Everything a running sandbox consists of, put together once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TypeAlias, cast

import msgspec
from litestar import Request
from litestar.datastructures import State

from kerben_sandbox.acquirer import Acquirer
from kerben_sandbox.bank import Bank
from kerben_sandbox.config import SandboxConfig
from kerben_sandbox.faults import FaultBoard
from kerben_sandbox.inbox import Inbox
from kerben_sandbox.store import Store
from kerben_sandbox.webhooks import Dispatcher

AnyRequest: TypeAlias = Request[object, object, State]


class World(msgspec.Struct, frozen=True):
    """The parts that requests share."""

    config: SandboxConfig
    store: Store
    faults: FaultBoard
    acquirer: Acquirer
    dispatcher: Dispatcher
    bank: Bank
    inbox: Inbox
    stopping: asyncio.Event
    """Set when the process is asked to end, so that calls told to hang do not keep it."""

    async def hang(self) -> None:
        """Do what a lost answer does: nothing, for as long as callers may wait."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), self.config.hang_s)


def build(config: SandboxConfig) -> World:
    """Open the data directory and put the parts together; `store.DataDirTakenError` when it is in use."""
    store = Store(config.data_dir, first_payment_id=int(config.clock() * 1000))
    faults = FaultBoard(store)
    acquirer = Acquirer(config, store, faults)
    return World(
        config,
        store,
        faults,
        acquirer,
        Dispatcher(config, store, acquirer),
        Bank(store, faults, config.clock),
        Inbox(store, config.clock),
        asyncio.Event(),
    )


def world_of(request: AnyRequest) -> World:
    """The world behind a request."""
    return cast("World", request.app.state["world"])
