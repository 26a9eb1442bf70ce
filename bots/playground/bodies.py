"""What the page may send: sizes, shapes and types, checked before anything else happens."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import ClientDisconnect, Request

from core.kernel.errors import CoreError

MAX_JSON_BYTES = 64 * 1024
MAX_PICTURE_BYTES = 25 * 1024 * 1024
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


class BodyInvalid(CoreError):
    """The body is not what the route takes; nothing happened."""

    code = "page-bad-body"

    def __init__(self, *, field: str) -> None:
        super().__init__(field=field)


class BodyTooLarge(CoreError):
    """The body has more bytes than the route takes; nothing happened."""

    code = "page-too-large"

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__(max_mb=f"{max_bytes / 1024 / 1024:.2g}")


class WrongType(CoreError):
    """The content type is not one the route takes; nothing happened."""

    code = "page-wrong-type"

    def __init__(self, *, wanted: str) -> None:
        super().__init__(wanted=wanted)


class Body(BaseModel):
    """A JSON object: no unknown fields, no guessed types."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, frozen=True)


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
MAX_TEXT_CHARS = 20_000
"""Far above any prompt's limit, which is the core's to say."""


class Options(Body):
    """The chips under the prompt; an empty text or null means that the core chooses."""

    aspect: Annotated[str, Field(max_length=16)] = ""
    count: int = 1
    style: Annotated[str, Field(max_length=64)] = ""
    model: Annotated[str, Field(max_length=128)] = ""
    seed: int | None = None


class Say(Body):
    """One message of the person."""

    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
    key: Key
    options: Options | None = None


class Counter(Body):
    """A step of an answer about rights, with what was typed behind its words."""

    command: Annotated[str, Field(max_length=32)]
    words: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] = ""
    key: Key


class Repeat(Body):
    """A button under a result."""

    change: Literal["again", "vary", "words"]
    key: Key
    index: Annotated[int, Field(ge=1, le=4)] = 1
    prompt: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] = ""


class AgeAnswer(Body):
    """The answer to the question of age, with the request that waits for it."""

    is_adult: bool
    pending_id: Annotated[str, Field(max_length=26)] | None = None


class Settings(Body):
    """What the drawer changes; null stays as it was."""

    language: Annotated[str, Field(max_length=16)] | None = None
    region: Annotated[str, Field(max_length=8)] | None = None


class Nothing(Body):
    """A route that needs no more than its address."""


Shape = TypeVar("Shape", bound=Body)


async def _read(request: Request, max_bytes: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    parts = bytearray()
    try:
        async for part in request.stream():
            parts += part
            if len(parts) > max_bytes:
                raise BodyTooLarge(max_bytes=max_bytes)
    except ClientDisconnect:
        raise BodyInvalid(field="-") from None
    return bytes(parts)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def read_json(request: Request, shape: type[Shape]) -> Shape:
    """Read a JSON object of this shape.

    Raises:
        WrongType, BodyTooLarge, BodyInvalid: nothing happened.
    """
    if _content_type(request) != "application/json":
        raise WrongType(wanted="application/json")
    data = await _read(request, MAX_JSON_BYTES)
    try:
        return shape.model_validate_json(data)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        # An unknown field's name is the sender's word, so it is not repeated.
        is_known = first["type"] != "extra_forbidden"
        where = ".".join(str(part) for part in first["loc"]) if is_known else ""
        raise BodyInvalid(field=where or "JSON") from None


RECEIPT_TYPE = "application/json"


async def read_upload(request: Request) -> bytes:
    """Read the bytes of a picture or a receipt; what they hold is the core's to judge.

    Raises:
        WrongType, BodyTooLarge: nothing happened.
    """
    taken = PICTURE_TYPES | {RECEIPT_TYPE}
    if _content_type(request) not in taken:
        raise WrongType(wanted=", ".join(sorted(taken)))
    return await _read(request, MAX_PICTURE_BYTES)
