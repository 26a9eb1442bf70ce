"""Rights on the page in real Chromium: typed, pressed, with the keyboard, in both languages."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from bots.playground.counter import COUNTER
from tests.bots.playground.service import Playground
from tests.bots.playground.test_rights import WHO, become
from tests.browser.chromium import Visit, a_visit
from tests.browser.conftest import Open
from tests.browser.test_access import CONTRAST, assert_named, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


async def asked(visit: Visit, command: str, nth: int) -> None:
    """Type a command and wait for its card."""
    await visit.ask(f"/{command}")
    await expect(visit.page.locator(".rights")).to_have_count(nth)


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("who", WHO)
async def test_every_command_is_answered_for_everybody(
    opened: Open, tmp_path: Path, who: str, locale: str
) -> None:
    async with opened(is_adult=False) as playground:
        await become(playground, who)
        async with a_visit(playground.url, tmp_path, locale=LOCALES[locale]) as visit:
            for nth, name in enumerate(COUNTER, start=1):
                await asked(visit, name, nth)
                card = visit.page.locator(".rights").last
                await expect(card.get_by_role("heading")).to_be_visible()
            assert visit.problems == []
            assert visit.strangers() == []


async def test_a_pressed_step_changes_the_card_in_place_with_the_keyboard(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await asked(visit, "privacy", 1)
        await assert_named(page)
        await tab_to(page, "[data-step='privacy time']", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator(".rights h2")).to_have_text("How long")
        await expect(page.locator(".answer:focus")).to_have_count(1)
        await expect(page.locator("#announcer")).to_contain_text("How long")
        await page.keyboard.press("Tab")
        await expect(page.locator("[data-step=privacy]:focus")).to_have_count(1)
        await page.keyboard.press("Enter")
        await expect(page.locator(".rights h2")).to_have_text("Privacy · Flux Art")
        await expect(page.locator(".rights")).to_have_count(1)

        await page.reload()
        await visit.ready()
        await expect(page.locator(".rights h2")).to_have_text("Privacy · Flux Art")
        assert visit.problems == []


@pytest.mark.parametrize("look", ["light", "dark", "phone", "zh"])
async def test_the_notice_is_good_to_look_at(
    playground: Playground, tmp_path: Path, look: str
) -> None:
    scheme: Literal["light", "dark"] = "dark" if look in ("dark", "zh") else "light"
    async with a_visit(
        playground.url,
        tmp_path,
        scheme=scheme,
        is_phone=look == "phone",
        locale="zh-CN" if look == "zh" else "en-GB",
        reduced_motion="reduce",
    ) as visit:
        page = visit.page
        if look == "zh":
            await page.evaluate(
                "fetch('/api/settings', {method: 'POST', headers: {'content-type': "
                "'application/json'}, body: JSON.stringify({language: 'zh_Hans'})})"
            )
            await page.reload()
            await visit.ready()
        await asked(visit, "privacy", 1)
        await visit.shot(f"30-privacy-{look}")
        weak = await page.evaluate(CONTRAST)
        await page.locator("[data-step='privacy table']").click()
        await expect(page.locator(".rights[data-topic=table]")).to_be_visible()
        await visit.shot(f"31-table-{look}")
        weak += await page.evaluate(CONTRAST)
        assert weak == []
        width = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert width[0] == width[1]
        await page.locator("#open-drawer").click()
        await expect(page.locator("#drawer .commands button")).to_have_count(len(COUNTER))
        await assert_named(page)
        await visit.shot(f"32-drawer-{look}")
