"""The public pages: the notice as in chat, the opt-out signal, nothing that follows a reader."""

import asyncio
import logging
import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from core.app import App
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.privacy.counter.notices import notice
from core.privacy.notice.pages import TOPICS, glance, providers, table, terms, topic_page
from core.privacy.notice.wording import Page, paragraphs
from core.web.edge import BODY_BYTES
from core.web.frame import language_wished, tag_of
from core.web.serving import HEAD_BYTES
from tests.core.web.public import SIGNAL, the_pages
from tests.factories import an_app

PAGES = ("/privacy", "/privacy/table", *(f"/privacy/{topic}" for topic in TOPICS))
ALL = (*PAGES, "/terms", "/providers")
TEXT = re.compile(r"<[^>]+>")


def page_at(app: App, path: str) -> Page:
    found = notice(app)
    named = {"/privacy": glance, "/privacy/table": table, "/terms": terms, "/providers": providers}
    return named[path](found) if path in named else topic_page(found, path.rpartition("/")[2])


def words(html: str) -> str:
    return " ".join(unescape(TEXT.sub(" ", html)).split())


@pytest.mark.promise("FA-0.5", "FA-0.2", "FA-L.1")
@pytest.mark.parametrize("policy", ["flux-art", "artiflux"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_says_what_the_chat_says(language: Language, policy: str) -> None:
    async with an_app(LIMNER_POLICY=policy) as app, the_pages(app) as public:
        for path in ALL:
            html = await public.read(f"{path}?lang={tag_of(language)}")
            assert f'<html lang="{tag_of(language)}">' in html
            shown = words(html)
            for line in paragraphs(page_at(app, path), language):
                for part in re.split(" ?· ", line):
                    assert " ".join(part.split()) in shown, (path, part)


@pytest.mark.promise("AX-10", "FA-2.2c", "FA-6.1", "FA-6.3", "FA-6.4", "FA-6.5")
async def test_no_page_has_a_cookie_a_script_or_anything_from_elsewhere() -> None:
    async with an_app() as app, the_pages(app) as public:
        for path in (*ALL, "/", "/style.css", "/.well-known/gpc.json", "/healthz", "/nothing"):
            answer = await public.client.get(path)
            assert "set-cookie" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "script-src" not in answer.headers["content-security-policy"]
            assert "<script" not in answer.text
            addresses = re.findall(r"""(?:src|href|action)="([^"]*)\"""", answer.text)
            assert all(not urlsplit(one).netloc for one in addresses)
            assert "url(" not in answer.text
            assert "@import" not in answer.text
        assert len(public.client.cookies.jar) == 0


@pytest.mark.promise("FA-14.4b", "LW-8")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_says_that_the_signal_is_honoured_only_when_it_came(
    language: Language,
) -> None:
    said = text("web-signal", language)
    async with an_app() as app, the_pages(app) as public:
        for path in ALL:
            address = f"{path}?lang={tag_of(language)}"
            assert said in words(await public.read(address, **SIGNAL))
            assert said not in words(await public.read(address))
            assert said not in words(await public.read(address, **{"sec-gpc": "0"}))


@pytest.mark.promise("FA-14.4b")
async def test_the_signal_is_announced_where_browsers_look_for_it() -> None:
    async with an_app() as app, the_pages(app) as public:
        answer = await public.client.get("/.well-known/gpc.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"gpc": True, "lastUpdate": "2026-05-02"}


@pytest.mark.parametrize(
    ("accept", "asked", "expected"),
    [
        ("", "", "en"),
        ("de-DE,de;q=0.9", "", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "", "zh_Hans"),
        ("de, en;q=0.3, zh-CN;q=0.7", "", "zh_Hans"),
        ("en, zh", "", "en"),
        ("zh;q=0, en;q=0", "", "en"),
        ("zh;q=nonsense, *;q=1", "", "en"),
        ("en", "zh-Hans", "zh_Hans"),
        ("zh", "en", "en"),
        ("zh", "klingon" * 99, "en"),
    ],
)
def test_the_language_is_the_asked_one_or_the_browsers_strongest_wish(
    accept: str, asked: str, expected: Language
) -> None:
    assert language_wished(accept, asked) == expected


async def test_what_is_not_there_is_said_in_words() -> None:
    async with an_app() as app, the_pages(app) as public:
        for path in ("/nothing", "/privacy/nothing", "/privacy/<script>", "/../etc/passwd"):
            answer = await public.client.get(path)
            assert answer.status_code == httpx.codes.NOT_FOUND
            assert "There is no such page" in answer.text
        posted = await public.client.post("/privacy")
        assert posted.status_code == httpx.codes.METHOD_NOT_ALLOWED


async def an_endless_head(url: str) -> bytes:
    """Send a head that does not end; return what is answered before the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    try:
        writer.write(b"GET /privacy HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 3 * HEAD_BYTES)
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()


async def test_large_requests_are_refused_before_they_are_read() -> None:
    async with an_app() as app, the_pages(app) as public:
        much = await public.client.post("/privacy", content=b"x" * (BODY_BYTES + 1))

        async def endless() -> object:
            yield b"x"

        stream = await public.client.post("/privacy", content=endless())  # type: ignore[arg-type]
        head = await an_endless_head(public.url)
        again = await public.client.get("/privacy")

    assert much.status_code == stream.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert head.startswith(b"HTTP/1.1 400")
    assert again.status_code == httpx.codes.OK


async def test_health_tells_whether_and_nothing_else() -> None:
    async with an_app() as app, the_pages(app) as public:
        assert (await public.client.get("/healthz")).json() == {"status": "ok"}


async def test_who_reads_is_neither_logged_nor_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with an_app() as app, the_pages(app) as public:
        caplog.clear()
        await public.read("/privacy", **{"x-forwarded-for": "203.0.113.9"})
        await public.client.get("/a-secret-address")
        await asyncio.sleep(0)
    logged = " ".join(
        f"{record.getMessage()} {record.args}"
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore"))
    )
    assert "203.0.113.9" not in logged
    assert "127.0.0.1" not in logged
    assert "a-secret-address" not in logged
