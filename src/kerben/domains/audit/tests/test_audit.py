"""The audit log keeps what it is told and lets nobody change it."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest

from kerben.domains.audit.api import AuditEntry, AuditFilter, list_entries, record
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import InvalidRequestError


def entry(entity_id: str, action: str = "shop.renamed") -> AuditEntry:
    return AuditEntry(
        actor_id=uuid4(),
        actor_role="admin",
        action=action,
        entity="shop",
        entity_id=entity_id,
        before={"name": "Старое"},
        after={"name": "Новое", "by": uuid4()},
        ip="10.0.0.1",
    )


async def test_entries_come_back_newest_first_and_page_by_page(db: Database, clock: ManualClock) -> None:
    shop = str(uuid4())
    for number in range(5):
        clock.advance(seconds=1)
        async with db.write() as tx:
            await record(tx, entry(shop, f"step.{number}"))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        async with db.read() as tx:
            page = await list_entries(tx, AuditFilter(entity="shop", entity_id=shop), cursor, 2)
        seen += [e.action for e in page.items]
        cursor = page.next_cursor
    assert seen == [f"step.{n}" for n in (4, 3, 2, 1, 0)]
    assert cursor is None


async def test_values_survive(db: Database) -> None:
    made = entry(str(uuid4()))
    async with db.write() as tx:
        await record(tx, made)
    async with db.read() as tx:
        page = await list_entries(tx, AuditFilter(actor_id=made.actor_id), None, 10)
    (found,) = page.items
    assert found.before == {"name": "Старое"}
    assert found.after is not None
    assert found.after["name"] == "Новое"
    assert (found.ip, found.actor_role, found.entity_id) == ("10.0.0.1", "admin", made.entity_id)


async def test_filters_by_time_and_action(db: Database, clock: ManualClock) -> None:
    shop = str(uuid4())
    async with db.write() as tx:
        await record(tx, entry(shop, "old"))
    moment = clock.advance(hours=1)
    async with db.write() as tx:
        await record(tx, entry(shop, "new"))
    async with db.read() as tx:
        late = await list_entries(tx, AuditFilter(entity_id=shop, since=moment), None, 10)
        early = await list_entries(tx, AuditFilter(entity_id=shop, until=moment), None, 10)
        named = await list_entries(tx, AuditFilter(entity_id=shop, action="old"), None, 10)
    assert [e.action for e in late.items] == ["new"]
    assert [e.action for e in early.items] == ["old"]
    assert [e.action for e in named.items] == ["old"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit.entry SET action = 'x'", "DELETE FROM audit.entry", "TRUNCATE audit.entry"],
)
async def test_nothing_can_be_changed(db: Database, statement: str) -> None:
    made = entry(str(uuid4()))
    async with db.write() as tx:
        await record(tx, made)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.write() as tx:
            await tx.execute(statement)
    async with db.read() as tx:
        page = await list_entries(tx, AuditFilter(entity_id=made.entity_id), None, 10)
    assert [e.action for e in page.items] == ["shop.renamed"]


async def test_entry_goes_with_its_transaction(db: Database) -> None:
    made = entry(str(uuid4()))

    async def deed_that_fails() -> None:
        async with db.write() as tx:
            await record(tx, made)
            raise RuntimeError("the deed failed")

    with pytest.raises(RuntimeError):
        await deed_that_fails()
    async with db.read() as tx:
        page = await list_entries(tx, AuditFilter(entity_id=made.entity_id), None, 10)
    assert page.items == []


async def test_foreign_cursor_is_refused(db: Database) -> None:
    async with db.read() as tx:
        with pytest.raises(InvalidRequestError):
            await list_entries(tx, AuditFilter(), "nonsense", 10)
