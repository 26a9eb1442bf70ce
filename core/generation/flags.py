"""A prompt with flags becomes a wish: ``a fox --ar 16:9 --n 4 --seed 7``."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from core.generation.errors import FlagInvalid, FlagUnknown, PromptEmpty, PromptTooLong
from core.generation.values import ImageWish

MAX_PROMPT_CHARS = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MAX_GIVEN_CHARS = 20
_MAX_SEED_DIGITS = 10
# Emoji count as something to draw, those newer than this Python too; full stops do not.
_SIGNS = frozenset({"So", "Cn"})
MIN_SIDE_PX, MAX_SIDE_PX = 256, 2048
ASPECTS: tuple[str, ...] = (
    "1:1",
    "16:9",
    "9:16",
    "4:3",
    "3:4",
    "3:2",
    "2:3",
    "21:9",
    "9:21",
    "5:4",
    "4:5",
)
FORMATS: tuple[str, ...] = ("png", "jpeg", "webp")

# Phones turn a pair of dashes into a long one, Chinese keyboards into two long or two wide ones;
# Chinese is written without spaces, so a flag may follow its characters directly.
_FLAG = re.compile(
    r"(?<![A-Za-z0-9_\-—–―－])(?:[-—–―－]{2}|[—–―])(?P<name>[A-Za-z]+)(?:[\s=＝:：]|(?=\d)|$)"
)
# One word belongs to a flag; Chinese goes on behind punctuation instead of a space.
_VALUE_END = re.compile(r"[\s，。、；]")
# Controls and lone surrogates can't be stored or drawn.
_UNUSABLE = frozenset({"Cc", "Cs"})
_SIZE = re.compile(r"([0-9]{3,4})[x×*]([0-9]{3,4})")
_STYLE = re.compile(r"[\w-]{1,32}")
_MODEL = re.compile(r"[\w./:-]{1,128}")


def _aspect(given: str) -> str | None:
    value = given.lower().replace("：", ":").replace("/", ":")
    if value in ASPECTS:
        return value
    size = _SIZE.fullmatch(value)
    if size and all(MIN_SIDE_PX <= int(side) <= MAX_SIDE_PX for side in size.groups()):
        return f"{int(size[1])}x{int(size[2])}"
    return None


def _set_aspect(wish: ImageWish, given: str) -> ImageWish | None:
    aspect = _aspect(given)
    return None if aspect is None else replace(wish, aspect=aspect)


def _set_count(wish: ImageWish, given: str) -> ImageWish | None:
    if given.isascii() and given.isdigit() and 1 <= int(given) <= MAX_COUNT:
        return replace(wish, count=int(given))
    return None


def _set_seed(wish: ImageWish, given: str) -> ImageWish | None:
    if (
        given.isascii()
        and given.isdigit()
        and len(given) <= _MAX_SEED_DIGITS
        and int(given) <= MAX_SEED
    ):
        return replace(wish, seed=int(given))
    return None


def _set_style(wish: ImageWish, given: str) -> ImageWish | None:
    return replace(wish, style=given.lower()) if _STYLE.fullmatch(given) else None


def _set_format(wish: ImageWish, given: str) -> ImageWish | None:
    match given.lower():
        case "png":
            return replace(wish, image_format="png")
        case "jpeg" | "jpg":
            return replace(wish, image_format="jpeg")
        case "webp":
            return replace(wish, image_format="webp")
        case _:
            return None


def _set_model(wish: ImageWish, given: str) -> ImageWish | None:
    if _MODEL.fullmatch(given):
        return replace(wish, offering_id=given)
    return None


def _set_negative(wish: ImageWish, given: str) -> ImageWish | None:
    return replace(wish, negative=given) if given else None


_ASPECTS_SHOWN = " ".join(ASPECTS)
_Setter = Callable[[ImageWish, str], ImageWish | None]
_SETTERS: dict[str, tuple[_Setter, str]] = {
    "ar": (_set_aspect, _ASPECTS_SHOWN),
    "aspect": (_set_aspect, _ASPECTS_SHOWN),
    "size": (_set_aspect, f"1024x768 ({MIN_SIDE_PX}–{MAX_SIDE_PX})"),
    "n": (_set_count, f"1–{MAX_COUNT}"),
    "count": (_set_count, f"1–{MAX_COUNT}"),
    "seed": (_set_seed, f"0–{MAX_SEED}"),
    "style": (_set_style, "--style poster"),
    "format": (_set_format, " ".join(FORMATS)),
    "model": (_set_model, "--model builtin/illustrator"),
    "no": (_set_negative, "--no snow"),
    "negative": (_set_negative, "--no snow"),
}
_SPOILER = "spoiler"
FLAGS: tuple[str, ...] = (
    "ar",
    "size",
    "n",
    "seed",
    "style",
    "no",
    "model",
    "format",
    _SPOILER,
)


def parse_wish(text: str) -> ImageWish:
    """Split a text into its prompt and its flags.

    Raises:
        PromptEmpty: nothing is left to draw; nothing was charged.
        PromptTooLong: more than ``MAX_PROMPT_CHARS`` characters; nothing was charged.
        FlagUnknown: a flag that does not exist; nothing was charged.
        FlagInvalid: a flag's value can't be used; nothing was charged.
    """
    return apply_flags(ImageWish(prompt=""), text)


def apply_flags(start: ImageWish, text: str) -> ImageWish:
    """Lay a text with flags over a wish; what the text leaves out stays. Errors: ``parse_wish``."""
    flags = list(_FLAG.finditer(text))
    head = text[: flags[0].start()] if flags else text
    wish = replace(start, prompt="")
    words = [head]
    for number, flag in enumerate(flags):
        end = flags[number + 1].start() if number + 1 < len(flags) else len(text)
        given = text[flag.end() : end].strip()
        name = flag["name"].lower()
        if name == _SPOILER:
            # It takes no value: whatever stands behind it is still the prompt.
            wish = replace(wish, spoiler=True)
            words.append(given)
            continue
        if name not in _SETTERS:
            raise FlagUnknown(
                flag=name[:MAX_GIVEN_CHARS], known=tuple(f"--{known}" for known in FLAGS)
            )
        setter, allowed = _SETTERS[name]
        if setter is not _set_negative:
            # Only the first word belongs to the flag; people go on writing behind it.
            given, rest = [*_VALUE_END.split(given, maxsplit=1), ""][:2]
            given = unicodedata.normalize("NFKC", given)
            words.append(rest)
        changed = setter(wish, given)
        if changed is None:
            raise FlagInvalid(flag=f"--{name}", given=given[:MAX_GIVEN_CHARS], allowed=allowed)
        wish = changed
    prompt = " ".join(" ".join(words).split())
    # Flags alone change what they name and keep the words that were there.
    return checked(replace(wish, prompt=prompt or (start.prompt if flags else "")))


def _usable(text: str) -> str:
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or unicodedata.category(letter) not in _UNUSABLE
    )


def checked(wish: ImageWish) -> ImageWish:
    """Check a wish that came as typed options; also the last gate of every other.

    Returns:
        The wish in its one form: no unstorable characters, the shape as ``16:9`` or ``800x600``.

    Raises:
        PromptEmpty, PromptTooLong, FlagInvalid: as ``parse_wish``; nothing was charged.
    """
    wish = replace(wish, prompt=_usable(wish.prompt), negative=_usable(wish.negative))
    if not any(
        letter.isalnum() or unicodedata.category(letter) in _SIGNS for letter in wish.prompt
    ):
        raise PromptEmpty
    length = max(len(wish.prompt), len(wish.negative))
    if length > MAX_PROMPT_CHARS:
        raise PromptTooLong(length_chars=length, max_chars=MAX_PROMPT_CHARS)
    if wish.aspect:
        aspect = _aspect(unicodedata.normalize("NFKC", wish.aspect.strip()))
        if aspect is None:
            given = wish.aspect[:MAX_GIVEN_CHARS]
            raise FlagInvalid(flag="--ar", given=given, allowed=_ASPECTS_SHOWN)
        wish = replace(wish, aspect=aspect)
    if wish.style and not _STYLE.fullmatch(wish.style):
        given = wish.style[:MAX_GIVEN_CHARS]
        raise FlagInvalid(flag="--style", given=given, allowed="--style poster")
    if wish.offering_id and not _MODEL.fullmatch(wish.offering_id):
        given = wish.offering_id[:MAX_GIVEN_CHARS]
        raise FlagInvalid(flag="--model", given=given, allowed="--model builtin/illustrator")
    if not 1 <= wish.count <= MAX_COUNT:
        raise FlagInvalid(flag="--n", given=str(wish.count)[:20], allowed=f"1–{MAX_COUNT}")
    if wish.seed is not None and not 0 <= wish.seed <= MAX_SEED:
        raise FlagInvalid(flag="--seed", given=str(wish.seed)[:20], allowed=f"0–{MAX_SEED}")
    if wish.image_format not in FORMATS:
        raise FlagInvalid(flag="--format", given="", allowed=" ".join(FORMATS))
    return wish
