"""`kerben demo`: the demo market's accounts and tills."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from kerben.entrypoints.cli import installation
from kerben.entrypoints.cli.common import fail, home, load_settings, open_runtime, program, run
from kerben.platform.settings import Settings
from kerben_demo.accounts import Accounts, read_accounts

DATA_DIR = click.option(
    "--data-dir", type=click.Path(file_okay=False), default=None, help="Folder given to `kerben up`."
)


TITLES = {"buyer": "Покупатели", "seller": "Продавцы", "admin": "Администратор", "staff": "Сотрудники"}


@click.group()
def demo() -> None:
    """The demo market: how to get in, its tills."""


async def load_demo(settings: Settings, folder: Path, say: Callable[[str], None]) -> None:
    """Load the demo market into the database of these settings unless it is there."""
    from kerben_demo.loader import load

    async with open_runtime(settings) as runtime:
        await load(runtime, folder, say=say)


def _accounts(data_dir: str | None) -> tuple[Path, Accounts]:
    folder = installation.data_dir(data_dir, home())
    accounts = read_accounts(folder)
    if accounts is None:
        fail("Демо-рынка здесь нет: запустите `kerben up` или укажите его папку через --data-dir.")
    running = installation.read_running(folder)
    if running is not None:
        accounts = msgspec.structs.replace(accounts, base_url=running.base_url)
    return folder, accounts


@demo.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@DATA_DIR
def accounts_command(as_json: bool, data_dir: str | None) -> None:
    """How to sign in as a buyer, a seller, an administrator, and the secrets of the tills."""
    _, accounts = _accounts(data_dir)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(accounts)).decode())
        return
    click.echo(accounts.base_url)
    for role, title in TITLES.items():
        people = [a for a in accounts.accounts if a.role == role]
        click.secho(f"{title} ({len(people)})", bold=True)
        for account in people[:3]:
            secret = f"  {account.totp_secret}" if account.totp_secret else ""
            click.echo(f"  {account.login}  {account.password}  {account.name}{secret}")
    click.echo("Продавцам, сотрудникам и администратору при входе нужен ещё код из приложения: внесите в него")
    click.echo(f"секрет (в конце строки) или узнайте код так: {program()} demo code +996…")
    click.echo(f"Все целиком, с кассами: {program()} demo accounts --json")


@demo.command("code")
@click.argument("login")
@DATA_DIR
def code_command(login: str, data_dir: str | None) -> None:
    """The second factor's code of this moment, for an account of the demo. A code works once, for up to a minute."""
    from pyotp.totp import TOTP

    _, accounts = _accounts(data_dir)
    found = next((account for account in accounts.accounts if account.login == login), None)
    if found is None:
        fail(f"Учётной записи {login} в демо нет. Список: {program()} demo accounts")
    if found.totp_secret is None:
        fail("Этой учётной записи код не нужен.")
    click.echo(TOTP(found.totp_secret).now())


@demo.command("tills")
@DATA_DIR
def tills(data_dir: str | None) -> None:
    """Play the tills of the demo: heartbeats, now and then a sale. Runs until stopped; `kerben up` starts it."""
    folder, accounts = _accounts(data_dir)
    load_settings()
    from kerben_demo.till import FleetDevice, run_fleet

    devices = [
        FleetDevice(device.device_id, device.token, device.secret)
        for device in accounts.pos_devices
        if device.play == "alive"
    ]
    run(run_fleet(devices, base_url=accounts.base_url, spool_dir=folder / "tills"))
