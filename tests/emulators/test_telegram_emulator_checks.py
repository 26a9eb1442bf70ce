"""Proves that the Telegram emulator catches wrong requests, and wrong answers of its own."""

import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import aiohttp
import pytest
from telegram import Update
from telegram.error import BadRequest

from tests.emulators.telegram import Emulator, Fault, RemoteEmulator
from tests.emulators.telegram.answers import ANSWER_TYPES
from tests.emulators.telegram.contract import contract_schema
from tests.emulators.telegram.library import a_picture, an_app, heard, stop
from tests.emulators.telegram.markup import MarkupError, parse_html
from tests.emulators.telegram.schema import Schema, Shape
from tests.emulators.telegram.spec import load, published_schema

Fields = dict[str, str | bytes | int]
"""Texts, files, and files of zeros by their size in bytes."""
CONTRACT, PUBLISHED = contract_schema(ANSWER_TYPES), published_schema()
needs_published = pytest.mark.skipif(PUBLISHED is None, reason="LIMNER_SPECS names no folder")


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(check_against=[CONTRACT]) as running:
        yield running


async def send(emulator: Emulator, method: str, fields: Fields) -> tuple[int, str]:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        if isinstance(value, str):
            form.add_field(name, value)
        else:
            file = io.BytesIO(bytes(value))
            form.add_field(name, file, filename="file.png", content_type="image/png")
    url = f"{emulator.base_url}{emulator.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        body = await answer.json()
        return answer.status, body.get("description", "")


def keyboard(**button: object) -> str:
    return json.dumps({"inline_keyboard": [[button]]})


def album(*kinds: str) -> str:
    return json.dumps([{"type": kind, "media": f"attach://{n}"} for n, kind in enumerate(kinds)])


def commands(*names: str) -> str:
    return json.dumps([{"command": name, "description": "x"} for name in names])


TO: Fields = {"chat_id": "5000001"}
PHOTO = a_picture()
PRICED = {"title": "Pack", "description": "d", "payload": "p", **TO}
PRICES = json.dumps([{"label": "x", "amount": 1}])
PLANTED: list[tuple[str, Fields, str]] = [
    ("sendTelepathy", {**TO}, "unknown method"),
    ("sendMessage", {**TO}, "text: required, but missing"),
    ("sendMessage", {"text": "x"}, "chat_id: required, but missing"),
    ("sendMessage", {**TO, "text": "x", "colour": "red"}, "colour: unknown parameter"),
    ("sendMessage", {**TO, "text": "x" * 4097}, "4097 characters"),
    ("sendMessage", {**TO, "text": "😀" * 2049}, "4098 characters"),
    ("sendMessage", {**TO, "text": "<b>x", "parse_mode": "HTML"}, "can't find end tag"),
    ("sendMessage", {**TO, "text": "<b></b>", "parse_mode": "HTML"}, "text is empty"),
    ("sendMessage", {**TO, "text": "*x*", "parse_mode": "Markdown"}, "must be one of HTML"),
    ("sendMessage", {**TO, "text": "x", "reply_markup": "{"}, "not a JSON value"),
    ("sendMessage", {**TO, "text": "x", "protect_content": "1"}, "expected Boolean"),
    ("sendMessage", {**TO, "text": "x", "message_thread_id": "true"}, "expected Integer"),
    (
        "sendMessage",
        {**TO, "text": "x", "reply_markup": keyboard(text="x", callback_data="é" * 33)},
        "66 bytes",
    ),
    ("sendMessage", {**TO, "text": "x", "reply_markup": keyboard(text="x")}, "exactly one action"),
    (
        "sendMessage",
        {**TO, "text": "x", "reply_markup": keyboard(text="x", callback_data="1", url="u")},
        "exactly one action",
    ),
    ("sendMessage", {**TO, "text": "x", "reply_parameters": "{}"}, "message_id: required"),
    ("sendPhoto", {**TO, "photo": PHOTO, "caption": "x" * 1025}, "1025 characters"),
    ("sendPhoto", {**TO, "photo": 10 * 1024 * 1024 + 1}, "at most 10485760"),
    ("sendPhoto", {**TO, "photo": b""}, "non-empty"),
    ("sendPhoto", {**TO, "photo": PHOTO, "other": PHOTO}, "upload other is not referred to"),
    ("sendDocument", {**TO, "document": 50 * 1024 * 1024 + 1}, "at most 52428800"),
    ("sendMediaGroup", {**TO, "media": album("photo"), "0": PHOTO}, "1 items"),
    (
        "sendMediaGroup",
        {**TO, "media": album(*["photo"] * 11), **{str(n): PHOTO for n in range(11)}},
        "11 items",
    ),
    (
        "sendMediaGroup",
        {**TO, "media": album("photo", "document"), "0": PHOTO, "1": PHOTO},
        "must be one of",
    ),
    ("sendMediaGroup", {**TO, "media": album("photo", "photo"), "0": PHOTO}, "is called 1"),
    (
        "sendMediaGroup",
        {
            **TO,
            "media": album("photo", "photo"),
            "0": PHOTO,
            "1": PHOTO,
            "reply_markup": keyboard(text="x", callback_data="x"),
        },
        "reply_markup: unknown parameter",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "201 characters"),
    ("setMyCommands", {"commands": commands("Imagine")}, "no command name"),
    ("setMyCommands", {"commands": commands("x" * 33)}, "33 characters"),
    ("setMyCommands", {"commands": commands("a", "a")}, "listed twice"),
    ("setMyCommands", {"commands": commands("a"), "scope": '{"type":"chat"}'}, "chat_id: required"),
    ("setMyCommands", {"commands": commands(*[f"c{n}" for n in range(101)])}, "101 items"),
    ("setMyDescription", {"description": "x" * 513}, "513 characters"),
    ("setWebhook", {"url": "http://127.0.0.1", "secret_token": "a b"}, "secret_token"),
    ("editMessageText", {"text": "x", **TO}, "either chat_id and message_id"),
    ("sendMessageDraft", {**TO, "draft_id": "0"}, "non-zero"),
    ("sendInvoice", {**PRICED, "currency": "EUR", "prices": PRICES}, "must be one of XTR"),
    ("sendInvoice", {**PRICED, "title": "x" * 33, "currency": "XTR", "prices": PRICES}, "33 char"),
]


