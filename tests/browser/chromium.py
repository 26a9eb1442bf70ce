"""The Chromium that is there, started so that it asks nobody anything, and where pictures go."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.patience import LONG_S

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path("test-output/browser")
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


def chromium_path() -> str:
    """Return the browser's path; loudly skip without one, and fail in CI."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    said = "NO CHROMIUM FOUND: the page was not tested in a browser. Debian: apt install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


@dataclass
class Visit:
    """One open page, what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def strangers(self) -> list[str]:
        """Return the addresses asked that are not on this computer."""
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in ("blob", "data")
            and urlsplit(url).hostname != "127.0.0.1"
        ]

    async def shot(self, name: str) -> None:
        """Keep a picture of the page as test output."""
        # The folder is made by Playwright.
        await self.page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")

    async def ready(self) -> None:
        """Wait until the page has its state."""
        await self.page.wait_for_selector("html[data-ready=yes]")

    async def ask(self, text: str) -> None:
        """Type and send."""
        await self.page.fill("#prompt", text)
        await self.page.keyboard.press("Enter")

    async def done(self, count: int = 1) -> None:
        """Wait until so many requests have their pictures."""
        await self.page.wait_for_function(
            "count => document.querySelectorAll('.body.done').length >= count", arg=count
        )

    async def loaded(self) -> None:
        """Wait until every picture on the page is there."""
        await self.page.wait_for_function(
            "() => [...document.images].every((one) => one.complete && one.naturalWidth > 0)"
        )


def _watch(visit: Visit) -> None:
    # Every window of this browser, not only the first.
    visit.page.context.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))

    def on_console(message: Any) -> None:
        # A refusal is an answer with a 4xx status, and the browser notes each of them.
        if message.type == "error" and "status of 4" not in message.text:
            visit.problems.append(message.text)

    visit.page.on("console", on_console)


@asynccontextmanager
async def a_visit(
    url: str,
    folder: Path,
    *,
    size: dict[str, int] | None = None,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "en-GB",
    is_phone: bool = False,
    reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
) -> AsyncIterator[Visit]:
    """Open the page in a browser of its own, with its own empty profile."""
    path = chromium_path()
    async with async_playwright() as playwright:
        context: BrowserContext = await playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=path,
            headless=True,
            args=FLAGS,
            viewport=size or (PHONE if is_phone else DESKTOP),  # type: ignore[arg-type]
            color_scheme=scheme,
            locale=locale,
            is_mobile=is_phone,
            has_touch=is_phone,
            reduced_motion=reduced_motion,
            accept_downloads=True,
        )
        context.set_default_timeout(LONG_S * 1000)
        page = context.pages[0] if context.pages else await context.new_page()
        visit = Visit(page)
        _watch(visit)
        await page.goto(url)
        await visit.ready()
        try:
            yield visit
        finally:
            await context.close()
