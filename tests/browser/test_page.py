"""The page in real Chromium: what a person sees and does, from the first visit on."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from bots.playground.person import open_installation
from core.accounts.commands import choose_language
from core.generation.queries import history, picture_file
from tests.bots.playground.service import Playground, a_playground
from tests.browser.chromium import Visit, a_visit
from tests.browser.conftest import Open
from tests.fakes import FakeProvider

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOX = "a red fox under a blue moon in a snowy forest"


def clean(visit: Visit) -> None:
    """Nothing left this computer, and the page complained about nothing."""
    assert visit.strangers() == []
    assert visit.problems == []
    assert visit.requests


async def test_first_visit_from_the_welcome_to_the_picture(opened: Open, tmp_path: Path) -> None:
    async with opened(is_adult=False) as playground, a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello, I'm Limner")
        await expect(page.locator("#banner")).to_contain_text("only this computer")
        await visit.shot("01-first-visit")

        # Asked before the age is told: the prompt is not asked again.
        await visit.ask(FOX)
        waiting = page.locator(".body.waiting-age")
        await expect(waiting).to_contain_text("aged 18 or over")
        await page.reload()
        await visit.ready()
        await expect(waiting).to_be_visible()
        await waiting.get_by_role("button", name="I am 18 or older").click()

        await expect(page.get_by_role("progressbar")).to_be_visible()
        await visit.shot("02-progress")
        await visit.done()
        await visit.loaded()
        await expect(page.locator(".bubble-words")).to_have_text(FOX)
        await expect(page.get_by_role("img", name=FOX)).to_be_visible()
        await expect(page.locator(".caption")).to_contain_text("built-in illustrator")
        await visit.shot("03-picture")
        clean(visit)


async def test_the_preview_stays_until_the_picture_is_there(tmp_path: Path) -> None:
    provider, is_let_through = FakeProvider(), asyncio.Event()
    provider.gate.clear()

    async def held_back(route: Route) -> None:
        await is_let_through.wait()
        await route.continue_()

    async with (
        a_playground(providers=[provider]) as playground,
        a_visit(playground.url, tmp_path) as visit,
    ):
        page = visit.page
        await visit.ask("a fox")
        await expect(page.locator(".body.moving .preview.shown")).to_be_visible()
        await page.route("**/api/pictures/*", held_back)
        provider.gate.set()
        await visit.done()
        await expect(page.locator(".body.done .preview")).to_be_visible()
        is_let_through.set()
        await expect(page.locator(".body.done .preview")).to_have_count(0)
        await visit.loaded()
        await expect(page.get_by_role("img", name="a fox")).to_be_visible()
        clean(visit)


async def test_options_several_pictures_and_the_original(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("What shall I draw?")
        await visit.shot("04-empty")
        await page.get_by_role("button", name="three purple cats").click()
        await expect(page.locator("#prompt")).to_have_value(
            "three purple cats in a neon city at night"
        )
        await page.locator("#chip-size").click()
        await page.get_by_role("menuitemradio", name="16:9").click()
        await page.locator("#chip-count").click()
        await visit.shot("05-options")
        await page.get_by_role("menuitemradio", name="4 pictures").click()
        await page.locator("#send").click()
        await visit.done()
        await visit.loaded()
        tiles = page.locator("button.tile")
        await expect(tiles).to_have_count(4)
        await visit.shot("06-four-pictures")

        await page.locator(".action-open", has_text="3").click()
        box = page.locator("#lightbox")
        await expect(box.locator(".facts")).to_contain_text("3 of 4")
        await page.keyboard.press("ArrowRight")
        await expect(box.locator(".facts")).to_contain_text("4 of 4")
        await visit.shot("07-lightbox")
        async with page.expect_download() as downloading:
            await box.get_by_role("link", name="Original").click()
        download = await downloading.value
        (request,) = await history(playground.app, playground.actor)
        assert request.outcome is not None
        fourth = request.outcome.pictures[3]
        kept = await picture_file(playground.app, playground.actor, fourth.picture_id)
        path = Path(await download.path())
        assert await asyncio.to_thread(path.read_bytes) == kept.data
        assert download.suggested_filename == kept.file_name
        await page.keyboard.press("Escape")
        await expect(box).to_be_hidden()
        clean(visit)


async def test_again_vary_other_words_and_delete(playground: Playground, tmp_path: Path) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await visit.ask("three purple cats in a neon city at night --ar 16:9 --n 2")
        await visit.done()
        await page.locator("[data-action=again]").click()
        await visit.done(2)
        await page.locator("[data-action=vary]").last.click()
        await page.get_by_role("menuitem", name="Picture 2").click()
        await visit.done(3)
        await page.locator("[data-action=words]").last.click()
        await expect(page.locator("#mode")).to_contain_text("Changing the words")
        await visit.ask("three green cats in a neon city at night")
        await visit.done(4)
        newest = page.locator(".turn").last
        await expect(newest.locator(".bubble")).to_contain_text("three green cats")
        await expect(newest.locator(".tag").first).to_have_text("16:9")

        await newest.locator("[data-action=delete]").click()
        await page.get_by_role("menuitem", name="Delete for good").click()
        await expect(newest.locator(".body.deleted")).to_be_visible()
        clean(visit)


async def test_cancel_and_a_refusal_that_keeps_the_words(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await visit.ask("a fox --ar 99:1")
        await expect(page.locator("#trouble")).to_contain_text("Nothing was charged")
        await expect(page.locator("#prompt")).to_have_value("a fox --ar 99:1")
        await visit.shot("08-refusal")
        await visit.ask("four white boats on the sea at sunset --n 4 --size 2048x2048")
        await page.locator("[data-action=cancel]").click()
        await expect(page.locator(".body.cancelled")).to_contain_text("Your credits are back")
        await expect(page.locator("#trouble")).to_be_hidden()
        await expect(page.locator("#prompt")).to_have_value("")
        clean(visit)


@pytest.mark.promise("FA-0.5")
async def test_a_picture_is_attached_to_be_verified(playground: Playground, tmp_path: Path) -> None:
    card = await playground.made("a yellow boat")
    mine = (await playground.client.get(card["pictures"][0]["original"])).content
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await page.locator("#file").set_input_files(
            {"name": "boat.png", "mimeType": "image/png", "buffer": mine}
        )
        await expect(page.locator("#attached")).to_contain_text("boat.png")
        # Said where it is asked for, before anything is sent.
        await expect(page.locator("#attached")).to_contain_text("it is not kept")
        await page.locator("#send").click()
        answer = page.locator(".notice")
        await expect(answer).to_contain_text("This picture was made here")
        await expect(answer).to_contain_text("not by an AI model")
        await visit.shot("09-verified")
        clean(visit)


async def test_chinese_dark_and_the_drawer(playground: Playground, tmp_path: Path) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await page.locator("#open-drawer").click()
        drawer = page.get_by_role("dialog", name="Settings and data")
        await expect(drawer).to_contain_text("What is held about you")
        await expect(drawer).to_contain_text("free credits")
        await visit.shot("10-drawer")
        await drawer.get_by_role("radio", name="简体中文").check()
        await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        drawer = page.get_by_role("dialog", name="设置与数据")
        await drawer.get_by_role("radio", name="深色").check()
        await drawer.get_by_label("地区").select_option("HK")
        await expect(drawer).to_contain_text("我们保存的您的数据")
        await page.keyboard.press("Escape")
        background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(21, 21, 28)"
        await visit.ask("雪林里蓝色月亮下的一只红狐狸")
        await visit.done()
        await visit.loaded()
        await visit.shot("11-chinese-dark")

        await page.reload()
        await visit.ready()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(page.locator("#prompt")).to_have_attribute("placeholder", "描述一张图片……")
        clean(visit)
    state = await playground.read("/api/state")
    assert state["person"]["region"] == "HK"


async def test_reload_and_another_window_show_the_same(
    playground: Playground, tmp_path: Path
) -> None:
    async with a_visit(playground.url, tmp_path) as visit:
        page = visit.page
        await visit.ask("a red fox")
        await visit.done()
        await visit.ask("/quota")
        await expect(page.locator(".notice")).to_contain_text("credits can be spent")
        await page.fill("#prompt", "half a thou")
        other = await page.context.new_page()
        await other.goto(playground.url)
        await other.locator(".body.done").wait_for()
        await page.reload()
        await visit.ready()

        await expect(page.locator(".bubble-words")).to_have_text("a red fox")
        await expect(page.locator(".notice")).to_contain_text("credits can be spent")
        await expect(page.locator("#prompt")).to_have_value("half a thou")

        await other.fill("#prompt", "a blue owl")
        await other.keyboard.press("Enter")
        await expect(page.locator(".bubble-words").last).to_have_text("a blue owl")
        await visit.done(2)
        clean(visit)


async def test_a_server_restart_loses_nothing_and_the_page_comes_back(
    opened: Open, tmp_path: Path
) -> None:
    async with opened() as first:
        port = int(first.url.rpartition(":")[2])
        visiting = a_visit(first.url, tmp_path)
        visit = await visiting.__aenter__()
        await visit.ask("a red fox in a forest")
        await visit.done()
    try:
        page = visit.page
        await expect(page.locator("#link-state")).to_contain_text("Reconnecting")
        await visit.ask("an owl while nobody listens")
        await expect(page.locator("#trouble")).to_contain_text("doesn't answer")
        await expect(page.locator("#prompt")).to_have_value("an owl while nobody listens")
        await visit.shot("12-server-away")
        async with opened(port=port):
            await expect(page.locator("#link-state")).to_be_empty(timeout=30_000)
            await page.keyboard.press("Enter")
            await visit.done(2)
            await page.locator("[data-action=again]").first.click()
            await visit.done(3)
            assert visit.strangers() == []
            assert await page.locator(".bubble-words").all_inner_texts() == [
                "a red fox in a forest",
                "an owl while nobody listens",
                "a red fox in a forest",
            ]
    finally:
        await visiting.__aexit__(None, None, None)


async def test_on_a_phone_nothing_is_cut_off(opened: Open, tmp_path: Path) -> None:
    async with (
        opened(is_adult=False) as playground,
        a_visit(playground.url, tmp_path, is_phone=True) as visit,
    ):
        page = visit.page
        await visit.shot("13-phone-welcome")
        await page.get_by_role("button", name="I am 18 or older").tap()
        await visit.shot("14-phone-empty")
        await visit.ask(FOX)
        await visit.done()
        await visit.loaded()
        await visit.shot("15-phone-picture")
        await page.locator("button.tile").tap()
        await expect(page.locator("#lightbox")).to_be_visible()
        await visit.shot("16-phone-lightbox")
        await page.locator(".lightbox-close").tap()
        await page.locator("#open-drawer").tap()
        await expect(page.locator("#drawer")).to_contain_text("What is held about you")
        await visit.shot("17-phone-drawer")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        clean(visit)


async def test_a_dark_system_gets_a_dark_page_in_its_own_language(
    playground: Playground, tmp_path: Path
) -> None:
    person = open_installation(playground.app.settings.data).actor()
    await choose_language(playground.app, person, "zh_Hans")
    async with a_visit(playground.url, tmp_path, scheme="dark", locale="zh-CN") as visit:
        background = await visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(21, 21, 28)"
        await expect(visit.page.get_by_role("heading", level=1)).to_have_text("想让我画什么？")
        await visit.shot("18-chinese-empty-dark")
        clean(visit)
