"""Who may call a route. Deny by default: an application with a route that declares no guard does not start.

A guard is a function made with `declare`; domains declare theirs (identity: signed in, roles; pos: a till).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from kerben.platform.errors import UnauthenticatedError

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]
G = TypeVar("G", bound=Guard)

_MARK: Final = "__kerben_access__"


class Principal(msgspec.Struct, frozen=True):
    """A signed-in person, as the access token says. Roles: buyer, admin, support; staff roles are per merchant.

    `second_factor`: the account is known to have a confirmed second factor; when false, only the database knows.
    """

    user_id: UUID
    session_id: UUID
    roles: frozenset[str]
    second_factor: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether the platform's own rights apply."""
        return "admin" in self.roles


def declare(name: str) -> Callable[[G], G]:
    """Mark a guard function as a declaration of access, under a name that documents show."""

    def mark(guard: G) -> G:
        setattr(guard, _MARK, name)
        return guard

    return mark


def declared(handler: BaseRouteHandler) -> list[str]:
    """Names of the access declarations that apply to a route."""
    guards = cast("list[object]", handler.resolve_guards())  # pyright: ignore[reportUnknownMemberType]
    return [name for guard in guards if (name := getattr(guard, _MARK, None)) is not None]


class UndeclaredAccessError(Exception):
    """A route does not say who may call it; the application refuses to start."""


@declare("public")
async def public(_: Connection, __: BaseRouteHandler) -> None:
    """Anyone may call."""


def principal_of(connection: Connection) -> Principal:
    """The signed-in caller; UnauthenticatedError when there is none."""
    principal = optional_principal_of(connection)
    if principal is None:
        raise UnauthenticatedError
    return principal


def optional_principal_of(connection: Connection) -> Principal | None:
    """The signed-in caller, or None. Set by the identity guards."""
    return connection.scope["state"].get("principal")


def set_principal(connection: Connection, principal: Principal) -> None:
    """Remember who calls, for the rest of the request."""
    connection.scope["state"]["principal"] = principal


def client_ip(connection: Connection) -> str:
    """Address of the caller, as the server saw it."""
    return connection.client.host if connection.client else "-"
