"""Every code that an answer of ours may carry, found in the code, as the text of docs/errors.md.

`python -m tests.architecture.error_codes` writes the file.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec

from kerben.platform.errors import DomainError

ROOT: Final = Path(__file__).parents[2]
SRC: Final = ROOT / "src"
FILE: Final = ROOT / "docs" / "errors.md"

_MENTION: Final = re.compile(r"\b([45]\d\d) ([A-Z]{3,}(?:_[A-Z]+)+)\b")
_MAKERS: Final = {"invalid": 2, "FieldError": 1, "RowFault": 1, "_FaultError": 1}
"""Calls that name the code of one field, and which argument it is. A module's own helper counts by its parameter
`code`."""

_HEAD: Final = """# Codes of errors

Written by `python -m tests.architecture.error_codes`; a test compares it with the code. Failures are RFC 9457
problems: programs read `code`, `data` and `errors[].code` with its JSON pointer; the Russian prose is for people.
"""


class Code(msgspec.Struct, frozen=True, order=True):
    """A code of a problem: what an error class says of itself."""

    code: str
    status: int
    owner: str
    meaning: str
    text: str


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """The parsed modules of the product, imported too, so that their error classes are known."""
    found: list[tuple[str, ast.Module]] = []
    for file in sorted((SRC / "kerben").rglob("*.py")):
        relative = file.relative_to(SRC)
        if "tests" in relative.parts or file.name == "__main__.py":
            continue
        importlib.import_module(".".join(relative.with_suffix("").parts).removesuffix(".__init__"))
        found.append((relative.as_posix(), ast.parse(file.read_text(encoding="utf-8"))))
    return found


@cache
def problem_codes() -> list[Code]:
    """Codes of whole problems: of error classes, and of the framework's own failures."""
    from kerben.platform.problems import _FRAMEWORK  # pyright: ignore[reportPrivateUsage]

    found = {
        Code(cls.code, int(cls.kind), _owner(cls.__module__), _first(cls.__doc__), cls.text)
        for cls in _subclasses(DomainError)
        if "code" in vars(cls) and cls.__module__.startswith("kerben.")
    }
    known = {(entry.code, entry.status) for entry in found}
    found |= {
        Code(code, status, "platform", HTTPStatus(status).phrase + ".", text)
        for status, (code, text) in _FRAMEWORK.items()
        if (code, status) not in known
    }
    bug = Code("INTERNAL_ERROR", 500, "platform", "A bug of ours; it is logged.", "Внутренняя ошибка.")
    return sorted(found | {bug})


def field_codes(parsed: list[tuple[str, ast.Module]]) -> dict[str, set[str]]:
    """Codes that stand in `errors[]` or beside a row of an import → the modules that give them."""
    found: dict[str, set[str]] = {"INVALID_VALUE": {"platform"}}
    for path, tree in parsed:
        makers = _MAKERS | {
            function.name: [a.arg for a in function.args.args].index("code")
            for function in tree.body
            if isinstance(function, ast.FunctionDef) and any(a.arg == "code" for a in function.args.args)
        }
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            place = makers.get(name)
            if place is None:
                continue
            given = [k.value for k in call.keywords if k.arg == "code"] or call.args[place : place + 1]
            for argument in given:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, set()).add(_owner(path.replace("/", ".")))
    return dict(sorted(found.items()))


def mentions(parsed: list[tuple[str, ast.Module]]) -> Iterator[tuple[str, int, str]]:
    """Codes that docstrings promise: (where, status, code)."""
    for path, tree in parsed:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for status, code in _MENTION.findall(ast.get_docstring(node) or ""):
                    yield f"{path}:{node.lineno} {node.name}", int(status), code


def text() -> str:
    """The contents of docs/errors.md."""
    lines = [_HEAD, "## Problems\n", "| Code | Status | From | Meaning | What people read |", "|---|---|---|---|---|"]
    lines += [f"| `{c.code}` | {c.status} | {c.owner} | {c.meaning} | {c.text} |" for c in problem_codes()]
    lines += ["\n## Faults of one field, or of one row of an import\n", "| Code | From |", "|---|---|"]
    lines += [f"| `{code}` | {', '.join(sorted(owners))} |" for code, owners in field_codes(modules()).items()]
    return "\n".join(lines) + "\n"


def _subclasses(cls: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


def _owner(module: str) -> str:
    parts = module.split(".")
    return parts[2] if parts[1] in ("domains", "flows") else parts[1]


def _first(documentation: str | None) -> str:
    return " ".join((documentation or "").strip().split("\n\n")[0].split()).replace("|", "/")


if __name__ == "__main__":
    modules()
    FILE.write_text(text(), encoding="utf-8")
