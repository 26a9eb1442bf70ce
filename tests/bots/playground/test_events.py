"""What open pages hear, how one that was away catches up, and how the server stops."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from sse_starlette import ServerSentEvent

from bots.playground import serve as serving
from bots.playground.delivery import PageDelivery
from bots.playground.events import KEPT, WAITING_AT_MOST, Hub
from bots.playground.serve import serve
from core.generation.delivery_port import Parcel, ProgressNote, Sent
from core.generation.queries import status
from core.kernel.ids import RequestId
from tests.bots.playground.service import a_playground, served
from tests.factories import an_app
from tests.fakes import FakeProvider
from tests.patience import LONG_S

Heard = tuple[str, str, Any]


def seen(event: ServerSentEvent) -> str:
    return event.event or ""


async def taken(stream: AsyncIterator[ServerSentEvent], count: int) -> list[ServerSentEvent]:
    async with asyncio.timeout(5):
        return [await anext(stream) for _ in range(count)]


async def test_a_page_that_was_away_hears_exactly_what_it_missed() -> None:
    hub = Hub()
    hub.publish("card", {"n": 1})
    after = hub.last_id
    hub.publish("card", {"n": 2})
    hub.publish("card", {"n": 3})

    heard = await taken(hub.listen(after), 3)

    assert [seen(event) for event in heard] == ["hello", "card", "card"]
    assert [json.loads(str(event.data)) for event in heard[1:]] == [{"n": 2}, {"n": 3}]
    assert heard[-1].id == hub.last_id


@pytest.mark.parametrize("after", ["", "nonsense", "-", "another-1", "0" * 26 + "-1"])
async def test_a_page_that_knows_another_process_loads_everything_anew(after: str) -> None:
    hub = Hub()
    hub.publish("card", {})

    heard = await taken(hub.listen(after), 2)

    assert [seen(event) for event in heard] == ["hello", "resync"]


async def test_a_page_that_missed_too_much_loads_everything_anew() -> None:
    hub = Hub()
    hub.publish("card", {})
    after = hub.last_id
    for _ in range(KEPT + 1):
        hub.publish("card", {})

    heard = await taken(hub.listen(after), 2)

    assert [seen(event) for event in heard] == ["hello", "resync"]


async def test_a_slow_page_is_told_to_load_everything_and_holds_nobody_up() -> None:
    hub = Hub()
    slow = hub.listen(hub.last_id)
    await taken(slow, 1)
    for _ in range(WAITING_AT_MOST + 1):
        hub.publish("card", {})

    (heard,) = await taken(slow, 1)

    assert seen(heard) == "resync"
    assert heard.id == hub.last_id


async def test_closing_ends_every_stream() -> None:
    hub = Hub()
    stream = hub.listen("")
    await taken(stream, 2)
    hub.publish("card", {})

    hub.close()

    assert [event async for event in stream] == []
    assert [event async for event in hub.listen("")] == []
    assert hub.pages == 0


async def stream_of(
    client: httpx.AsyncClient, after: str, until: str, **headers: str
) -> list[Heard]:
    """Listen until a card has a state or an event has a name; ids, names and data in order."""
    heard: list[Heard] = []
    fields: dict[str, str] = {}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        asyncio.timeout(LONG_S),
        client.stream("GET", f"/api/events?after={after}", headers=sent) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
                continue
            data = json.loads(fields.get("data", "{}"))
            heard.append((fields.get("id", ""), fields.get("event", ""), data))
            fields = {}
            if until in (heard[-1][1], data.get("state")):
                return heard
    return heard


async def test_a_request_is_told_from_the_line_to_the_picture() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_playground(providers=[provider]) as page:
        after = (await page.read("/api/state"))["heard"]
        listening = asyncio.create_task(stream_of(page.client, after, "done"))
        painting = asyncio.create_task(stream_of(page.client, after, "painting"))
        card = await page.asked("a fox --n 2")
        await painting
        provider.gate.set()
        heard = await listening

    states = [data["state"] for _, name, data in heard if name == "card"]
    assert states[0] == "waiting"
    assert "painting" in states
    assert states[-1] == "done"
    assert {data["id"] for _, name, data in heard if name == "card"} == {card["id"]}
    assert len(heard[-1][2]["pictures"]) == 2


async def test_a_page_that_lost_its_link_goes_on_behind_the_last_event() -> None:
    async with a_playground() as page:
        after = (await page.read("/api/state"))["heard"]
        card = await page.made("a fox")
        first = await stream_of(page.client, after, "waiting")
        rest = await stream_of(page.client, "", "done", last_event_id=first[-1][0])

    assert rest[0][1] == "hello"
    assert "resync" not in [name for _, name, _ in rest]
    assert rest[-1][2]["id"] == card["id"]


async def test_a_page_of_the_former_process_is_told_to_load_everything() -> None:
    async with a_playground(works=False) as page:
        after = (await page.read("/api/state"))["heard"]
    async with a_playground(works=False) as page:
        heard = await stream_of(page.client, after, "resync")

    assert [name for _, name, _ in heard] == ["hello", "resync"]


async def test_the_server_stops_at_once_although_a_page_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Far more patience than the server ever needs: a page that held it up would be seen.
    monkeypatch.setattr(serving, "STOP_WITHIN_S", 4 * LONG_S)
    loop = asyncio.get_running_loop()
    async with an_app() as app, httpx.AsyncClient(trust_env=False) as client:
        async with served(app) as url:
            client.base_url = httpx.URL(url)
            listening = asyncio.create_task(stream_of(client, "", "never"))
            await stream_of(client, "", "resync")
            began_s = loop.time()
        heard = await listening

    assert loop.time() - began_s < LONG_S
    assert [name for _, name, _ in heard] == ["hello", "resync"]


async def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    async with an_app() as app, served(app) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            await serve(app, port)


async def test_delivering_the_same_parcel_twice_shows_one_card() -> None:
    async with a_playground() as page:
        card = await page.made("a fox")
        hub = Hub()
        surface = PageDelivery(hub)
        remembered: list[str] = []

        async def remember(address: str, removable_until: datetime | None = None) -> None:
            assert removable_until is None
            remembered.append(address)

        facts = await status(page.app, page.actor, RequestId(card["id"]))
        parcel = Parcel("here", "", 1, False, facts, (), None, remember)
        results = [await surface.deliver(parcel), await surface.deliver(parcel)]
        await surface.show_progress(ProgressNote("here", f"turn-{card['id']}", facts, None))
        heard = await taken(hub.listen(hub.last_id.partition("-")[0] + "-0"), 4)

    assert results == [Sent(f"turn-{card['id']}")] * 2
    assert {json.loads(str(event.data))["id"] for event in heard[1:]} == {card["id"]}
    assert surface.surface == "playground"
