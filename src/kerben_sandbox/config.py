"""How a sandbox is set up, and the secrets it shares with those who call it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

SECRETS_FILE = "secrets.json"


class SandboxSecrets(msgspec.Struct, frozen=True):
    """What callers must know. Random per data directory unless the environment says otherwise."""

    merchant_id: str
    acquirer_secret: str
    bank_secret: str
    inbox_secret: str


def _token() -> str:
    return secrets.token_urlsafe(16)


class SandboxConfig(msgspec.Struct, frozen=True):
    """Everything a sandbox is told. Times are in seconds; `public_url` has no trailing slash."""

    data_dir: Path
    public_url: str
    secrets: SandboxSecrets
    retry_delays_s: tuple[float, ...] = (0.5, 2, 5, 15, 60, 300, 1800, 1800, 1800, 1800)
    """Pauses before each repeat of an unanswered webhook. The real acquirer repeats every half hour for two
    hours; the quick first steps are here so that nobody waits half an hour for a demo."""
    webhook_timeout_s: float = 10
    hang_s: float = 30
    """How long a call hangs when it is told to time out."""
    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    token: Callable[[], str] = _token
    """Random text for salts and page addresses."""


def load_secrets(data_dir: Path) -> SandboxSecrets:
    """Secrets of a data directory, made on first use (file mode 600).

    KERBEN_SANDBOX_MERCHANT_ID, KERBEN_SANDBOX_ACQUIRER_SECRET, KERBEN_SANDBOX_BANK_SECRET and
    KERBEN_SANDBOX_INBOX_SECRET win over the file.
    """
    path = data_dir / SECRETS_FILE
    if path.exists():
        stored = msgspec.json.decode(path.read_bytes(), type=SandboxSecrets)
    else:
        data_dir.mkdir(parents=True, exist_ok=True)
        stored = SandboxSecrets("540000", *(secrets.token_urlsafe(24) for _ in range(3)))
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(stored))
        draft.replace(path)
    env = os.environ
    return SandboxSecrets(
        merchant_id=env.get("KERBEN_SANDBOX_MERCHANT_ID") or stored.merchant_id,
        acquirer_secret=env.get("KERBEN_SANDBOX_ACQUIRER_SECRET") or stored.acquirer_secret,
        bank_secret=env.get("KERBEN_SANDBOX_BANK_SECRET") or stored.bank_secret,
        inbox_secret=env.get("KERBEN_SANDBOX_INBOX_SECRET") or stored.inbox_secret,
    )
