"""A copy of one's data opens in a real browser from its folder, without any network."""

import asyncio
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

import pytest
from playwright.async_api import expect

from core.accounts.commands import choose_region
from core.generation.values import RequestState
from tests.browser.chromium import Visit, a_visit
from tests.browser.test_access import CONTRAST
from tests.core.privacy.export.reading import asked_for, made, raw_parts, the_export
from tests.factories import a_request, a_worker, accepted, an_adult, an_app, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROMPTS = ("a lighthouse in a storm", "two cats under the moon", "</script><b>苍鹭 & co</b>")
PASSPHRASE = "Correct horse, battery"


async def unpacked(folder: Path, words: str) -> Path:
    """A person's copy with pictures of the illustrator, unpacked into a folder."""
    async with an_app(real_providers=True) as app, a_worker(app):
        actor = await an_adult(app, credits_extra=100)
        await choose_region(app, actor, "DE")
        for prompt in PROMPTS:
            asked = await accepted(app, a_request(actor, prompt=prompt, aspect="256x256"))
            await until(app, actor, asked.request_id, RequestState.ENDED, timeout_s=60)
        await asked_for(app, words, actor=actor)
        await made(app)
        (data,) = await raw_parts(app, await the_export(app))
    file = folder / "copy.zip"
    await asyncio.to_thread(file.write_bytes, data)
    with ZipFile(file) as part:
        part.extractall(folder / "copy")
    return folder / "copy"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all that only look at it."""
    return asyncio.run(unpacked(tmp_path_factory.mktemp("copy"), "send"))


def strangers(visit: Visit) -> list[str]:
    """What was asked for that is no file of the copy."""
    return [url for url in visit.requests if not url.startswith(("file://", "blob:", "data:"))]


def at(folder: Path, name: str = "README.html") -> str:
    return (folder / name).absolute().as_uri()


@pytest.mark.promise("AX-38")
async def test_the_viewer_shows_pictures_with_their_words_and_finds_them(
    copy: Path, tmp_path: Path
) -> None:
    async with a_visit(at(copy), tmp_path) as visit:
        page = visit.page
        await expect(page.locator(".card")).to_have_count(3)
        await page.wait_for_function(
            "() => [...document.querySelectorAll('.card img')].every((one) => one.naturalWidth > 0)"
        )
        await visit.shot("export-pictures")
        for prompt in PROMPTS:
            await expect(page.get_by_text(prompt, exact=True)).to_be_visible()
        await page.fill("#search", "CATS moon")
        await expect(page.locator(".card")).to_have_count(1)
        await page.locator(".card").click()
        await expect(page.locator("#large")).to_be_visible()
        await expect(page.locator("#large-words")).to_have_text(PROMPTS[1])
        await visit.shot("export-large")
        await page.keyboard.press("Escape")
        await expect(page.locator("#large")).to_be_hidden()
        await page.fill("#search", "no such thing")
        await expect(page.locator("#no-pictures")).to_be_visible()
        assert strangers(visit) == []
        assert visit.problems == []


async def test_every_record_and_everything_left_out_is_shown(copy: Path, tmp_path: Path) -> None:
    async with a_visit(at(copy), tmp_path) as visit:
        page = visit.page
        await page.click("#tab-records")
        for table in ("accounts", "requests", "identities", "rights_requests"):
            section = page.locator(f"[data-table={table}]")
            await section.locator("summary").click()
            await expect(section.locator(".record").first).to_be_visible()
            await expect(section.locator("p.about")).not_to_be_empty()
        await expect(page.locator("[data-table=identities] .from").first).to_have_text(
            "from the platform"
        )
        await visit.shot("export-records")
        await page.click("#tab-about")
        await expect(page.get_by_text("Example Studio")).to_be_visible()
        await expect(page.get_by_text("Made on the operator's own machine: 3")).to_be_visible()
        await visit.shot("export-about")
        await page.click("#tab-missing")
        await expect(page.get_by_text("None: every file is here.")).to_be_visible()
        assert await page.locator("#missing li").count() > 20
        assert strangers(visit) == []
        assert visit.problems == []


async def test_it_speaks_chinese_at_a_press(copy: Path, tmp_path: Path) -> None:
    async with a_visit(at(copy), tmp_path) as visit:
        page = visit.page
        await page.get_by_role("button", name="中文").click()
        await expect(page.locator("h1")).to_have_text("您的数据")
        assert await page.get_attribute("html", "lang") == "zh-Hans"
        for name in ("pictures", "records", "about", "missing"):
            await page.click(f"#tab-{name}")
            await expect(page.locator(f"#{name} .about").first).to_be_visible()
        await page.click("#tab-about")
        await visit.shot("export-chinese")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_phone", [False, True])
async def test_it_is_readable_in_any_light_and_width(
    copy: Path, tmp_path: Path, scheme: Literal["light", "dark"], is_phone: bool
) -> None:
    async with a_visit(at(copy), tmp_path, scheme=scheme, is_phone=is_phone) as visit:
        page = visit.page
        for name in ("pictures", "records", "about", "missing"):
            await page.click(f"#tab-{name}")
            assert await page.evaluate(CONTRAST) == [], name
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, name
        await page.click("#tab-pictures")
        await page.locator(".card").first.click()
        assert await page.evaluate(CONTRAST) == []
        await visit.shot(f"export-{scheme}-{'phone' if is_phone else 'desktop'}")


async def test_a_page_without_its_pictures_says_to_unpack(copy: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    await asyncio.to_thread(alone.mkdir)
    raw = await asyncio.to_thread((copy / "README.html").read_bytes)
    await asyncio.to_thread((alone / "README.html").write_bytes, raw)
    async with a_visit(at(alone), tmp_path) as visit:
        await expect(visit.page.locator("#unpack")).to_be_visible()


@pytest.mark.promise("AX-21")
async def test_a_locked_copy_opens_in_the_browser_with_its_passphrase_alone(
    tmp_path: Path,
) -> None:
    folder = await unpacked(tmp_path, f"protect {PASSPHRASE}")
    (sealed,) = await asyncio.to_thread(lambda: list(folder.glob("*.locked")))
    async with a_visit(at(folder, "OPEN.html"), tmp_path) as visit:
        page = visit.page
        await visit.shot("export-locked")
        assert await page.evaluate(CONTRAST) == []
        await page.set_input_files("#file", sealed)
        await page.fill("#passphrase", "another passphrase")
        await page.click("#go")
        await expect(page.locator("#said")).to_contain_text("not the passphrase")
        await expect(page.locator("#save")).to_be_hidden()
        await page.fill("#passphrase", f" {PASSPHRASE} ")
        async with page.expect_download() as coming:
            await page.click("#go")
        download = await coming.value
        assert download.suggested_filename == sealed.name.removesuffix(".locked")
        target = tmp_path / "opened.zip"
        await download.save_as(target)
        await expect(page.locator("#said")).to_contain_text("Open.")
        with ZipFile(target) as part:
            assert part.testzip() is None
            assert {"README.html", "manifest.json", "about.json"} <= set(part.namelist())
        assert strangers(visit) == []
        assert visit.problems == []
