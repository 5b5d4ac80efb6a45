"""How goods_import plugs in."""

from __future__ import annotations

from kerben.flows.goods_import.controllers import ImportController
from kerben.flows.goods_import.runner import run_import
from kerben.flows.goods_import.service import JOB, ImportLimiter
from kerben.platform.files import FileStore
from kerben.platform.modules import Job, Module

MODULE = Module(
    name="goods_import",
    controllers=[ImportController],
    jobs=[Job(JOB, run_import)],
    provides={"file_store": FileStore.of, "import_limiter": ImportLimiter},
)
