"""The `limner` command: run everything that is configured, or one part of it; check; migrate."""

import asyncio
import contextlib
import errno
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from discord import LoginFailure
from telegram.error import InvalidToken

from bots import answering, copies
from bots.discord import app as discord_bot
from bots.discord.settings import DiscordSettings
from bots.playground import serve as playground
from bots.telegram import app as telegram_bot
from bots.telegram.settings import TelegramSettings
from bots.upkeep import add_commands
from core.app import App
from core.bootstrap import running_app
from core.checkup import problems_of
from core.generation.load import service_load
from core.kernel.errors import CannotStart, CoreError
from core.logs import set_up_logs
from core.messages.speech import spoken
from core.migrations.migrate import migrate_database
from core.policy.audit import Format, policy_problems, policy_report, policy_summary
from core.policy.evidence import ResultsUnreadableError
from core.privacy.notice.history import publish_policy
from core.privacy.retention.queries import dry_run as dry_sweep
from core.privacy.retention.schedule import sweep_now
from core.recording import Form, processing_record
from core.settings import EnvironmentSettings, Settings, SettingsError, load, unknown_names
from core.web.edge import serve_edge
from core.web.metrics import serve_metrics
from core.worker import working

_SWITCH_INTERVAL_S = 0.001
UNUSABLE = 2
"""Exit status when the settings can't be used."""

