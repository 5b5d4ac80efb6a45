"""`kerben admin`: the operator's commands on a running installation's database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kerben.entrypoints import wiring
from kerben.entrypoints.cli.common import fail, load_settings, open_runtime, run
from kerben.platform import dead_letters as parked
from kerben.platform.consumers import Consumer, Outcome
from kerben.platform.db import WriteTx

if TYPE_CHECKING:
    # Types only: commands that need no domain start faster without it.
    from kerben.domains.identity.api import TotpSetup


@click.group()
def admin() -> None:
    """Operate an installation: first admin, parked events."""


@admin.command("create")
@click.option("--phone", required=True, help="Phone of the administrator, +996…")
@click.option("--name", default="Администратор", help="Name.")
@click.password_option("--password", help="Password, at least 8 characters; asked for when not given.")
@click.option("--totp", is_flag=True, help="Set the second factor up now and show its secret.")
def create_admin(phone: str, name: str, password: str, totp: bool) -> None:
    """Create the first administrator. Without --totp the second factor is set up after the first sign-in."""
    current = load_settings()

    async def work() -> TotpSetup | None:
        from kerben.domains.identity.api import (
            NewUser,
            create_user,
            enrol_second_factors,
            hash_password,
            normalise_phone,
            users_by_ids,
        )
        from kerben.platform.errors import DomainError

        async with open_runtime(current) as runtime:
            try:
                hashed = await hash_password(password)
                user = NewUser(
                    phone=normalise_phone(phone),
                    email=None,
                    password_hash=hashed,
                    name=name,
                    roles=frozenset({"buyer", "admin"}),
                )

                async def make(tx: WriteTx) -> TotpSetup | None:
                    user_id = await create_user(tx, user)
                    if not totp:
                        return None
                    found = await users_by_ids(tx, [user_id])
                    (setup,) = await enrol_second_factors(runtime.keys, tx, list(found.values()))
                    return setup

                return await runtime.db.transact(make)
            except DomainError as error:
                fail(error.detail)

    setup = run(work())
    click.echo("Администратор создан.")
    if setup is None:
        click.echo("Без второго шага входа он ничего не может: его настраивают после первого входа.")
    else:
        _show(setup)


def _show(setup: TotpSetup) -> None:
    import segno

    click.echo(f"Секрет второго шага (больше не покажем): {setup.secret}")
    click.echo(setup.otpauth_uri)
    segno.make_qr(setup.otpauth_uri).terminal(sys.stdout, compact=True)
    click.echo("Коды восстановления, каждый на один раз:")
    for code in setup.recovery_codes:
        click.echo(f"  {code}")


@admin.command("dead-letters")
@click.option("--limit", default=50, help="How many to show.")
def dead_letters(limit: int) -> None:
    """List events that a consumer could not handle, the first of each key."""
    current = load_settings()

    async def work() -> None:
        async with open_runtime(current) as runtime, runtime.db.read() as tx:
            letters = await parked.page(tx, None, limit)
        for letter in letters:
            behind = f" (за ним ждут: {letter.parked_behind})" if letter.parked_behind else ""
            moment = f"{letter.first_failed_at:%Y-%m-%d %H:%M}"
            click.echo(f"{moment} {letter.consumer} {letter.event_name} {letter.key}{behind}")
            click.secho(f"    {letter.error}", dim=True)
        total = len(letters) + sum(letter.parked_behind for letter in letters)
        click.echo(f"Отложенных событий: {total}" if total else "Отложенных событий нет.")

    run(work())


@admin.command("replay")
@click.argument("consumer")
@click.option("--key", default=None, help="Only events of this key.")
def replay(consumer: str, key: str | None) -> None:
    """Handle the parked events of a consumer again, in order."""
    current = load_settings()

    async def work() -> Outcome:
        async with open_runtime(current) as runtime:
            wiring.bind_adapters(runtime)
            for module in wiring.load_modules():
                for reaction in module.reactions:
                    if reaction.name == consumer:
                        return await Consumer(runtime, reaction).replay(key)
            fail(f"Потребителя {consumer} нет. Имена видны в `kerben admin dead-letters`.")

    outcome = run(work())
    click.echo(f"Обработано: {outcome.handled}")
    if outcome.error is not None:
        fail(f"Следующее событие снова не удалось: {outcome.error}")


@admin.command("pos-summaries")
def pos_summaries() -> None:
    """Work out the tills' daily sums again from the receipts; may run at any time."""
    current = load_settings()

    async def work() -> int:
        from kerben.domains.pos.api import rebuild_summaries

        async with open_runtime(current) as runtime:
            return await runtime.db.transact(rebuild_summaries)

    click.echo(f"Дней пересчитано: {run(work())}")
