"""The Discord client: hands every interaction to its work, once, and delivers outcomes."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bots.discord import modals, presses, render
from bots.discord.asking import Asked, actor_of
from bots.discord.commands import account, guide, imagine, origin, rights
from bots.discord.components import PressButton, Verb
from bots.discord.counter import (
    Inquiry,
    answered,
    ask_first,
    inquiry_of,
    look,
    manner_of,
    serve,
)
from bots.discord.delivery import DiscordDelivery
from bots.discord.letters import DiscordLetters
from bots.discord.mentions import Mentions
from bots.discord.news import News
from bots.discord.openings import Openings
from bots.discord.page import Page
from bots.discord.post import Post
from bots.discord.registration import register
from bots.discord.reply import WIRE_FAULTS, Manner, Reply, is_too_late
from bots.discord.settings import DiscordSettings
from bots.discord.steps import Kind, Pressed, StepButton, StepMenu
from bots.discord.translate import CatalogueTranslator
from bots.discord.visit import Visit, Work
from core.accounts.commands import meet
from core.app import App
from core.generation.delivery import DeliveryLoop
from core.kernel.errors import CoreError
from core.kernel.people import Language, language_of
from core.privacy.letters.loop import LetterLoop

log = logging.getLogger("limner.discord")

_SEEN_AT_MOST = 2000
_WAIT_FOR_RATE_S = 30.0
_LAST_ANSWERS_S = 5.0


def _everywhere() -> tuple[app_commands.AppCommandContext, app_commands.AppInstallationType]:
    contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return contexts, app_commands.AppInstallationType(guild=True, user=True)


class LimnerClient(discord.AutoShardedClient):
    """One Discord application; knows no rule of Limner's own."""

    def __init__(self, app: App, settings: DiscordSettings, **options: Any) -> None:
        super().__init__(
            # Servers and their channels; nothing that Discord calls privileged.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=_WAIT_FOR_RATE_S,
            **options,
        )
        contexts, installs = _everywhere()
        self.tree = app_commands.CommandTree(
            self, allowed_contexts=contexts, allowed_installs=installs
        )
        self.tree.error(self._command_failed)
        self._app = app
        self._settings = settings
        self._openings = Openings()
        self._news = News(app)
        self._mentions = Mentions()
        self._post = Post(self, self._mentions)
        self._delivery = DiscordDelivery(app, self._post, self._openings)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._delivering: list[asyncio.Task[None]] = []
        self._answering: set[asyncio.Task[Any]] = set()
        self._build_commands()

    def _build_commands(self) -> None:
        attend = self.attend
        self.tree.add_command(imagine.imagine(self._app, attend))
        self.tree.add_command(account.quota_command(attend))
        self.tree.add_command(account.cancel_command(attend))
        self.tree.add_command(account.settings_command(attend))
        self.tree.add_command(guide.help_command(attend))
        self.tree.add_command(origin.verify_command(self._app, self.look))
        self.tree.add_command(origin.verify_menu(self._app, self.look, self._settings.cdn_base))
        self.tree.add_command(origin.again_menu(attend))
        for command in rights.slash_commands(self.inquire):
            self.tree.add_command(command)
        if rights.offers_deletion():
            self.tree.add_command(rights.delete_menu(self.inquire, self.look))

    async def setup_hook(self) -> None:
        """After login, before the gateway: buttons, texts, commands, delivery."""
        self.add_dynamic_items(PressButton, StepButton, StepMenu)
        await self.tree.set_translator(CatalogueTranslator())
        try:
            ids = await register(self, self.tree, self._settings.guilds)
            self._mentions.learn(ids)
        except WIRE_FAULTS as fault:
            # Those registered before keep working; the next start tries again.
            log.warning("commands not registered: %s", type(fault).__name__)
        letters = DiscordLetters(self._app, self._post)
        self._delivering = [
            asyncio.create_task(DeliveryLoop(self._app, self._delivery).run()),
            asyncio.create_task(LetterLoop(self._app, letters).run()),
        ]

    async def close(self) -> None:
        """End delivery first, so that nothing is half sent, then the answers, then the connection.

        Who is being answered gets a few seconds; nothing of it goes on after this returns.
        """
        delivering, self._delivering = self._delivering, []
        for task in delivering:
            task.cancel()
        await asyncio.gather(*delivering, return_exceptions=True)
        answering = self._answering - {asyncio.current_task()}
        if answering:
            _, late = await asyncio.wait(answering, timeout=_LAST_ANSWERS_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await super().close()

    def _is_new(self, interaction: Asked) -> bool:
        """Say whether an interaction comes for the first time; the gateway may send it twice."""
        if interaction.id in self._seen:
            return False
        self._seen[interaction.id] = None
        while len(self._seen) > _SEEN_AT_MOST:
            self._seen.popitem(last=False)
        return True

    async def attend(self, interaction: Asked, manner: Manner, work: Work) -> None:
        """Answer somebody whom this makes known: whoever asks for pictures has an account."""

        async def meeting(reply: Reply) -> None:
            await self._attend(interaction, reply, work)

        await self._answer(interaction, manner, meeting)

    async def inquire(self, interaction: Asked, inquiry: Inquiry) -> None:
        """Answer a command about people's rights."""

        async def serving(reply: Reply) -> None:
            await serve(self._app, self._news, interaction, reply, inquiry)

        await self._answer(interaction, manner_of(interaction), serving)

    async def look(self, interaction: Asked, draw: Callable[[Language], Awaitable[Page]]) -> None:
        """Answer somebody who only looks: in private, and no account is made."""

        async def looking(reply: Reply) -> None:
            await look(self._app, self._news, interaction, reply, draw)

        await self._answer(interaction, manner_of(interaction), looking)

    async def stepped(self, interaction: Asked, pressed: Pressed, label: str) -> None:
        """Take a step of an answer, drawn by this process or by any before it."""
        if pressed.kind is not Kind.ASK:
            await self.inquire(interaction, inquiry_of(pressed))
            return

        async def asking(reply: Reply) -> None:
            await ask_first(self._app, interaction, reply, pressed, label)

        await self._answer(interaction, Manner.HIDDEN, asking)

    async def _answer(
        self, interaction: Asked, manner: Manner, job: Callable[[Reply], Awaitable[None]]
    ) -> None:
        """Answer an interaction within Discord's three seconds, whatever the work does."""
        if not self._is_new(interaction):
            return
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        reply = Reply(interaction, manner, self._mentions)
        async with reply.in_time():
            try:
                await job(reply)
            except WIRE_FAULTS as fault:
                if not is_too_late(fault):
                    log.warning("answer not sent: %s", type(fault).__name__)
            except Exception as bug:  # noqa: BLE001 - the process edge: one bug must not end the bot
                log.error("interaction failed: %s", type(bug).__name__)  # noqa: TRY400 - no content
                await self._apologise(interaction, reply)

    async def _attend(self, interaction: Asked, reply: Reply, work: Work) -> None:
        person = await meet(self._app, actor_of(interaction))
        visit = Visit(self._app, interaction, reply, person, self._openings, self._delivery)
        try:
            await work(visit)
        except CoreError as refusal:
            await visit.tell(render.refusal_page(refusal, visit.language))
        await visit.greet()
        await self._news.tell(person, reply)

    async def _apologise(self, interaction: Asked, reply: Reply) -> None:
        language = language_of(interaction.locale.value)
        try:
            await reply.show(render.says("internal-error", language), hidden=True)
        except WIRE_FAULTS as fault:
            log.warning("apology not sent: %s", type(fault).__name__)

    async def pressed(self, interaction: Asked, verb: Verb, target: str, index: int) -> None:
        """Answer a button, made by this process or by any before it."""

        async def work(visit: Visit) -> None:
            await presses.press(visit, verb, target, index)

        await self.attend(interaction, presses.manner_of(verb), work)

    async def on_interaction(self, interaction: Asked) -> None:
        """Answer modals here: discord.py itself forgets them with the process that opened them."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        filled = modals.read(dict(interaction.data or {}))
        if filled is None:
            return
        if filled.kind is modals.ModalKind.STEP:
            await self.inquire(interaction, answered(filled))
            return

        async def work(visit: Visit) -> None:
            await presses.submit(visit, filled)

        manner = Manner.HIDDEN if filled.kind is modals.ModalKind.REGION else Manner.PUBLIC
        await self.attend(interaction, manner, work)

    async def _command_failed(
        self, interaction: Asked, error: app_commands.AppCommandError
    ) -> None:
        """A command that Discord still offers but this version does not have, or a bug."""
        log.error("command failed: %s", type(error).__name__)
        await self._apologise(interaction, Reply(interaction, Manner.HIDDEN))

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log which event failed; never what was in it."""
        log.error("event failed: %s", event_method)
