"""`kerben admin`: the operator's commands on a running installation's database."""

from __future__ import annotations

import click

from kerben.entrypoints import wiring
from kerben.entrypoints.cli.common import fail, load_settings, open_runtime, run
from kerben.platform.consumers import Consumer
from kerben.platform.db import WriteTx


@click.group()
def admin() -> None:
    """Operate an installation: first admin, parked events."""


@admin.command("create")
@click.option("--phone", required=True, help="Phone of the administrator, +996…")
@click.option("--name", default="Администратор", help="Name.")
@click.password_option("--password", help="Password, at least 8 characters; asked for when not given.")
def create_admin(phone: str, name: str, password: str) -> None:
    """Create the first administrator."""
    current = load_settings()

    async def work() -> None:
        from kerben.domains.identity.api import NewUser, create_user, hash_password, normalise_phone
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

                async def make(tx: WriteTx) -> None:
                    await create_user(tx, user)

                await runtime.db.transact(make)
            except DomainError as error:
                fail(error.detail)

    run(work())
    click.echo("Администратор создан.")


@admin.command("dead-letters")
@click.option("--limit", default=50, help="How many to show.")
def dead_letters(limit: int) -> None:
    """List events that a consumer could not handle, oldest first."""
    current = load_settings()

    async def work() -> None:
        async with open_runtime(current) as runtime, runtime.db.read() as tx:
            rows = await tx.fetch(
                "SELECT consumer, name, key, attempts, error, parked_at FROM platform.dead_letter"
                " ORDER BY consumer, position LIMIT $1",
                limit,
            )
            for row in rows:
                click.echo(f"{row['parked_at']:%Y-%m-%d %H:%M} {row['consumer']} {row['name']} {row['key']}")
                click.secho(f"    {row['error']}", dim=True)
            click.echo(f"Отложенных событий: {len(rows)}" if rows else "Отложенных событий нет.")

    run(work())


@admin.command("replay")
@click.argument("consumer")
@click.option("--key", default=None, help="Only events of this key.")
def replay(consumer: str, key: str | None) -> None:
    """Handle the parked events of a consumer again, in order."""
    current = load_settings()

    async def work() -> int:
        async with open_runtime(current) as runtime:
            wiring.bind_adapters(runtime)
            for module in wiring.load_modules():
                for reaction in module.reactions:
                    if reaction.name == consumer:
                        return await Consumer(runtime, reaction).replay(key)
            fail(f"Потребителя {consumer} нет. Имена видны в `kerben admin dead-letters`.")

    click.echo(f"Обработано: {run(work())}")
