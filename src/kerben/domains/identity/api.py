"""Public surface of identity."""

from kerben.domains.identity.guards import admin, authenticate, optional_auth, signed_in, support_or_admin
from kerben.domains.identity.model import (
    Channel,
    Contacts,
    Device,
    GuestContact,
    Login,
    NewUser,
    Role,
    SignedIn,
    TotpSetup,
    UserView,
)
from kerben.domains.identity.passwords import hash_password
from kerben.domains.identity.ports import MessageSender
from kerben.domains.identity.rules import login_of, normalise_email, normalise_phone
from kerben.domains.identity.service.blocks import names_of
from kerben.domains.identity.service.factor import demand_second_factor, hold_users, require_second_factor
from kerben.domains.identity.service.groups import groups_of
from kerben.domains.identity.service.messages import enqueue as send_message
from kerben.domains.identity.service.sessions import open_session
from kerben.domains.identity.service.totp import enrol as enrol_second_factors
from kerben.domains.identity.service.users import (
    create_user,
    grant_role,
    proven_contacts,
    register_guests,
    users_by_ids,
    users_by_phone,
    withdraw_role,
)
from kerben.domains.identity.tokens import TokenVerifier

__all__ = [
    "Channel",
    "Contacts",
    "Device",
    "GuestContact",
    "Login",
    "MessageSender",
    "NewUser",
    "Role",
    "SignedIn",
    "TokenVerifier",
    "TotpSetup",
    "UserView",
    "admin",
    "authenticate",
    "create_user",
    "demand_second_factor",
    "enrol_second_factors",
    "grant_role",
    "groups_of",
    "hash_password",
    "hold_users",
    "login_of",
    "names_of",
    "normalise_email",
    "normalise_phone",
    "open_session",
    "optional_auth",
    "proven_contacts",
    "register_guests",
    "require_second_factor",
    "send_message",
    "signed_in",
    "support_or_admin",
    "users_by_ids",
    "users_by_phone",
    "withdraw_role",
]
