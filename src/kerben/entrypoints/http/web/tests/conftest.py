"""An application that serves a small build."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from msgspec.structs import replace

from kerben.entrypoints.http.app import create_app
from kerben.entrypoints.http.pages import PagesController
from kerben.entrypoints.http.web import asks
from kerben.entrypoints.http.web.tests.make import make_dist
from kerben.flows.storefront.module import MODULE
from kerben.platform.modules import Module
from kerben.platform.runtime import Runtime
from kerben.platform.settings import Settings


@pytest.fixture
def dist_folder(tmp_path: Path) -> Path:
    """Where the build is, or will be."""
    return tmp_path / "web" / "dist"


@pytest.fixture
def settings(settings: Settings, dist_folder: Path) -> Settings:
    """Settings that name the small build."""
    return replace(settings, web_dir=str(dist_folder), base_url="https://kerben.example")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for their answers, however busy the machine is; the test of late answers says otherwise."""
    monkeypatch.setattr(asks, "WAIT_S", 30.0)


@pytest.fixture
def modules() -> Sequence[Module]:
    """What the application is made of besides the pages."""
    return [MODULE]


@pytest.fixture
async def bare(runtime: Runtime, modules: Sequence[Module]) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the pages, whether there is a build or not."""
    app = create_app(runtime, modules, PagesController)
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    headers = {"Accept-Encoding": "identity"}
    async with httpx.AsyncClient(transport=transport, base_url="http://kerben.test", headers=headers) as client:
        yield client


@pytest.fixture
def web(bare: httpx.AsyncClient, dist_folder: Path) -> httpx.AsyncClient:
    """A client of the pages of a small build."""
    make_dist(dist_folder)
    return bare
