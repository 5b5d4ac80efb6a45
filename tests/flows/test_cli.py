"""The command line as an operator uses it: real processes, exit codes, nothing left behind."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

import asyncpg
import httpx
import pytest
from pyotp.totp import TOTP

from kerben.entrypoints.cli.ops import STARTING_S
from kerben.platform.settings import SECRET_FIELDS, field_kinds
from tests.flows.market import Market, end, free_ports

pytestmark = pytest.mark.slow

FIRST_START_S_MAX: Final = 60.0
"""The promise is 30 s on a machine of its own; here other tests run beside it."""
NEXT_START_S_MAX: Final = 25.0
STOP_S_MAX: Final = 20.0


def kerben(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command without any setting but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KERBEN_")}
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [sys.executable, "-m", "kerben", *arguments],
            cwd=folder,
            env={**inherited, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def test_help_names_every_command() -> None:
    shown = kerben("--help")
    assert shown.returncode == 0
    commands = ("up", "serve", "worker", "migrate", "check", "doctor", "settings", "demo", "pos", "admin", "web")
    assert [name for name in commands if f"\n  {name} " not in shown.stdout] == []


def test_settings_lists_every_setting_and_no_secret() -> None:
    secrets = {f"KERBEN_{name.upper()}": f"hidden-{name}-{'x' * 32}" for name in SECRET_FIELDS}
    shown = kerben("settings", environment=secrets)
    assert shown.returncode == 0
    assert [name for name in field_kinds() if f"KERBEN_{name.upper()}=" not in shown.stdout] == []
    assert [text for text in secrets.values() if text in shown.stdout + shown.stderr] == []


@pytest.mark.parametrize(
    "environment", [{"KERBEN_PORT": "восемь"}, {"KERBEN_RATE_LIMITS": "maybe"}, {"KERBEN_SECRET_KEY": "short"}]
)
def test_a_setting_that_cannot_be_read_is_named(environment: dict[str, str]) -> None:
    shown = kerben("settings", environment=environment)
    assert shown.returncode == 2
    assert next(iter(environment)) in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_without_a_database_a_command_says_so(command: str) -> None:
    shown = kerben(command)
    assert shown.returncode == 2
    assert "KERBEN_DATABASE_URL" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_is_away_is_said_without_its_password(command: str) -> None:
    (port,) = free_ports(1)
    url = f"postgresql://kerben:very-secret@127.0.0.1:{port}/kerben"
    shown = kerben(command, environment={"KERBEN_DATABASE_URL": url, "KERBEN_SECRET_KEY": "k" * 40})
    assert shown.returncode == 1
    assert "very-secret" not in shown.stdout + shown.stderr
    assert "Traceback" not in shown.stderr


def test_doctor_finds_what_is_missing() -> None:
    shown = kerben("doctor")
    assert shown.returncode == 1
    assert "KERBEN_SECRET_KEY" in shown.stdout
    assert "KERBEN_DATABASE_URL" in shown.stdout


def test_doctor_is_content_with_a_healthy_market(market: Market) -> None:
    samples = market.folder / "samples"
    samples.mkdir(exist_ok=True)
    shown = market.kerben("doctor", KERBEN_SAMPLE_DATA=str(samples))
    assert (shown.returncode, shown.stdout.strip()) == (0, "Всё на месте."), shown.stdout + shown.stderr


def test_migrate_again_changes_nothing(market: Market) -> None:
    shown = market.kerben("migrate")
    assert (shown.returncode, shown.stdout.strip()) == (0, "Схема уже последняя."), shown.stderr


def test_dead_letters_are_listed(market: Market) -> None:
    shown = market.kerben("admin", "dead-letters")
    assert shown.returncode == 0, shown.stderr
    assert "Отложенных событий нет." in shown.stdout


def test_a_second_admin_with_the_same_phone_is_refused(market: Market) -> None:
    shown = market.kerben("admin", "create", "--phone", "+996700000001", "--password", "long enough")
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr


def test_an_admin_may_be_created_with_a_second_factor(market: Market) -> None:
    phone, password = "+996700000077", "long enough"
    shown = market.kerben("admin", "create", "--phone", phone, "--password", password, "--totp")
    assert shown.returncode == 0, shown.stderr
    uri = re.search(r"otpauth://totp/Kerben:\S+secret=([A-Z2-7]{32})\S*", shown.stdout)
    assert uri
    assert "█" in shown.stdout
    body = {"login": phone, "password": password}
    with httpx.Client(base_url=f"{market.url()}/api/v1", timeout=30) as client:
        assert client.post("/auth/signin", json=body).json()["code"] == "OTP_REQUIRED"
        answer = client.post("/auth/signin", json={**body, "otp": TOTP(uri.group(1)).now()})
        assert answer.status_code == 200, answer.text
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert client.get("/admin/audit", headers=token).status_code == 200


async def test_serve_refuses_a_database_with_demo_accounts(market: Market) -> None:
    # A database of its own: the market's must stay without the mark.
    name = f"demo{os.getpid()}"
    async with market.database() as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    url = market.dsn.replace("/kerben?", f"/{name}?")
    assert url != market.dsn
    try:
        assert market.kerben("migrate", KERBEN_DATABASE_URL=url).returncode == 0
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url)
        await connection.execute("INSERT INTO platform.fact (name, value) VALUES ('demo', 'ready')")
        await connection.close()
        (port,) = free_ports(1)
        refused = market.kerben("serve", "--port", str(port), KERBEN_DATABASE_URL=url)
        assert refused.returncode == 3
        assert "--demo-ok" in refused.stderr
    finally:
        async with market.database() as connection:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_server_with_rate_limits_says_when_to_come_back(market: Market) -> None:
    (port,) = free_ports(1)
    limited = market.serve("server-limited", port, KERBEN_RATE_LIMITS="on")
    try:
        market.wait_ready(port)
        body = {"phone": "+996555000000", "password": "short", "name": "Айгуль"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as client:
            answers = [client.post("/auth/signup", json=body) for _ in range(100)]
        assert [a.status_code for a in answers[:10]] == [422] * 10
        refused = answers[-1]
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
        assert refused.headers["content-type"].startswith("application/problem+json")
        assert int(refused.headers["retry-after"]) >= 1
    finally:
        end(limited.popen)
        market.processes.remove(limited)


class Up:
    """`kerben up` on a folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kup-", dir="/tmp" if os.name == "posix" else None))  # noqa: S108
        self.folder.chmod(0o755)
        (self.port,) = free_ports(1)
        self.popen: subprocess.Popen[bytes] | None = None
        self.output = self.folder / "output.txt"
        self.data_dir = self.folder / "data"

    def command(self, *more: str) -> list[str]:
        """Its command line."""
        basics = ["up", "--port", str(self.port), "--data-dir", str(self.data_dir), "--workers", "1"]
        return [sys.executable, "-m", "kerben", *basics, *more]

    def environment(self) -> dict[str, str]:
        """The environment without anybody's settings."""
        return {name: value for name, value in os.environ.items() if not name.startswith("KERBEN_")}

    def start(self, within_s: float) -> float:
        """Start and wait until it is ready; the seconds that took."""
        started = time.monotonic()
        with self.output.open("ab") as stream:
            self.popen = subprocess.Popen(
                self.command(), cwd=self.folder, env=self.environment(), stdout=stream, stderr=stream
            )
        while time.monotonic() - started < within_s:
            assert self.popen.poll() is None, self.said()
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).is_success:
                    return time.monotonic() - started
            time.sleep(0.05)
        raise AssertionError(f"not ready within {within_s} s\n{self.said()}")

    def said(self) -> str:
        """What it printed, and the ends of its children's logs."""
        logs = sorted((self.data_dir / "logs").glob("*.log"))
        tails = [f"--- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-1500:]}" for log in logs]
        return "\n".join([self.output.read_text(encoding="utf-8", errors="replace"), *tails])

    def processes(self) -> list[str]:
        """Command lines of everything that runs on this folder."""
        found: list[str] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    environ = (entry / "environ").read_bytes().decode(errors="replace")
                    if str(self.data_dir) in command or f"KERBEN_DATA_DIR={self.data_dir}" in environ:
                        found.append(f"{entry.name} {command}")
        return found

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.popen is not None
        self.popen.send_signal(signal.SIGINT)
        return self.popen.wait(STOP_S_MAX)


