"""Refusals of screening that a person can act on."""

from typing import Literal

from core.kernel.errors import CoreError
from core.moderation.verdicts import Category


class PromptRejected(CoreError):
    """The words are refused, for the category named; nothing was charged or sent anywhere."""

    code = "prompt-rejected"

    def __init__(self, *, category: Category) -> None:
        super().__init__(category=category)


class PictureRejected(CoreError):
    """The finished picture is refused, for the category named; it was not delivered."""

    code = "picture-rejected"

    def __init__(self, *, category: Category) -> None:
        super().__init__(category=category)


class ScreenUnavailable(CoreError):
    """A judge could not answer, so nothing passes; nothing was charged or delivered."""

    code = "screen-unavailable"


class NotAPicture(CoreError):
    """The bytes are not one whole PNG, JPEG or WebP picture; nothing was done with them."""

    code = "not-a-picture"

    def __init__(self, *, reason: Literal["unknown-format", "damaged", "animated"]) -> None:
        super().__init__(reason=reason)


class PictureTooLarge(CoreError):
    """The picture has more bytes or pixels than we open; nothing was done with it."""

    code = "picture-too-large"

    def __init__(
        self, *, size_bytes: int, max_bytes: int, pixels: int | None, max_pixels: int
    ) -> None:
        super().__init__(
            size_bytes=size_bytes, max_bytes=max_bytes, pixels=pixels, max_pixels=max_pixels
        )
