"""What callers send."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from kerben.domains.identity.model import CodePurpose, Device
from kerben.platform.access import Connection, client_ip

HttpRequest = Request[Any, Any, Any]

LoginText = Annotated[str, Meta(min_length=1, max_length=254)]
# Longer than any password that is accepted, so that the reason for a refusal can be told; short enough to hash.
PasswordText = Annotated[str, Meta(max_length=1000)]
CodeText = Annotated[str, Meta(min_length=1, max_length=40)]
TokenText = Annotated[str, Meta(min_length=1, max_length=500)]


class SignUp(msgspec.Struct, frozen=True):
    """Body of `POST /auth/signup`: a phone or an e-mail address, not both."""

    password: PasswordText
    name: Annotated[str, Meta(max_length=1000)]
    phone: LoginText | None = None
    email: LoginText | None = None


class SignIn(msgspec.Struct, frozen=True):
    """Body of `POST /auth/signin`. `otp`: a code of the app or a recovery code."""

    login: LoginText
    password: PasswordText
    otp: CodeText | None = None


class CodeRequest(msgspec.Struct, frozen=True):
    """Body of `POST /auth/codes`."""

    purpose: CodePurpose
    phone: LoginText | None = None
    email: LoginText | None = None


class CodeRequested(msgspec.Struct, frozen=True):
    """The answer to every request for a code, whether one is sent or not. Times are in seconds."""

    expires_in: int
    resend_after_s: int


class CodeSignIn(msgspec.Struct, frozen=True):
    """Body of `POST /auth/signin/code`."""

    code: CodeText
    phone: LoginText | None = None
    email: LoginText | None = None
    otp: CodeText | None = None


class PasswordReset(msgspec.Struct, frozen=True):
    """Body of `POST /auth/password/reset`."""

    code: CodeText
    password: PasswordText
    phone: LoginText | None = None
    email: LoginText | None = None


class Refresh(msgspec.Struct, frozen=True):
    """Body of `POST /auth/refresh`."""

    refresh_token: TokenText


class Code(msgspec.Struct, frozen=True):
    """A body with a code."""

    code: CodeText


class PhoneProof(msgspec.Struct, frozen=True):
    """Body of `POST /me/phone/verify`; without `phone` it is the account's own."""

    code: CodeText
    phone: LoginText | None = None


class AccountPatch(msgspec.Struct, frozen=True):
    """Body of `PATCH /me`: only what is sent is changed."""

    name: Annotated[str, Meta(max_length=1000)] | msgspec.UnsetType = msgspec.UNSET


class PasswordChange(msgspec.Struct, frozen=True):
    """Body of `POST /me/password`. `otp`: a code of the app or a recovery code, for accounts with a second factor."""

    current_password: PasswordText
    new_password: PasswordText
    otp: CodeText | None = None


class Block(msgspec.Struct, frozen=True):
    """Body of `POST /admin/users/{id}/block`. The reason is for admins and support, the person does not see it."""

    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class NewGroup(msgspec.Struct, frozen=True):
    """Body of `POST /admin/user-groups`."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


def device_of(connection: Connection) -> Device:
    """Where a request comes from, as the owner will see it in the list of sessions."""
    return Device(connection.headers.get("user-agent", "")[:200], client_ip(connection))
