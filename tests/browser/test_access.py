"""The page for people who use the keyboard alone, a screen reader, or need calm and contrast."""

import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from bots.playground.chat import COMMANDS
from bots.playground.counter import COUNTER
from tests.bots.playground.service import Playground
from tests.browser.chromium import Visit, a_visit
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")
TABS = 60
CONTROLS = {
    "button",
    "textbox",
    "combobox",
    "link",
    "radio",
    "menuitem",
    "menuitemradio",
    "option",
    "listbox",
    "dialog",
    "image",
    "progressbar",
    "menu",
}


async def tree(page: Page) -> list[dict[str, Any]]:
    """Return what Chromium tells screen readers: role and name of each node it does not hide."""
    session = await page.context.new_cdp_session(page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    await session.detach()
    return [
        {
            "role": node.get("role", {}).get("value", ""),
            "name": node.get("name", {}).get("value", ""),
        }
        for node in nodes
        if not node.get("ignored")
    ]


async def assert_named(page: Page) -> list[dict[str, Any]]:
    nodes = await tree(page)
    nameless = [node for node in nodes if node["role"] in CONTROLS and not node["name"].strip()]
    assert nameless == []
    return nodes


async def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until the element that matches has the focus."""
    for _ in range(TABS):
        await page.keyboard.press(key)
        if await page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    pytest.fail(f"{selector} is not reached with {key}")


async def test_everything_works_with_the_keyboard_alone(opened: Open, tmp_path: Path) -> None:
    async with opened(is_adult=False) as playground, a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        press = page.keyboard.press
        await tab_to(page, "[data-action=age-yes]", "Shift+Tab")
        await press("Enter")
        await expect(page.locator(".example").first).to_be_visible()

        await page.evaluate("document.activeElement.blur()")
        await press("/")
        await expect(page.locator("#prompt")).to_be_focused()
        await expect(page.get_by_role("option")).to_have_count(len(COMMANDS) + len(COUNTER))
        await press("ArrowDown")
        await press("ArrowDown")
        chosen = page.get_by_role("option", selected=True)
        await expect(chosen).to_contain_text("/quota")
        await expect(page.locator("#prompt")).to_have_attribute(
            "aria-activedescendant", "command-2"
        )
        await visit.shot("20-completion")
        await press("Escape")
        await expect(page.locator("#completion")).to_be_hidden()
        await press("Control+a")
        await page.keyboard.type("/qu")
        await press("Enter")
        await expect(page.locator(".notice")).to_contain_text("credits can be spent")

        assert visit.problems == []


async def test_a_picture_is_made_opened_and_left_with_the_keyboard(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        press = page.keyboard.press
        await tab_to(page, "#chip-count")
        await press("Enter")
        await press("ArrowDown")
        await press("Enter")
        await expect(page.locator("#chip-count")).to_be_focused()
        await expect(page.locator("#chip-count")).to_have_text("2 pictures")
        await tab_to(page, "#prompt", "Shift+Tab")
        await page.keyboard.type("a red fox in a forest")
        await press("Enter")
        await visit.done()

        await tab_to(page, "button.tile", "Shift+Tab")
        await press("Enter")
        box = page.locator("#lightbox")
        await expect(box).to_be_visible()
        await press("ArrowLeft")
        await press("Escape")
        await expect(box).to_be_hidden()
        await expect(page.locator("button.tile:focus")).to_have_count(1)

        await tab_to(page, "[data-action=delete]")
        await press("Enter")
        # Pressed twice by mistake, it deletes nothing.
        await expect(page.get_by_role("menuitem", name="Keep it")).to_be_focused()
        await press("Enter")
        await expect(page.locator("button.tile")).to_have_count(2)
        await expect(page.locator("[data-action=delete]")).to_be_focused()
        await tab_to(page, "#open-drawer", "Shift+Tab")
        await press("Enter")
        await expect(page.locator("#drawer")).to_be_visible()
        await press("Escape")
        await expect(page.locator("#open-drawer")).to_be_focused()

        await tab_to(page, "#prompt")
        await press("ArrowUp")
        await expect(page.locator("#prompt")).to_have_value("a red fox in a forest")
        assert visit.problems == []


async def test_a_link_skips_to_the_prompt(playground: Playground, tmp_path: Path) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await tab_to(page, ".skip", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#prompt")).to_be_focused()


async def test_a_screen_reader_finds_names_landmarks_and_news(opened: Open, tmp_path: Path) -> None:
    async with opened(is_adult=False) as playground, a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        roles = {node["role"] for node in await assert_named(page)}
        assert {"banner", "main", "contentinfo", "form", "heading", "list"} <= roles
        assert await page.locator("h1").count() == 1
        adult = page.get_by_role("button", name="I am 18 or older")
        await adult.click()
        await expect(adult).to_have_count(0)
        await assert_named(page)

        await page.evaluate("""() => {
            window.said = [];
            const place = document.getElementById("announcer");
            new MutationObserver(() => place.textContent && window.said.push(place.textContent))
                .observe(place, { childList: true, characterData: true, subtree: true });
        }""")
        assert await page.locator("#announcer").get_attribute("aria-live") == "polite"
        await visit.ask("a red fox --n 4")
        await expect(page.get_by_role("progressbar")).to_have_attribute(
            "aria-valuetext", re.compile(".")
        )
        await visit.done()
        await page.wait_for_function("() => window.said.at(-1)?.includes('ready')")
        said = await page.evaluate("window.said")
        assert said[0].startswith(("In line", "Painting"))
        assert said[-1] == "4 pictures are ready."
        # Told in steps, never percent by percent.
        assert len(said) <= 8

        nodes = await assert_named(page)
        pictures = [node["name"] for node in nodes if node["role"] == "image"]
        assert sum("a red fox" in name for name in pictures) >= 4
        buttons = [node["name"] for node in nodes if node["role"] == "button"]
        assert "Open picture 2 of 4: a red fox" in buttons
        await page.locator("#chip-size").click()
        await assert_named(page)
        await page.keyboard.press("Escape")
        await page.locator("#open-drawer").click()
        await expect(page.locator("#drawer")).to_contain_text("What is held about you")
        await assert_named(page)
        await page.keyboard.press("Escape")
        await page.locator("button.tile").first.click()
        await assert_named(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_has_enough_contrast(
    playground: Playground, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    async with a_visit(playground.url, tmp_path, scheme=scheme, reduced_motion="reduce") as visit:
        page = visit.page
        weak = await _weak(visit)
        await visit.ask("a red fox --ar 16:9 --n 2")
        await visit.done()
        await visit.ask("a fox --ar 9:99")
        await expect(page.locator("#trouble")).to_be_visible()
        weak += await _weak(visit)
        await page.locator("#open-drawer").click()
        await expect(page.locator("#drawer")).to_contain_text("What is held about you")
        weak += await _weak(visit)

    assert weak == []


async def _weak(visit: Visit) -> list[str]:
    await visit.page.wait_for_timeout(400)
    found: list[str] = await visit.page.evaluate(CONTRAST)
    return found


async def test_calm_when_the_system_asks_for_it(playground: Playground, tmp_path: Path) -> None:
    async with a_visit(playground.url, tmp_path, reduced_motion="reduce") as visit:
        await visit.ask("a red fox")
        await visit.page.locator(".body").first.wait_for()
        lengths = await visit.page.evaluate(
            """() => [...document.querySelectorAll("*")].flatMap((one) => {
                const style = getComputedStyle(one);
                return [style.animationDuration, style.transitionDuration]
                    .flatMap((text) => text.split(", ").map(parseFloat));
            })"""
        )
        assert max(lengths) <= 0.001


async def test_the_page_can_be_read_at_double_size(playground: Playground, tmp_path: Path) -> None:
    async with a_visit(playground.url, tmp_path, size={"width": 320, "height": 640}) as visit:
        await visit.ask("a red fox --n 4")
        await visit.done()
        wide = await visit.page.evaluate(
            """() => [...document.querySelectorAll("body *")]
                .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
                .filter((one) => !one.closest(".chips, .quiet, dialog:not([open])"))
                .map((one) => one.className || one.tagName)"""
        )
        assert wide == []
        await visit.shot("21-narrow")
