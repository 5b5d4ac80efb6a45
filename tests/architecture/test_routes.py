"""Every route declares who may call it, and the committed HTTP contract is what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar import Controller, Litestar, get

from kerben.entrypoints.event_catalogue import catalogue_text
from kerben.entrypoints.http.app import undeclared
from kerben.entrypoints.http.contract import contract_text, offline_app
from kerben.entrypoints.http.media import MediaController
from kerben.entrypoints.http.pages import PagesController
from kerben.entrypoints.wiring import MODULES
from kerben.platform.access import UndeclaredAccessError, public

ROOT = Path(__file__).parents[2]


def test_every_route_declares_who_may_call_it() -> None:
    app = offline_app()
    assert len(app.routes) > 50
    assert undeclared(app) == []
    assert undeclared(Litestar([PagesController, MediaController], openapi_config=None)) == []


class ForgottenController(Controller):
    @get("/forgotten")
    async def forgotten(self) -> str:
        return "open to all"

    @get("/declared", guards=[public])
    async def fine(self) -> str:
        return "open on purpose"


def test_a_forgotten_guard_is_noticed() -> None:
    found = undeclared(Litestar([ForgottenController], openapi_config=None))
    assert len(found) == 1
    assert found[0].startswith("/forgotten")


def test_an_application_with_a_forgotten_guard_does_not_start() -> None:
    with pytest.raises(UndeclaredAccessError, match="/forgotten"):
        offline_app(ForgottenController)


def test_every_module_is_plugged_in() -> None:
    """What is forgotten here has no routes, no sweeps, and its invariants are never checked."""
    written = {
        ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
        for folder in ("domains", "flows")
        for file in (ROOT / "src" / "kerben" / folder).glob("*/module.py")
    }
    assert len(written) > 10
    assert written - set(MODULES) == set()


def test_the_committed_contract_is_what_the_code_says() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert committed == contract_text(), "run `kerben openapi` and commit docs/openapi.json"


def test_the_committed_event_catalogue_is_what_the_code_says() -> None:
    committed = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert committed == catalogue_text(), "run `kerben events` and commit docs/events.md"
