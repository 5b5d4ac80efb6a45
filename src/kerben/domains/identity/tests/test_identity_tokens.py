"""Tokens: what is accepted, for how long, and what is not."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.identity.errors import RefreshInvalidError, TokenInvalidError
from kerben.domains.identity.tokens import (
    Revocations,
    TokenIssuer,
    TokenVerifier,
    new_refresh_token,
    read_refresh_token,
)
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import Keyring
from kerben.platform.settings import Settings

KEYS = Keyring("k" * 32)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def runtime(clock: ManualClock) -> Runtime:
    settings = Settings(secret_key="t" * 32, access_token_s=900)
    return Runtime(settings, Database("postgresql://nowhere.invalid/none", clock=clock), clock=clock)


def test_a_token_says_who_it_stands_for(runtime: Runtime) -> None:
    user, session = uuid4(), uuid4()
    token = runtime.part(TokenIssuer).issue(user, session, ["buyer", "admin"])
    principal = runtime.part(TokenVerifier).verify(token)
    assert (principal.user_id, principal.session_id) == (user, session)
    assert principal.roles == {"buyer", "admin"}


def test_a_token_ends_by_the_injected_clock_also_when_it_is_remembered(runtime: Runtime, clock: ManualClock) -> None:
    token = runtime.part(TokenIssuer).issue(uuid4(), uuid4(), ["buyer"])
    verifier = runtime.part(TokenVerifier)
    clock.advance(seconds=899)
    assert verifier.verify(token).roles == {"buyer"}
    clock.advance(seconds=1)
    with pytest.raises(TokenInvalidError):
        verifier.verify(token)


def test_a_closed_sessions_token_is_refused_also_when_it_is_remembered(runtime: Runtime) -> None:
    issuer, verifier = runtime.part(TokenIssuer), runtime.part(TokenVerifier)
    closed, open_ = uuid4(), uuid4()
    token, other = issuer.issue(uuid4(), closed, []), issuer.issue(uuid4(), open_, [])
    verifier.verify(token)
    verifier.on_revoked(closed)
    with pytest.raises(TokenInvalidError):
        verifier.verify(token)
    assert verifier.verify(other).session_id == open_


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(datetime(2026, 11, 20, 6, 0, tzinfo=UTC).timestamp())
    claims: dict[str, Any] = {
        "iss": "kerben",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "roles": [],
        "iat": now,
        "exp": now + 60,
    }
    claims |= changes
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "someone"},
        {"sub": "nobody"},
        {"sid": None},
        {"roles": "admin"},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**12, "iat": 10**11},
    ],
)
def test_a_token_with_odd_claims_is_refused(runtime: Runtime, changes: dict[str, Any]) -> None:
    key = runtime.keys.signing_key("access-token")
    token = jwt.encode(_claims(**changes), key, algorithm="EdDSA")
    with pytest.raises(TokenInvalidError):
        runtime.part(TokenVerifier).verify(token)


def test_a_token_of_another_key_or_algorithm_is_refused(runtime: Runtime) -> None:
    verifier = runtime.part(TokenVerifier)
    foreign = jwt.encode(_claims(), KEYS.signing_key("access-token"), algorithm="EdDSA")
    unsigned = jwt.encode(_claims(), "", algorithm="none")
    symmetric = jwt.encode(_claims(), "x" * 32, algorithm="HS256")
    for token in (foreign, unsigned, symmetric, "", "a.b.c", "я", "x" * 5000):
        with pytest.raises(TokenInvalidError):
            verifier.verify(token)


def test_closed_sessions_are_forgotten_when_no_token_of_theirs_can_live(clock: ManualClock) -> None:
    revocations = Revocations(clock, timedelta(seconds=60))
    first, second = uuid4(), uuid4()
    revocations.add(first)
    clock.advance(seconds=61)
    revocations.add(second)
    assert first not in revocations
    assert second in revocations
    assert len(revocations) == 1


def test_a_refresh_token_comes_apart_as_it_was_made() -> None:
    session = uuid4()
    made = new_refresh_token(KEYS, session, 7)
    assert read_refresh_token(KEYS, made.text) == made
    assert (made.session_id, made.generation) == (session, 7)
    assert new_refresh_token(KEYS, session, 7).text != made.text


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_refresh_token_is_refused(position: int, change: int) -> None:
    text = new_refresh_token(KEYS, uuid4(), 0).text
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[position % len(raw)] ^= change
    with pytest.raises(RefreshInvalidError):
        read_refresh_token(KEYS, base64.urlsafe_b64encode(bytes(raw)).decode())


@given(st.text(max_size=100))
def test_any_other_text_is_no_refresh_token(text: str) -> None:
    with pytest.raises(RefreshInvalidError):
        read_refresh_token(KEYS, text)
