"""/verify and the message menus: did this picture come from here, and make it again."""

from collections.abc import Iterator
from typing import Any, assert_never

import discord
import yarl
from discord import app_commands

from bots.discord import render
from bots.discord.asking import Asked, actor_of
from bots.discord.page import Page
from bots.discord.post import request_of
from bots.discord.reply import Manner
from bots.discord.translate import localised
from bots.discord.visit import Attend, Look, Visit
from bots.discord.wording import literal
from core.app import App
from core.generation.values import Verified
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import day
from core.privacy.erasure.receipt import CheckedReceipt
from core.privacy.erasure.verify import receipt_said, verify_anything

Command = app_commands.Command[Any, ..., None]

MAX_READ_BYTES = 25 * 1024 * 1024
"""Larger files are not even fetched; the core opens nothing larger."""
_SOURCES = {
    "trainedAlgorithmicMedia": "verify-source-ai",
    "algorithmicMedia": "verify-source-illustrator",
}
_ANSWERS = {
    "ours-signed": "verify-ours-signed",
    "ours-recognised": "verify-ours-recognised",
    "other-signed": "verify-other-signed",
    "damaged": "verify-damaged",
    "unknown": "verify-unknown",
}


def verify_command(app: App, look: Look) -> Command:
    """Build /verify."""

    @app_commands.rename(picture=localised("server-option-picture"))
    @app_commands.describe(picture=localised("server-about-picture"))
    async def run(interaction: Asked, picture: discord.Attachment) -> None:
        async def draw(language: Language) -> Page:
            return await _answer(app, interaction, picture.url, picture.size, language)

        await look(interaction, draw)

    return app_commands.Command(
        name=localised("server-command-verify"),
        description=localised("server-about-verify"),
        callback=run,
        auto_locale_strings=False,
    )


def verify_menu(app: App, look: Look, cdn_base: str) -> app_commands.ContextMenu:
    """Build the message menu that checks the first picture of a message."""

    async def run(interaction: Asked, message: discord.Message) -> None:
        async def draw(language: Language) -> Page:
            found = next(_pictures(message, _hosts(cdn_base)), None)
            if found is None:
                return render.says("server-no-picture", language)
            return await _answer(app, interaction, *found, language)

        await look(interaction, draw)

    return app_commands.ContextMenu(
        name=localised("server-menu-verify"), callback=run, auto_locale_strings=False
    )


def again_menu(attend: Attend) -> app_commands.ContextMenu:
    """Build the message menu that asks for one of our results again."""

    async def run(interaction: Asked, message: discord.Message) -> None:
        async def work(visit: Visit) -> None:
            request_id = request_of(message)
            if request_id is None:
                await visit.tell(render.says("server-not-a-result", visit.language))
            else:
                await visit.repeat(request_id, "again")

        await attend(interaction, Manner.PUBLIC, work)

    return app_commands.ContextMenu(
        name=localised("server-menu-again"), callback=run, auto_locale_strings=False
    )


def _hosts(cdn_base: str) -> frozenset[str]:
    # Pictures of a message may name any host; only Discord's own are ever asked.
    return frozenset({yarl.URL(cdn_base).host or "", "media.discordapp.net"})


def _pictures(message: discord.Message, hosts: frozenset[str]) -> Iterator[tuple[str, int]]:
    for one in message.attachments:
        if (one.content_type or "").startswith("image/"):
            yield one.url, one.size
    for url in _media(message.components):
        if yarl.URL(url).host in hosts:
            yield url, 0


def _media(components: Any) -> Iterator[str]:
    for part in components:
        for item in getattr(part, "items", ()):
            yield item.media.url
        yield from _media(getattr(part, "children", ()))


async def _answer(app: App, asked: Asked, url: str, size_bytes: int, language: Language) -> Page:
    if size_bytes > MAX_READ_BYTES:
        return render.says("picture-too-large", language)
    try:
        data = await asked.client.http.get_from_cdn(url)
    except discord.HTTPException:
        return render.says("not-found", language)
    found = await verify_anything(app, data, actor_of(asked))
    match found:
        case Verified():
            return verified_page(found, language)
        case CheckedReceipt():
            return Page(lines=(literal(receipt_said(found, language)),))
        case _:
            assert_never(found)


def verified_page(found: Verified, language: Language) -> Page:
    """Say what a picture's own marks tell."""
    lines = [text(_ANSWERS[found.source], language)]
    kind = found.digital_source_type.rsplit("/", 1)[-1]
    if kind in _SOURCES:
        lines.append(text(_SOURCES[kind], language))
    if found.made_at is not None:
        lines.append(text("verify-made-at", language, date=day(found.made_at, language)))
    return Page(lines=tuple(lines))
