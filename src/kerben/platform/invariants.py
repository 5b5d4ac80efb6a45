"""What must always hold, as SQL that returns the rows where it does not; run by tests and by `kerben doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerben.platform.modules import Module


async def broken(connection: Any, modules: Sequence[Module]) -> dict[str, int]:
    """The invariants that do not hold, with the number of offending rows. `connection` needs only `fetchval`."""
    found: dict[str, int] = {}
    for module in modules:
        for name, sql in module.checks.items():
            count = await connection.fetchval(f"SELECT count(*) FROM ({sql}) AS offenders")
            if count:
                found[f"{module.name}: {name}"] = int(count)
    return found
