"""Reads what a service answers: one JSON document, or a stream of events."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx


class MalformedAnswerError(Exception):
    """The service answered with success, but not in the shape it promises."""


class TooMuchError(Exception):
    """The service sends more than any picture needs."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A preview in a stream, in base64."""

    index: int
    b64: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A finished picture: in base64, or the address it can be fetched from."""

    b64: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class StreamError:
    """An error inside a stream."""

    event: object


StreamItem = Partial | Whole | StreamError


async def read_capped(response: httpx.Response, max_bytes: int) -> bytes:
    """Read a whole body.

    Raises:
        TooMuchError: it is longer than ``max_bytes``; the rest was not read.
    """
    parts = bytearray()
    async for part in response.aiter_bytes():
        parts += part
        if len(parts) > max_bytes:
            raise TooMuchError
    return bytes(parts)


def pictures_of(body: bytes) -> tuple[Whole, ...]:
    """Return the pictures of a JSON answer; there may be none, which is no success.

    Raises:
        MalformedAnswerError: not JSON, or not a list of pictures.
    """
    try:
        told = json.loads(body)
    except ValueError as error:
        raise MalformedAnswerError from error
    items = told.get("data") if isinstance(told, dict) else None
    if items is None and isinstance(told, dict):
        return ()
    if not isinstance(items, list):
        raise MalformedAnswerError
    return tuple(found for found in map(_whole, items) if found is not None)


async def stream_of(response: httpx.Response, max_bytes: int) -> AsyncIterator[StreamItem]:
    """Yield what a stream of server-sent events tells, as it comes.

    Raises:
        TooMuchError: more than ``max_bytes`` came.
        MalformedAnswerError: an event is no JSON object.
    """
    lines: list[str] = []
    async for line in _lines(response, max_bytes):
        if line:
            lines.append(line)
            continue
        if (item := _item(lines)) is not None:
            yield item
        lines = []
    if (item := _item(lines)) is not None:
        yield item


async def _lines(response: httpx.Response, max_bytes: int) -> AsyncIterator[str]:
    """Yield the lines of a body; a line of many megabytes is put together once, not per chunk."""
    seen = 0
    pieces: list[str] = []
    async for text in response.aiter_text():
        seen += len(text)
        if seen > max_bytes:
            raise TooMuchError
        *complete, rest = text.split("\n")
        for part in complete:
            yield "".join([*pieces, part]).rstrip("\r")
            pieces = []
        pieces.append(rest)
    yield "".join(pieces).rstrip("\r")


def _item(lines: list[str]) -> StreamItem | None:
    data = "\n".join(line[5:].lstrip(" ") for line in lines if line.startswith("data:"))
    if not data or data == "[DONE]":
        return None
    try:
        event = json.loads(data)
    except ValueError as error:
        raise MalformedAnswerError from error
    if not isinstance(event, dict):
        raise MalformedAnswerError
    kind = str(event.get("type", ""))
    b64 = event.get("b64_json")
    if kind.endswith(".partial_image") and isinstance(b64, str):
        index = event.get("partial_image_index", 0)
        return Partial(index if isinstance(index, int) else 0, b64)
    if kind.endswith(".completed"):
        return _whole(event) or Whole()
    if kind == "error" or "error" in event:
        return StreamError(event)
    return None


def _whole(item: object) -> Whole | None:
    if not isinstance(item, dict):
        raise MalformedAnswerError
    b64, url = item.get("b64_json"), item.get("url")
    if isinstance(b64, str) and b64:
        return Whole(b64=b64)
    if isinstance(url, str) and url:
        return Whole(b64=url) if url.startswith("data:") else Whole(url=url)
    return None
