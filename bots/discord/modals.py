"""Modals: opened with what is already known, answered by whichever process gets the answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from bots.discord.components import NOTHING
from bots.discord.wording import literal
from core.generation.values import ImageWish
from core.kernel.ids import RequestId
from core.kernel.people import Language
from core.messages.catalogue import text
from core.providers.port import Offering

MAX_INPUT_CHARS = 4000
_TITLE_CHARS = 45
_OPTION_CHARS = 100
_MAX_OPTIONS = 25
_TALKS = frozenset({"support", "appeal", "paysupport"})
"""Commands that take whole paragraphs; the others ask for a date, a code, a country."""


class ModalKind(StrEnum):
    """What a modal asks for; written into its custom id."""

    IMAGINE = "imagine"
    WORDS = "words"
    MODELS = "models"
    REGION = "region"
    STEP = "step"
    """What a step about people's rights asks for first; the target is its command with words."""


PROMPT, FLAGS, MODEL, COUNTRY = "prompt", "flags", "model", "country"
TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal that a person filled in."""

    kind: ModalKind
    target: str
    fields: Mapping[str, str]


def read(data: Mapping[str, Any]) -> Submitted | None:
    """Read a submission out of an interaction's data; None when the modal is not ours."""
    kind, _, target = str(data.get("custom_id", "")).partition(":")
    if kind not in set(ModalKind):
        return None
    return Submitted(ModalKind(kind), target, dict(_fields(data.get("components", []))))


def _fields(parts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for part in parts:
        inside = part.get("components") or ([part["component"]] if "component" in part else [])
        yield from _fields(inside)
        if "custom_id" in part:
            values = part.get("values")
            value = values[0] if values else part.get("value")
            yield str(part["custom_id"]), str(value or "")


def _modal(kind: ModalKind, target: str, code: str, language: Language) -> discord.ui.Modal:
    title = text(code, language)[:_TITLE_CHARS]
    return discord.ui.Modal(title=title, custom_id=f"{kind}:{target}")


def _prompt(language: Language, words: str) -> discord.ui.Label[Any]:
    box = discord.ui.TextInput[Any](
        style=discord.TextStyle.paragraph,
        custom_id=PROMPT,
        default=words[:MAX_INPUT_CHARS] or None,
        placeholder=text("server-modal-prompt-example", language),
        max_length=MAX_INPUT_CHARS,
    )
    return discord.ui.Label(text=text("server-modal-prompt", language), component=box)


def imagine_modal(flags: str, language: Language) -> discord.ui.Modal:
    """Ask for a prompt; options that were already given stand in the second field."""
    modal = _modal(ModalKind.IMAGINE, NOTHING, "server-modal-imagine", language)
    modal.add_item(_prompt(language, ""))
    box = discord.ui.TextInput[Any](
        custom_id=FLAGS, default=flags or None, required=False, max_length=MAX_INPUT_CHARS
    )
    modal.add_item(
        discord.ui.Label(
            text=text("server-modal-options", language),
            description=text("server-modal-options-example", language),
            component=box,
        )
    )
    return modal


def words_modal(request_id: RequestId, words: str, language: Language) -> discord.ui.Modal:
    """Ask for other words; everything else of the request stays."""
    modal = _modal(ModalKind.WORDS, request_id, "button-words", language)
    modal.add_item(_prompt(language, words))
    return modal


def models_modal(
    request_id: RequestId, models: Sequence[Offering], language: Language
) -> discord.ui.Modal:
    """Ask for another model."""
    modal = _modal(ModalKind.MODELS, request_id, "server-button-models", language)
    options = [
        discord.SelectOption(label=one.title[:_OPTION_CHARS], value=one.id)
        for one in models[:_MAX_OPTIONS]
    ]
    menu = discord.ui.Select[Any](custom_id=MODEL, options=options, required=True)
    modal.add_item(discord.ui.Label(text=text("server-modal-model", language), component=menu))
    return modal


def region_modal(region: str, language: Language) -> discord.ui.Modal:
    """Ask for a country."""
    modal = _modal(ModalKind.REGION, NOTHING, "server-button-region", language)
    modal.add_item(discord.ui.TextDisplay[Any](text("settings-region-ask", language)))
    box = discord.ui.TextInput[Any](
        custom_id=COUNTRY, default=region or None, min_length=2, max_length=2
    )
    modal.add_item(discord.ui.Label(text=text("server-modal-region", language), component=box))
    return modal


def step_modal(command: str, words: str, label: str, question: str) -> discord.ui.Modal:
    """Ask for what a step needs; a question that is too long for a label stands above it."""
    custom_id = f"{ModalKind.STEP}:{command} {words}".rstrip()
    modal = discord.ui.Modal(title=label[:_TITLE_CHARS] or command, custom_id=custom_id)
    style = discord.TextStyle.paragraph if command in _TALKS else discord.TextStyle.short
    box = discord.ui.TextInput[Any](style=style, custom_id=TYPED, max_length=MAX_INPUT_CHARS)
    if len(question) <= _TITLE_CHARS:
        modal.add_item(discord.ui.Label(text=question, component=box))
    else:
        modal.add_item(discord.ui.TextDisplay[Any](literal(question)))
        modal.add_item(discord.ui.Label(text=label[:_TITLE_CHARS] or command, component=box))
    return modal


def flags_of(wish: ImageWish) -> str:
    """Write a wish's options as flags, so that they can be read and changed."""
    given = (
        ("ar", wish.aspect),
        ("n", str(wish.count) if wish.count > 1 else ""),
        ("seed", "" if wish.seed is None else str(wish.seed)),
        ("style", wish.style),
        ("model", wish.offering_id),
        ("format", wish.image_format if wish.image_format != "png" else ""),
        ("no", wish.negative),
    )
    veil = ["--spoiler"] if wish.spoiler else []
    return " ".join(veil + [f"--{name} {value}" for name, value in given if value])
