"""Pictures as Telegram takes them: a photo where it can be one, else the file as it is."""

from io import BytesIO

from PIL import Image
from telegram import InputMediaDocument, InputMediaPhoto
from telegram.constants import ParseMode

from core.generation.values import PictureFile

PHOTO_BYTES = 10 * 1024 * 1024
"""The largest photo (Bot API, "Sending files"); larger ones go as documents."""
_PHOTO_SIDES_PX = 10_000
_PHOTO_RATIO = 20

InputMedia = InputMediaPhoto | InputMediaDocument


def fits_photo(picture: PictureFile) -> bool:
    """Say whether Telegram takes the picture as a photo (Bot API, sendPhoto)."""
    width, height = picture.width_px, picture.height_px
    return (
        len(picture.data) <= PHOTO_BYTES
        and width + height <= _PHOTO_SIDES_PX
        and max(width, height) <= _PHOTO_RATIO * min(width, height)
    )


def shown(
    picture: PictureFile, caption: str, *, spoiler: bool, as_file: bool = False
) -> InputMedia:
    """Return a picture to look at; ``as_file`` where it can't be a photo."""
    if as_file or not fits_photo(picture):
        return original(picture, caption)
    return InputMediaPhoto(
        picture.data,
        caption=caption,
        parse_mode=ParseMode.HTML,
        has_spoiler=spoiler,
        filename=picture.file_name,
    )


def original(picture: PictureFile, caption: str = "") -> InputMediaDocument:
    """Return the untouched bytes as a file; the platform is told not to look into it."""
    return InputMediaDocument(
        picture.data,
        caption=caption or None,
        parse_mode=ParseMode.HTML,
        filename=picture.file_name,
        disable_content_type_detection=True,
    )


def preview(data: bytes, caption: str, *, spoiler: bool) -> InputMediaPhoto:
    """Return an unfinished picture."""
    return InputMediaPhoto(
        data,
        caption=caption,
        parse_mode=ParseMode.HTML,
        has_spoiler=spoiler,
        filename="preview.jpg",
    )


def blank(caption: str, *, as_file: bool = False) -> InputMedia:
    """Return an empty picture, to put in the place of one that can't be taken away.

    Its caption takes the place of the one that was there. ``as_file``: in an album of files only a
    file can stand (Bot API, editMessageMedia).
    """
    out = BytesIO()
    Image.new("RGB", (320, 160), (128, 128, 132)).save(out, "PNG")
    kind = InputMediaDocument if as_file else InputMediaPhoto
    return kind(out.getvalue(), caption=caption, parse_mode=ParseMode.HTML, filename="deleted.png")
