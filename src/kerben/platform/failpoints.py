"""Failpoints: named places where a test may kill, stop or fail a process, to see what a crash right there does.

Off, and then no more than one look at a constant, unless the process was started with both variables:

    KERBEN_FAILPOINTS='db.before_commit@batch-orders=kill:#3;db.after_commit=error:0.1;db.before_commit@x-*=barrier:/d'
    KERBEN_ALLOW_FAILPOINTS=on

A rule is `point[@label]=action`. The label is a shell pattern for the name of the running task (`batch-orders`, a
sweep's, a reaction's) or the id of the request being served. Actions, the first two for every hit, with a probability
(`:0.02`) or at the n-th hit (`:#3`): `kill` ends the process with SIGKILL, `error` raises FailpointError,
`barrier:FOLDER` waits as long as `FOLDER/<name>.shut` exists, having made `FOLDER/<name>.reached`; `<name>` is the
task's name or request id that the pattern matched.

A process that is given failpoints without the permission ends at once: no market may run with them by accident.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from kerben.platform.logs import current_request_id

VARIABLE: Final = "KERBEN_FAILPOINTS"
PERMISSION: Final = "KERBEN_ALLOW_FAILPOINTS"
POLL_S: Final = 0.005
_ACTIONS: Final = frozenset({"kill", "error", "barrier"})


class FailpointError(Exception):
    """What the action `error` raises."""


class InvalidFailpointError(ValueError):
    """A rule cannot be read; the text shows it."""


@dataclass
class Rule:
    """One rule. `chance` is the probability of a hit counting, `nth` the only hit that counts."""

    point: str
    label: str
    action: str
    chance: float = 1.0
    nth: int | None = None
    folder: Path = Path()
    hits: int = 0

    def matched(self, point: str, names: tuple[str, ...]) -> str | None:
        """The name this rule is about now, or None."""
        if point != self.point:
            return None
        return next((name for name in names if fnmatchcase(name, self.label)), None)

    def is_due(self) -> bool:
        """Count a hit; whether it is one that counts."""
        self.hits += 1
        if self.nth is not None:
            return self.hits == self.nth
        return self.chance >= 1.0 or random.random() < self.chance  # noqa: S311 - no secret


def parse(text: str) -> list[Rule]:
    """Rules of a variable's value. Raises InvalidFailpointError."""
    return [_parse(part.strip()) for part in text.split(";") if part.strip()]


def _parse(part: str) -> Rule:
    where, separator, what = part.partition("=")
    point, _, label = where.partition("@")
    action, _, argument = what.partition(":")
    if not separator or not point or action not in _ACTIONS:
        raise InvalidFailpointError(f"{VARIABLE}: {part!r} is not point[@label]=kill|error|barrier[:argument]")
    rule = Rule(point, label or "*", action)
    try:
        if action == "barrier":
            if not argument:
                raise ValueError("a barrier needs a folder")
            rule.folder = Path(argument)
        elif argument.startswith("#"):
            rule.nth = int(argument[1:])
        elif argument:
            rule.chance = float(argument)
    except ValueError as error:
        raise InvalidFailpointError(f"{VARIABLE}: {part!r}: {error}") from error
    return rule


def load(environ: Mapping[str, str]) -> list[Rule]:
    """The rules of an environment. Raises InvalidFailpointError for rules that are wrong or not permitted."""
    text = environ.get(VARIABLE, "")
    if not text:
        return []
    if environ.get(PERMISSION, "").lower() not in {"1", "on", "true", "yes"}:
        raise InvalidFailpointError(
            f"{VARIABLE} задан: с ним процессы убивают себя нарочно. Уберите его; для опытов нужен {PERMISSION}=on."
        )
    return parse(text)


def _load_or_end() -> list[Rule]:
    try:
        return load(os.environ)
    except InvalidFailpointError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


_rules: Final = _load_or_end()

ACTIVE: Final = bool(_rules)
"""Whether any rule is in force: look at this before calling `reach`."""


async def reach(point: str, label: str | None = None) -> None:
    """Do what the rules say for this point, here and now; `label` stands for the task's name where it is given."""
    await obey(_rules, point, label)


async def obey(rules: list[Rule], point: str, label: str | None = None) -> None:
    """Carry out those of `rules` that are about this point. Raises FailpointError where one says so."""
    task = asyncio.current_task()
    name = label or (task.get_name() if task is not None else "")
    names = tuple(n for n in (name, current_request_id()) if n)
    for rule in rules:
        matched = rule.matched(point, names)
        if matched is None:
            continue
        if rule.action == "barrier":
            await _wait(rule.folder, matched)
        elif rule.is_due():
            if rule.action == "error":
                raise FailpointError(f"{point}@{matched}")
            # Straight to the descriptor: nothing is flushed after SIGKILL. Who watches counts these lines.
            os.write(2, f"failpoint {point}@{matched}: killed\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


async def _wait(folder: Path, name: str) -> None:
    shut = folder / f"{name}.shut"
    if not shut.exists():
        return
    (folder / f"{name}.reached").touch()
    while shut.exists():
        await asyncio.sleep(POLL_S)