@pytest.mark.parametrize(("method", "fields", "said"), PLANTED)
async def test_a_wrong_request_is_refused_and_noted(
    emulator: Emulator, method: str, fields: Fields, said: str
) -> None:
    ada = emulator.person()

    status, description = await send(emulator, method, fields)

    assert status == (404 if "unknown method" in said else 400), description
    assert any(said in violation for violation in emulator.violations), emulator.violations
    assert ada.received == []


async def test_the_library_cannot_hide_a_caption_that_is_too_long(emulator: Emulator) -> None:
    ada = emulator.person()
    async with an_app(emulator) as app:
        with pytest.raises(BadRequest, match="1025 characters"):
            await app.bot.send_photo(ada.id, a_picture(), caption="x" * 1025)
    assert len(emulator.violations) == 1


async def test_tags_do_not_count_towards_a_limit(emulator: Emulator) -> None:
    emulator.person()
    caption = f"<b>{'x' * 1024}</b>"
    fields: Fields = {**TO, "photo": PHOTO, "caption": caption, "parse_mode": "HTML"}
    assert await send(emulator, "sendPhoto", fields) == (200, "")
    assert emulator.violations == []


async def test_a_wrong_answer_of_the_emulator_is_noted(emulator: Emulator) -> None:
    emulator.server.handlers["getMe"] = lambda _: {"id": "1", "is_bot": True, "shoe_size": 44}
    await send(emulator, "getMe", {})
    assert sorted(emulator.violations) == [
        "contract: answer of getMe.first_name: required, but missing",
        "contract: answer of getMe.id: expected Integer, got str",
        "contract: answer of getMe.shoe_size: User has no such field",
    ]


async def test_a_wrong_update_of_the_emulator_is_noted(emulator: Emulator) -> None:
    ada = emulator.person()
    shown = ada.says("hello").to_json()
    emulator.updates.add("message", {**shown, "from": {**shown["from"], "id": None}})
    assert emulator.violations == [
        "contract: update.message.from.id: expected Integer, got NoneType"
    ]


@pytest.mark.parametrize(
    "source",
    ["a < b", "<b>x", "x</b>", "<b><i>x</b></i>", "<h1>x</h1>", "<b onclick='x'>x</b>", "<br/>"],
)
def test_text_that_is_not_html_is_refused(source: str) -> None:
    with pytest.raises(MarkupError):
        parse_html(source)


def test_text_is_read_as_a_person_sees_it() -> None:
    shown = parse_html('😀 <b>a &lt; <i>b</i></b> <a href="https://example.org/?a=1&amp;b">c</a>')
    assert shown.text == "😀 a < b c"
    assert shown.entities == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "italic", "offset": 7, "length": 1},
        {"type": "text_link", "url": "https://example.org/?a=1&b", "offset": 9, "length": 1},
    ]


