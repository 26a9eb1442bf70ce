"""What a fault of the platform means: try again, give up, or make the message anew."""

from enum import Enum, auto

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bots.telegram.pace import seconds_of

NETWORK_PAUSE_S = 2.0
TOKEN_PAUSE_S = 60.0


class Trouble(Enum):
    """The kinds of fault that are handled differently."""

    UNCHANGED = auto()
    """The message looks like that already: as good as done."""
    NO_MESSAGE = auto()
    """The message to edit is gone, or can't be edited: make it anew."""
    NO_TEXT = auto()
    """The message shows a picture, so it has a caption and no text."""
    UNREACHABLE = auto()
    """Nobody is there any more, or the bot may not write there."""
    MOVED = auto()
    """The group has another id now."""
    PUSHED_BACK = auto()
    """Too fast, or the platform is down, or its answer was lost."""
    BAD_PICTURE = auto()
    """The platform can't show these bytes as a photo."""
    UNKNOWN = auto()


# What the Bot API says, in lower case; it has no codes for these.
_SAYINGS: tuple[tuple[Trouble, tuple[str, ...]], ...] = (
    (Trouble.UNCHANGED, ("message is not modified",)),
    (
        Trouble.NO_MESSAGE,
        ("message to edit not found", "message can't be edited", "message_id_invalid"),
    ),
    (Trouble.NO_TEXT, ("there is no text in the message", "message_media_expected")),
    (
        Trouble.UNREACHABLE,
        (
            "chat not found",
            "user is deactivated",
            "peer_id_invalid",
            "user not found",
            "not enough rights",
            "have no rights",
            "chat_write_forbidden",
            "chat_restricted",
            "need administrator rights",
            "message thread not found",
            "topic_closed",
            "topic_deleted",
            "channel_private",
        ),
    ),
    (
        Trouble.BAD_PICTURE,
        (
            "photo_invalid_dimensions",
            "image_process_failed",
            "file is too big",
            "photo_save_file_invalid",
            "wrong type of the web page content",
        ),
    ),
)


_GONE = ("message to delete not found", "message to edit not found", "message_id_invalid")


def trouble_of(error: TelegramError) -> Trouble:
    """Return what a fault means."""
    match error:
        case RetryAfter() | TimedOut():
            return Trouble.PUSHED_BACK
        case ChatMigrated():
            return Trouble.MOVED
        case Forbidden():
            return Trouble.UNREACHABLE
        case BadRequest():
            said = error.message.lower()
            for trouble, sayings in _SAYINGS:
                if any(saying in said for saying in sayings):
                    return trouble
            return Trouble.UNKNOWN
        case NetworkError() | InvalidToken():
            return Trouble.PUSHED_BACK
        case _:
            return Trouble.UNKNOWN


def is_message_gone(error: TelegramError) -> bool:
    """Say whether a message that was to be removed or changed is not there any more."""
    said = error.message.lower()
    return isinstance(error, BadRequest) and any(saying in said for saying in _GONE)


def pause_s(error: TelegramError) -> float:
    """Return after how many seconds another try makes sense."""
    match error:
        case RetryAfter():
            return seconds_of(error)
        case InvalidToken():
            return TOKEN_PAUSE_S
        case _:
            return NETWORK_PAUSE_S


def is_account_deleted(error: TelegramError) -> bool:
    """Say whether the person's account on the platform is no more; blocking the bot is not that."""
    return isinstance(error, Forbidden) and "user is deactivated" in error.message.lower()
