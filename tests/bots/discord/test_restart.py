"""What a person has on the screen outlives the process that drew it."""

import asyncio
from pathlib import Path

import pytest
from discord import LoginFailure
from sqlalchemy import text

from bots.discord.app import run
from bots.discord.render import says
from tests.bots.discord.stage import Stage, settings_of, the_bot
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord.faults import RateLimited, Reset, Status
from tests.factories import a_worker, an_app
from tests.fakes import FakeProvider
from tests.patience import LONG_S


async def test_discord_py_is_given_no_view_that_it_could_forget() -> None:
    # A private view that it remembers takes our buttons' handler away after 15 minutes.
    assert says("age-thanks", "en").view().is_finished()


@pytest.mark.slow
async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    provider = FakeProvider()
    async with DiscordEmulator() as emulator:
        room = await emulator.text_channel(await emulator.guild())
        async with an_app(providers=[provider], folder=tmp_path) as app, a_worker(app):
            stage = Stage(app, emulator, provider, next(iter(emulator.world.guilds.values())), room)
            ann = await stage.adult()
            async with the_bot(app, emulator):
                message = await stage.result(ann.uses("imagine", prompt="a fox"))
                modal = await ann.presses(message, "Change words").modal()
        async with an_app(providers=[provider], folder=tmp_path) as app, a_worker(app):
            stage = Stage(app, emulator, provider, stage.guild, room)
            async with the_bot(app, emulator):
                again = await stage.result(ann.presses(message, "Again"))
                assert "a fox" in again.text
                original = await ann.presses(message, "Original").response()
                assert len(original.attachments) == 1
                changed = await stage.result(ann.submits(modal, {"prompt": "a wolf"}))
                assert "a wolf" in changed.text
        assert emulator.violations == []


async def test_a_restart_while_it_is_painted_changes_nothing_for_the_person(tmp_path: Path) -> None:
    async with DiscordEmulator() as emulator:
        guild = await emulator.guild()
        room = await emulator.text_channel(guild)
        provider = FakeProvider()
        async with an_app(providers=[provider], folder=tmp_path) as app:
            stage = Stage(app, emulator, provider, guild, room)
            ann = await stage.adult()
            async with the_bot(app, emulator):
                message = await ann.uses("imagine", prompt="a fox").response()
                assert "In line" in message.text
        async with (
            an_app(providers=[provider], folder=tmp_path) as app,
            the_bot(app, emulator),
            a_worker(app),
        ):
            await Stage(app, emulator, provider, guild, room).shows(message, "Vary")
        assert room.messages == [message]
        assert emulator.violations == []


async def test_a_bot_that_is_stopped_ends_its_answers_first(tmp_path: Path) -> None:
    def answering() -> list[str]:
        return [task.get_name() for task in asyncio.all_tasks() if "Command" in task.get_name()]

    async with DiscordEmulator() as emulator, an_app(folder=tmp_path) as app:
        guild = await emulator.guild()
        stage = Stage(app, emulator, FakeProvider(), guild, await emulator.text_channel(guild))
        ann = await stage.adult()
        async with the_bot(app, emulator), app.transaction() as tx:
            # Others must wait to write until this is over.
            await tx.execute(text("DELETE FROM requests WHERE id = ''"))
            ann.uses("imagine", prompt="a fox")
            await emulator.until(lambda: bool(answering()), LONG_S, "an answer at work")
        assert answering() == []
        assert await stage.jobs(ann) == 1
        assert emulator.violations == []


@pytest.mark.parametrize("fault", [Reset(), Status(502), RateLimited(0.1, via=False)])
@pytest.mark.parametrize("route", ["GET /users/@me", "GET /gateway/bot"])
async def test_a_bot_that_starts_while_discord_is_down_comes_up_with_it(
    tmp_path: Path, route: str, fault: Reset | Status | RateLimited
) -> None:
    provider = FakeProvider()
    async with DiscordEmulator() as emulator, an_app(providers=[provider], folder=tmp_path) as app:
        guild = await emulator.guild()
        stage = Stage(app, emulator, provider, guild, await emulator.text_channel(guild))
        ann = await stage.adult()
        emulator.faults.add(route, fault, times=1)
        async with a_worker(app), the_bot(app, emulator):
            assert emulator.faults.waiting == []
            await stage.result(ann.uses("imagine", prompt="a fox"))
        assert emulator.violations == []


async def test_a_token_that_discord_does_not_know_is_not_tried_again(tmp_path: Path) -> None:
    async with DiscordEmulator() as emulator, an_app(folder=tmp_path) as app:
        settings = settings_of(emulator, DISCORD_TOKEN="unknown.to.discord")
        with emulator.seams(), pytest.raises(LoginFailure):
            await run(app, settings)
