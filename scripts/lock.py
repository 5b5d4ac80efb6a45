"""Pin every package the project pulls in: resolve with uv, write the versions into pyproject.toml.

uv.lock records where packages were downloaded from, so it is not committed; the versions themselves stand in
`[tool.uv] constraint-dependencies`. What is locked stays locked unless `--upgrade` is given; direct dependencies are
pinned where they are declared and are not repeated.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
_LIST = re.compile(r"^constraint-dependencies = \[.*?\]$", re.MULTILINE | re.DOTALL)
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?(?P<version>==[^\s;]+)(\s*;\s*(?P<marker>.+))?$")


def normalised(name: str) -> str:
    """A package name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_names(project: dict[str, Any]) -> set[str]:
    """Names declared in pyproject.toml itself, in the dependencies and in every group."""
    declared: list[str] = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        declared += group
    return {normalised(re.split(r"[\[=<>!~ ;]", item, maxsplit=1)[0]) for item in declared}


def pins(exported: str, direct: set[str]) -> list[str]:
    """Constraints from the lines of `uv export`, with their environment markers, sorted by name."""
    found: set[tuple[str, str]] = set()
    for line in exported.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = _PIN.match(line.strip())
        if pin is None:
            raise SystemExit(f"not a pinned version: {line}")
        name = normalised(pin["name"])
        if name not in direct:
            marker = f" ; {pin['marker'].strip()}" if pin["marker"] else ""
            found.add((name, f"{name}{pin['version']}{marker}"))
    return [text for _, text in sorted(found)]


def with_pins(text: str, constraints: list[str]) -> str:
    """The text of pyproject.toml with its constraint list replaced."""
    items = "".join(f'    "{item}",\n' for item in constraints)
    written = f"constraint-dependencies = [\n{items}]" if constraints else "constraint-dependencies = []"
    replaced, count = _LIST.subn(lambda _: written, text)
    if count != 1:
        raise SystemExit("pyproject.toml must have exactly one constraint-dependencies list")
    return replaced


def find_uv() -> str:
    """uv from PATH, or the one the launcher put into the checkout."""
    found = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    if found is None:
        raise SystemExit("uv is not installed; ./kerben --help puts it into the checkout")
    return found


def run_uv(uv: str, *arguments: str) -> str:
    """Output of a uv command run on the project; uv's own messages go to stderr."""
    return subprocess.run(
        [uv, *arguments, "--project", str(ROOT)], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ).stdout


def main() -> int:
    """Resolve and write; on failure pyproject.toml is as before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of every transitive package")
    upgrade = bool(parser.parse_args().upgrade)
    uv = find_uv()
    before = PYPROJECT.read_text(encoding="utf-8")
    try:
        if not upgrade and not (ROOT / "uv.lock").exists():
            run_uv(uv, "lock", "--quiet")
        # The lock keeps its versions by preference; the old pins must not forbid what a changed dependency needs.
        PYPROJECT.write_text(with_pins(before, []), encoding="utf-8")
        run_uv(uv, "lock", "--quiet", *(["--upgrade"] if upgrade else []))
        flags = ("--no-hashes", "--no-emit-project", "--all-groups", "--no-annotate", "--no-header", "--frozen")
        exported = run_uv(uv, "export", "--quiet", *flags)
        constraints = pins(exported, direct_names(tomllib.loads(before)))
        PYPROJECT.write_text(with_pins(before, constraints), encoding="utf-8")
        run_uv(uv, "lock", "--quiet")
    except BaseException as error:
        PYPROJECT.write_text(before, encoding="utf-8")
        if isinstance(error, subprocess.CalledProcessError):
            return int(error.returncode)
        raise
    sys.stdout.write(f"{len(constraints)} transitive versions are pinned in pyproject.toml\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
