"""How a domain or flow plugs into the processes: each has a `module.py` with one `MODULE`.

The entry points list the modules; nothing else knows them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.events import Envelope, Event
from kerben.platform.runtime import Runtime

if TYPE_CHECKING:
    # Types only: processes without HTTP start faster without the framework.
    from litestar import Controller
    from litestar.handlers import WebsocketListener

    from kerben.platform.access import Connection

Handler = Callable[[WriteTx, Sequence[Envelope]], Awaitable[None]]


@dataclass(frozen=True)
class Reaction:
    """A consumer of events in the worker: a named position in the outbox and one handler.

    The handler gets the events in order, many at once, in the transaction that also moves the position, so that its
    effects happen once. It must touch the outside world only through jobs or sweeps.
    """

    name: str
    events: tuple[type[Event], ...]
    handler: Callable[[Runtime], Handler]
    batch: int = 2000


@dataclass(frozen=True)
class Sweep:
    """Work that is due at a time stored in a table: run every `every_s` seconds by the worker.

    `run` returns how many things it did; when that is not zero it is called again at once. Several workers may run
    it together, so it takes its rows with FOR UPDATE SKIP LOCKED or a conditional UPDATE.
    """

    name: str
    every_s: float
    run: Callable[[Runtime], Awaitable[int]]


@dataclass(frozen=True)
class Job:
    """A background job of PgQueuer: enqueued inside the caller's transaction, retried on failure."""

    name: str
    run: Callable[[Runtime, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Watch:
    """In every server process: called with each event soon after its commit, to refresh what is kept in memory.

    `start` is awaited once before the process serves, to load what is already there.
    """

    name: str
    events: tuple[type[Event], ...]
    on_event: Callable[[Runtime, Event], None]
    start: Callable[[Runtime, ReadTx], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Live:
    """What open pages hear: turns an event into (topic, kind, data) messages for WebSocket subscribers."""

    events: tuple[type[Event], ...]
    messages: Callable[[Any], Sequence[tuple[str, str, Mapping[str, Any]]]]


@dataclass(frozen=True)
class LiveTopic:
    """A kind of topic that pages may subscribe to (`product:<id>`), and who may."""

    prefix: str
    allowed: Callable[[Runtime, Connection, str, Mapping[str, Any]], Awaitable[bool]]


@dataclass(frozen=True)
class Module:
    """What one domain or flow brings."""

    name: str
    controllers: Sequence[type[Controller] | type[WebsocketListener]] = ()
    reactions: Sequence[Reaction] = ()
    sweeps: Sequence[Sweep] = ()
    jobs: Sequence[Job] = ()
    watches: Sequence[Watch] = ()
    live: Sequence[Live] = ()
    live_topics: Sequence[LiveTopic] = ()
    provides: Mapping[str, Callable[[Runtime], object]] = field(
        default_factory=dict[str, Callable[[Runtime], object]]
    )
    """Dependencies that controllers may name as parameters, each made once per process."""
    checks: Mapping[str, str] = field(default_factory=dict[str, str])
    """Invariants: name → SQL that returns the offending rows; run by tests and by `kerben doctor`."""
