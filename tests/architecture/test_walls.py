"""The import contracts hold, and a wall that is broken is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

BROKEN = {
    "platform imports a domain": ("src/kerben/platform/clock.py", "from kerben.domains.audit import api as _api\n"),
    "a lower row imports a higher one": ("src/kerben/domains/audit/model.py", "import kerben.domains.orders.api\n"),
    "siblings": ("src/kerben/domains/orders/rules.py", "import kerben.domains.payments.api\n"),
    "production imports the demo": ("src/kerben/entrypoints/worker.py", "import kerben_demo.market\n"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"},
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_wall_is_noticed(case: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path, line = BROKEN[case]
    file = tmp_path / path
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "from __future__ import annotations\n", f"from __future__ import annotations\n{line}", 1
        ),
        encoding="utf-8",
    )
    result = lint(tmp_path)
    assert result.returncode != 0, result.stdout
    assert "BROKEN" in result.stdout
