"""Builders: users and signed-in callers."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from uuid import UUID

import bcrypt
import msgspec

from kerben.domains.identity.model import BUYER, Device, NewUser, UserView
from kerben.domains.identity.service.sessions import open_session
from kerben.domains.identity.service.users import create_user, users_by_ids
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime

PASSWORD: Final = "correct horse battery"
DEVICE: Final = Device(user_agent="tests", ip="127.0.0.1")

_numbers = itertools.count(secrets.randbelow(50_000_000))


@cache
def cheap_hash(password: str = PASSWORD) -> str:
    """A bcrypt hash at the lowest cost: right for tests only."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def new_phone() -> str:
    """A Kyrgyz mobile number that no other test has."""
    return f"+9967{next(_numbers) % 100_000_000:08d}"


async def make_user(tx: WriteTx, **overrides: Any) -> UserView:
    """An account with a phone of its own and PASSWORD; `overrides` are fields of NewUser (and `password`)."""
    if "password" in overrides:
        overrides["password_hash"] = cheap_hash(overrides.pop("password"))
    if "roles" in overrides:
        overrides["roles"] = frozenset(overrides["roles"]) | BUYER
    new = NewUser(phone=new_phone(), email=None, password_hash=cheap_hash(), name="Айгуль", roles=BUYER)
    user_id = await create_user(tx, msgspec.structs.replace(new, **overrides))
    return (await users_by_ids(tx, [user_id]))[user_id]


async def bearer(
    runtime: Runtime, user: UserView | UUID, roles: Iterable[str] | None = None, *, second_factor: bool = True
) -> dict[str, str]:
    """Headers of a user who has just signed in: a real session and its access token. `roles` go into the token
    instead of the user's own. The token says that there is a second factor unless told otherwise, so that sellers
    and admins of a test need none set up."""

    async def sign_in(tx: WriteTx) -> str:
        view = user if isinstance(user, UserView) else (await users_by_ids(tx, [user]))[user]
        if roles is not None:
            view = msgspec.structs.replace(view, roles=sorted({*roles, *BUYER}))
        return (await open_session(runtime, tx, view, DEVICE, second_factor=second_factor)).access_token

    return {"Authorization": f"Bearer {await runtime.db.transact(sign_in)}"}
