"""`kerben check`: everything that must hold, with what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import click

from kerben.entrypoints.cli.common import checkout

Step = tuple[str, Sequence[str]]


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
    tests = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile"]
    tests += ["-m", "not slow"] if quick else []
    started = time.monotonic()
    processes = [
        (name, subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        for name, command in together
    ]
    failed: list[str] = []
    if subprocess.run(tests, cwd=root, env=environment, check=False).returncode != 0:
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
