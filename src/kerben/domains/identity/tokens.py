"""Access and refresh tokens.

Access: a JWT (RFC 7519) signed with Ed25519 (RFC 8037), claims `sub`, `sid`, `roles`, `iat`, `exp`, and `2fa` when
the account has a confirmed second factor (whatever takes the factor away closes the sessions). A check takes 81 µs,
so a verified token is remembered by its hash until it expires; no check asks the database. Sessions that were closed
are held in memory for as long as an access token of theirs can live: `on_revoked` is called by the process that
closes one and by the watch on `identity.session_revoked.v1` in all others.

Refresh: session id, generation, random part and a tag that proves it is ours. Because an old token can be recognised
by its tag and generation, no row per token is needed to detect reuse (RFC 9700 section 4.14).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
import msgspec

from kerben.domains.identity.errors import RefreshInvalidError, TokenInvalidError
from kerben.platform.access import Principal
from kerben.platform.clock import Clock
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import Keyring

_ALGORITHM: Final = "EdDSA"
_ISSUER: Final = "kerben"
_KEY: Final = "access-token"
_REMEMBERED_MAX: Final = 20_000
_FUTURE_MAX: Final = timedelta(seconds=60)
_OPTIONS: Final[Any] = {
    "require": ["sub", "sid", "roles", "iat", "exp"],
    # Times are checked against the injected clock, not the machine's.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class _Claims(msgspec.Struct, frozen=True):
    sub: UUID
    sid: UUID
    roles: list[str]
    iat: int
    exp: int
    second_factor: bool = msgspec.field(default=False, name="2fa")


class TokenIssuer:
    """Makes access tokens; one per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._key = runtime.keys.signing_key(_KEY)
        self._clock = runtime.clock
        self.life_s = runtime.settings.access_token_s

    def issue(self, user_id: UUID, session_id: UUID, roles: list[str], *, second_factor: bool = False) -> str:
        """An access token for a session, valid from now on for `life_s` seconds. `second_factor` must be true only
        when the account has a confirmed one; without it those who need to know ask the database."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "sub": str(user_id),
            "sid": str(session_id),
            "roles": sorted(roles),
            "iat": now,
            "exp": now + self.life_s,
        }
        if second_factor:
            claims["2fa"] = True
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)


class Revocations:
    """Closed sessions, kept until the last access token of theirs has run out."""

    def __init__(self, clock: Clock, life: timedelta) -> None:
        self._clock = clock
        self.life = life
        self._until: OrderedDict[UUID, datetime] = OrderedDict()

    def add(self, session_id: UUID, revoked_at: datetime | None = None) -> None:
        """Refuse a session's tokens from now on."""
        now = self._clock.now()
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        self._until[session_id] = (revoked_at or now) + self.life
        self._until.move_to_end(session_id)

    def __contains__(self, session_id: UUID) -> bool:
        return session_id in self._until

    def __len__(self) -> int:
        return len(self._until)


class TokenVerifier:
    """Checks access tokens without a database call; one per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._key = runtime.keys.signing_key(_KEY).public_key()
        self._clock = runtime.clock
        self.life = timedelta(seconds=runtime.settings.access_token_s)
        # A minute more than a token lives: for processes whose clocks differ a little.
        self.revocations = Revocations(runtime.clock, self.life + _FUTURE_MAX)
        self._verified: OrderedDict[bytes, tuple[Principal, int]] = OrderedDict()

    def verify(self, token: str) -> Principal:
        """Who the token stands for; TokenInvalidError when it is not ours, too old or its session was closed."""
        digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=16).digest()
        known = self._verified.get(digest)
        principal, expires_s = known or self._decode(token)
        if expires_s <= self._clock.now().timestamp() or principal.session_id in self.revocations:
            self._verified.pop(digest, None)
            raise TokenInvalidError
        if known is None:
            self._verified[digest] = (principal, expires_s)
            if len(self._verified) > _REMEMBERED_MAX:
                self._verified.popitem(last=False)
        return principal

    def _decode(self, token: str) -> tuple[Principal, int]:
        try:
            raw = jwt.decode(token, self._key, algorithms=[_ALGORITHM], issuer=_ISSUER, options=_OPTIONS)
            claims = msgspec.convert(raw, _Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, ValueError) as error:
            raise TokenInvalidError from error
        if datetime.fromtimestamp(claims.iat, UTC) > self._clock.now() + _FUTURE_MAX:
            raise TokenInvalidError
        return Principal(claims.sub, claims.sid, frozenset(claims.roles), claims.second_factor), claims.exp

    def on_revoked(self, session_id: UUID, revoked_at: datetime | None = None) -> None:
        """A session was closed: refuse its tokens from now on."""
        self.revocations.add(session_id, revoked_at)


class RefreshToken(msgspec.Struct, frozen=True):
    """A refresh token taken apart; `secret_hash` is what its session's row holds."""

    session_id: UUID
    generation: int
    secret_hash: bytes
    text: str


_SECRET: Final = 24
_TAG: Final = 16
_SIZE: Final = 16 + 4 + _SECRET + _TAG


def _tag(keys: Keyring, body: bytes) -> bytes:
    return hmac.new(keys.key("refresh-token"), body, hashlib.sha256).digest()[:_TAG]


def new_refresh_token(keys: Keyring, session_id: UUID, generation: int) -> RefreshToken:
    """The token of a session's given generation."""
    secret = secrets.token_bytes(_SECRET)
    body = session_id.bytes + generation.to_bytes(4, "big") + secret
    text = base64.urlsafe_b64encode(body + _tag(keys, body)).rstrip(b"=").decode()
    return RefreshToken(session_id, generation, hashlib.sha256(secret).digest(), text)


def read_refresh_token(keys: Keyring, text: str) -> RefreshToken:
    """Take a token apart; RefreshInvalidError when we never made it."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise RefreshInvalidError from error
    body, tag = raw[:-_TAG], raw[-_TAG:]
    if len(raw) != _SIZE or not hmac.compare_digest(tag, _tag(keys, body)):
        raise RefreshInvalidError
    return RefreshToken(
        UUID(bytes=body[:16]), int.from_bytes(body[16:20], "big"), hashlib.sha256(body[20:]).digest(), text
    )
