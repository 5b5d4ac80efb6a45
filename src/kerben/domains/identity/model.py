"""Users, sessions and what is said about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec


class UserKind(StrEnum):
    """An account can sign in; a guest is only a phone that ordered."""

    ACCOUNT = "account"
    GUEST = "guest"


class Role(StrEnum):
    """Roles on the whole platform; roles at a merchant belong to merchants."""

    BUYER = "buyer"
    COOK = "cook"
    COURIER = "courier"
    SUPPORT = "support"
    ADMIN = "admin"


class CodePurpose(StrEnum):
    """What a one-time code is good for; a code of one purpose does nothing for another."""

    SIGNIN = "signin"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a purpose
    PHONE_VERIFY = "phone_verify"


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"


class RevocationCause(StrEnum):
    """Why a session was closed."""

    SIGNOUT = "signout"
    USER = "user"
    REUSE = "reuse"
    PASSWORD = "password"  # noqa: S105 - the name of a cause
    TAKEOVER = "takeover"
    ROLES = "roles"
    FACTOR = "factor"
    BLOCKED = "blocked"


class Login(msgspec.Struct, frozen=True):
    """A normalised phone (E.164) or e-mail address, as an account is found by it."""

    channel: Channel
    value: str


class GuestContact(msgspec.Struct, frozen=True):
    """Who ordered without signing in. `phone` is already normalised (`normalise_phone`)."""

    phone: str
    name: str
    email: str | None = None


class NewUser(msgspec.Struct, frozen=True):
    """An account to be made. `verified` says that phone and e-mail are known to be the person's own."""

    phone: str | None
    email: str | None
    password_hash: str | None
    name: str
    roles: frozenset[str] = frozenset({Role.BUYER.value})
    verified: bool = True


class UserView(msgspec.Struct, frozen=True):
    """What others may know of a user."""

    id: UUID
    phone: str | None
    email: str | None
    name: str
    roles: list[str]
    kind: str


class UserRow(msgspec.Struct, frozen=True):
    """A user as identity itself sees it."""

    id: UUID
    kind: str
    phone: str | None
    email: str | None
    name: str
    roles: list[str]
    password_hash: str | None
    phone_verified_at: datetime | None
    email_verified_at: datetime | None
    created_at: datetime
    totp_enabled: bool
    second_factor_demanded: bool
    blocked_at: datetime | None
    block_reason: str | None

    @property
    def second_factor_required(self) -> bool:
        """Whether the person's work is refused without a second factor: sellers' staff, admins, support."""
        return self.second_factor_demanded or not FACTOR_ROLES.isdisjoint(self.roles)

    @property
    def contact_proven(self) -> bool:
        """Whether the person has ever shown that the phone or address is theirs."""
        return self.phone_verified_at is not None or self.email_verified_at is not None

    @property
    def view(self) -> UserView:
        """Its public part."""
        return UserView(self.id, self.phone, self.email, self.name, self.roles, self.kind)

    def admin_view(self, groups: list[GroupRef]) -> AdminUserView:
        """What admins see of it, with the groups it is in."""
        return AdminUserView(
            self.id, self.name, self.phone, self.email, self.roles, self.kind, self.created_at, self.blocked_at,
            self.block_reason, self.totp_enabled, groups,
        )  # fmt: skip


class GroupRef(msgspec.Struct, frozen=True):
    """A user group by name."""

    id: UUID
    name: str


class AdminUserView(msgspec.Struct, frozen=True):
    """A user as admins and support see it. `second_factor`: it is in force; `block_reason` is for them only."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    roles: list[str]
    kind: str
    created_at: datetime
    blocked_at: datetime | None
    block_reason: str | None
    second_factor: bool
    groups: list[GroupRef]


class Device(msgspec.Struct, frozen=True):
    """Where a session was opened from, as the request showed it."""

    user_agent: str
    ip: str


class SessionView(msgspec.Struct, frozen=True):
    """A session in the owner's list."""

    id: UUID
    user_agent: str
    ip: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bool


class TokenPair(msgspec.Struct, frozen=True):
    """A new access token with its refresh token; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's name of the scheme


class SignedIn(msgspec.Struct, frozen=True):
    """The answer to a sign-in or sign-up."""

    user: UserView
    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105


class MeView(msgspec.Struct, frozen=True):
    """The caller's own account. `second_factor`: it is in force; `second_factor_required`: the work as a seller or
    admin is refused without it; `has_password`: False when it is entered by one-time codes only."""

    id: UUID
    phone: str | None
    email: str | None
    name: str
    roles: list[str]
    kind: str
    phone_verified: bool
    email_verified: bool
    totp_enabled: bool
    second_factor: bool
    second_factor_required: bool
    has_password: bool
    created_at: datetime


class TotpSetup(msgspec.Struct, frozen=True):
    """Shown once: the shared secret (base32), its URI for a QR code, and codes for the day the phone is lost."""

    secret: str
    otpauth_uri: str
    recovery_codes: list[str]


class Contacts(msgspec.Struct, frozen=True):
    """The phone and the address that an account has proven to be its own."""

    phone: str | None
    email: str | None

    def holds(self, channel: str, value: str) -> bool:
        """Whether a phone (`sms`) or an address (`email`) is among them."""
        return value == (self.phone if channel == Channel.SMS else self.email)


class GroupView(msgspec.Struct, frozen=True):
    """A user group with its number of members."""

    id: UUID
    name: str
    members: int


BUYER: Final = frozenset({Role.BUYER.value})

FACTOR_ROLES: Final = frozenset({Role.ADMIN.value, Role.SUPPORT.value})
"""Platform roles that count only with a second factor."""
