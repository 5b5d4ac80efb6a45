"""A local installation made by `kerben up`: its folder, its secrets, the address of its database while it runs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec

from kerben.platform.embedded_postgres import default_data_dir
from kerben.platform.settings import Settings


class Secrets(msgspec.Struct, frozen=True):
    """Random per installation, kept in its folder, readable by its owner only."""

    secret_key: str
    psp_secret: str
    sandbox_secret: str


class Running(msgspec.Struct, frozen=True):
    """What a running installation left for other commands (`kerben demo accounts`, `kerben pos`)."""

    pid: int
    base_url: str
    database_url: str
    sandbox_url: str


def data_dir(given: str | None, home: Path) -> Path:
    """The folder that was given, or the one inside `home`."""
    if given:
        return Path(given).resolve()
    configured = os.environ.get("KERBEN_DATA_DIR")
    return Path(configured).resolve() if configured else default_data_dir(home)


def load_secrets(folder: Path) -> Secrets:
    """The installation's secrets; made on first use."""
    file = folder / "secrets.json"
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Secrets)
    made = Secrets(*(secrets.token_urlsafe(48) for _ in range(3)))
    write_private(file, msgspec.json.encode(made))
    return made


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = file.with_suffix(file.suffix + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    temporary.replace(file)


def read_running(folder: Path) -> Running | None:
    """The installation that runs (or ran last) in a folder."""
    file = folder / "running.json"
    if not file.is_file():
        return None
    return msgspec.json.decode(file.read_bytes(), type=Running)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables for a child process."""
    values: dict[str, str] = {}
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        values[f"KERBEN_{name.upper()}"] = ("on" if value else "off") if isinstance(value, bool) else str(value)
    return values


def sandbox_environment(settings: Settings) -> dict[str, str]:
    """What the sandbox must share with the market: secrets and our merchant number."""
    return {
        "KERBEN_SANDBOX_MERCHANT_ID": settings.psp_merchant_id,
        "KERBEN_SANDBOX_ACQUIRER_SECRET": settings.psp_secret,
        "KERBEN_SANDBOX_BANK_SECRET": settings.sandbox_secret,
        "KERBEN_SANDBOX_INBOX_SECRET": settings.sandbox_secret,
    }
