"""A small picture bot on the real discord.py: what the emulator's own tests drive."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands
from PIL import Image

from tests.emulators.discord.emulator import DiscordEmulator

Asked = discord.Interaction[Any]


def a_png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(target, "PNG")
    return target.getvalue()


class Again(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.LayoutView]],
    template=r"again:(?P<seed>\d+)",
):
    """A button that carries its own state."""

    def __init__(self, seed: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{seed}"))
        self.seed = seed

    @classmethod
    async def from_custom_id(
        cls, _interaction: Asked, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["seed"]))

    async def callback(self, interaction: Asked) -> None:
        await interaction.response.send_message(f"again with {self.seed}", ephemeral=True)


class EditWords(discord.ui.Modal, title="Edit"):
    """One text, changed by the person."""

    words: discord.ui.Label[Any] = discord.ui.Label(
        text="Prompt", component=discord.ui.TextInput(custom_id="words", max_length=100)
    )

    async def on_submit(self, interaction: Asked) -> None:
        assert isinstance(self.words.component, discord.ui.TextInput)
        await interaction.response.edit_message(view=_result(self.words.component.value, "a.png"))


class Edit(discord.ui.Button[discord.ui.LayoutView]):
    """Opens the modal."""

    async def callback(self, interaction: Asked) -> None:
        await interaction.response.send_modal(EditWords())


def _result(text: str, filename: str) -> discord.ui.LayoutView:
    gallery = discord.ui.MediaGallery[discord.ui.LayoutView](
        discord.MediaGalleryItem(f"attachment://{filename}", description="a picture")
    )
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(Again(7)).add_item(Edit(label="Edit", custom_id="edit"))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(text), gallery, row, accent_colour=1))
    return view


class German(app_commands.Translator):
    """Translates the one name the tests look at."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        if locale is discord.Locale.german and string.message == "imagine":
            return "vorstellen"
        return None


async def _styles(_asked: Asked, current: str) -> list[app_commands.Choice[str]]:
    known = ("poster", "polaroid", "ink")
    return [app_commands.Choice(name=s, value=s) for s in known if s.startswith(current)]


@app_commands.command(name="imagine", description="Make a picture")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.choices(size=[app_commands.Choice(name="Wide", value="16:9")])
@app_commands.autocomplete(style=_styles)
async def imagine(
    interaction: Asked,
    prompt: app_commands.Range[str, 1, 100],
    size: str = "1:1",
    style: str = "",
    like: discord.Attachment | None = None,
) -> None:
    await interaction.response.defer(thinking=True)
    seen = len(await like.read()) if like is not None else 0
    text = f"{prompt} {size} {style} {seen} {interaction.locale} {interaction.filesize_limit}"
    await interaction.edit_original_response(
        view=_result(text, "a.png"), attachments=[discord.File(io.BytesIO(a_png()), "a.png")]
    )


@app_commands.command(name="hello", description="Say hello in secret")
async def hello(interaction: Asked) -> None:
    await interaction.response.send_message("hello", ephemeral=True)
    await interaction.followup.send("and more", ephemeral=True)


@app_commands.command(name="adult", description="Only where adults are", nsfw=True)
async def adult(interaction: Asked) -> None:
    await interaction.response.send_message("shown")


@app_commands.context_menu(name="Describe")
async def describe(interaction: Asked, message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.attachments)} pictures")


class SampleBot(commands.AutoShardedBot):
    """No privileged intent; resumes by itself."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__("!", intents=intents, guild_ready_timeout=0, help_command=None)
        self.entitled: list[int] = []
        self.gone: list[int] = []

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        kept = discord.ui.LayoutView(timeout=None)
        kept.add_item(
            discord.ui.ActionRow[discord.ui.LayoutView](Edit(label="Edit", custom_id="edit"))
        )
        self.add_view(kept)
        await self.tree.set_translator(German())
        self.tree.add_command(imagine)
        self.tree.add_command(hello)
        self.tree.add_command(adult)
        self.tree.add_command(describe)
        await self.tree.sync()

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """Start the shards at once; the emulator has no limit on identifying."""

    async def on_entitlement_create(self, held: discord.Entitlement) -> None:
        self.entitled.append(held.sku_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.gone.append(guild.id)


@asynccontextmanager
async def running(emulator: DiscordEmulator) -> AsyncIterator[SampleBot]:
    """The bot, logged in and connected to the emulator."""
    with emulator.seams():
        async with SampleBot() as bot:
            await bot.login(emulator.token)
            connection = asyncio.create_task(bot.connect())
            try:
                await emulator.connected()
                yield bot
            finally:
                await bot.close()
                await connection
