"""Passwords at bcrypt's lowest cost: at the real one these tests would spend half a minute on hashing."""

from __future__ import annotations

import pytest

from kerben.domains.identity import passwords
from kerben.domains.identity.tests.make import cheap_hash


@pytest.fixture(autouse=True)
def cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every test that is not marked slow; those hash as the product does."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr(passwords, "COST", 4)
        monkeypatch.setattr(passwords, "_NOBODYS_HASH", cheap_hash("nobody has this one"))
