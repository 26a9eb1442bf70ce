"""The emulated Discord refuses what the real one refuses, and says so."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.emulators.discord import DiscordEmulator, Handle, contract, faults
from tests.emulators.discord.spec import published_spec
from tests.emulators.discord.state import Channel

V2 = 1 << 15
COMMAND = {"name": "draw", "description": "Draw something", "type": 1, "integration_types": [0]}


@pytest.fixture
async def emulator() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as started:
        await started.text_channel(await started.guild())
        yield started


async def _ask(emulator: DiscordEmulator, method: str, path: str, **extra: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bot {emulator.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, emulator.api_base + path, **extra) as answer,
    ):
        text = await answer.text()
        return answer.status, (await answer.json() if text else None)


async def _post(emulator: DiscordEmulator, **body: Any) -> tuple[int, Any]:
    return await _ask(emulator, "POST", f"/channels/{_place(emulator).id}/messages", json=body)


def _place(emulator: DiscordEmulator) -> Channel:
    return next(iter(emulator.world.channels.values()))


async def _asked(emulator: DiscordEmulator) -> Handle:
    path = f"/applications/{emulator.application_id}/commands"
    status, _ = await _ask(emulator, "PUT", path, json=[COMMAND])
    assert status == 200
    return emulator.person("Ann").uses("draw")


async def _respond(emulator: DiscordEmulator, handle: Handle, **body: Any) -> tuple[int, Any]:
    path = f"/interactions/{handle.interaction.id}/{handle.interaction.token}/callback"
    return await _ask(emulator, "POST", path, json=body, params={"with_response": "1"})


def _button(custom_id: str, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **more}


def _row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def _text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


PLANTED = {
    "a long custom_id": {"content": "x", "components": [_row(_button("i" * 101))]},
    "six buttons in a row": {
        "content": "x",
        "components": [_row(*(_button(str(n)) for n in range(6)))],
    },
    "two buttons of one id": {"content": "x", "components": [_row(_button("a"), _button("a"))]},
    "two parts of one number": {
        "flags": V2,
        "components": [{**_text("x"), "id": 7}, {**_text("y"), "id": 7}],
    },
    "a number that is too large": {"flags": V2, "components": [{**_text("x"), "id": 2**31}]},
    "a long address": {
        "content": "x",
        "components": [
            _row({"type": 2, "style": 5, "label": "Go", "url": "https://a/" + "b" * 503})
        ],
    },
    "long content": {"content": "x" * 2001},
    "V2 with content": {"content": "x", "flags": V2, "components": [_text("y")]},
    "V2 with an embed": {"embeds": [{"title": "x"}], "flags": V2, "components": [_text("y")]},
    "V2 parts without the flag": {"components": [_text("y")]},
    "too much text": {"flags": V2, "components": [_text("y" * 2001), _text("y" * 2000)]},
    "too many parts": {"flags": V2, "components": [_text("y")] * 41},
    "an empty message": {"content": ""},
    "an ephemeral channel message": {"content": "x", "flags": 64},
    "an unknown field": {"content": "x", "colour": "red"},
    "a file that was not sent": {
        "flags": V2,
        "components": [{"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}],
    },
    "a long nonce": {"content": "x", "nonce": "n" * 26},
}


@pytest.mark.parametrize("body", PLANTED.values(), ids=PLANTED.keys())
async def test_a_wrong_message_is_refused_and_noted(
    emulator: DiscordEmulator, body: dict[str, Any]
) -> None:
    status, answer = await _post(emulator, **body)
    assert (status, answer["code"]) == (400, 50035)
    assert len(emulator.violations) == 1
    assert _place(emulator).messages == []


async def test_an_unknown_route_is_noted(emulator: DiscordEmulator) -> None:
    status, _ = await _ask(emulator, "GET", "/channels")
    assert status == 404
    assert emulator.violations == ["unknown route GET /channels"]


async def test_a_wrong_answer_of_our_own_is_noted(emulator: DiscordEmulator) -> None:
    emulator.faults.add("GET /users/@me", faults.WrongAnswer({"id": 5}))
    await _ask(emulator, "GET", "/users/@me")
    assert "our answer to GET /users/@me: answer lacks username" in emulator.violations
    assert "our answer to GET /users/@me: answer.id is int" in emulator.violations


async def test_a_second_first_response_is_40060(emulator: DiscordEmulator) -> None:
    handle = await _asked(emulator)
    status, answer = await _respond(emulator, handle, type=4, data={"content": "one"})
    assert status == 200
    assert answer["resource"]["message"]["content"] == "one"
    status, answer = await _respond(emulator, handle, type=4, data={"content": "two"})
    assert (status, answer["code"]) == (400, 40060)
    assert emulator.violations == ["second response to draw"]
    assert [m.content for m in _place(emulator).messages] == ["one"]


async def test_a_late_first_response_is_10062(emulator: DiscordEmulator) -> None:
    emulator.world.ack_limit_s = 0.05
    handle = await _asked(emulator)
    await asyncio.sleep(0.1)
    assert emulator.unanswered() == ["draw"]
    status, answer = await _respond(emulator, handle, type=5)
    assert (status, answer["code"]) == (404, 10062)
    assert len(emulator.violations) == 1


async def test_an_expired_callback_is_10062_and_no_fault_of_the_bot(
    emulator: DiscordEmulator,
) -> None:
    handle = await _asked(emulator)
    emulator.expire(handle)
    status, answer = await _respond(emulator, handle, type=5)
    assert (status, answer["code"]) == (404, 10062)
    assert emulator.violations == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": 5, "data": {"flags": V2}},
        {"type": 10},
        {"type": 8, "data": {"choices": []}},
        {"type": 6},
        {"type": 9, "data": {"title": "t" * 46, "custom_id": "m", "components": [_text("x")]}},
    ],
    ids=["deferred with V2", "premium", "choices to a command", "update of nothing", "modal title"],
)
async def test_a_wrong_first_response_is_refused(
    emulator: DiscordEmulator, body: dict[str, Any]
) -> None:
    handle = await _asked(emulator)
    status, answer = await _respond(emulator, handle, **body)
    assert (status, answer["code"]) == (400, 50035)
    assert len(emulator.violations) == 1
    assert handle.kind is None


async def test_a_deferred_response_is_filled_once_with_components(
    emulator: DiscordEmulator,
) -> None:
    handle = await _asked(emulator)
    await _respond(emulator, handle, type=5, data={"flags": 64})
    assert handle.original is not None
    assert handle.original.loading
    hook = f"/webhooks/{emulator.application_id}/{handle.interaction.token}"
    body = {"flags": V2, "components": [_text("done")]}
    status, answer = await _ask(emulator, "PATCH", f"{hook}/messages/@original", json=body)
    assert (status, answer["flags"]) == (200, V2 | 64)
    status, _ = await _ask(
        emulator, "PATCH", f"{hook}/messages/@original", json={"content": "words"}
    )
    assert status == 400
    assert len(emulator.violations) == 1
    assert (await _ask(emulator, "DELETE", f"{hook}/messages/@original"))[0] == 204
    status, answer = await _ask(emulator, "GET", f"{hook}/messages/@original")
    assert (status, answer["code"]) == (404, 10008)


async def test_a_file_over_the_limit_is_refused(emulator: DiscordEmulator) -> None:
    place = _place(emulator)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"content": "x"}', content_type="application/json")
    big = io.BytesIO(bytes(place.size_limit_bytes + 1))
    form.add_field("files[0]", big, filename="big.png")
    status, answer = await _ask(emulator, "POST", f"/channels/{place.id}/messages", data=form)
    assert (status, answer["code"]) == (413, 40005)
    assert len(emulator.violations) == 1


async def test_a_privileged_intent_closes_the_gateway(emulator: DiscordEmulator) -> None:
    identify = {"token": emulator.token, "intents": 1 << 15, "properties": {}}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(emulator.gateway_url) as gateway,
    ):
        assert (await gateway.receive_json())["op"] == 10
        await gateway.send_json({"op": 2, "d": identify})
        assert (await gateway.receive()).data == 4014
    assert emulator.violations == ["gateway: privileged intents ['MESSAGE_CONTENT']"]


async def test_a_body_that_cannot_be_read_is_noted(emulator: DiscordEmulator) -> None:
    path = "/users/@me/channels"
    status, answer = await _ask(emulator, "POST", path, json={"recipient_id": "ann"})
    assert (status, answer["code"]) == (400, 50035)
    status, answer = await _ask(emulator, "POST", path, data=b"{")
    assert (status, answer["code"]) == (400, 50109)
    assert len(emulator.violations) == 2


async def test_a_bot_that_dies_leaves_the_emulator_alive(emulator: DiscordEmulator) -> None:
    identify = {"op": 2, "d": {"token": emulator.token, "intents": 1, "properties": {}}}
    async with aiohttp.ClientSession() as dying:
        first = await dying.ws_connect(emulator.gateway_url)
        await first.send_json(identify)
        await emulator.connected()
        connection = first.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handle = await _asked(emulator)
    await emulator.until(lambda: not emulator.gateway.connected, 5, "end of the connection")
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(emulator.gateway_url) as second,
    ):
        await second.send_json(identify)
        await emulator.connected()
    assert handle.kind is None
    assert emulator.violations == []


def test_a_fault_on_no_route_is_refused() -> None:
    with pytest.raises(LookupError):
        DiscordEmulator().faults.add("POST /channels", faults.Reset())


async def test_a_reset_breaks_the_connection_before_the_effect(emulator: DiscordEmulator) -> None:
    emulator.faults.add("POST /channels/{channel_id}/messages", faults.Reset())
    with pytest.raises(aiohttp.ClientOSError):
        await _post(emulator, content="never")
    assert _place(emulator).messages == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Draw It"},
        {"description": "d" * 101},
        {"name_localizations": {"xx": "malen"}},
        {"name_localizations": {"de": "Malen"}},
        {"options": [{"type": 3, "name": "o", "description": "d"}] * 2},
        {
            "options": [
                {"type": 3, "name": "a", "description": "d"},
                {"type": 3, "name": "b", "description": "d", "required": True},
            ]
        },
        {
            "options": [
                {
                    "type": 3,
                    "name": "a",
                    "description": "d",
                    "choices": [{"name": str(n), "value": str(n)} for n in range(26)],
                }
            ]
        },
        {"contexts": [3]},
    ],
)
def test_a_wrong_command_is_refused(change: dict[str, Any]) -> None:
    assert contract.commands([COMMAND]) == []
    assert contract.commands([COMMAND | change])


@pytest.mark.skipif("LIMNER_SPECS" not in os.environ, reason="LIMNER_SPECS names no folder")
def test_the_published_description_finds_what_is_unknown() -> None:
    spec = published_spec()
    assert spec is not None
    route = "POST /channels/{channel_id}/messages"
    assert spec.request_problems(route, {"content": "x"}) == []
    assert spec.request_problems(route, {"content": "x", "colour": 1})
    assert spec.request_problems(route, {"components": [_row(_button("i" * 101))]})
    assert spec.answer_problems("GET /users/@me", 200, {"id": "1"})
    assert spec.answer_problems("GET /gateway", 204, None)
