"""Streams come in pieces of any length; what they say must not depend on where they are cut."""

import json
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.openai_compat.answers import (
    MalformedAnswerError,
    Partial,
    StreamError,
    StreamItem,
    TooMuchError,
    Whole,
    pictures_of,
    stream_of,
)

PARTIAL = {"type": "image_generation.partial_image", "b64_json": "AAAA", "partial_image_index": 1}
DONE = {"type": "image_generation.completed", "b64_json": "BBBB"}
ERROR = {"type": "error", "error": {"code": "x"}}
STREAM = (
    ": a comment\r\n\r\n"
    f"event: e\r\ndata: {json.dumps(PARTIAL)}\r\n\r\n"
    f"data:{json.dumps(DONE)}\n\n"
    'data: {"type": "something.new"}\n\n'
    f"data: {json.dumps(ERROR)}\n\n"
    "data: [DONE]"
).encode()
SAID = [Partial(1, "AAAA"), Whole(b64="BBBB"), StreamError(ERROR)]


async def read(parts: list[bytes], max_bytes: int = 10_000) -> list[StreamItem]:
    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return [item async for item in stream_of(httpx.Response(200, content=body()), max_bytes)]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
async def test_a_stream_cut_anywhere_says_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    parts = [STREAM[a:b] for a, b in pairwise(edges)]
    assert await read(parts) == SAID


async def test_a_stream_without_a_last_empty_line_still_ends_with_its_picture() -> None:
    assert await read([f"data: {json.dumps(DONE)}".encode()]) == [Whole(b64="BBBB")]


async def test_a_stream_without_end_is_cut_off() -> None:
    with pytest.raises(TooMuchError):
        await read([b"data: " + b"x" * 90] * 3, max_bytes=200)


async def test_a_stream_of_something_else_is_no_answer() -> None:
    for text in (b"data: {nonsense\n\n", b"data: [1, 2]\n\n"):
        with pytest.raises(MalformedAnswerError):
            await read([text])


@pytest.mark.parametrize(
    ("body", "pictures"),
    [
        (
            '{"data": [{"b64_json": "A"}, {"url": "https://x/y"}]}',
            (Whole("A"), Whole("", "https://x/y")),
        ),
        ('{"data": [{"url": "data:image/png;base64,AA"}]}', (Whole("data:image/png;base64,AA"),)),
        ('{"data": [{"b64_json": null}, {"b64_json": ""}, {}]}', ()),
        ('{"data": []}', ()),
        ('{"data": null}', ()),
        ("{}", ()),
    ],
)
def test_only_what_holds_a_picture_counts(body: str, pictures: tuple[Whole, ...]) -> None:
    assert pictures_of(body.encode()) == pictures


@pytest.mark.parametrize("body", ["", "[]", '"x"', '{"data": {}}', '{"data": ["x"]}', "<html>"])
def test_an_answer_of_another_shape_is_malformed(body: str) -> None:
    with pytest.raises(MalformedAnswerError):
        pictures_of(body.encode())
