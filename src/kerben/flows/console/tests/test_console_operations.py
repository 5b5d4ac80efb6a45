"""Parked events and background jobs over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.audit.api import AuditFilter, RecordedEntry, list_entries
from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.flows.console.module import MODULE
from kerben.platform import dead_letters, jobs
from kerben.platform.consumers import Consumer
from kerben.platform.db import Database, WriteTx
from kerben.platform.events import Envelope, Event, event
from kerben.platform.ids import new_id
from kerben.platform.modules import Handler, Module, Reaction
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

LETTERS = "/api/v1/admin/dead-letters"
JOBS = "/api/v1/admin/jobs"
SECRET = "postgresql://kerben:hunter2@db/kerben"


@event("console_probe.stepped.v1", key="thing_id")
class Stepped(Event, frozen=True):
    """A test event."""

    thing_id: UUID
    n: int


class Sick:
    """A consumer that cannot handle some numbers, and remembers those it did."""

    def __init__(self) -> None:
        self.poison: set[int] = set()
        self.seen: list[int] = []

    def make(self, _: Runtime) -> Handler:
        async def handle(_: WriteTx, envelopes: Sequence[Envelope]) -> None:
            numbers = [e.event.n for e in envelopes if isinstance(e.event, Stepped)]
            if self.poison.intersection(numbers):
                raise ValueError(f"broken\n  at {SECRET}")
            self.seen += numbers

        return handle


SICK = Sick()
REACTION = Reaction("console_probe.sick", (Stepped,), SICK.make)
PROBE = Module(name="console_probe", reactions=[REACTION])


@pytest.fixture
async def client(http_client: MakeClient, db: Database) -> httpx.AsyncClient:
    async with db.write() as tx:
        await tx.execute("DELETE FROM platform.dead_letter")
    SICK.seen, SICK.poison = [], set()
    return await http_client(IDENTITY, MODULE, PROBE)


async def caller(runtime: Runtime, *roles: str) -> dict[str, str]:
    async with runtime.db.write() as tx:
        user = await make_user(tx, roles=roles)
    return await bearer(runtime, user)


async def park(runtime: Runtime, *numbers: int) -> UUID:
    """Publish these of one thing and let the consumer read them; the poisonous one and what follows is parked."""
    thing = new_id()
    async with runtime.db.write() as tx:
        tx.publish(*(Stepped(thing, n) for n in numbers))
    consumer = Consumer(runtime, REACTION)
    await consumer.step()
    while await consumer.step():
        pass
    return thing


async def letters(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    return (await client.get(LETTERS, headers=headers)).json()["items"]


async def deeds(db: Database, action: str, letter: dict[str, Any]) -> list[RecordedEntry]:
    async with db.read() as tx:
        return (await list_entries(tx, AuditFilter(action=action, entity_id=letter["id"]), None, 100)).items


async def parked(db: Database) -> list[tuple[Any, ...]]:
    async with db.read() as tx:
        return [tuple(r) for r in await tx.fetch("SELECT * FROM platform.dead_letter ORDER BY consumer, position")]


async def test_a_key_is_shown_once_and_handled_again_in_order(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await caller(runtime, "admin")
    SICK.poison = {2}
    thing = await park(runtime, 1, 2, 3, 4, 5)
    (letter,) = await letters(client, boss)
    assert (letter["key"], letter["event_name"], letter["attempts"], letter["parked_behind"]) == (
        str(thing), "console_probe.stepped.v1", 3, 3
    )  # fmt: skip
    assert "broken" in letter["error"]
    assert "hunter2" not in letter["error"]
    assert "\n" not in letter["error"]
    still = (await client.post(f"{LETTERS}/{letter['id']}/replay", headers=boss)).json()
    assert (still["handled"], still["left"], "broken" in still["error"]) == (0, 4, True)
    assert (await letters(client, boss))[0]["attempts"] == 4
    SICK.poison = {4}
    half = (await client.post(f"{LETTERS}/{letter['id']}/replay", headers=boss)).json()
    assert (half["handled"], half["left"], "hunter2" in half["error"]) == (2, 2, False)
    (rest,) = await letters(client, boss)
    assert (rest["parked_behind"], "broken" in rest["error"]) == (1, True)
    SICK.poison = set()
    done = (await client.post(f"{LETTERS}/{rest['id']}/replay", headers=boss)).json()
    assert done == {"handled": 2, "left": 0, "error": None}
    assert SICK.seen == [1, 2, 3, 4, 5]
    assert await letters(client, boss) == []
    log = await deeds(db, "dead_letter.replayed", letter)
    assert [(e.after or {})["handled"] for e in log] == [2, 0]
    assert (log[0].before or {})["key"] == str(thing)


async def test_an_event_is_given_up_with_a_note(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss = await caller(runtime, "admin")
    SICK.poison = {2}
    await park(runtime, 2, 3)
    (letter,) = await letters(client, boss)
    url = f"{LETTERS}/{letter['id']}/discard"
    given_up = await client.post(url, json={"note": " Товар  удалён "}, headers=boss)
    assert (given_up.status_code, given_up.json()["discarded"]["id"]) == (200, letter["id"])
    assert (await client.post(url, json={"note": "ещё раз"}, headers=boss)).status_code == 404
    (follower,) = await letters(client, boss)
    assert follower["parked_behind"] == 0
    done = (await client.post(f"{LETTERS}/{follower['id']}/replay", headers=boss)).json()
    assert (done["handled"], SICK.seen) == (1, [3])
    (entry,) = await deeds(db, "dead_letter.discarded", letter)
    assert ((entry.before or {})["event_id"], entry.after) == (letter["event_id"], {"note": "Товар удалён"})
    assert set(entry.before or {}) == {"consumer", "event", "event_id", "key", "position", "error"}


async def test_letters_are_paged_by_consumer_and_position(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await caller(runtime, "admin")
    SICK.poison = {1}
    keys = [str(await park(runtime, 1, 2)) for _ in range(3)]
    async with db.read() as tx:
        assert await dead_letters.count(tx) == 3
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(LETTERS, params={"limit": 2, "cursor": cursor}, headers=boss)).json()
        seen += [letter["key"] for letter in page["items"]]
        cursor = page["next_cursor"]
    assert seen == keys


async def test_who_may_not(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss, support, buyer = await caller(runtime, "admin"), await caller(runtime, "support"), await caller(runtime)
    SICK.poison = {1}
    await park(runtime, 1)
    (letter,) = await letters(client, boss)
    before = await parked(db)
    note = {"note": "не нужно"}
    for headers, status in (({}, 401), (buyer, 403), (support, 403)):
        assert (await client.get(LETTERS, headers=headers)).status_code == status
        assert (await client.get(JOBS, headers=headers)).status_code == status
        assert (await client.post(f"{LETTERS}/{letter['id']}/replay", headers=headers)).status_code == status
        discard = await client.post(f"{LETTERS}/{letter['id']}/discard", json=note, headers=headers)
        assert discard.status_code == status
    bodies: list[dict[str, Any]] = [{}, {"note": ""}, {"note": " "}, {"note": "x" * 301}, {"note": 5}]
    for bad in bodies:
        refused = await client.post(f"{LETTERS}/{letter['id']}/discard", json=bad, headers=boss)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json"), bad
    assert (await client.post(f"{LETTERS}/{new_id()}/replay", headers=boss)).status_code == 404
    assert (await client.post(f"{LETTERS}/{new_id()}/discard", json=note, headers=boss)).status_code == 404
    for query in ({"limit": 0}, {"cursor": "!!"}):
        assert (await client.get(LETTERS, params=query, headers=boss)).status_code == 422
    assert await parked(db) == before
    assert await deeds(db, "dead_letter.discarded", letter) == []
    assert await deeds(db, "dead_letter.replayed", letter) == []


async def test_a_consumer_that_is_gone(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss = await caller(runtime, "admin")
    SICK.poison = {1}
    await park(runtime, 1)
    async with db.write() as tx:
        await tx.execute("UPDATE platform.dead_letter SET consumer = 'console_probe.former'")
    before = await parked(db)
    (letter,) = await letters(client, boss)
    assert (await client.post(f"{LETTERS}/{letter['id']}/replay", headers=boss)).status_code == 404
    assert await parked(db) == before


async def test_jobs_by_queue_with_the_errors_of_those_that_failed(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await caller(runtime, "admin")

    async def make(tx: WriteTx) -> None:
        for _ in range(3):
            await jobs.enqueue(tx, "probe", b"")

    await db.transact(make)
    async with db.write() as tx:
        job_id = await tx.fetchval("SELECT min(id) FROM jobs.pgqueuer WHERE entrypoint = 'probe'")
        await tx.execute("UPDATE jobs.pgqueuer SET status = 'failed', attempts = 4 WHERE id = $1", job_id)
        await tx.execute(
            "INSERT INTO jobs.pgqueuer_log (job_id, status, priority, entrypoint, traceback)"
            " VALUES ($1, 'failed', 0, 'probe', jsonb_build_object('exception_type', 'ValueError',"
            " 'exception_message', $2::text, 'traceback', 'File secret.py'))",
            job_id,
            f"no\nway {SECRET}",
        )
    shown = (await client.get(JOBS, headers=boss)).json()
    assert sorted((q["queue"], q["state"], q["count"]) for q in shown["queues"]) == [
        ("probe", "failed", 1),
        ("probe", "waiting", 2),
    ]
    (failure,) = shown["failures"]
    assert (failure["id"], failure["queue"], failure["attempts"]) == (job_id, "probe", 4)
    assert failure["error"].startswith("ValueError: no way ")
    assert "hunter2" not in failure["error"]
    assert "secret.py" not in failure["error"]
    async with db.read() as tx:
        assert await jobs.count_failed(tx) == 1
