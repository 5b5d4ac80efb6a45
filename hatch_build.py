"""Puts the built web client into the wheel, where it has been built (`kerben web build`); see pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Takes web/dist into the package as kerben/_web, so that an installed Kerben needs no Node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built; an editable install uses the checkout's own build."""
        dist = Path(self.root) / "web" / "dist"
        if version != "editable" and (dist / ".hash").is_file():
            build_data["force_include"][str(dist)] = "kerben/_web"
