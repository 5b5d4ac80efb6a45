"""HTTP of parked events and background jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import Parameter

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.api import admin
from kerben.flows.console.model import DiscardBody, Discarded, JobsView
from kerben.platform import dead_letters, jobs
from kerben.platform.access import Principal, client_ip, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.dead_letters import DeadLetter, Replayed
from kerben.platform.errors import invalid
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.modules import Module, Reaction
from kerben.platform.runtime import Runtime

HttpRequest = Request[Any, Any, Any]
Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]

FAILURES: Final = 50
"""How many failed jobs are shown."""


def _reactions(request: HttpRequest) -> dict[str, Reaction]:
    """Every consumer that this installation runs, by name."""
    modules: Sequence[Module] = request.app.state.modules
    return {reaction.name: reaction for module in modules for reaction in module.reactions}


def _entry(who: Principal, action: str, letter: DeadLetter, after: dict[str, Any], ip: str) -> AuditEntry:
    # The event's content stays out: it may hold people's data, and this log is kept for ever.
    before = {
        "consumer": letter.consumer,
        "event": letter.event_name,
        "event_id": str(letter.event_id),
        "key": letter.key,
        "position": letter.position,
        "error": letter.error,
    }
    return AuditEntry(who.user_id, "admin", action, "dead_letter", str(letter.id), before, after, ip)


class OperationsController(Controller):
    """What goes on behind the requests."""

    path = "/api/v1/admin"
    tags = ("Admin",)

    @get("/dead-letters", guards=[admin], summary="Events that could not be handled")
    async def list_letters(self, db: Database, cursor: Cursor = None, limit: Limit = None) -> Page[DeadLetter]:
        """The first parked event of each key, by consumer and position, with how many wait behind it."""
        size = page_limit(limit)
        after = decode_cursor(cursor, tuple[str, int])
        async with db.read() as tx:
            found = await dead_letters.page(tx, after, size + 1)
        shown = found[:size]
        more = len(found) > size
        return Page(shown, encode_cursor(shown[-1].consumer, shown[-1].position) if more else None)

    @post("/dead-letters/{letter_id:uuid}/replay", guards=[admin], summary="Handle again", status_code=200)
    async def replay(self, request: HttpRequest, letter_id: UUID, runtime: Runtime, db: Database) -> Replayed:
        """Handle the parked events of the letter's key again, in order, until one fails; that one keeps its error."""
        who, ip = principal_of(request), client_ip(request)
        async with db.read() as tx:
            letter = await dead_letters.find(tx, letter_id)
        done = await dead_letters.replay(runtime, _reactions(request), letter)
        after = {"handled": done.handled, "left": done.left, "error": done.error}
        await db.transact(lambda tx: record(tx, _entry(who, "dead_letter.replayed", letter, after, ip)))
        return done

    @post("/dead-letters/{letter_id:uuid}/discard", guards=[admin], summary="Give up", status_code=200)
    async def discard(self, request: HttpRequest, letter_id: UUID, data: DiscardBody, db: Database) -> Discarded:
        """Give one event up, with a note why; those behind it stay parked until they are handled again."""
        who, ip = principal_of(request), client_ip(request)
        note = " ".join(data.note.split())
        if not note or not note.isprintable():
            raise invalid("/note", "Укажите, почему событие не нужно.")

        async def work(tx: WriteTx) -> DeadLetter:
            letter = await dead_letters.discard(tx, letter_id)
            await record(tx, _entry(who, "dead_letter.discarded", letter, {"note": note}, ip))
            return letter

        return Discarded(await db.transact(work))

    @get("/jobs", guards=[admin], summary="Background jobs")
    async def list_jobs(self, db: Database) -> JobsView:
        """Jobs that wait, run or have failed for good, by queue; and the jobs that failed last."""
        async with db.snapshot() as tx:
            return JobsView(await jobs.counts(tx), await jobs.failures(tx, FAILURES))
