"""The whole of `limner run` under kill -9, with the real Telegram library on the wire."""

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from bots.cli import GROUPS
from core.settings import names_of
from tests.emulators.openai import server as openai
from tests.emulators.telegram import Emulator, Message, Person

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
KILLS = 10


async def _start(settings: dict[str, str]) -> asyncio.subprocess.Process:
    names = frozenset().union(*(names_of(group) for group in GROUPS))
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots.cli",
        "run",
        cwd=ROOT,
        env={**kept, "PTB_TIMEDELTA": "true", "NO_PROXY": "127.0.0.1", **settings},
        stdout=asyncio.subprocess.DEVNULL,
    )


def _of(person: Person, prompt: str) -> list[Message]:
    """Every message that shows a person the picture of a prompt."""
    return [one for one in person.received if one.media and prompt in (one.caption or "")]


async def test_limner_killed_ten_times_brings_each_person_each_picture_once(
    tmp_path: Path, database_url: str
) -> None:
    dice = random.Random(7)
    async with Emulator() as emulator, openai.running("localai") as provider:
        provider.state.delay_s = 0.5
        settings = {
            "TELEGRAM_TOKEN": emulator.token,
            "TELEGRAM_API_BASE": emulator.base_url,
            "TELEGRAM_FILE_BASE": emulator.base_file_url,
            "DATABASE_URL": database_url,
            "PORT": "0",
            "LIMNER_DATA": str(tmp_path / "data"),
            "LIMNER_KEYS": str(tmp_path / "keys"),
            "LIMNER_OPERATOR": "Lamp Studio",
            "LIMNER_SUPPORT_CONTACT": "help@lamp.test",
            "LIMNER_PRIVACY_CONTACT": "privacy@lamp.test",
            "LIMNER_DEAD_AFTER": "2",
            "LIMNER_BUILTIN": "false",
            "OPENAI_BASE_URL": f"{provider.base_url}/v1",
            "LIMNER_OPENAI_DIALECT": "localai",
        }
        service = await _start(settings)
        try:
            people = [emulator.person(name, language_code="en") for name in ("Ada", "Bo", "Cy")]
            for person in people:
                person.says("/start")
            for person in people:
                await emulator.until(lambda p=person: any(m.buttons for m in p.received), 60)  # type: ignore[misc]
                asked = next(m for m in person.received if m.buttons)
                await person.presses(asked, "I am 18 or older")
            wishes: list[tuple[Person, str]] = []
            for number in range(KILLS):
                person = dice.choice(people)
                prompt = f"lantern number {number}"
                person.says(f"/imagine {prompt}")
                wishes.append((person, prompt))
                await asyncio.sleep(dice.uniform(0.5, 6.0))
                service.kill()
                await service.wait()
                service = await _start(settings)
            for person, prompt in wishes:
                await emulator.until(lambda p=person, w=prompt: bool(_of(p, w)), 120)  # type: ignore[misc]
            await asyncio.sleep(5)

            for person, prompt in wishes:
                assert len(_of(person, prompt)) == 1, "once, and only once"
            assert emulator.violations == []
            assert provider.state.violations == []
        finally:
            if service.returncode is None:
                service.kill()
            await service.wait()
