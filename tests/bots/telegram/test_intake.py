"""How updates arrive: kept by the platform until they are done; pushed only with the secret."""

import asyncio
import json

import httpx
import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.ext import MessageHandler, filters

from bots.telegram.intake import Intake
from bots.telegram.settings import TelegramSettings
from tests.bots.telegram.stage import a_stage
from tests.emulators.telegram import Emulator
from tests.emulators.telegram.library import Context, free_port
from tests.emulators.telegram.library import an_app as an_application

SECRET = "a-secret-of-the-tests"


async def test_an_update_is_confirmed_only_after_it_was_done() -> None:
    async with Emulator() as emulator:
        ada = emulator.person("Ada")
        application = an_application(emulator)
        done = asyncio.Event()
        begun: list[int] = []

        async def slow(update: Update, _: Context) -> None:
            begun.append(update.update_id)
            await done.wait()

        application.add_handler(MessageHandler(filters.ALL, slow))
        async with application:
            polling = asyncio.create_task(Intake(application).poll())
            asked = ada.says("a fox")
            await emulator.until(lambda: begun)
            kept = [update["update_id"] for update in emulator.updates.pending]
            done.set()
            await emulator.until(lambda: not emulator.updates.pending)
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)

        assert kept == [asked.update_id]
        assert begun == [asked.update_id]


def a_webhook(port: int) -> dict[str, object]:
    return {
        "LIMNER_TELEGRAM_WEBHOOK_URL": f"https://127.0.0.1:{port}/telegram",
        "LIMNER_TELEGRAM_WEBHOOK_SECRET": SecretStr(SECRET),
        "LIMNER_TELEGRAM_WEBHOOK_PORT": port,
    }


@pytest.mark.promise("FA-3.5")
async def test_pushes_are_taken_with_the_secret_and_refused_without() -> None:
    port = free_port()
    async with a_stage(webhook=a_webhook(port)) as stage:
        await stage.emulator.until(lambda: stage.emulator.calls_of("setWebhook"))
        [call] = stage.emulator.calls_of("setWebhook")
        assert call["secret_token"] == SECRET
        assert not call.get("drop_pending_updates")
        # The proxy that would hold the certificate is left out here.
        stage.emulator.updates.webhook.url = ""
        ada = await stage.adult()
        asked = ada.says("a fox")
        assert asked.update_id is not None
        update = stage.emulator.updates.sent[asked.update_id]
        url = f"http://127.0.0.1:{port}/telegram"
        header = "X-Telegram-Bot-Api-Secret-Token"
        async with httpx.AsyncClient(trust_env=False) as client:
            for headers in ({}, {header: "wrong"}, {header: SECRET + "x"}):
                refused = await client.post(url, json=update, headers=headers)
                assert refused.status_code == 403
            await stage.settled()
            assert await stage.requests_of(ada) == ()
            right = {header: SECRET}
            assert (await client.post(url, content=b"[]", headers=right)).status_code == 400
            big = b"{" + b" " * 2_000_000
            assert (await client.post(url, content=big, headers=right)).status_code == 400
            assert (await client.get(url)).status_code == 405
            for _ in range(2):
                taken = await client.post(url, content=json.dumps(update), headers=right)
                assert taken.status_code == 200

        await stage.picture(ada.chat)

        assert len(await stage.requests_of(ada)) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"LIMNER_TELEGRAM_WEBHOOK_URL": "http://example.org/"}, "must begin with https://"),
        ({"LIMNER_TELEGRAM_WEBHOOK_URL": "https://example.org/"}, "SECRET is missing"),
        (
            {
                "LIMNER_TELEGRAM_WEBHOOK_URL": "https://example.org/",
                "LIMNER_TELEGRAM_WEBHOOK_SECRET": "short",
            },
            "must be 16 to 256",
        ),
    ],
)
def test_settings_say_what_is_wrong_without_a_value(
    changes: dict[str, object], problem: str
) -> None:
    settings = TelegramSettings.model_validate({"TELEGRAM_TOKEN": "t"} | changes)

    found = settings.problems()

    assert any(problem in line for line in found)
    assert all("short" not in line for line in found)


def test_usual_settings_have_no_problem() -> None:
    assert TelegramSettings.model_validate({}).problems() == []
