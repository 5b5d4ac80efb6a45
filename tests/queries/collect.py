"""Finds the SQL statements of the code without running it: what is passed to a transaction's methods.

An argument is followed through constants, concatenations, f-strings, conditional expressions, local variables, module
constants (their value is read from the imported module) and parameters whose callers are all known. What cannot be
followed is reported, never left out.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import msgspec

METHODS: Final = frozenset({"fetch", "fetchrow", "fetchval", "execute", "executemany"})
VARIANTS_MAX: Final = 64
"""More texts than this of one call count as not followed."""

_SQL: Final = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK TABLE|CREATE|ALTER|DROP|TRUNCATE|NOTIFY|LISTEN|SET LOCAL)"
    r"\s"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class NotFollowedError(Exception):
    """The text of an expression is known only at run time."""


class Site(msgspec.Struct, frozen=True):
    """A call that sends SQL. `statements` is empty when the text could not be followed."""

    path: str
    function: str
    line: int
    method: str
    statements: tuple[str, ...]
    arguments: int | None
    """How many parameters the call binds; None where a `*` hides it, or where each row binds its own."""

    @property
    def place(self) -> str:
        """`path:function`, which outlives edits elsewhere in the file."""
        return f"{self.path}:{self.function}"


class Source:
    """One module: its tree, and the imported module that knows its constants."""

    def __init__(self, path: str, text: str, module: ModuleType | None) -> None:
        self.path = path
        self.tree = ast.parse(text)
        self.names: dict[str, Any] = dict(vars(module)) if module else {}
        self.parents: dict[ast.AST, ast.AST] = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }
        self.calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    def functions_of(self, node: ast.AST) -> list[Function]:
        """The functions a node lies in, the innermost first."""
        found: list[Function] = []
        current: ast.AST | None = self.parents.get(node)
        while current is not None:
            if isinstance(current, Function):
                found.append(current)
            current = self.parents.get(current)
        return found

    def qualified(self, node: ast.AST) -> str:
        """`Class.method` or `function` around a node."""
        names: list[str] = []
        current: ast.AST | None = self.parents.get(node)
        while current is not None:
            if isinstance(current, Function | ast.ClassDef):
                names.append(current.name)
            current = self.parents.get(current)
        return ".".join(reversed(names)) or "<module>"


def load(root: Path, *packages: str) -> list[Source]:
    """The modules of packages below `root`, imported; tests are left out."""
    found: list[Source] = []
    for package in packages:
        for file in sorted((root / package).rglob("*.py")):
            relative = file.relative_to(root)
            if "tests" in relative.parts or file.name == "__main__.py":
                continue
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            found.append(Source(relative.as_posix(), file.read_text(encoding="utf-8"), importlib.import_module(name)))
    return found


class Collector:
    """Follows the arguments of all calls that send SQL."""

    def __init__(self, sources: list[Source]) -> None:
        self._sources = sources
        self._callers: dict[str, list[tuple[Source, ast.Call]]] = {}
        for source in sources:
            for call in source.calls:
                name = _called(call)
                if name:
                    self._callers.setdefault(name, []).append((source, call))

    def sites(self) -> list[Site]:
        """Every call that sends SQL."""
        return [site for source in self._sources for site in self._sites_of(source)]

    def _sites_of(self, source: Source) -> Iterator[Site]:
        for call in source.calls:
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in METHODS or not call.args:
                continue
            try:
                texts = tuple(sorted(self._texts(source, call.args[0], 0)))
            except NotFollowedError:
                texts = ()
            starred = any(isinstance(a, ast.Starred) for a in call.args) or call.func.attr == "executemany"
            yield Site(
                source.path, source.qualified(call), call.lineno, call.func.attr, texts,
                None if starred else len(call.args) - 1,
            )  # fmt: skip

    def _texts(self, source: Source, node: ast.expr, depth: int) -> set[str]:
        """All texts an expression may have."""
        if depth > 12:
            raise NotFollowedError
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
            return {str(node.value)}
        if isinstance(node, ast.JoinedStr):
            return _joined([self._part(source, part, depth) for part in node.values])
        if isinstance(node, ast.IfExp):
            return self._texts(source, node.body, depth + 1) | self._texts(source, node.orelse, depth + 1)
        local = {name for function in source.functions_of(node) for name in _locals(function)}
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        # What a comprehension inside binds is its own, whatever a local variable of that name is.
        free = {n.id for n in names} - {n.id for n in names if isinstance(n.ctx, ast.Store)}
        if not free & local:
            return {_evaluated(source, node)}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _joined([self._texts(source, node.left, depth + 1), self._texts(source, node.right, depth + 1)])
        if isinstance(node, ast.Name):
            return self._name(source, node, depth)
        raise NotFollowedError

    def _part(self, source: Source, part: ast.expr, depth: int) -> set[str]:
        if isinstance(part, ast.FormattedValue):
            if part.conversion != -1 or part.format_spec is not None:
                raise NotFollowedError
            return self._texts(source, part.value, depth + 1)
        return self._texts(source, part, depth + 1)

    def _name(self, source: Source, name: ast.Name, depth: int) -> set[str]:
        for function in source.functions_of(name):
            if name.id in _parameters(function):
                return self._parameter(function, name.id, depth)
            values = _assigned(function, name.id)
            if values:
                return set[str]().union(*(self._texts(source, value, depth + 1) for value in values))
            if name.id in _locals(function):
                raise NotFollowedError
        return {_evaluated(source, name)}

    def _parameter(self, function: Function, name: str, depth: int) -> set[str]:
        """What the callers pass, everywhere: functions are told apart by name only, so a stranger of the same name
        makes this fail rather than be overlooked."""
        place = _parameters(function).index(name)
        found: set[str] = set()
        for source, call in self._callers.get(function.name, []):
            bound = [k.value for k in call.keywords if k.arg == name]
            if not bound and place < len(call.args):
                bound = [call.args[place]]
            if not bound or any(isinstance(a, ast.Starred) for a in call.args[: place + 1]):
                raise NotFollowedError
            found |= self._texts(source, bound[0], depth + 1)
        if not found:
            raise NotFollowedError
        return found


def hidden(source: Source, known: str) -> list[str]:
    """Constants of a module that begin like SQL and are part of no known statement (`known`: all of them)."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{source.path}:{node.lineno} {node.value.strip()[:60]!r}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and _SQL.match(node.value)
        and node.value.strip() not in known
    ]


