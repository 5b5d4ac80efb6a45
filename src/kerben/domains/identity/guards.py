"""Guards of routes for people. None of them asks the database, but for a role that needs a second factor when the
token does not tell of one."""

from __future__ import annotations

from typing import cast

from litestar.handlers.base import BaseRouteHandler

from kerben.domains.identity.model import FACTOR_ROLES, Role
from kerben.domains.identity.service.factor import require_second_factor
from kerben.domains.identity.tokens import TokenVerifier
from kerben.platform.access import Connection, Principal, declare, set_principal
from kerben.platform.errors import ForbiddenError, UnauthenticatedError
from kerben.platform.runtime import Runtime


def bearer_token(connection: Connection) -> str | None:
    """The token of the Authorization header (RFC 6750), None when there is none of this scheme."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def authenticate(connection: Connection) -> Principal | None:
    """Set and return the principal of a request; None without a token, TokenInvalidError for a bad one."""
    token = bearer_token(connection)
    if token is None:
        return None
    runtime = cast("Runtime", connection.app.state.runtime)
    principal = runtime.part(TokenVerifier).verify(token)
    set_principal(connection, principal)
    return principal


def _required(connection: Connection) -> Principal:
    principal = authenticate(connection)
    if principal is None:
        raise UnauthenticatedError
    return principal


async def _with_role(connection: Connection, roles: frozenset[str]) -> None:
    principal = _required(connection)
    if roles.isdisjoint(principal.roles):
        raise ForbiddenError
    if not principal.second_factor:
        runtime = cast("Runtime", connection.app.state.runtime)
        async with runtime.db.read_by_key() as tx:
            await require_second_factor(tx, principal)


@declare("signed in")
async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone with a valid access token; 401 otherwise."""
    _required(connection)


@declare("admin")
async def admin(connection: Connection, _: BaseRouteHandler) -> None:
    """Admins of the platform; 401 without a token, 403 without the role or without a second factor."""
    await _with_role(connection, frozenset({Role.ADMIN.value}))


@declare("support or admin")
async def support_or_admin(connection: Connection, _: BaseRouteHandler) -> None:
    """Support and admins of the platform; 401 without a token, 403 without the role or without a second factor."""
    await _with_role(connection, FACTOR_ROLES)


@declare("anyone; a bearer token is honoured")
async def optional_auth(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone. A token that is sent must be valid: a caller whose token ran out is told so (401), not treated as a
    guest without noticing."""
    authenticate(connection)
