"""What the running bot does at its edges: two models, a second start, logs, a wrong token."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import discord
import pytest

from bots.discord.address import Address
from bots.discord.app import run
from bots.discord.delivery import DiscordDelivery
from bots.discord.openings import Openings
from bots.discord.page import Page
from bots.discord.post import Post
from core.generation.delivery_port import Parcel, ProgressNote, Sent
from core.generation.queries import history
from core.generation.values import RequestState
from core.providers.port import Failure, FailureKind, Offering
from tests.bots.discord.stage import a_stage, actor, settings_of, the_bot
from tests.bots.discord.test_address import AN_ADDRESS
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord.faults import Refused
from tests.factories import an_app
from tests.fakes import FakeProvider, an_offering

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


@dataclass
class TwoModels(FakeProvider):
    """A provider with a second offering, whose results never fail."""

    def offerings(self) -> Sequence[Offering]:
        return (self.offering, an_offering(id="fake/other", title="Other"))


async def test_after_a_failure_another_model_can_be_chosen() -> None:
    provider = TwoModels()
    async with a_stage(provider=provider) as stage:
        ann = await stage.adult()
        provider.failure = Failure(FailureKind.TIMED_OUT)
        asked = ann.uses("imagine", prompt="a fox", model="fake/squares")
        message = await stage.result(asked, "Use another model")
        provider.failure = None
        modal = await ann.presses(message, "Use another model").modal()
        second = await stage.result(ann.submits(modal, {"model": "Other"}))
        assert "a fox" in second.text
        assert "Other" in second.text


async def test_a_replay_after_a_restart_is_one_job_and_one_message() -> None:
    async with a_stage(starts_bot=False) as stage:
        ann = None
        async with the_bot(stage.app, stage.emulator):
            ann = await stage.adult()
            asked = ann.uses("imagine", prompt="a fox")
            message = await stage.result(asked)
        async with the_bot(stage.app, stage.emulator):
            await stage.replay(ann, asked)
            await asyncio.sleep(0.5)
            assert await stage.jobs(ann) == 1
            assert stage.room.messages == [message]


async def test_somebody_elses_answer_is_left_alone() -> None:
    async with a_stage() as stage:
        ann = await stage.adult()
        stage.emulator.faults.add(CALLBACK, Refused(40060))
        answer = ann.uses("quota")
        await asyncio.sleep(0.5)
        assert answer.kind is None
        assert "credits" in (await ann.uses("quota").response()).text


@pytest.mark.promise("FA-2.2b")
async def test_no_log_line_holds_what_people_write(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_stage() as stage:
        ann = await stage.adult("Annabella")
        message = await stage.result(ann.uses("imagine", prompt="a zebra in a canoe"))
        assert (await ann.presses(message, "Original").response()).attachments
        await ann.uses("imagine", prompt="a zebra --ar 99").response()
    ours = [one for one in caplog.records if one.name.split(".")[0] in {"discord", "limner"}]
    assert ours
    for line in (record.getMessage() for record in ours):
        assert "zebra" not in line
        assert "interaction-token" not in line
        assert "Annabella" not in line


async def test_a_wrong_token_stops_the_start_with_its_reason() -> None:
    async with DiscordEmulator() as emulator, an_app() as app:
        with emulator.seams(), pytest.raises(discord.LoginFailure) as failed:
            await run(app, settings_of(emulator, DISCORD_TOKEN="wrong"))
        assert "wrong" not in str(failed.value)
        with pytest.raises(ValueError, match="DISCORD_TOKEN"):
            await run(app, settings_of(emulator, DISCORD_TOKEN=None))


class _Counting(Post):
    """Counts edits by message id, and refuses every other way."""

    edits = 0

    async def edit_by_token(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        raise AssertionError("the token is over")

    async def edit_by_id(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        self.edits += 1
        return to


async def _forget(address: str, removable_until: datetime | None = None) -> None:
    """Nothing is remembered here."""
    del address, removable_until


async def test_progress_that_comes_late_never_covers_the_picture() -> None:
    async with a_stage() as stage:
        ann = await stage.adult()
        message = await stage.result(ann.uses("imagine", prompt="a fox"))
        done = (await history(stage.app, actor(ann)))[0]
        post = _Counting(discord.Client(intents=discord.Intents.none()))
        delivery = DiscordDelivery(stage.app, post, Openings())
        stale = replace(done, state=RequestState.RUNNING, percent=50)
        where = replace(AN_ADDRESS, expires_at=stage.app.clock.now()).write()
        await delivery.show_progress(ProgressNote(where, where, stale, None))
        assert post.edits == 1
        assert "a fox" in message.text
        parcel = Parcel(where, where, 1, False, done, (), None, _forget)
        assert isinstance(await delivery.deliver(parcel), Sent)
        await delivery.show_progress(ProgressNote(where, where, stale, None))
        assert post.edits == 2
