"""`kerben check`: everything that must hold, with what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from kerben.entrypoints.cli.common import checkout

Step = tuple[str, Sequence[str]]

_CACHE: Final = ".artifacts/pytest"
"""`cache_dir` of pyproject.toml."""
_REAL_PROCESSES: Final = ("tests/browser/", "tests/flows/")
_ALONE_MAX: Final = 8


@click.command()
@click.option("--quick", is_flag=True, help="What a commit needs: no slow tests, under a minute.")
def check(quick: bool) -> None:
    """Format, lint, types, walls between modules, the web client, and every test."""
    root = checkout()
    tool = str(root / ".venv" / "bin")
    environment = {**os.environ, "PATH": f"{tool}{os.pathsep}{os.environ.get('PATH', '')}"}
    python = sys.executable
    together: list[Step] = [
        ("types", ["basedpyright", "--level", "error"]),
        ("format", ["ruff", "format", "--check", "."]),
        ("lint", ["ruff", "check", "."]),
        ("walls", ["lint-imports", "--no-cache"]),
    ]
    if not quick:
        together.append(("web", [python, "-m", "kerben", "web", "check"]))
    tests = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--cache-clear"]
    tests += ["-m", "not slow"] if quick else []
    started = time.monotonic()
    processes = [
        (name, subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        for name, command in together
    ]
    failed: list[str] = []
    passed = subprocess.run(tests, cwd=root, env=environment, check=False).returncode == 0
    if not passed and not (not quick and _passes_alone(root, environment, python)):
        failed.append("tests")
    for name, process in processes:
        output, _ = process.communicate()
        if process.returncode != 0:
            failed.append(name)
            click.secho(f"--- {name}", fg="red")
            click.echo(output.decode(errors="replace"))
    seconds = time.monotonic() - started
    if failed:
        click.secho(f"failed after {seconds:.0f} s: {', '.join(failed)}", fg="red")
        sys.exit(1)
    click.secho(f"all good in {seconds:.0f} s", fg="green")


def _passes_alone(root: Path, environment: dict[str, str], python: str) -> bool:
    """Whether the few tests of real processes that failed pass by themselves; see decision 0015.

    Any other failure is one.
    """
    kept = root / _CACHE / "v" / "cache" / "lastfailed"
    names = sorted(json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else []
    if not names or len(names) > _ALONE_MAX or not all(name.startswith(_REAL_PROCESSES) for name in names):
        return False
    click.secho(f"once more, alone: {', '.join(names)}", fg="yellow")
    again = [python, "-m", "pytest", "--last-failed", "--last-failed-no-failures", "none"]
    return subprocess.run(again, cwd=root, env=environment, check=False).returncode == 0
