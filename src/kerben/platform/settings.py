"""Settings: environment variables `KERBEN_*`, or a `.env` file beside the program.

Each field's metadata says what it is; `kerben settings` and the documents are made from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "KERBEN_"


class InvalidSettingsError(ValueError):
    """A setting has a value that cannot be read; the text names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a Kerben process."""

    database_url: Annotated[str, Meta(description="PostgreSQL address; empty: the embedded one of `kerben up`")] = ""
    secret_key: Annotated[
        str, Meta(description="master secret, at least 32 characters; all other keys are derived from it")
    ] = ""
    base_url: Annotated[str, Meta(description="address under which people reach this market")] = (
        "http://localhost:8000"
    )
    data_dir: Annotated[str, Meta(description="folder of files, the embedded database and demo secrets")] = ".kerben"
    sample_data: Annotated[str, Meta(description="folder of the sample files that some tests read")] = (
        "../shared/data"
    )
    server: Annotated[str, Meta(description="HTTP server: granian or uvicorn")] = "granian"
    workers: Annotated[int, Meta(description="server processes")] = 2
    host: Annotated[str, Meta(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(description="port to listen on")] = 8000
    pool_size: Annotated[int, Meta(description="database connections per process and kind (read, write)")] = 6
    rate_limits: Annotated[bool, Meta(description="limit requests per caller: on or off (off for benches)")] = True
    behind_proxy: Annotated[bool, Meta(description="believe X-Forwarded-For: a proxy of ours stands in front")] = (
        False
    )
    demo: Annotated[bool, Meta(description="this installation is a demo: demo accounts are allowed")] = False
    sandbox_url: Annotated[str, Meta(description="address of the sandbox neighbours; empty: none")] = ""
    sandbox_secret: Annotated[str, Meta(description="secret shared with the sandbox bank and inbox")] = ""
    psp: Annotated[str, Meta(description="acquirer adapter: freedompay")] = "freedompay"
    psp_url: Annotated[str, Meta(description="address of the acquirer's API; empty: the sandbox's")] = ""
    psp_merchant_id: Annotated[str, Meta(description="our merchant number at the acquirer")] = "500001"
    psp_secret: Annotated[str, Meta(description="secret of our merchant number; signs requests and webhooks")] = ""
    currency: Annotated[str, Meta(description="currency of the market, ISO 4217")] = "KGS"
    timezone: Annotated[str, Meta(description="time zone of the market's days")] = "Asia/Bishkek"
    commission_bp: Annotated[int, Meta(description="platform's commission in basis points (1 = 0.01 %)")] = 0
    acquiring_bp: Annotated[int, Meta(description="acquirer's fee in basis points, paid by the seller")] = 0
    reservation_min: Annotated[
        int, Meta(description="minutes that goods are kept for an unpaid order (20 to 30)")
    ] = 30
    pos_silence_s: Annotated[int, Meta(description="seconds of a till's silence after which Buy disappears")] = 600
    kept_products_mb: Annotated[
        int, Meta(description="memory for products kept ready to be shown, MiB per server process")
    ] = 192
    access_token_s: Annotated[int, Meta(description="life of an access token, seconds")] = 900
    refresh_token_s: Annotated[int, Meta(description="life of a refresh token, seconds")] = 2_592_000
    web_dir: Annotated[str, Meta(description="folder of a built web client; empty: the packaged or built one")] = ""
    tile_url: Annotated[
        str, Meta(description="map tiles, for example https://tiles.example/{z}/{x}/{y}.png; empty: a plain map")
    ] = ""
    tile_attribution: Annotated[str, Meta(description="whom the map names as the source of its tiles")] = ""
    map_center: Annotated[str, Meta(description="where the map opens: latitude,longitude,zoom")] = (
        "42.8746,74.5698,12"
    )
    log_level: Annotated[str, Meta(description="debug, info, warning or error")] = "info"
    log_format: Annotated[str, Meta(description="json or text")] = "json"


_TRUE = {"1", "on", "true", "yes"}
_FALSE = {"0", "off", "false", "no"}


def _parse(name: str, kind: type, text: str) -> Any:
    if kind is bool:
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise InvalidSettingsError(f"{PREFIX}{name.upper()} must be on or off, not {text!r}")
    if kind is int:
        try:
            return int(text)
        except ValueError as error:
            raise InvalidSettingsError(f"{PREFIX}{name.upper()} must be a whole number, not {text!r}") from error
    return text


def _dotenv(path: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, separator, value = line.strip().partition("=")
            if separator and not name.startswith("#"):
                values[name.strip()] = value.strip().strip("\"'")
    return values


def field_kinds() -> dict[str, tuple[type, str]]:
    """Each setting's type and description."""
    kinds: dict[str, tuple[type, str]] = {}
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        if get_origin(hint) is Annotated:
            kind, meta = get_args(hint)[:2]
            kinds[name] = (kind, meta.description or "")
    return kinds


def load(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None) -> Settings:
    """Settings from the environment over `.env` over the defaults.

    Raises InvalidSettingsError for a value that cannot be read or a secret that is too short.
    """
    merged = {**_dotenv(dotenv or Path(".env")), **(os.environ if environ is None else environ)}
    values = {
        name: _parse(name, kind, merged[PREFIX + name.upper()])
        for name, (kind, _) in field_kinds().items()
        if PREFIX + name.upper() in merged
    }
    settings = Settings(**values)
    if settings.secret_key and len(settings.secret_key) < 32:
        raise InvalidSettingsError("KERBEN_SECRET_KEY must have at least 32 characters")
    return settings


SECRET_FIELDS = frozenset({"secret_key", "sandbox_secret", "psp_secret", "database_url"})
"""Settings whose values are never printed."""
