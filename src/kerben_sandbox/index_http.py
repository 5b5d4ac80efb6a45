"""The page of switches."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from kerben_sandbox import pages
from kerben_sandbox.faults import AcquirerFaults, ApiFault, BankFault, WebhookFault
from kerben_sandbox.world import AnyRequest, world_of

SHOWN: Final = 8


@get("/")
async def index(request: AnyRequest) -> Response[str]:
    """The neighbours and their switches."""
    world = world_of(request)
    return pages.html(
        pages.index(
            world.config.public_url,
            world.faults.everyone,
            len(world.faults.single),
            world.faults.bank,
            world.acquirer.latest(SHOWN),
            world.bank.of_account("", SHOWN),
        )
    )


@post("/switch")
async def switch(request: AnyRequest) -> Response[str] | Redirect:
    """A button was pressed: set one neighbour's fault for everyone, keep the others."""
    world = world_of(request)
    form = await request.form()
    what, mode, now = form.get("what"), {"mode": form.get("mode")}, world.faults.everyone
    try:
        if what == "webhook":
            world.faults.set_acquirer(AcquirerFaults(msgspec.convert(mode, WebhookFault), now.api))
        elif what == "api":
            world.faults.set_acquirer(AcquirerFaults(now.webhook, msgspec.convert(mode, ApiFault)))
        elif what == "bank":
            world.faults.set_bank(msgspec.convert(mode, BankFault))
    except msgspec.ValidationError:
        return pages.html(pages.no_such_switch(), 400)
    await world.store.durable()
    return Redirect(world.config.public_url + "/", status_code=303)


HANDLERS: Final = [index, switch]
