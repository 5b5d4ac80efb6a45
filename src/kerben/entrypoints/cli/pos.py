"""`kerben pos`: plays one shop's till against a running market."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kerben.entrypoints.cli import installation
from kerben.entrypoints.cli.common import fail, home, run
from kerben_demo.accounts import PosDevice, read_accounts


@click.command()
@click.option("--device-id", default=None, help="Till; default: the demo's first one left to outside programs.")
@click.option("--token", default=None, envvar="KERBEN_POS_TOKEN", help="Token of the till.")
@click.option("--secret", default=None, envvar="KERBEN_POS_SECRET", help="Secret of the till; signs its requests.")
@click.option("--base-url", default=None, help="Address of the market; default: the one that runs here.")
@click.option("--data-dir", type=click.Path(file_okay=False), default=None, help="Folder given to `kerben up`.")
@click.option(
    "--spool-dir", type=click.Path(file_okay=False), default=None, help="Where receipts wait while offline."
)
@click.option(
    "--script", type=click.Path(exists=True, dir_okay=False), default=None, help="Steps to play, JSON file."
)
@click.option("--sales-per-min", type=float, default=2.0, show_default=True, help="Random sales; 0: heartbeats only.")
@click.option("--heartbeat", "heartbeat_s", type=float, default=30.0, show_default=True, help="Seconds between them.")
@click.option("--offline-after", type=float, default=None, help="Go offline after so many seconds.")
@click.option("--offline-for", type=float, default=60.0, show_default=True, help="For how many seconds.")
@click.option("--for", "duration", type=float, default=None, help="Stop after so many seconds; default: Ctrl-C.")
@click.option("--closing", is_flag=True, help="Say at the end that the till closes: Buy disappears at once.")
@click.option("--no-shift", is_flag=True, help="Work without a shift: none is opened, no Z report is printed.")
@click.option("--seed", type=int, default=None, help="Seed of the random sales.")
def pos(  # one parameter per option, as click wants it
    device_id: str | None,
    token: str | None,
    secret: str | None,
    base_url: str | None,
    data_dir: str | None,
    spool_dir: str | None,
    script: str | None,
    sales_per_min: float,
    heartbeat_s: float,
    offline_after: float | None,
    offline_for: float,
    duration: float | None,
    closing: bool,
    no_shift: bool,
    seed: int | None,
) -> None:
    """Play a shop's till: heartbeats, sales, offline with receipts kept on disk, upload when back."""
    from kerben_demo.till import RefusedError, SpoolInUseError, TillOptions, UnreachableError, read_script, run_till

    folder = installation.data_dir(data_dir, home())
    running = installation.read_running(folder)
    address = base_url or (running.base_url if running else None)
    if address is None:
        fail("Рынок здесь не запущен: укажите --base-url или запустите `kerben up`.")
    device = _device(folder, device_id, token, secret)
    options = TillOptions(
        base_url=address,
        device_id=device.device_id,
        token=device.token,
        secret=device.secret,
        spool_dir=Path(spool_dir) if spool_dir else folder / "tills" / device.device_id,
        steps=read_script(Path(script)) if script else None,
        heartbeat_s=heartbeat_s,
        sales_per_min=sales_per_min,
        duration_s=duration,
        offline_after_s=offline_after,
        offline_for_s=offline_for,
        closing=closing,
        shift=not no_shift,
        seed=seed,
    )
    try:
        sys.exit(run(run_till(options, say=click.echo)))
    except SpoolInUseError:
        fail("Эту кассу уже играет другой процесс.")
    except RefusedError as error:
        fail(f"Рынок отказал кассе: {error}")
    except UnreachableError:
        fail(f"Рынок по адресу {address} не отвечает.")


def _device(folder: Path, device_id: str | None, token: str | None, secret: str | None) -> PosDevice:
    if device_id and token and secret:
        return PosDevice(device_id, "", token, secret, "reserved")
    accounts = read_accounts(folder)
    devices = accounts.pos_devices if accounts else []
    found = [d for d in devices if (d.device_id == device_id if device_id else d.play == "reserved")]
    if not found:
        fail("Такой кассы в демо-рынке нет. Укажите --device-id, --token и --secret.")
    return found[0]
