"""The least that discord.py needs to send a ready picture: what Limner is held against.

``python -m tests.benchmarks.bare_discord API_BASE GATEWAY_URL TOKEN PICTURE``
"""

import io
import sys
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route


class BareClient(discord.Client):
    """One command, which answers with the picture."""

    def __init__(self, data: bytes) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="imagine", description="Make a picture")
        async def imagine(asked: discord.Interaction[Any], prompt: str) -> None:
            del prompt
            await asked.response.send_message(file=discord.File(io.BytesIO(data), "picture.png"))

    async def setup_hook(self) -> None:
        await self.tree.sync()


def main(api_base: str, gateway_url: str, token: str, picture: str) -> None:
    Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    BareClient(Path(picture).read_bytes()).run(token, log_handler=None)


if __name__ == "__main__":
    main(*sys.argv[1:5])
