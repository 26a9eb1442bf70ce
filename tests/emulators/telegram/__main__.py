"""Runs the emulator as a process of its own: ``python -m tests.emulators.telegram --port N``."""

import argparse
import asyncio
import signal

from tests.emulators.telegram.control import Control
from tests.emulators.telegram.emulator import Emulator
from tests.emulators.telegram.remote import READY


async def serve(port: int) -> None:
    """Serve the API and its control side on loopback until the process is told to end."""
    emulator = Emulator()
    application = emulator.server.application()
    Control(emulator).add_routes(application)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await emulator.start(port, application)
    print(f"{READY}http://127.0.0.1:{emulator.port}", flush=True)
    await ended.wait()
    await emulator.stop()


def main() -> None:
    """Read the port (0 takes a free one) and serve."""
    parser = argparse.ArgumentParser(prog="tests.emulators.telegram", description=serve.__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
