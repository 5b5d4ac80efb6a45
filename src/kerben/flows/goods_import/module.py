"""How goods_import plugs in."""

from __future__ import annotations

from kerben.flows.goods_import.controllers import ImportController
from kerben.flows.goods_import.runner import run_import
from kerben.flows.goods_import.service import JOB, ImportLimiter
from kerben.flows.goods_import.sweeps import purge_uploads, resume_idle
from kerben.flows.goods_import.uploads import ImportFiles
from kerben.platform.modules import Job, Module, Sweep

MODULE = Module(
    name="goods_import",
    controllers=[ImportController],
    jobs=[Job(JOB, run_import)],
    sweeps=[
        Sweep("goods_import.resume_idle", 5, resume_idle),
        Sweep("goods_import.purge_uploads", 600, purge_uploads),
    ],
    provides={"import_files": ImportFiles.of, "import_limiter": ImportLimiter},
)
