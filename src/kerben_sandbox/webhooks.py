"""Delivers webhooks: at once, again by schedule until the merchant says ok, after a restart what is owed."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterable
from functools import partial
from typing import Final

import msgspec

from kerben_sandbox.acquirer import HELD_RECHECK_S, Acquirer, Notice
from kerben_sandbox.config import SandboxConfig
from kerben_sandbox.http_client import Answer, WebhookClient
from kerben_sandbox.store import Store
from kerben_sandbox.wire import from_xml, is_signed, script_of

AT_ONCE_MAX: Final = 64
_OK: Final = 200
_DELIVERED: Final = "UPDATE notices SET status = 'delivered' WHERE id = ?"


class Dispatcher:
    """A heap of notices by due time and a limited number of deliveries at once."""

    def __init__(self, config: SandboxConfig, store: Store, acquirer: Acquirer) -> None:
        self._config = config
        self._store = store
        self._acquirer = acquirer
        self._client = WebhookClient(config.webhook_timeout_s)
        self._heap: list[tuple[float, int, Notice]] = []
        self._under_way = 0
        self._is_called = False
        """Whether `_send_due` will be called at the next commit."""
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def start(self) -> None:
        """Take up what is owed and go on until `stop`."""
        self.add(self._acquirer.owed())

    def stop(self) -> None:
        """Drop what is under way: it stays owed on disk."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        self._client.close()

    def add(self, notices: Iterable[Notice]) -> None:
        """Deliver these when due, and not before they are durable."""
        for notice in notices:
            heapq.heappush(self._heap, (notice.due_at, notice.id, notice))
        self._look()

    def _look(self) -> None:
        """See to it that the next notice is sent when it is due."""
        if not self._heap or self._is_called or self._stopped or self._under_way >= AT_ONCE_MAX:
            return
        wait_s = self._heap[0][0] - self._config.clock()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait_s > 0:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._look)
            return
        self._is_called = True
        self._store.when_durable(self._send_due)

    def _send_due(self) -> None:
        self._is_called = False
        if self._stopped:
            return
        now = self._config.clock()
        while self._heap and self._heap[0][0] <= now and self._under_way < AT_ONCE_MAX:
            notice = heapq.heappop(self._heap)[2]
            if self._acquirer.is_held_back(notice):
                again = msgspec.structs.replace(notice, due_at=now + HELD_RECHECK_S)
                heapq.heappush(self._heap, (again.due_at, again.id, again))
                continue
            self._under_way += 1
            self._client.post_form(notice.url, notice.body, partial(self._answered, notice))
        self._look()

    def _answered(self, notice: Notice, answer: Answer | None) -> None:
        self._under_way -= 1
        if self._stopped:
            return
        if self._is_accepted(notice, answer):
            self._store.write_later(_DELIVERED, (notice.id,))
        else:
            self._again(notice)
        self._look()

    def _again(self, notice: Notice) -> None:
        delays = self._config.retry_delays_s
        if notice.attempts >= len(delays):
            self._store.write_later("UPDATE notices SET status = 'given_up' WHERE id = ?", (notice.id,))
            return
        due_at = self._config.clock() + delays[notice.attempts]
        self._store.write_later(
            "UPDATE notices SET attempts = ?, due_at = ? WHERE id = ?", (notice.attempts + 1, due_at, notice.id)
        )
        self.add([msgspec.structs.replace(notice, attempts=notice.attempts + 1, due_at=due_at)])

    def _is_accepted(self, notice: Notice, answer: Answer | None) -> bool:
        """Whether the merchant answered 200 with a signed XML `pg_status` ok."""
        if answer is None or answer[0] != _OK:
            return False
        try:
            fields = from_xml(answer[1])
        except ValueError:
            return False
        secret = self._config.secrets.acquirer_secret
        return fields.get("pg_status") == "ok" and is_signed(script_of(notice.url), fields, secret)
