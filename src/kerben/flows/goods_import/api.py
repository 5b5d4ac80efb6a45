"""What benches and tools use of the import besides its routes."""

from __future__ import annotations

from kerben.flows.goods_import.service import JOB, ask_for
from kerben.flows.goods_import.uploads import ImportFiles

__all__ = ["JOB", "ImportFiles", "ask_for"]
