"""Where the built web client is: the folder that a setting names, the checkout's, or the installed package's.

Laid out as `<app>/browser/…`, with `.hash` beside the applications: one line for each that says what it was built of.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

APPS: Final = ("market", "business", "pos", "console")
"""The applications of web/; all but the market live below a path of their name."""

HASH_FILE: Final = ".hash"

_HERE: Final = Path(__file__).resolve()


def workspace() -> Path | None:
    """The folder web/ of the checkout this code runs from; None where Kerben is installed from a wheel."""
    root = _HERE.parents[5]
    return root / "web" if (root / "web" / "package.json").is_file() else None


def packaged() -> Path:
    """Where a wheel carries the built client."""
    return _HERE.parents[3] / "_web"


def find(configured: str = "") -> Path:
    """The folder of the built client, whether it is there yet or not."""
    if configured:
        return Path(configured).resolve()
    source = workspace()
    return source / "dist" if source is not None else packaged()


def page_of(root: Path, app: str) -> Path:
    """The built page of an application."""
    return root / app / "browser" / "index.html"


def mark_of(root: Path) -> int | None:
    """Another number after each build; None while there is no market to show."""
    try:
        page = page_of(root, "market").stat().st_mtime_ns
    except OSError:
        return None
    try:
        return (root / HASH_FILE).stat().st_mtime_ns
    except OSError:
        return page
