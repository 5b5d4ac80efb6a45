"""What identity tells others."""

from __future__ import annotations

from uuid import UUID

from kerben.platform.events import Event, event


@event("identity.session_revoked.v1", key="session_id")
class SessionRevoked(Event, frozen=True):
    """A session was closed: its access tokens are refused from now on, in every process."""

    session_id: UUID
    user_id: UUID


@event("identity.guest_claimed.v1", key="guest_user_id")
class GuestClaimed(Event, frozen=True):
    """An account proved that a guest's phone is its own; what the guest has now belongs to the account.

    It may come again for the same pair: orders placed as a guest later are claimed by proving the phone again.
    """

    guest_user_id: UUID
    user_id: UUID


@event("identity.user_registered.v1", key="user_id")
class UserRegistered(Event, frozen=True):
    """There is a new account."""

    user_id: UUID


@event("identity.roles_changed.v1", key="user_id")
class RolesChanged(Event, frozen=True):
    """A user's platform roles are now these."""

    user_id: UUID
    roles: list[str]
