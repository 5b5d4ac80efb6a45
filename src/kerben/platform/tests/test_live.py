"""Live updates: topics with rules, resuming without losing anything, slow readers told to start afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import msgspec

from kerben.entrypoints.http.live import QUEUE_MAX, Command, LiveHub, Subscriber
from kerben.entrypoints.http.watcher import Watcher
from kerben.platform.db import Database
from kerben.platform.events import Event, event
from kerben.platform.ids import new_id
from kerben.platform.modules import Live, LiveTopic, Module, Watch
from kerben.platform.runtime import Runtime

NO_SOCKET = cast("Any", None)


@event("probe.moved.v1", key="thing_id")
class Moved(Event, frozen=True):
    """A test event."""

    thing_id: UUID
    n: int


def messages(moved: Moved) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    return [(f"thing:{moved.thing_id}", "moved", {"n": moved.n})]


async def allowed(_: Runtime, __: Any, identifier: str, credentials: Mapping[str, Any]) -> bool:
    return credentials["guest_token"] == "let me in" or identifier != "secret"


MODULE = Module(name="probe", live=[Live((Moved,), messages)], live_topics=[LiveTopic("thing", allowed)])


def heard(subscriber: Subscriber) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not subscriber.queue.empty():
        found.append(msgspec.json.decode(subscriber.queue.get_nowait()))
    return found


async def publish(db: Database, *events: Event) -> None:
    async with db.write() as tx:
        tx.publish(*events)


async def drain(watcher: Watcher) -> None:
    while await watcher.step():
        pass


async def test_a_page_hears_its_topics_only_and_resumes_what_it_missed(runtime: Runtime) -> None:
    hub = LiveHub(runtime, [MODULE])
    watcher = Watcher(runtime, [MODULE], hub)
    await watcher.start()
    mine, other = new_id(), new_id()
    page = Subscriber()
    await hub.handle(NO_SOCKET, page, Command(subscribe=[f"thing:{mine}", "thing:secret", "nothing:1"]))
    greeting = heard(page)[0]
    assert greeting["topics"] == [f"thing:{mine}"]
    assert greeting["refused"] == ["thing:secret", "nothing:1"]
    await publish(runtime.db, Moved(mine, 1), Moved(other, 1))
    await drain(watcher)
    first = heard(page)
    assert [m["data"]["n"] for m in first] == [1]
    hub.close(page)

    await publish(runtime.db, Moved(mine, 2))
    await drain(watcher)
    again = Subscriber()
    await hub.handle(NO_SOCKET, again, Command(subscribe=[f"thing:{mine}"], since=first[-1]["seq"]))
    missed = [m for m in heard(again) if m["kind"] == "moved" and m["event_id"] != first[-1]["event_id"]]
    assert [m["data"]["n"] for m in missed] == [2]
    await watcher.close()


async def test_nothing_is_lost_on_resume_when_an_older_transaction_commits_late(runtime: Runtime) -> None:
    hub = LiveHub(runtime, [MODULE])
    watcher = Watcher(runtime, [MODULE], hub)
    await watcher.start()
    thing = new_id()
    page = Subscriber()
    await hub.handle(NO_SOCKET, page, Command(subscribe=[f"thing:{thing}"]))
    heard(page)
    async with runtime.db.write() as slow:
        slow.publish(Moved(thing, 1))
        await slow.flush()
        await publish(runtime.db, Moved(thing, 2))
        await drain(watcher)
        seen = heard(page)
        assert [m["data"]["n"] for m in seen] == [2]
        hub.close(page)
    await drain(watcher)
    again = Subscriber()
    await hub.handle(NO_SOCKET, again, Command(subscribe=[f"thing:{thing}"], since=seen[-1]["seq"]))
    numbers = [m["data"]["n"] for m in heard(again) if m["kind"] == "moved"]
    assert 1 in numbers, "the late one is within what is sent again"
    await watcher.close()


async def test_a_gap_longer_than_memory_and_a_slow_reader_are_told_to_start_afresh(runtime: Runtime) -> None:
    hub = LiveHub(runtime, [MODULE])
    page = Subscriber()
    await hub.handle(NO_SOCKET, page, Command(subscribe=["thing:1"], since=10**12))
    assert heard(page)[0]["kind"] == "reset"
    for _ in range(QUEUE_MAX + 5):
        page.push(b"{}")
    assert page.lost


async def test_a_watch_hears_events_of_other_processes_within_a_second(runtime: Runtime) -> None:
    seen: list[int] = []
    arrived = asyncio.Event()

    def on_event(_: Runtime, moved: Event) -> None:
        assert isinstance(moved, Moved)
        seen.append(moved.n)
        if moved.n == 41:
            arrived.set()

    module = Module(name="probe", watches=[Watch("probe.watch", (Moved,), on_event)])
    watcher = Watcher(runtime, [module], LiveHub(runtime, [module]))
    await watcher.start()
    task = asyncio.create_task(watcher.run_forever())
    elsewhere = Database(runtime.db.dsn, size=1)
    await elsewhere.open()
    await publish(elsewhere, Moved(new_id(), 41))
    async with asyncio.timeout(1.0):
        await arrived.wait()
    assert seen.count(41) == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await watcher.close()
    await elsewhere.close()