@pytest.fixture(scope="module")
def up() -> Generator[Up]:
    """A market started by `kerben up` for the first time."""
    running = Up()
    try:
        running.start(FIRST_START_S_MAX)
        yield running
    finally:
        if running.popen is not None:
            end(running.popen)
        rmtree(running.folder, ignore_errors=True)


def demo_accounts(up: Up) -> dict[str, Any]:
    """What `kerben demo accounts --json` prints."""
    shown = kerben("demo", "accounts", "--json", "--data-dir", str(up.data_dir))
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def test_demo_accounts_have_the_documented_shape(up: Up) -> None:
    shown = demo_accounts(up)
    assert shown["base_url"] == f"http://localhost:{up.port}"
    assert {"buyer", "seller", "admin"} <= {account["role"] for account in shown["accounts"]}
    for account in shown["accounts"]:
        assert {"role", "login", "password", "totp_secret"} <= set(account)
        assert (account["totp_secret"] is None) == (account["role"] == "buyer")
    secrets = [a["totp_secret"] for a in shown["accounts"] if a["totp_secret"]]
    assert len(set(secrets)) == len(secrets)
    assert all(len(base64.b32decode(secret)) == 20 for secret in secrets)
    assert len(shown["pos_devices"]) >= 2
    for device in shown["pos_devices"]:
        assert all(isinstance(device[name], str) for name in ("device_id", "shop_id", "token", "secret"))
    assert {"restaurants", "exchange_1c"} <= set(shown)


