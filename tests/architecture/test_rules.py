"""The project's rules hold on the whole tree, and each is shown to fail on a bad sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

ROOT = Path(__file__).parents[2]

EXCEPTIONS: dict[str, str] = {}
"""Complaint prefix → why it is allowed to stand."""


def sources() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for folder in ("src", "tests", "bench"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            found.append((str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Callable[[str, str], list[str]]) -> None:
    files = sources()
    assert len(files) > 50
    complaints = [
        complaint
        for path, text in files
        for complaint in rule(path, text)
        if not any(complaint.startswith(known) for known in EXCEPTIONS)
    ]
    assert complaints == []


BAD = [
    (
        rules.foreign_imports,
        "src/kerben/domains/orders/service.py",
        "from kerben.domains.catalog.repository import x\n",
    ),
    (rules.foreign_imports, "src/kerben/flows/checkout/service.py", "import kerben.domains.catalog.service\n"),
    (rules.foreign_imports, "src/kerben/adapters/psp/psp.py", "from kerben.domains.payments.service import x\n"),
    (rules.foreign_imports, "src/kerben/domains/orders/service.py", "from ..catalog import repository\n"),
    (rules.foreign_schemas, "src/kerben/domains/orders/repository.py", "Q = 'SELECT * FROM media.upload'\n"),
    (rules.foreign_schemas, "src/kerben/domains/orders/repository.py", "Q = 'SELECT * FROM catalog.variant'\n"),
    (rules.foreign_schemas, "src/kerben/flows/checkout/service.py", "Q = 'UPDATE orders.order SET status = 1'\n"),
    (rules.sql_in_controllers, "src/kerben/domains/orders/controllers.py", "Q = 'SELECT 1'\n"),
    (rules.session_state, "src/kerben/platform/db.py", "Q = 'SET search_path = public'\n"),
    (rules.wall_clock, "src/kerben/domains/orders/service.py", "from datetime import datetime\nx = datetime.now()\n"),
    (rules.long_parts, "src/kerben/platform/db.py", "def f():\n" + "    x = 1\n" * 80),
    (rules.long_parts, "src/kerben/platform/db.py", "x = 1\n" * 401),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_rule_fails_on_a_bad_sample(rule: Callable[[str, str], list[str]], path: str, text: str) -> None:
    assert rule(path, text)


GOOD = [
    (rules.foreign_imports, "src/kerben/domains/orders/service.py", "from kerben.domains.catalog.api import x\n"),
    (
        rules.foreign_imports,
        "src/kerben/domains/orders/service.py",
        "from kerben.domains.orders.repository import x\n",
    ),
    (rules.foreign_imports, "src/kerben/adapters/psp/psp.py", "from kerben.domains.payments.ports import x\n"),
    (rules.foreign_schemas, "src/kerben/domains/orders/repository.py", "Q = 'SELECT * FROM orders.history'\n"),
    (rules.session_state, "src/kerben/platform/db.py", "Q = \"SET LOCAL lock_timeout = '5s'\"\n"),
    (rules.wall_clock, "src/kerben/platform/clock.py", "from datetime import datetime\nx = datetime.now()\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_rule_accepts_a_good_sample(rule: Callable[[str, str], list[str]], path: str, text: str) -> None:
    assert rule(path, text) == []
