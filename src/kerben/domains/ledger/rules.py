"""Pure decisions of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from kerben.domains.ledger.errors import InvalidTransferError
from kerben.domains.ledger.model import DEBIT_NORMAL, SHARDED, SHARDS, AccountKind, AccountRef, Transfer

PLATFORM_OWNER = UUID(int=0)
"""Owner of the platform's own accounts in the database, where NULL would not be unique."""


class AccountKey(NamedTuple):
    """What identifies an account row."""

    owner_id: UUID
    kind: str
    currency: str
    shard: int


class Totals(NamedTuple):
    """What a batch adds to one account."""

    debits: int
    credits: int


def check(transfers: Iterable[Transfer]) -> None:
    """Raise InvalidTransferError for a transfer that must not be booked."""
    for transfer in transfers:
        if transfer.amount <= 0:
            raise InvalidTransferError(f"{transfer.kind}: amount {transfer.amount} is not positive")
        if transfer.debit == transfer.credit:
            raise InvalidTransferError(f"{transfer.kind}: debit and credit are the same account")


def shard_of(transfers: Sequence[Transfer]) -> int:
    """The shard of platform accounts that a whole batch uses.

    One per batch, not per transfer: a batch then touches each platform account once, and two concurrent batches meet
    only with a chance of 1 in SHARDS.
    """
    return transfers[0].reference.int % SHARDS


def key_of(ref: AccountRef, currency: str, shard: int) -> AccountKey:
    """The account row of a reference."""
    return AccountKey(ref.owner_id or PLATFORM_OWNER, ref.kind.value, currency, shard if ref.kind in SHARDED else 0)


def ref_of(owner_id: UUID, kind: str) -> AccountRef:
    """The reference of an account row."""
    return AccountRef(AccountKind(kind), None if owner_id == PLATFORM_OWNER else owner_id)


def totals(transfers: Iterable[Transfer], shard: int) -> dict[AccountKey, Totals]:
    """What a batch adds to each account, summed, so that a hot account is updated once."""
    debits: defaultdict[AccountKey, int] = defaultdict(int)
    credits_: defaultdict[AccountKey, int] = defaultdict(int)
    for transfer in transfers:
        debits[key_of(transfer.debit, transfer.currency, shard)] += transfer.amount
        credits_[key_of(transfer.credit, transfer.currency, shard)] += transfer.amount
    return {key: Totals(debits[key], credits_[key]) for key in debits.keys() | credits_.keys()}


def balance(kind: AccountKind, debits: int, credits_: int) -> int:
    """Balance with the sign natural to the kind: debits − credits for assets, credits − debits otherwise."""
    return debits - credits_ if kind in DEBIT_NORMAL else credits_ - debits