limner = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Limner makes pictures in chat: on Telegram, on Discord, and on a local page.",
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the environment and the file say."""

    core: Settings
    telegram: TelegramSettings
    discord: DiscordSettings


GROUPS: tuple[type[EnvironmentSettings], ...] = (Settings, TelegramSettings, DiscordSettings)


def configuration(*, needs_bot: bool | None = None) -> Configuration:
    """Read the settings; say what is wrong with them in plain words and stop if anything is.

    ``needs_bot``: whether a bot will start; None means "if a token is set".
    """
    problems: list[str] = []
    try:
        problems += [f"{name} is not a setting of Limner" for name in unknown_names(GROUPS)]
        found = Configuration(load(Settings), load(TelegramSettings), load(DiscordSettings))
    except SettingsError as wrong:
        _stop([*problems, *wrong.problems])
    has_token = bool(found.telegram.token or found.discord.token)
    has_bot = has_token if needs_bot is None else needs_bot
    problems.extend(problems_of(found.core, has_bot=has_bot))
    problems.extend(found.telegram.problems())
    problems.extend(found.discord.problems())
    problems.extend(_webhook_port_problems(found))
    if problems:
        _stop(problems)
    return found


def _webhook_port_problems(found: Configuration) -> list[str]:
    port = found.telegram.webhook_port
    others = {"PORT": found.core.port, "METRICS_PORT": found.core.metrics_port}
    if not found.telegram.webhook_url or port == 0:
        return []
    return [
        f"LIMNER_TELEGRAM_WEBHOOK_PORT and {name} are the same: give each its own"
        for name, other in others.items()
        if port == other
    ]


def _stop(problems: list[str]) -> NoReturn:
    for problem in problems:
        typer.echo(f"- {problem}", err=True)
    typer.echo("Nothing was started. docs/operating.md lists every setting.", err=True)
    raise typer.Exit(UNUSABLE)


@contextlib.contextmanager
def _plain_words() -> Iterator[None]:
    """Say ordinary trouble in one line, without addresses, passwords or tokens."""
    try:
        yield
    except (CannotStart, ResultsUnreadableError, SettingsError) as wrong:
        _stop(str(wrong).splitlines())
    except CoreError as refusal:
        _stop([spoken(refusal.code, refusal.facts, "en")])
    except InvalidToken:
        _stop(["TELEGRAM_TOKEN is not a token that Telegram knows"])
    except LoginFailure:
        _stop(["DISCORD_TOKEN is not a token that Discord knows"])
    except OSError as trouble:
        if trouble.errno != errno.EADDRINUSE:
            raise
        names = "PORT, METRICS_PORT, LIMNER_WEB_PORT or the webhook's port"
        _stop([f"{names} is taken by another program"])


Part = Callable[[App], Awaitable[None]]


async def _work(app: App) -> None:
    async with working(app):
        await asyncio.Event().wait()


async def _run_parts(settings: Settings, parts: list[Part]) -> None:
    """Run the parts side by side until one fails or the process is told to stop."""
    await asyncio.to_thread(migrate_database, settings)
    async with running_app(settings) as app:
        await publish_policy(app)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stopping.set)
        running = [asyncio.ensure_future(part(app)) for part in parts]
        stop = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({*running, stop}, return_when=asyncio.FIRST_COMPLETED)
        failed = [task for task in running if task.done() and not task.cancelled()]
        for task in (*running, stop):
            task.cancel()
        for task in running:
            with contextlib.suppress(asyncio.CancelledError):
                if task not in failed:
                    await task
        for task in failed:
            task.result()


def _start(found: Configuration, parts: list[Part]) -> None:
    # Threads that draw and record hand over five times as often, so that answers come first.
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    set_up_logs(found.core.log_format, quiet=("telegram", "apscheduler", "discord"))
    metrics_port = found.core.metrics_port
    if metrics_port is not None:
        parts.append(lambda app: serve_metrics(app, metrics_port))
    with _plain_words():
        asyncio.run(_run_parts(found.core, parts))


def _playground(found: Configuration) -> Part:
    tokens = (("TELEGRAM_TOKEN", found.telegram.token), ("DISCORD_TOKEN", found.discord.token))
    missing = tuple(name for name, token in tokens if token is None)

    def say(address: str) -> None:
        typer.echo(f"The playground is at {address} (this computer only).")

    return lambda app: playground.serve(app, found.core.port, missing_tokens=missing, on_ready=say)


def _pages(found: Configuration) -> list[Part]:
    """Return the public pages, if a port for them is set."""
    port = found.core.web_port
    if port is None:
        return []

    def say(address: str) -> None:
        shown = found.core.public_url or address
        typer.echo(f"The public pages are at {shown} (listening at {address}).")

    return [lambda app: serve_edge(app, found.core.web_host, port, say)]


def _telegram(found: Configuration) -> Part:
    return lambda app: telegram_bot.run(app, found.telegram)


def _discord(found: Configuration) -> Part:
    return lambda app: discord_bot.run(app, found.discord)


@limner.command()
def run() -> None:
    """Start everything: playground, worker, and each bot whose token is set."""
    found = configuration()
    parts: list[Part] = [_work, _playground(found), *_pages(found)]
    names = ["worker", "playground"]
    names += ["public pages"] if found.core.web_port is not None else []
    if found.telegram.token:
        parts.append(_telegram(found))
        names.append("Telegram bot")
    if found.discord.token:
        parts.append(_discord(found))
        names.append("Discord bot")
    typer.echo("Limner starts: " + ", ".join(names))
    _start(found, parts)


@limner.command()
def web() -> None:
    """Start what is a web page: the playground, and the public pages if they have a port."""
    found = configuration(needs_bot=False)
    _start(found, [_playground(found), *_pages(found)])


@limner.command()
def worker() -> None:
    """Start a worker alone; as many as you like on PostgreSQL."""
    _start(configuration(needs_bot=False), [_work])


@limner.command()
def telegram() -> None:
    """Start the Telegram bot alone."""
    found = configuration(needs_bot=True)
    if not found.telegram.token:
        _stop(["TELEGRAM_TOKEN is missing"])
    _start(found, [_telegram(found)])


@limner.command()
def discord() -> None:
    """Start the Discord bot alone."""
    found = configuration(needs_bot=True)
    if not found.discord.token:
        _stop(["DISCORD_TOKEN is missing"])
    _start(found, [_discord(found)])


@limner.command()
def migrate() -> None:
    """Bring the database up to date, and do nothing else."""
    found = configuration(needs_bot=False)
    with _plain_words():
        migrate_database(found.core)
    typer.echo("The database is up to date.")


@limner.command()
def check() -> None:
    """Say in plain words what is missing or contradictory, before anything starts."""
    found = configuration()
    starts = ["playground", "worker"]
    starts += ["public pages"] if found.core.web_port is not None else []
    starts += ["Telegram bot"] if found.telegram.token else []
    starts += ["Discord bot"] if found.discord.token else []
    typer.echo("All settings can be used. `limner run` starts: " + ", ".join(starts))


@limner.command()
def sweep(
    *, dry_run: bool = typer.Option(False, "--dry-run", help="Only count; change nothing.")
) -> None:
    """Destroy what has expired, beside the sweeps every six hours; a running worker does it."""
    found = configuration(needs_bot=False)

    async def ask() -> None:
        await asyncio.to_thread(migrate_database, found.core)
        async with running_app(found.core, providers=[]) as app:
            if not dry_run:
                typer.echo(f"Queued as {await sweep_now(app)}.")
                return
            counts = await dry_sweep(app)
        for name, count in sorted(counts.items()):
            typer.echo(f"{name} {count}")
        typer.echo(f"A sweep would take {sum(counts.values())} things; nothing was changed.")

    with _plain_words():
        asyncio.run(ask())


@limner.command()
def status() -> None:
    """Say how many requests wait, run and are undelivered."""
    found = configuration(needs_bot=False)

    async def look() -> None:
        await asyncio.to_thread(migrate_database, found.core)
        async with running_app(found.core, providers=[]) as app:
            load_now = await service_load(app)
        typer.echo(
            f"waiting {load_now.queued} · running {load_now.running} · "
            f"undelivered {load_now.undelivered}"
        )

    with _plain_words():
        asyncio.run(look())


policy = typer.Typer(no_args_is_help=True, help="Check the policy profile; report its promises.")
limner.add_typer(policy, name="policy")
copies.add_commands(limner, lambda: configuration(needs_bot=False).core, _plain_words)


@policy.command("check")
def policy_check(
    file: Annotated[str, typer.Argument(help="A shipped profile or a file.")] = "",
    text: Annotated[Path | None, typer.Option(help="The policy's own text.")] = None,
) -> None:
    """Name each value of a profile that is missing or contradictory; LIMNER_POLICY if none."""
    with _plain_words():
        named = file or load(Settings).policy
        if problems := policy_problems(named, text):
            _stop(problems)
        typer.echo(policy_summary(named))


@policy.command("report")
def policy_report_command(
    form: Annotated[Format, typer.Option("--format")] = "markdown",
    tests: Annotated[Path, typer.Option(help="The folder of the tests.")] = Path("tests"),
    results: Annotated[Path | None, typer.Option(help="How they ended last.")] = None,
    profile: Annotated[str, typer.Option(help="Only one profile's promises.")] = "",
) -> None:
    """Write each promise with what keeps it, its tests, and how they ended."""
    with _plain_words():
        typer.echo(policy_report(form, tests, results=results, profile=profile), nl=False)


@policy.command("record")
def policy_record_command(
    form: Annotated[Form, typer.Option("--format")] = "markdown",
) -> None:
    """Write the record of processing (GDPR, Article 30) under the settings as they are."""
    with _plain_words():
        typer.echo(asyncio.run(processing_record(load(Settings), form)), nl=False)


add_commands(limner, lambda: configuration(needs_bot=False).core, _plain_words)
answering.add_commands(limner, lambda: configuration(needs_bot=False).core, _plain_words)


def main() -> None:
    """Run the command line."""
    limner()


if __name__ == "__main__":
    main()