def test_people_of_the_demo_can_sign_in(up: Up) -> None:
    shown = demo_accounts(up)
    for role in ("buyer", "seller", "admin"):
        account = next(a for a in shown["accounts"] if a["role"] == role)
        body = {"login": account["login"], "password": account["password"]}
        url = f"http://127.0.0.1:{up.port}/api/v1"
        if role != "buyer":
            missing = httpx.post(f"{url}/auth/signin", json=body, timeout=30)
            assert (missing.status_code, missing.json()["code"]) == (401, "OTP_REQUIRED")
            body["otp"] = TOTP(account["totp_secret"]).now()
        answer = httpx.post(f"{url}/auth/signin", json=body, timeout=30)
        assert answer.status_code == 200, f"{role}: {answer.text}"
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        me = httpx.get(f"{url}/me", headers=token, timeout=30).json()
        assert (me["second_factor"], me["second_factor_required"]) == (role != "buyer", role != "buyer")
        if role == "admin":
            assert httpx.get(f"{url}/admin/audit", headers=token, timeout=30).status_code == 200


def test_the_demo_says_the_code_of_the_moment(up: Up) -> None:
    by_role = {account["role"]: account for account in demo_accounts(up)["accounts"]}
    asked = kerben("demo", "code", by_role["staff"]["login"], "--data-dir", str(up.data_dir))
    assert asked.returncode == 0, asked.stderr
    assert TOTP(by_role["staff"]["totp_secret"]).verify(asked.stdout.strip(), valid_window=1)
    for login in (by_role["buyer"]["login"], "+996000000000"):
        refused = kerben("demo", "code", login, "--data-dir", str(up.data_dir))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Traceback" not in refused.stderr


