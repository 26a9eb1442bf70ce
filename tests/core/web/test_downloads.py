"""The page of an export's link: it says what it is, and only its buttons cost a download."""

import pytest

from core.messages.speech import day
from core.privacy.export.links import listing, token_for
from core.privacy.export.values import DOWNLOADS_AT_MOST
from tests.core.privacy.export.reading import check, opened, raw_parts
from tests.core.privacy.export.test_links import PUBLIC, a_link
from tests.core.web.public import the_pages
from tests.factories import an_app
from tests.fakes import MovingClock


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_the_page_says_what_it_is_how_often_and_until_when(language: str) -> None:
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC) as app, the_pages(app) as public:
        _, token = await a_link(app)
        page = await public.read(f"/export/{token}?lang={language}")
        shown = await listing(app, token)

    spoken = "en" if language == "en" else "zh_Hans"
    assert shown.parts[0].file_name in page
    assert day(shown.expires_at, spoken) in page  # type: ignore[arg-type]
    assert str(DOWNLOADS_AT_MOST) in page
    assert f'<form method="post" action="/export/{token}/1">' in page
    assert "<script" not in page


async def test_looking_costs_nothing_and_a_press_brings_the_very_bytes() -> None:
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC) as app, the_pages(app) as public:
        row, token = await a_link(app)
        for _ in range(DOWNLOADS_AT_MOST + 1):
            await public.read(f"/export/{token}")
            looked = await public.client.get(f"/export/{token}/1")
            assert looked.status_code == 303
            assert looked.headers["location"] == f"/export/{token}"
            await public.client.head(f"/export/{token}/1")
        (raw,) = await raw_parts(app, row)
        for left in range(DOWNLOADS_AT_MOST - 1, -1, -1):
            saved = await public.client.post(f"/export/{token}/1")
            assert saved.content == raw
            assert saved.headers["content-disposition"].startswith("attachment; filename=")
            assert saved.headers["cache-control"] == "no-store"
            assert saved.headers["referrer-policy"] == "no-referrer"
            assert (await listing(app, token)).parts[0].downloads_left == left
        check(opened(raw))
        more = await public.client.post(f"/export/{token}/1")
        assert more.status_code == 410
        assert "all that a link allows" in more.text
        page = await public.read(f"/export/{token}")
        assert "<form" not in page
        assert "no downloads left" in page


async def test_wrong_and_old_links_give_nothing() -> None:
    clock = MovingClock()
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC, clock=clock) as app, the_pages(app) as public:
        row, token = await a_link(app)
        assert row.expires_at is not None
        other = token_for(app, row.id, row.expires_at)[:-1] + "x"
        for path in (f"/export/{other}", "/export/nonsense", f"/export/{other}/1"):
            assert (await public.client.post(path)).status_code in (404, 405)
            assert (await public.client.get(path)).status_code in (303, 404)
        for number in ("2", "0", "-1", "x", "9" * 40, "１"):
            answer = await public.client.post(f"/export/{token}/{number}")
            assert answer.status_code == 410, number
        clock.move(days=app.profile.exports.link_days + 1)
        expired = await public.client.get(f"/export/{token}")
        late = await public.client.post(f"/export/{token}/1")
        assert expired.status_code == late.status_code == 410
        assert "has expired" in expired.text
