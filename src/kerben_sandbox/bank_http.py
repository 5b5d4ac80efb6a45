"""The bank's HTTP side; the format is described in `kerben_sandbox.bank`."""

from __future__ import annotations

import hmac
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put

from kerben_sandbox.bank import ReferenceConflictError, TransferRequest
from kerben_sandbox.faults import BankFault, BankMode
from kerben_sandbox.world import AnyRequest, World, world_of

UNAUTHORIZED: Final = {"error": "unauthorized"}
_order: Final = msgspec.json.Decoder(TransferRequest)


def is_bearer(given: str, secret: str) -> bool:
    """Whether an Authorization header has the bearer secret."""
    return hmac.compare_digest(given.encode(), f"Bearer {secret}".encode())


def has_secret(request: AnyRequest, secret: str) -> bool:
    """Whether the request carries the bearer secret."""
    return is_bearer(request.headers.get("authorization", ""), secret)


def _answer(status: int, body: object) -> Response[object]:
    return Response(body, status_code=status, media_type="application/json")


async def _settled(world: World, fault: BankFault, status: int, body: object) -> tuple[int, object]:
    await world.store.durable()
    if fault.mode is BankMode.TIMEOUT_AFTER_ACCEPT:
        await world.hang()
        return 504, {"error": "timeout"}
    return status, body


async def call_transfer(world: World, body: bytes) -> tuple[int, object]:
    """Status and JSON body of the answer to an order to send money."""
    try:
        order = _order.decode(body)
    except msgspec.DecodeError as error:
        return 422, {"error": "invalid", "detail": str(error)}
    fault = world.faults.take_bank()
    if fault.mode is BankMode.HTTP_500:
        return await _settled(world, fault, 500, {"error": "internal"})
    try:
        answer = world.bank.send(order, fault)
    except ReferenceConflictError:
        return await _settled(world, fault, 409, {"error": "reference_conflict"})
    return await _settled(world, fault, 200, answer)


async def call_state(world: World, reference: UUID) -> tuple[int, object]:
    """Status and JSON body of the answer to a question for a transfer."""
    if world.faults.bank.mode is BankMode.HTTP_500:
        world.faults.take_bank()
        await world.store.durable()
        return 500, {"error": "internal"}
    answer = world.bank.state(reference)
    await world.store.durable()
    return (404, {"error": "not_found"}) if answer is None else (200, answer)


@post("/bank/transfers")
async def send_transfer(request: AnyRequest) -> Response[object]:
    """Send money to a seller."""
    world = world_of(request)
    if not has_secret(request, world.config.secrets.bank_secret):
        return _answer(401, UNAUTHORIZED)
    return _answer(*await call_transfer(world, await request.body()))


@get("/bank/transfers/{reference:uuid}")
async def transfer_state(request: AnyRequest, reference: UUID) -> Response[object]:
    """How a transfer stands."""
    world = world_of(request)
    if not has_secret(request, world.config.secrets.bank_secret):
        return _answer(401, UNAUTHORIZED)
    return _answer(*await call_state(world, reference))


@get("/bank/transfers")
async def transfers(request: AnyRequest, account_number: str = "") -> Response[object]:
    """Transfers to an account, newest first."""
    world = world_of(request)
    if not has_secret(request, world.config.secrets.bank_secret):
        return _answer(401, UNAUTHORIZED)
    found = world.bank.of_account(account_number)
    await world.store.durable()
    return _answer(200, {"transfers": found})


@put("/bank/faults")
async def set_bank_faults(request: AnyRequest) -> Response[object]:
    """Make the bank misbehave."""
    world = world_of(request)
    try:
        fault = msgspec.json.decode(await request.body(), type=BankFault)
    except msgspec.DecodeError as error:
        return _answer(400, {"error": "invalid", "detail": str(error)})
    world.faults.set_bank(fault)
    await world.store.durable()
    return _answer(200, world.faults.bank)


@get("/bank/faults")
async def bank_faults(request: AnyRequest) -> Response[object]:
    """The bank's fault in force."""
    return _answer(200, world_of(request).faults.bank)


@delete("/bank/faults", status_code=200)
async def reset_bank_faults(request: AnyRequest) -> Response[object]:
    """The bank behaves again."""
    world = world_of(request)
    world.faults.set_bank(BankFault())
    await world.store.durable()
    return _answer(200, world.faults.bank)


HANDLERS: Final = [send_transfer, transfer_state, transfers, set_bank_faults, bank_faults, reset_bank_faults]
