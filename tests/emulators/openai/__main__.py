"""Runs the emulator as a process of its own: ``python -m tests.emulators.openai --port 8701``."""

import argparse
import asyncio

from tests.emulators.openai.server import running


async def _serve(port: int, dialect: str) -> None:
    async with running(dialect, port) as emulator:
        print(f"ready {emulator.base_url}/v1", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--dialect", default="openai", choices=("openai", "localai", "sdcpp", "together")
    )
    asked = parser.parse_args()
    try:
        asyncio.run(_serve(asked.port, asked.dialect))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
