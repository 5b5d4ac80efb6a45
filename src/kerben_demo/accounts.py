"""How to get into the demo market: random per installation, kept in its folder, readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A person of the demo. `role` is buyer, seller, admin or staff. All but buyers need a second factor at sign-in:
    `totp_secret` (base32) is what an app with codes takes (RFC 6238: SHA-1, 6 digits, 30 s)."""

    role: str
    login: str
    password: str
    name: str
    totp_secret: str | None = None


class PosDevice(msgspec.Struct, frozen=True):
    """A till. `play` says what the demo does with it: reserved (left to outside programs), alive or silent."""

    device_id: str
    shop_id: str
    token: str
    secret: str
    play: str


class Accounts(msgspec.Struct, frozen=True):
    """Everything that `kerben demo accounts` prints."""

    base_url: str
    accounts: list[Account]
    pos_devices: list[PosDevice]
    restaurants: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])
    exchange_1c: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])


def write_accounts(folder: Path, accounts: Accounts) -> None:
    """Keep the accounts in the folder, readable by its owner only."""
    file = folder / "accounts.json"
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(accounts)))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def read_accounts(folder: Path) -> Accounts | None:
    """The accounts of an installation; None when it has no demo."""
    file = folder / "accounts.json"
    return msgspec.json.decode(file.read_bytes(), type=Accounts) if file.is_file() else None
