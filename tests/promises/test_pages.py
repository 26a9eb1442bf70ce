"""What pages and measurements of the service let slip about a person: nothing."""

import httpx
import pytest

from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.web.metrics import metrics_app
from tests.bots.playground.service import a_playground
from tests.factories import a_request, accepted, an_adult, an_app


@pytest.mark.promise("AX-10", "FA-6.1", "FA-6.3", "FA-6.4", "FA-6.5")
async def test_no_page_sets_a_cookie() -> None:
    async with a_playground() as page:
        card = await page.asked("a fox")
        answers = [
            await page.client.get(path)
            for path in ("/", "/static/js/main.js", "/api/state", f"/api/requests/{card['id']}")
        ]
        answers.append(await page.say("/privacy"))
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        assert [answer.headers.get("set-cookie") for answer in answers] == [None] * len(answers)
        assert len(page.client.cookies.jar) == 0


@pytest.mark.promise("FA-8.8")
async def test_measurements_hold_neither_words_nor_people() -> None:
    async with an_app() as app:
        person = await an_adult(app, "native-4711")
        asked = await accepted(app, a_request(person, prompt="a canary in a mine"))
        transport = httpx.ASGITransport(metrics_app(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            measured = (await client.get("/metrics")).text + (await client.get("/healthz")).text
    assert "limner_requests" in measured
    for secret in ("canary", "native-4711", asked.request_id, "test:"):
        assert secret not in measured


@pytest.mark.promise("LW-1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_words_say_that_pictures_are_made_by_ai_or_an_algorithm(
    language: Language,
) -> None:
    assert "AI" in text("welcome", language)


@pytest.mark.promise("LW-1")
async def test_the_first_words_are_said_at_the_first_visit() -> None:
    async with a_playground(is_adult=False) as page:
        state = await page.read("/api/state")
    assert text("welcome", "en") in state["welcome"]["paragraphs"]
