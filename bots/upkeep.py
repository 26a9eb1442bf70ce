"""What an operator does about people's data: erase somebody, check a receipt, end the service."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.bootstrap import running_app
from core.kernel.people import Actor
from core.migrations.migrate import migrate_database
from core.privacy.erasure.decommission import SENTENCE, decommission
from core.privacy.erasure.operators import erase_person, receipts
from core.privacy.erasure.verify import receipt_said, verify_receipt
from core.settings import Settings

_NOT_A_RECEIPT = "That file is not the receipt of an erasure."


class Reason(StrEnum):
    """Why an operator erases somebody."""

    ASKED = "asked"
    LAW = "law"
    MISTAKE = "mistake"
    MINOR = "minor"


def add_commands(
    limner: typer.Typer,
    settings: Callable[[], Settings],
    plain_words: Callable[[], AbstractContextManager[None]],
) -> None:
    """Add the commands to the command line."""

    @limner.command("erase")
    def erase_command(
        surface: Annotated[str, typer.Argument(help="Where the person is known.")],
        native_id: Annotated[str, typer.Argument(help="Their id there.")],
        reason: Annotated[Reason, typer.Option(help="Why; it stands in the receipt.")],
        now: Annotated[bool, typer.Option("--now", help="Without the days of grace.")] = False,
    ) -> None:
        """Erase one person everywhere; a running worker does it, and the person is told."""
        with plain_words():
            asyncio.run(_erase(settings(), Actor(surface, native_id), reason, is_now=now))

    receipt = typer.Typer(no_args_is_help=True, help="Check and print receipts of erasures.")
    limner.add_typer(receipt, name="receipt")

    @receipt.command("verify")
    def receipt_verify(file: Annotated[Path, typer.Argument(help="The receipt.")]) -> None:
        """Say whether a receipt is one of this deployment's, and unchanged."""
        data = file.read_bytes() if file.is_file() else b""
        with plain_words():
            asyncio.run(_verify(settings(), data))

    @receipt.command("show")
    def receipt_show(erasure_id: Annotated[str, typer.Argument(help="The erasure.")]) -> None:
        """Print the receipt of an erasure that is done, or say how far it is."""
        with plain_words():
            asyncio.run(_show(settings(), erasure_id))

    @limner.command("decommission")
    def decommission_command() -> None:
        """End the service: erase everything of everybody. Stop every process first."""
        typed = typer.prompt(f'To go on, type "{SENTENCE}"', default="", show_default=False)
        if typed.strip() != SENTENCE:
            typer.echo("Nothing was deleted.")
            raise typer.Exit(1)
        with plain_words():
            asyncio.run(_decommission(settings()))


async def _erase(settings: Settings, actor: Actor, reason: Reason, *, is_now: bool) -> None:
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings, providers=[]) as app:
        erasure = await erase_person(app, actor, reason.value, is_now=is_now)
    typer.echo(
        f"Erasure {erasure.erasure_id} is {erasure.state}; it runs from "
        f"{erasure.run_at:%Y-%m-%d %H:%M} UTC on, in a worker."
    )


async def _verify(settings: Settings, data: bytes) -> None:
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings, providers=[]) as app:
        found = verify_receipt(app, data)
    if found is None:
        typer.echo(_NOT_A_RECEIPT)
        raise typer.Exit(1)
    typer.echo(receipt_said(found, "en"))
    if found.state != "genuine":
        raise typer.Exit(1)


async def _show(settings: Settings, erasure_id: str) -> None:
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings, providers=[]) as app:
        words = await receipts(app, erasure_id)
    typer.echo(words)


async def _decommission(settings: Settings) -> None:
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings) as app:
        done = await decommission(app)
    typer.echo(f"Gone: {done.keys} keys, {done.files} files, {done.rows} rows.")
    for table, count in sorted(done.kept.items()):
        typer.echo(f"Kept, without names: {table} {count}")
    for one in done.providers:
        if one.expires and one.until is not None:
            typer.echo(f"{one.processor}: gone by {one.until:%Y-%m-%d}")
    typer.echo("Backups, the bucket's versions and the keys folder are yours to destroy.")
