"""Sessions: opened by a proof of who it is, kept up by refresh tokens, closed for good."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kerben.domains.identity.errors import RefreshInvalidError, RefreshReusedError
from kerben.domains.identity.events import SessionRevoked
from kerben.domains.identity.model import Device, RevocationCause, SignedIn, TokenPair, UserView
from kerben.domains.identity.repository import sessions, users
from kerben.domains.identity.tokens import TokenIssuer, TokenVerifier, new_refresh_token, read_refresh_token
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.runtime import Runtime


async def open_session(
    runtime: Runtime, tx: WriteTx, user: UserView, device: Device, *, second_factor: bool = False
) -> SignedIn:
    """Open a session for a user who has proven who they are. `second_factor`: the account has a confirmed one."""
    session_id = tx.new_id()
    refresh = new_refresh_token(runtime.keys, session_id, 0)
    life = timedelta(seconds=runtime.settings.refresh_token_s)
    await sessions.insert(tx, session_id, user.id, refresh.secret_hash, device, tx.now + life)
    issuer = runtime.part(TokenIssuer)
    token = issuer.issue(user.id, session_id, user.roles, second_factor=second_factor)
    return SignedIn(user, token, refresh.text, issuer.life_s)


async def refresh(runtime: Runtime, token: str, device: Device) -> TokenPair:
    """Exchange a refresh token for a new pair, with the user's roles of now.

    RefreshInvalidError for a token that is not ours or whose session is over. RefreshReusedError for one that was
    exchanged before: somebody has a copy, so the whole session is closed. That holds for two exchanges at the same
    moment as well: one gets a pair, the other closes the session, because from here a client that repeats a request
    cannot be told from a thief.
    """
    given = read_refresh_token(runtime.keys, token)
    coming = new_refresh_token(runtime.keys, given.session_id, given.generation + 1)
    life = timedelta(seconds=runtime.settings.refresh_token_s)

    async def exchange(tx: WriteTx) -> TokenPair | None:
        user_id = await sessions.rotate(
            tx,
            given.session_id,
            given.generation,
            given.secret_hash,
            coming.secret_hash,
            device,
            tx.now + life,
        )
        if user_id is None:
            return None
        (user,) = await users.by_ids(tx, [user_id])
        issuer = runtime.part(TokenIssuer)
        token = issuer.issue(user_id, given.session_id, user.roles, second_factor=user.totp_enabled)
        return TokenPair(token, coming.text, issuer.life_s)

    pair = await runtime.db.transact(exchange)
    if pair is not None:
        return pair
    # The session is closed in a transaction of its own, which commits although the answer is a refusal.
    async with runtime.db.write() as tx:
        state = await sessions.state(tx, given.session_id)
        reused = state is not None and given.generation < state.generation
        if state is not None and reused:
            await revoke(runtime, tx, given.session_id, state.user_id, RevocationCause.REUSE)
    raise RefreshReusedError if reused else RefreshInvalidError


async def revoke(runtime: Runtime, tx: WriteTx, session_id: UUID, user_id: UUID, cause: RevocationCause) -> bool:
    """Close one session of a user; False when it was not open. Its tokens are refused here at the commit and in
    the other processes when they hear the event."""
    if not await sessions.revoke(tx, session_id, user_id, cause):
        return False
    _announce(runtime, tx, session_id, user_id)
    return True


async def revoke_own(runtime: Runtime, tx: WriteTx, session_id: UUID, user_id: UUID) -> None:
    """Close a session from the owner's list; NotFoundError when it is not theirs or not open."""
    if not await revoke(runtime, tx, session_id, user_id, RevocationCause.USER):
        raise NotFoundError


async def revoke_all(
    runtime: Runtime, tx: WriteTx, user_id: UUID, cause: RevocationCause, *, but: UUID | None = None
) -> int:
    """Close all sessions of a user, but for one if told; how many there were."""
    closed = await sessions.revoke_all(tx, user_id, cause, but=but)
    for session_id in closed:
        _announce(runtime, tx, session_id, user_id)
    return len(closed)


def _announce(runtime: Runtime, tx: WriteTx, session_id: UUID, user_id: UUID) -> None:
    tx.publish(SessionRevoked(session_id, user_id))
    verifier = runtime.part(TokenVerifier)
    tx.after_commit(lambda: verifier.on_revoked(session_id))


async def load_revocations(runtime: Runtime, tx: ReadTx) -> None:
    """Fill this process's memory with sessions whose tokens may still be around."""
    verifier = runtime.part(TokenVerifier)
    for session_id, revoked_at in await sessions.revoked_since(tx, tx.now - verifier.revocations.life):
        verifier.on_revoked(session_id, revoked_at)
