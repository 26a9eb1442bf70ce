"""What an operator does at the rights desk: see what waits, answer, extend, stop somebody."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from core.app import App
from core.bootstrap import running_app
from core.kernel.people import Actor
from core.logs import set_up_logs
from core.migrations.migrate import migrate_database
from core.privacy.desk.bans import ban_person, unban_person
from core.privacy.desk.handling import (
    Request,
    answer_request,
    ask_fee,
    extend_request,
    import_request,
    open_requests,
)
from core.privacy.desk.talks import Talk, answer_talk, open_talks, read_talk
from core.settings import Settings

_DAY = ["%Y-%m-%d"]


class Reason(StrEnum):
    """Why a request needs more time."""

    COMPLEX = "complex"
    MANY = "many"


Ask = Callable[[App], Awaitable[str]]
Run = Callable[[Ask], None]

Id = Annotated[str, typer.Argument(help="The number that `list` shows.")]
Words = Annotated[str, typer.Argument(help="The answer, as the person will read it.")]
Surface = Annotated[str, typer.Argument(help="Where the person is known.")]
NativeId = Annotated[str, typer.Argument(help="Their id there.")]


def add_commands(
    limner: typer.Typer,
    settings: Callable[[], Settings],
    plain_words: Callable[[], AbstractContextManager[None]],
) -> None:
    """Add the commands to the command line."""

    def run(ask: Ask) -> None:
        with plain_words():
            found = settings()
            set_up_logs(found.log_format)
            typer.echo(asyncio.run(asked(found, ask)))

    _add_rights(limner, run)
    _add_talks(limner, run)
    _add_bans(limner, run)


async def asked(settings: Settings, ask: Ask) -> str:
    """Ask the app of a deployment something, with its database up to date; nothing is made."""
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings, providers=[]) as app:
        return await ask(app)


def _add_rights(limner: typer.Typer, run: Run) -> None:
    rights = typer.Typer(no_args_is_help=True, help="People's requests about their rights.")
    limner.add_typer(rights, name="rights")

    @rights.command("list")
    def rights_list(
        overdue: Annotated[bool, typer.Option("--overdue", help="Only past their day.")] = False,
    ) -> None:
        """List what waits for an answer, the most urgent first; no names, no words."""

        async def ask(app: App) -> str:
            found = await open_requests(app, overdue=overdue)
            contact = app.settings.privacy_contact or "nobody is named in LIMNER_PRIVACY_CONTACT"
            return "\n".join([f"For the privacy contact: {contact}", *map(_request, found)])

        run(ask)

    @rights.command("extend")
    def rights_extend(
        request_id: Id,
        reason: Annotated[Reason, typer.Option(help="Why; the person is told.")],
        days: Annotated[int | None, typer.Option(help="How many; all that is allowed.")] = None,
    ) -> None:
        """Take more time, once and before the day; the person is told until when and why."""

        async def ask(app: App) -> str:
            due = await extend_request(app, request_id, reason.value, days=days)
            return f"The answer is due on {due:%Y-%m-%d}; the person is told."

        run(ask)

    @rights.command("answer")
    def rights_answer(
        request_id: Id,
        words: Words,
        refuse: Annotated[bool, typer.Option("--refuse", help="It is refused.")] = False,
    ) -> None:
        """End a request with an answer; it comes to the person in the chat."""

        async def ask(app: App) -> str:
            await answer_request(app, request_id, words, refused=refuse)
            return "The request has ended; the answer is on its way."

        run(ask)

    _add_mail_and_fee(rights, run)


def _add_mail_and_fee(rights: typer.Typer, run: Run) -> None:
    @rights.command("fee")
    def rights_fee(
        request_id: Id,
        cents: Annotated[int, typer.Argument(help="Cents of Hong Kong dollars.")],
        reason: Annotated[str, typer.Option(help="Why; the person is told.")],
    ) -> None:
        """Announce a fee before any work; only where the law allows one, in Hong Kong."""

        async def ask(app: App) -> str:
            await ask_fee(app, request_id, cents, reason)
            return "The person is told; nothing is charged by Limner."

        run(ask)

    @rights.command("import")
    def rights_import(
        surface: Surface,
        native_id: NativeId,
        kind: Annotated[str, typer.Argument(help="The command's name, for example export.")],
        received: Annotated[datetime, typer.Option(formats=_DAY, help="The day it came.")],
        words: Annotated[str, typer.Option(help="What it said; kept sealed.")] = "",
    ) -> None:
        """Enter a request that came by mail, with its day; the person confirms it in the chat."""
        day = received.replace(tzinfo=UTC)
        if day > datetime.now(UTC):
            msg = "that day has not come yet"
            raise typer.BadParameter(msg)

        async def ask(app: App) -> str:
            request_id = await import_request(app, Actor(surface, native_id), kind, day, words)
            return f"Request {request_id} is open; the person is asked to confirm it in the chat."

        run(ask)


def _request(one: Request) -> str:
    extended = f" extended:{one.extension_reason}" if one.extension_reason else ""
    return (
        f"{one.id} {one.kind} {one.jurisdiction} by {one.came_by}"
        f" since {one.received_at:%Y-%m-%d} due {one.due_at:%Y-%m-%d} {one.alarm} %{extended}"
    )


def _add_talks(limner: typer.Typer, run: Run) -> None:
    talks = typer.Typer(no_args_is_help=True, help="What people wrote to you, and your answers.")
    limner.add_typer(talks, name="talks")

    @talks.command("list")
    def talks_list() -> None:
        """List the talks that wait for an answer, the oldest first; without their words."""

        async def ask(app: App) -> str:
            found = await open_talks(app)
            return "\n".join(map(_talk, found)) or "Nobody waits for an answer."

        run(ask)

    @talks.command("read")
    def talks_read(talk_id: Id) -> None:
        """Show the words of one talk; a log line says that they were read."""

        async def ask(app: App) -> str:
            read = await read_talk(app, talk_id)
            answer = f"\n\nAnswered:\n{read.answer}" if read.answer else ""
            return f"{_talk(read.talk)}\n\n{read.words}{answer}"

        run(ask)

    @talks.command("answer")
    def talks_answer(talk_id: Id, words: Words) -> None:
        """Answer a talk; the answer comes to where it was begun."""

        async def ask(app: App) -> str:
            await answer_talk(app, talk_id, words)
            return "The answer is on its way."

        run(ask)


def _talk(one: Talk) -> str:
    what = f"{one.kind}, about their data" if one.is_about_privacy else one.kind
    state = "open" if one.is_open else "answered"
    return f"{one.id} {what} on {one.surface} since {one.created_at:%Y-%m-%d} {state}"


def _add_bans(limner: typer.Typer, run: Run) -> None:
    @limner.command("ban")
    def ban_command(surface: Surface, native_id: NativeId) -> None:
        """Stop somebody from making pictures; all their rights go on working."""

        async def ask(app: App) -> str:
            is_new = await ban_person(app, Actor(surface, native_id))
            return "Stopped." if is_new else "That was so already."

        run(ask)

    @limner.command("unban")
    def unban_command(surface: Surface, native_id: NativeId) -> None:
        """Let somebody make pictures again."""

        async def ask(app: App) -> str:
            is_new = await unban_person(app, Actor(surface, native_id))
            return "They can make pictures again." if is_new else "Nobody had stopped them."

        run(ask)
