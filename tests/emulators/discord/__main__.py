"""The emulated Discord as its own process: ``python -m tests.emulators.discord --port N``."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal

from tests.emulators.discord.control import Control
from tests.emulators.discord.emulator import DiscordEmulator


async def serve(port: int, token: str) -> None:
    """Serve until SIGTERM or SIGINT; the first line printed is JSON with the address."""
    emulator = DiscordEmulator(token=token, port=port)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await emulator.start(Control(emulator).add_routes)
    print(json.dumps({"url": emulator.url}), flush=True)
    await ended.wait()
    await emulator.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="An emulated Discord on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="emulated.bot.token")
    asked = parser.parse_args()
    asyncio.run(serve(asked.port, asked.token))


if __name__ == "__main__":
    main()