def test_sizes_and_fixed_values_are_read_out_of_a_published_description(tmp_path: Path) -> None:
    def field(name: str, kind: str, description: str) -> dict[str, object]:
        return {"name": name, "types": [kind], "required": True, "description": description}

    fields = [
        field("text", "String", "Text, 1-5 characters after entities parsing"),
        field("data", "String", "Data, 1-2 bytes"),
        field("items", "Array of Integer", "A list of 1-2 numbers"),
        field("limit", "Integer", "Values between 1-9 are accepted"),
        field("thing", "Thing", "A thing"),
    ]
    thing = {"name": "Thing", "fields": [field("type", "String", "Type of it, must be photo")]}
    method = {"name": "paint", "returns": ["Boolean"], "fields": fields}
    described = {"version": "x", "methods": {"paint": method}, "types": {"Thing": thing}}
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(described), encoding="utf-8")

    errors = load(path).request_errors(
        "paint",
        {
            "text": "123456",
            "data": "abc",
            "items": "[1, 2, 3]",
            "limit": "10",
            "thing": '{"type": "video"}',
        },
    )

    assert len(errors) == 5, errors
    assert load(path).answer_errors("paint", 1) == ["answer of paint: expected Boolean, got int"]


def disagreements(own: Shape, published: Shape, where: str) -> list[str]:
    found = [
        f"{where}.{name} is not published" for name in own.fields.keys() - published.fields.keys()
    ]
    for name, theirs in published.fields.items():
        ours = own.fields.get(name)
        if ours is None:
            if theirs.required:
                found.append(f"{where}.{name} is required, but not in the contract")
            continue
        if theirs.required and not ours.required:
            found.append(f"{where}.{name} is required")
        if theirs.limit and ours.limit and ours.limit.high > theirs.limit.high:
            found.append(f"{where}.{name} allows more than is published")
    return found


@needs_published
@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendTelepathy", {**TO}),
        ("sendMessage", {**TO}),
        ("sendMessage", {**TO, "text": "x" * 4097}),
        ("sendMessage", {**TO, "text": "x", "reply_markup": keyboard(callback_data="x" * 65)}),
        ("sendMediaGroup", {**TO, "media": album("photo")}),
        ("setMyCommands", {"commands": commands("x" * 33)}),
    ],
)
async def test_the_published_description_alone_catches_mistakes(
    method: str, fields: Fields
) -> None:
    async with Emulator() as emulator:
        emulator.person()
        await send(emulator, method, fields)
        emulator.server.handlers["getChat"] = lambda _: {"id": 1, "type": "private"}
        await send(emulator, "getChat", TO)
        found = [text for text in emulator.violations if text.startswith("Bot API")]
        assert any(method in text for text in found), emulator.violations
        assert any("answer of getChat.accent_color_id" in text for text in found)


@needs_published
def test_the_contract_agrees_with_the_published_description() -> None:
    assert isinstance(PUBLISHED, Schema)
    found: list[str] = []
    for name, shape in CONTRACT.methods.items():
        found += disagreements(shape, PUBLISHED.methods[name], name)
    for name, shape in CONTRACT.types.items():
        published = PUBLISHED.types[name]
        if not published.subtypes:
            found += disagreements(shape, published, name)
    assert found == []


async def test_an_emulator_in_its_own_process_outlives_the_bot() -> None:
    async with RemoteEmulator() as emulator:
        ada = await emulator.person("Ada")
        group = await emulator.group(ada, topics=("Sketches",))
        await emulator.add_fault("sendPhoto", "retry_after", 3)
        said = await ada.says("/imagine a cat", group, thread=group.topics["Sketches"])
        async with an_app(emulator) as app:
            await emulator.until(arrived(await heard(app)))
            await stop(app)
        async with an_app(emulator) as app:
            with pytest.raises(Exception, match="Flood control"):
                await app.bot.send_photo(ada.id, a_picture())
            await app.bot.send_photo(ada.id, a_picture())
        [picture] = await ada.received()
        await emulator.redeliver(said.update_id or 0)
        async with an_app(emulator) as app:
            await emulator.until(arrived(await heard(app)))
            await stop(app)
        found = await emulator.findings()
        assert picture.media_sha256 == hashlib.sha256(a_picture()).hexdigest()
        assert said.thread_id == group.topics["Sketches"]
        assert found.violations == []
        assert found.faults_left == {}
        with pytest.raises(LookupError, match="no button"):
            await ada.press(picture, "Again")


def arrived(updates: list[Update]) -> Callable[[], Coroutine[None, None, bool]]:
    async def one() -> bool:
        return len(updates) == 1

    return one


def test_a_fault_says_whether_the_work_was_done() -> None:
    assert Fault.timeout_after_effect(1).effect
    assert not Fault.timeout_before_effect(1).effect
    assert not Fault.retry_after(1).effect
