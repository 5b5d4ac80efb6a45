"""What every process keeps in memory, so that checking a token asks no database."""

from __future__ import annotations

from typing import Final

from kerben.domains.identity.events import SessionRevoked
from kerben.domains.identity.service.sessions import load_revocations
from kerben.domains.identity.tokens import TokenVerifier
from kerben.platform.events import Event
from kerben.platform.modules import Watch
from kerben.platform.runtime import Runtime


def refuse_session(runtime: Runtime, event: Event) -> None:
    """Another process closed a session: refuse its tokens here as well."""
    if isinstance(event, SessionRevoked):
        runtime.part(TokenVerifier).on_revoked(event.session_id)


WATCHES: Final = (Watch("identity.revocations", (SessionRevoked,), refuse_session, load_revocations),)
