"""Live updates over WebSocket: `/api/v1/ws`.

A page sends `{"subscribe": ["product:<id>", …], "since": <seq>?, "token": "<access token>"?, "guest_token": …?}` and
gets `{"seq", "event_id", "topic", "kind", "data"}`. After a reconnect, to whichever process, it sends the last `seq`
it has seen as `since` and gets what it missed, read from the outbox; a message may come twice, so pages drop known
event ids. When too much has happened since, the answer is `{"kind": "reset"}`: read the state again.
`{"unsubscribe": [...]}` ends topics.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from kerben.platform import outbox
from kerben.platform.access import public
from kerben.platform.errors import DomainError
from kerben.platform.events import Envelope
from kerben.platform.logs import logger
from kerben.platform.modules import LiveTopic, Module
from kerben.platform.runtime import Runtime

_log = logger("live")

REPLAY_MAX: Final = 20_000
"""Positions that a reconnect may go back; further than that it starts afresh."""
TOPICS_MAX: Final = 200
QUEUE_MAX: Final = 1000
IDLE_S: Final = 30.0


class Message(msgspec.Struct, frozen=True):
    """One update. `seq` is where to resume from."""

    seq: int
    event_id: UUID
    topic: str
    kind: str
    data: Mapping[str, Any]


class Command(msgspec.Struct):
    """What a page may send."""

    subscribe: list[str] = msgspec.field(default_factory=list[str])
    unsubscribe: list[str] = msgspec.field(default_factory=list[str])
    since: int | None = None
    token: str | None = None
    guest_token: str | None = None


class Subscriber:
    """One open socket: its topics and what waits to be sent."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_MAX)
        self.lost = False

    def push(self, payload: bytes) -> None:
        """Queue a message; a reader that is too slow is told to start afresh."""
        try:
            self.queue.put_nowait(payload)
        except asyncio.QueueFull:
            self.lost = True


class LiveHub:
    """Fans events out to the sockets of this process."""

    def __init__(self, runtime: Runtime, modules: Sequence[Module]) -> None:
        self._runtime = runtime
        self._live = [live for module in modules for live in module.live]
        self._topics: dict[str, LiveTopic] = {t.prefix: t for module in modules for t in module.live_topics}
        self._subscribers: dict[str, set[Subscriber]] = {}
        self.seq = 0
        """The position below which the watcher has read everything."""
        self.event_names = {e.name for live in self._live for e in live.events}

    @property
    def is_listening(self) -> bool:
        """Whether any page is open here; while none is, the watcher need not read what only pages hear."""
        return bool(self._subscribers)

    def deliver(self, envelope: Envelope) -> None:
        """Called by the watcher with each event, in order."""
        if not self._subscribers:
            return
        for message in self._messages(envelope, self.seq):
            if listeners := self._subscribers.get(message.topic):
                payload = msgspec.json.encode(message)
                for subscriber in listeners:
                    subscriber.push(payload)

    def _messages(self, envelope: Envelope, seq: int) -> Iterator[Message]:
        for live in self._live:
            if isinstance(envelope.event, live.events):
                for topic, kind, data in live.messages(envelope.event):
                    yield Message(min(seq, envelope.position), envelope.event_id, topic, kind, data)

    async def handle(self, socket: WebSocket[Any, Any, Any], subscriber: Subscriber, command: Command) -> None:
        """Carry out one command of a page."""
        for topic in command.unsubscribe:
            self._leave(subscriber, topic)
        credentials = {"token": command.token, "guest_token": command.guest_token}
        accepted: list[str] = []
        refused: list[str] = []
        for topic in command.subscribe[:TOPICS_MAX]:
            allowed = len(subscriber.topics) < TOPICS_MAX and await self._may(socket, topic, credentials)
            (accepted if allowed else refused).append(topic)
        # Joined first and replayed after, so that nothing falls between; a message may then come twice.
        for topic in accepted:
            subscriber.topics.add(topic)
            self._subscribers.setdefault(topic, set()).add(subscriber)
        if command.since is not None and accepted:
            await self._replay(subscriber, set(accepted), command.since)
        if command.subscribe:
            greeting = {"kind": "subscribed", "topics": accepted, "refused": refused, "seq": self.seq}
            subscriber.push(msgspec.json.encode(greeting))

    async def _may(self, socket: WebSocket[Any, Any, Any], topic: str, credentials: Mapping[str, Any]) -> bool:
        prefix, _, identifier = topic.partition(":")
        rule = self._topics.get(prefix)
        if rule is None:
            return False
        try:
            return await rule.allowed(self._runtime, socket, identifier, credentials)
        except DomainError:
            return False

    async def _replay(self, subscriber: Subscriber, topics: set[str], since: int) -> None:
        async with self._runtime.db.read() as tx:
            last = await outbox.last_position(tx)
            if not last - REPLAY_MAX <= since <= last:
                subscriber.push(msgspec.json.encode({"kind": "reset", "seq": self.seq}))
                return
            page = await outbox.read_page(tx, outbox.Cursor(since), sorted(self.event_names), REPLAY_MAX)
        for envelope in page.events:
            for message in self._messages(envelope, self.seq):
                if message.topic in topics:
                    subscriber.push(msgspec.json.encode(message))

    def _leave(self, subscriber: Subscriber, topic: str) -> None:
        subscriber.topics.discard(topic)
        listeners = self._subscribers.get(topic)
        if listeners is not None:
            listeners.discard(subscriber)
            if not listeners:
                del self._subscribers[topic]

    def close(self, subscriber: Subscriber) -> None:
        """The socket is gone."""
        for topic in list(subscriber.topics):
            self._leave(subscriber, topic)


@websocket("/api/v1/ws", guards=[public])
async def live_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Live updates; what may be subscribed to is decided topic by topic."""
    hub: LiveHub = socket.app.state.hub
    await socket.accept()
    subscriber = Subscriber()
    sender = asyncio.create_task(_send(socket, subscriber))
    try:
        while True:
            text = await socket.receive_text()
            try:
                command = msgspec.json.decode(text, type=Command)
            except (msgspec.MsgspecError, RecursionError):
                subscriber.push(b'{"kind":"error","code":"MALFORMED_REQUEST"}')
                continue
            await hub.handle(socket, subscriber, command)
    except WebSocketDisconnect:
        pass
    finally:
        hub.close(subscriber)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def _send(socket: WebSocket[Any, Any, Any], subscriber: Subscriber) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    payload = await subscriber.queue.get()
            except TimeoutError:
                payload = b'{"kind":"ping"}'
            if subscriber.lost:
                subscriber.lost = False
                payload = b'{"kind":"reset"}'
            await socket.send_text(payload.decode())
