"""Building the client, in a workspace of a few lines with the real Node."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kerben.entrypoints.http.web import dist
from kerben.entrypoints.http.web.build import WebBuilder, WebBuildError, sources_hash

pytestmark = pytest.mark.skipif(dist.workspace() is None, reason="an installed Kerben does not build")

SCRIPT = """
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const out = args[args.indexOf('--out') + 1];
const named = args.filter((a, n) => !a.startsWith('--') && args[n - 1] !== '--out');
appendFileSync('.calls', 'build\\n');
while (existsSync('.hold')) await new Promise((done) => setTimeout(done, 20));
for (const app of named.length ? named : ['market', 'business', 'pos', 'console']) {
  if (readFileSync('source.txt', 'utf8').includes('broken')) {
    console.error('source.txt:1 is broken');
    process.exit(3);
  }
  mkdirSync(`${out}/${app}/browser`, { recursive: true });
  writeFileSync(`${out}/${app}/browser/index.html`, readFileSync('source.txt', 'utf8').repeat(1000));
}
"""


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A workspace without dependencies."""
    folder = tmp_path / "web"
    (folder / "tools").mkdir(parents=True)
    package = {"name": "small", "version": "1.0.0", "private": True, "scripts": {"build": "node tools/build.mjs"}}
    (folder / "package.json").write_text(json.dumps({**package, "type": "module"}), encoding="utf-8")
    itself = {"name": "small", "version": "1.0.0"}
    lock = {**itself, "lockfileVersion": 3, "requires": True, "packages": {"": itself}}
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (folder / "tools" / "build.mjs").write_text(SCRIPT, encoding="utf-8")
    (folder / "source.txt").write_text("one ", encoding="utf-8")
    source = dist.workspace()
    assert source is not None
    shutil.copy(source / "tools" / "compress.mjs", folder / "tools")
    return folder


def said(web: Path) -> tuple[WebBuilder, list[str]]:
    """A builder and what it says."""
    told: list[str] = []
    return WebBuilder(web, told.append), told


def page(web: Path, app: str = "market") -> str:
    return dist.page_of(web / "dist", app).read_text(encoding="utf-8")


def calls(web: Path) -> int:
    return (web / ".calls").read_text(encoding="utf-8").count("build")


def until_called(web: Path) -> None:
    deadline = time.monotonic() + 20
    while not (web / ".calls").is_file():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_only_what_has_changed_is_built(web: Path) -> None:
    builder, told = said(web)
    assert builder.build() == list(dist.APPS)
    assert any("около минуты" in text for text in told)
    assert page(web).startswith("one one")
    small = (dist.page_of(web / "dist", "market").with_name("index.html.gz")).read_bytes()
    assert gzip.decompress(small).decode() == page(web)
    assert dist.page_of(web / "dist", "market").with_name("index.html.br").is_file()
    mark = dist.mark_of(web / "dist")
    assert builder.build() == []
    assert (calls(web), dist.mark_of(web / "dist")) == (1, mark)
    (web / "source.txt").write_text("two ", encoding="utf-8")
    assert builder.build(["pos"]) == ["pos"]
    assert page(web, "pos").startswith("two ")
    assert page(web, "market").startswith("one ")
    assert builder.stale() == ["market", "business", "console"]
    assert builder.build(["pos"], force=True) == ["pos"]
    assert not (web / "dist.next").exists()


def test_a_build_that_fails_leaves_the_former_one(web: Path) -> None:
    builder, _ = said(web)
    builder.build()
    before = (web / "dist" / ".hash").read_bytes()
    (web / "source.txt").write_text("broken ", encoding="utf-8")
    with pytest.raises(WebBuildError, match="Сборка веб-клиента: ошибка") as caught:
        builder.build()
    assert "source.txt:1 is broken" in str(caught.value)
    assert str(builder.log) in str(caught.value)
    assert page(web).startswith("one ")
    assert (web / "dist" / ".hash").read_bytes() == before
    assert builder.stale() == list(dist.APPS)


def test_two_builds_at_once_are_one(web: Path) -> None:
    (web / ".hold").touch()
    first, _ = said(web)
    second, _ = said(web)
    results: list[list[str]] = []

    def build(builder: WebBuilder) -> None:
        results.append(builder.build())

    threads = [threading.Thread(target=build, args=[builder]) for builder in (first, second)]
    for thread in threads:
        thread.start()
    until_called(web)
    (web / ".hold").unlink()
    for thread in threads:
        thread.join(60)
    assert sorted(map(len, results)) == [0, 4]
    assert calls(web) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of processes")
def test_a_build_that_is_ended_ends_its_processes(web: Path) -> None:
    (web / ".hold").touch()
    program = (
        "import sys; from pathlib import Path; from kerben.entrypoints.cli import web as command;"
        f"command.workspace = lambda: Path({str(web)!r}); command.web(['build'])"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL, env=dict(os.environ))
    until_called(web)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    assert working_in(web) == []
    assert not (web / "dist").exists()
    assert not (web / "dist.next").exists()


def working_in(web: Path) -> list[str]:
    """Processes that run in a folder."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == web:
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_what_is_made_does_not_count_as_a_source(web: Path) -> None:
    before = sources_hash(web)
    for name in ("node_modules/x.js", "dist/y.html", ".angular/z", "libs/api/schema.ts", "apps/a.spec.ts"):
        file = web / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("made", encoding="utf-8")
    assert sources_hash(web) == before
    (web / "apps" / "a.ts").write_text("new", encoding="utf-8")
    assert sources_hash(web) != before


def test_what_npm_has_installed_by_hand_is_not_installed_again(web: Path) -> None:
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    lock["packages"]["node_modules/not-there"] = {"version": "1.0.0", "resolved": "file:nowhere", "integrity": "x"}
    (web / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (web / "node_modules").mkdir()
    there = {"packages": {"node_modules/not-there": {"version": "1.0.0"}}}
    (web / "node_modules" / ".package-lock.json").write_text(json.dumps(there), encoding="utf-8")
    builder, told = said(web)
    assert builder.build(["market"]) == ["market"]
    assert not any("Ставлю" in text for text in told)


def test_without_node_it_is_said_what_to_do(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    builder, _ = said(web)
    with pytest.raises(WebBuildError, match="uv sync"):
        builder.build()
    assert not (web / "dist").exists()


def test_the_folder_of_a_setting_goes_first(tmp_path: Path) -> None:
    assert dist.find(str(tmp_path)) == tmp_path
    source = dist.workspace()
    assert source is not None
    assert dist.find() == source / "dist"
    assert dist.mark_of(tmp_path) is None
