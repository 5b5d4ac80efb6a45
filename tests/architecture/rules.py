"""The project's own rules, each a function from source text to complaints: so bad samples can be tried."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_SRC = Path(__file__).parents[2] / "src" / "kerben"
DOMAINS = tuple(sorted(folder.name for folder in (_SRC / "domains").iterdir() if (folder / "__init__.py").is_file()))

PUBLIC_PARTS = {"api", "model", "errors", "events"}
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
TEST_LINES_MAX = 600

_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\b")
_TABLE = re.compile(rf"\b({'|'.join(DOMAINS)})\.[a-z_]+\b")
_SESSION_SET = re.compile(r"^\s*SET\s+(?!LOCAL\b)[a-z_]+\s*(=|TO\b)", re.IGNORECASE | re.MULTILINE)


def owner_of(path: str) -> tuple[str, str] | None:
    """("domains", "orders") for a file of that domain, ("flows", "checkout") for a flow's; None elsewhere."""
    match = re.search(r"kerben/(domains|flows)/([a-z_]+)/", path)
    return (match.group(1), match.group(2)) if match else None


def is_test(path: str) -> bool:
    """Whether a file is test code."""
    return "/tests/" in path or path.startswith("tests/") or Path(path).name == "conftest.py"


@lru_cache(maxsize=2000)
def _tree(text: str) -> ast.Module:
    """Several rules read the same file; parsing it is most of the work."""
    return ast.parse(text)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import would step round the wall: it is reported under a name that nothing allows.
            module = node.module if node.module and not node.level else f"kerben.domains.{'.' * node.level}"
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def foreign_imports(path: str, text: str) -> list[str]:
    """Across domains only api, model, errors and events; adapters implement ports; wiring sees modules."""
    owner = owner_of(path)
    if is_test(path):
        return []
    complaints: list[str] = []
    for line, name in _imports(_tree(text)):
        parts = name.split(".")
        if parts[:2] not in (["kerben", "domains"], ["kerben", "flows"]) or len(parts) < 3:
            continue
        if owner is not None and (parts[1], parts[2]) == owner:
            continue
        allowed = set(PUBLIC_PARTS)
        if owner is None and "/adapters/" in path:
            allowed = {"ports"}
        if owner is None and "/entrypoints/" in path:
            allowed |= {"ports", "module"}
        if len(parts) < 4 or parts[3] not in allowed:
            complaints.append(f"{path}:{line} imports {name}")
    return complaints


def foreign_schemas(path: str, text: str) -> list[str]:
    """A domain's SQL mentions only its own schema; a flow has no tables, only invariants in its module.py."""
    owner = owner_of(path)
    if owner is None or is_test(path):
        return []
    kind, name = owner
    if kind == "flows" and path.endswith("/module.py"):
        return []
    complaints: list[str] = []
    for line, value in _strings(_tree(text)):
        if not _SQL.search(value):
            continue
        for match in _TABLE.finditer(value):
            if kind == "flows" or match.group(1) != name:
                complaints.append(f"{path}:{line} mentions {match.group(0)}")
    return complaints


def sql_in_controllers(path: str, text: str) -> list[str]:
    """Controllers decode, authorise, call and encode; they hold no SQL."""
    if owner_of(path) is None or "controllers" not in path or is_test(path):
        return []
    return [
        f"{path}:{line} holds SQL"
        for line, value in _strings(_tree(text))
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s", value)
    ]


def session_state(path: str, text: str) -> list[str]:
    """Connections are not reset between uses, so a plain SET would leak into another caller's work."""
    if is_test(path):
        return []
    return [
        f"{path}:{line} sets session state"
        for line, value in _strings(_tree(text))
        if _SESSION_SET.search(value) and "UPDATE" not in value and "DO UPDATE" not in value
    ]


def wall_clock(path: str, text: str) -> list[str]:
    """Business time comes from the transaction or the injected clock."""
    if owner_of(path) is None or is_test(path):
        return []
    complaints: list[str] = []
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            called = f"{node.value.id}.{node.attr}"
            if called in {"datetime.now", "datetime.utcnow", "time.time", "date.today"}:
                complaints.append(f"{path}:{node.lineno} reads {called}")
    return complaints


def long_parts(path: str, text: str) -> list[str]:
    """Functions over 70 lines and files over 400 (tests: 600)."""
    complaints: list[str] = []
    count = text.count("\n")
    most = TEST_LINES_MAX if is_test(path) else FILE_LINES_MAX
    if count > most:
        complaints.append(f"{path} has {count} lines")
    for node in ast.walk(_tree(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                complaints.append(f"{path}:{node.lineno} {node.name} has {length} lines")
    return complaints


RULES = (foreign_imports, foreign_schemas, sql_in_controllers, session_state, wall_clock, long_parts)
