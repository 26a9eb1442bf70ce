"""An export and an erasure in real Chromium: from the command to the file and the receipt."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from bots.playground.counter import COUNTER
from tests.bots.playground.service import Playground
from tests.bots.playground.test_rights import accounts
from tests.browser.chromium import Visit, a_visit
from tests.browser.test_access import CONTRAST, assert_named

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"scheme": "dark"},
    "phone": {"is_phone": True},
    "zh": {"scheme": "dark", "locale": "zh-CN"},
}


async def card_of(visit: Visit, command: str, topic: str) -> Locator:
    """Type a command and wait for its card."""
    await visit.ask(f"/{command}")
    card = visit.page.locator(f".turn:last-child .rights[data-topic={topic}]")
    await expect(card).to_be_visible()
    return card


async def fine(visit: Visit) -> None:
    """Every word can be read, every control has a name, and nothing is wider than the window."""
    await assert_named(visit.page)
    assert await visit.page.evaluate(CONTRAST) == []
    wide, window = await visit.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide == window


@pytest.mark.parametrize("look", list(LOOKS))
async def test_a_locked_export_is_made_and_saved_and_nothing_of_the_passphrase_stays(
    playground: Playground, tmp_path: Path, look: str
) -> None:
    await playground.made("a red fox under a blue moon")
    if look == "zh":
        await playground.post("/api/settings", language="zh_Hans")
    async with a_visit(playground.url, tmp_path, reduced_motion="reduce", **LOOKS[look]) as visit:
        page = visit.page
        await card_of(visit, "mydata", "mydata")
        await fine(visit)
        await visit.shot(f"40-mydata-{look}")
        card = await card_of(visit, "export", "export")
        await fine(visit)
        await visit.shot(f"41-export-{look}")
        await card.locator("[data-step='export protect']").click()
        field = card.locator(".asks input")
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("type", "password")
        await expect(field).to_have_attribute("autocomplete", "off")
        await page.keyboard.type("correct horse battery")
        await fine(visit)
        await visit.shot(f"42-passphrase-{look}")
        await page.keyboard.press("Enter")
        save = page.locator(".turn:last-child .action.file")
        await expect(save).to_be_visible()
        await fine(visit)
        await visit.shot(f"43-exported-{look}")
        await expect(page.locator(".rights[data-topic=export]")).to_have_count(1)
        async with page.expect_download() as downloading:
            await save.click()
        path = Path(await (await downloading.value).path())
        assert (await asyncio.to_thread(path.read_bytes)).startswith(b"PK")
        kept = await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
        assert "horse" not in kept + await page.content()

        await page.reload()
        await visit.ready()
        await expect(page.locator(".action.file")).to_be_visible()
        assert visit.problems == []


@pytest.mark.parametrize("look", list(LOOKS))
async def test_an_account_is_erased_at_once_and_the_receipt_stays_and_is_genuine(
    playground: Playground, tmp_path: Path, look: str
) -> None:
    await playground.made("a red fox under a blue moon")
    if look == "zh":
        await playground.post("/api/settings", language="zh_Hans")
    async with a_visit(playground.url, tmp_path, reduced_motion="reduce", **LOOKS[look]) as visit:
        page = visit.page
        card = await card_of(visit, "delete", "delete")
        await fine(visit)
        await visit.shot(f"44-delete-{look}")
        await card.locator("[data-step='delete account']").click()
        now = card.locator(".graves [data-step='delete account now']")
        await expect(now).to_be_visible()
        await expect(now).not_to_be_focused()
        await fine(visit)
        await visit.shot(f"45-account-{look}")
        await now.click()
        await expect(card.locator(".graves [aria-expanded]")).to_be_visible()
        found = re.search(r"\b\d{6}\b", await card.inner_text())
        assert found
        await card.locator(".graves [aria-expanded]").click()
        await page.keyboard.type(found[0])
        await visit.shot(f"46-code-{look}")
        await page.keyboard.press("Enter")
        save = page.locator(".action.file")
        await expect(save).to_be_visible()
        await expect(page.locator("button.tile")).to_have_count(0)
        await fine(visit)
        await visit.shot(f"47-receipt-{look}")
        assert await accounts(playground.app) == 0

        await page.reload()
        await visit.ready()
        await expect(save).to_be_visible()
        assert await accounts(playground.app) == 0
        async with page.expect_download() as downloading:
            await save.click()
        receipt = Path(await (await downloading.value).path())
        data = await asyncio.to_thread(receipt.read_bytes)
        await page.locator("#file").set_input_files(
            {"name": "receipt.json", "mimeType": "application/json", "buffer": data}
        )
        await page.locator("#send").click()
        answer = page.locator(".turn:last-child .notice")
        await expect(answer).to_contain_text("凭证" if look == "zh" else "Receipt of an erasure")
        await visit.shot(f"48-verified-{look}")
        assert visit.problems == []


async def test_a_command_that_an_answer_names_can_be_pressed(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        card = await card_of(visit, "privacy", "glance")
        await card.get_by_role("button", name="/mydata").click()
        page = visit.page
        await expect(page.locator(".rights[data-topic=mydata]")).to_be_visible()
        await page.locator("#open-drawer").click()
        drawer = page.locator("#drawer")
        await expect(drawer.locator(".commands button")).to_have_count(len(COUNTER))
        await drawer.get_by_role("button", name="/terms").click()
        await expect(drawer).to_be_hidden()
        await expect(page.locator(".rights[data-topic=terms]")).to_be_visible()
        assert visit.problems == []
