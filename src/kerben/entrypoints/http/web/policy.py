"""Headers of HTML pages: what a page may load and run (CSP Level 3), and which devices it may ask for."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_HANDLER: Final = re.compile(r"<[a-z][^>]*?\son[a-z]+=\"([^\"]*)\"", re.IGNORECASE)
_ORIGIN: Final = re.compile(r"(https?://)([^/?#]+)")

PERMISSIONS: Final = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inline_sources(page: str) -> list[str]:
    """What `script-src` must hold for the scripts that a built page carries in itself.

    Blocks of data (`type="application/json"`) are not scripts, so the policy does not ask for them.
    """
    found = [
        _hash(text)
        for attributes, text in _SCRIPT.findall(page)
        if "src=" not in attributes and "json" not in attributes
    ]
    handlers = [_hash(text) for text in _HANDLER.findall(page)]
    if handlers:
        found += ["'unsafe-hashes'", *handlers]
    return list(dict.fromkeys(found))


def tile_origin(tile_url: str) -> str:
    """The origin that tiles come from, as a CSP source; empty without one. `{s}` stands for any subdomain."""
    match = _ORIGIN.match(tile_url)
    if match is None:
        return ""
    host = match[2]
    if "{" in host:
        host = "*" + host[host.rindex("}") + 1 :] if "}." in host else ""
    return match[1] + host if host and not re.search(r"[\s;,'\"]", host) else ""


def content_policy(page: str, tile_url: str) -> str:
    """The Content-Security-Policy of a built page."""
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *inline_sources(page)])
    calls = " ".join(filter(None, ["'self'", "ws:", "wss:", tile_origin(tile_url)]))
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: blob: https:",
            "style-src 'self' 'unsafe-inline'",
            f"script-src {scripts}",
            f"connect-src {calls}",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "media-src 'self' blob:",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'self'",
        )
    )
