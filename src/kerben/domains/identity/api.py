"""Public surface of identity."""

from kerben.domains.identity.guards import admin, optional_auth, signed_in, support_or_admin
from kerben.domains.identity.model import Device, GuestContact, NewUser, Role, SignedIn, UserView
from kerben.domains.identity.passwords import hash_password
from kerben.domains.identity.ports import MessageSender
from kerben.domains.identity.rules import normalise_email, normalise_phone
from kerben.domains.identity.service.groups import groups_of
from kerben.domains.identity.service.sessions import open_session
from kerben.domains.identity.service.users import (
    create_user,
    grant_role,
    register_guests,
    users_by_ids,
    users_by_phone,
    withdraw_role,
)
from kerben.domains.identity.tokens import TokenVerifier

__all__ = [
    "Device",
    "GuestContact",
    "MessageSender",
    "NewUser",
    "Role",
    "SignedIn",
    "TokenVerifier",
    "UserView",
    "admin",
    "create_user",
    "grant_role",
    "groups_of",
    "hash_password",
    "normalise_email",
    "normalise_phone",
    "open_session",
    "optional_auth",
    "register_guests",
    "signed_in",
    "support_or_admin",
    "users_by_ids",
    "users_by_phone",
    "withdraw_role",
]