def _called(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def _joined(parts: list[set[str]]) -> set[str]:
    count = 1
    for part in parts:
        count *= len(part)
    if count > VARIANTS_MAX:
        raise NotFollowedError
    return {"".join(choice) for choice in itertools.product(*parts)}


def _evaluated(source: Source, node: ast.expr) -> str:
    """The value of an expression of module constants alone."""
    try:
        value: object = eval(compile(ast.Expression(node), source.path, "eval"), dict(source.names))  # noqa: S307
    except Exception as error:
        raise NotFollowedError from error
    if not isinstance(value, str | int):
        raise NotFollowedError
    return str(value)


def _parameters(function: Function) -> list[str]:
    names = function.args
    return [a.arg for a in (*names.posonlyargs, *names.args, *names.kwonlyargs)]


def _locals(function: Function) -> set[str]:
    found = set(_parameters(function))
    for extra in (function.args.vararg, function.args.kwarg):
        if extra is not None:
            found.add(extra.arg)
    return found | {
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }  # fmt: skip


def _assigned(function: Function, name: str) -> list[ast.expr]:
    """What a local variable is set to; a loop over a literal counts. Raises where it is set in another way."""
    found: list[ast.expr] = []
    stores = 0
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
            stores += 1
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            found.append(node.value)
            stores -= 1
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            if node.value is not None:
                found.append(node.value)
            stores -= 1
        elif (
            isinstance(node, ast.For | ast.comprehension)
            and isinstance(node.target, ast.Name)
            and node.target.id == name
            and isinstance(node.iter, ast.Tuple | ast.List)
        ):
            found.extend(node.iter.elts)
            stores -= 1
    if stores:
        raise NotFollowedError
    return found
