"""Rights on the page, told at the level of its requests: every command, for everybody."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from bots.playground.counter import COUNTER
from core.accounts.commands import choose_language, meet, set_age
from core.accounts.rows import AccountRow
from core.app import App
from core.privacy.notice.history import publish_policy
from tests.bots.playground.service import Playground, a_playground, served
from tests.factories import an_app

WHO = ("ordinary", "banned", "minor", "unknown")


async def accounts(app: App) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(AccountRow)) or 0


async def become(page: Playground, who: str) -> None:
    """Make the installation's person an ordinary one, a banned or an under-age one; or nobody."""
    if who == "unknown":
        return
    person = await meet(page.app, page.actor)
    await set_age(page.app, page.actor, is_adult=who != "minor")
    if who == "banned":
        async with page.app.transaction() as tx:
            await tx.execute(
                update(AccountRow)
                .where(AccountRow.id == person.account_id)
                .values(banned_at=page.app.clock.now())
            )


async def pressed(page: Playground, command: str, words: str = "", key: str = "a-press-1") -> Any:
    answer = await page.post("/api/counter", command=command, words=words, key=key)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.mark.parametrize("way", ["typed", "pressed"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("who", WHO)
async def test_every_command_answers_everybody(who: str, language: str, way: str) -> None:
    async with a_playground(is_adult=False, works=False, language=language) as page:
        await become(page, who)
        if who != "unknown" and language != "en":
            await choose_language(page.app, page.actor, "zh_Hans")
        before = await accounts(page.app)
        for name in COUNTER:
            if way == "typed":
                card = (await page.say(f"/{name}")).json()["answer"]
            else:
                card = await pressed(page, name)
            assert card["title"]
            assert card["lines"] or card["steps"]
            assert all(step["label"] for step in card["steps"])
            words = f"{card['title']}{card['lines']}"
            assert any("一" <= char <= "鿿" for char in words) == (language != "en")
        assert await accounts(page.app) == before


async def test_opening_the_page_and_looking_at_everything_makes_no_account() -> None:
    async with a_playground(is_adult=False, works=False) as page:
        state = await page.read("/api/state")
        await page.read("/api/known")
        for typed in ("/quota", "/help", "/start", "/cancel", "/privacy", "/nonsense"):
            await page.say(typed)
        assert await accounts(page.app) == 0
        assert state["welcome"]
        assert state["person"]["age"] == "unknown"

        await page.asked("a fox")
        assert await accounts(page.app) == 1


async def test_the_drawer_says_what_is_known_and_offers_every_right() -> None:
    async with a_playground(works=False) as page:
        known = await page.read("/api/known")

    assert [one["name"] for one in known["rights"]] == list(COUNTER)
    assert known["quota"]["paragraphs"]
    assert known["answer"]["lines"]


async def test_a_step_that_is_none_is_refused_and_nothing_happens() -> None:
    async with a_playground(works=False) as page:
        wrong = await page.post("/api/counter", command="imagine", words="", key="a-press-1")
        short = await page.post("/api/counter", command="privacy", words="", key="x")
        long = await page.post("/api/counter", command="p" * 40, words="", key="a-press-1")

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (404, "not-found")
    assert short.status_code == long.status_code == 400


async def test_too_quick_is_told_with_a_time() -> None:
    async with a_playground(works=False) as page:
        codes = {(await page.say("/privacy")).status_code for _ in range(31)}

    assert codes == {200, 429}


@pytest.mark.promise("AX-44", "FA-19.1")
async def test_what_changed_in_the_policy_is_told_once_as_a_card(tmp_path: Path) -> None:
    async with a_playground(folder=tmp_path, works=False) as page:
        await publish_policy(page.app)
        first = await page.read("/api/state")
    async with an_app(folder=tmp_path) as app:
        periods = {**app.profile.retention_days, "support": 365}
        later = replace(app, profile=replace(app.profile, retention_days=periods))
        await publish_policy(later)
        async with served(later) as url, httpx.AsyncClient(base_url=url) as client:
            told = (await client.get("/api/state")).json()
            again = (await client.get("/api/state")).json()
            await client.post("/api/news-seen", json={}, headers={"origin": url})
            after = (await client.get("/api/state")).json()

    assert first["news"] is None
    lines = [line["text"] for line in told["news"]["lines"]]
    assert "messages to support: was 3 years, is now 1 year" in lines
    assert [step["words"] for step in told["news"]["steps"]] == ["", "history"]
    assert again["news"] == told["news"], "no page has drawn them yet"
    assert after["news"] is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/export protect correct horse battery", "/export protect ••••••"),
        ("/EXPORT  protect-link  hunter2 hunter2", "/export protect-link ••••••"),
        ("/export send", "/export send"),
        ("/privacy time", "/privacy time"),
    ],
)
async def test_a_passphrase_that_is_typed_does_not_stay_on_the_page(typed: str, shown: str) -> None:
    async with a_playground(works=False) as page:
        answer = (await page.say(typed)).json()

    assert answer["asked"] == shown
    assert "hunter2" not in json.dumps(answer)
    assert "horse" not in json.dumps(answer)