def test_shops_of_the_first_two_tills_are_free_for_programs(up: Up) -> None:
    base = f"http://127.0.0.1:{up.port}/api/v1"
    for device in demo_accounts(up)["pos_devices"][:2]:
        found: list[Any] = []
        cursor: str | None = None
        while True:
            query = {"shop_id": device["shop_id"], "limit": 100, **({"cursor": cursor} if cursor else {})}
            page = httpx.get(f"{base}/products", params=query, timeout=30).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        details = [httpx.get(f"{base}/products/{p['id']}", timeout=30).json() for p in found]
        single = [p["variants"][0] for p in details if len(p["variants"]) == 1 and p["variants"][0]["unit"] == "pcs"]
        assert len([v for v in single if 5 <= v["stock_qty"] <= 200]) >= 5
        merchant = details[0]["shop"]["merchant_id"]
        reasons = httpx.get(f"{base}/merchants/{merchant}/eligibility", timeout=30).json()
        (shop,) = [s for s in reasons["shops"] if s["shop_id"] == device["shop_id"]]
        assert set(shop["reasons"]) <= {"POS_OFFLINE"}


def test_the_pages_that_up_names_are_there(up: Up) -> None:
    printed = up.output.read_text(encoding="utf-8")
    assert f"http://localhost:{up.port}/" in printed
    for path in ("/", "/api/docs", "/api/openapi.json", "/sandbox/", "/healthz", "/readyz", "/metrics"):
        answer = httpx.get(f"http://127.0.0.1:{up.port}{path}", timeout=30, follow_redirects=True)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"


def test_both_kinds_of_shop_are_seen(up: Up) -> None:
    base = f"http://127.0.0.1:{up.port}/api/v1"
    deadline = time.monotonic() + 30
    kinds: set[str] = set()
    while time.monotonic() < deadline and len(kinds) < 2:
        query: dict[str, Any] = {"limit": 100}
        for _ in range(10):
            page = httpx.get(f"{base}/products", params=query, timeout=30).json()
            kinds |= {item["buy_eligibility"] for item in page["items"]}
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
    assert kinds == {"online_purchase", "manual_contact"}


def test_a_second_up_on_the_same_folder_or_port_is_refused(up: Up) -> None:
    same_port = subprocess.run(
        up.command(), cwd=up.folder, env=up.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert same_port.returncode == 1
    assert str(up.port) in same_port.stderr
    (other_port,) = free_ports(1)
    command = [text if text != str(up.port) else str(other_port) for text in up.command()]
    same_folder = subprocess.run(
        command, cwd=up.folder, env=up.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert same_folder.returncode == 1
    assert "Traceback" not in same_port.stderr + same_folder.stderr
    assert same_folder.stderr.strip()
    assert httpx.get(f"http://127.0.0.1:{up.port}/readyz", timeout=10).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_stops_everything_and_the_next_start_is_quick(up: Up) -> None:
    before = demo_accounts(up)
    assert len(up.processes()) >= 4
    assert up.interrupt() in {0, 130}, up.said()
    assert up.processes() == []
    assert "Traceback" not in up.output.read_text(encoding="utf-8")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", up.port)) != 0
    assert up.start(NEXT_START_S_MAX) < NEXT_START_S_MAX
    assert demo_accounts(up)["accounts"] == before["accounts"]
    assert up.interrupt() in {0, 130}, up.said()
    assert up.processes() == []


def test_a_server_waits_a_moment_for_a_database_that_is_not_there(market: Market) -> None:
    address = market.dsn.replace("port=", "port=1") if "port=" in market.dsn else "postgresql://127.0.0.1:1/kerben"
    started = time.monotonic()
    ended = market.kerben("serve", KERBEN_DATABASE_URL=address)
    assert ended.returncode == 1
    assert "База данных не отвечает" in ended.stdout + ended.stderr
    assert time.monotonic() - started >= STARTING_S
