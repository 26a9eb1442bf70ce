"""Steps of an answer as buttons and menus: each carries its command, so any process takes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self, runtime_checkable

import discord

from core.kernel.people import Language
from core.messages.catalogue import has_text, text
from core.privacy.answers import Step
from core.privacy.notice.wording import Line, said

CUSTOM_ID_CHARS = 100
LABEL_CHARS = 80
URL_CHARS = 512
"""What Discord takes of a button's custom id, label and address ("Component reference")."""
_OPTION_CHARS = 100
_OPTIONS_AT_MOST = 25
_IN_A_ROW = 5
_BUTTONS_AT_MOST = 10
"""More are hard to tell apart: those that only lead on go into a menu."""


class Kind(StrEnum):
    """What a pressed step does; written into its custom id, so a word keeps its meaning."""

    STEP = "step"
    ASK = "ask"
    """Ask for something first, on a form."""
    LEAF = "leaf"
    """Show another leaf of the same answer."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a step says, read back from its custom id."""

    kind: Kind
    command: str
    words: str
    asks: str = ""
    """The code of what is asked for; empty where it could not be carried."""
    leaf: int = 1

    def write(self) -> str:
        """Return the custom id."""
        about = {Kind.STEP: "", Kind.ASK: f"{self.asks}:", Kind.LEAF: f"{self.leaf}:"}[self.kind]
        return f"{self.kind}:{about}{self.command} {self.words}".rstrip()


_TEMPLATE = re.compile(
    r"(?P<kind>step|ask|leaf):(?:(?P<about>[a-z0-9_-]*):)?(?P<command>[a-z]+)(?: (?P<words>.+))?"
)
_MENU = re.compile(r"steps:(?P<number>[0-9])")


def read(custom_id: str) -> Pressed | None:
    """Return what a custom id says; None when it is not a step's."""
    match = _TEMPLATE.fullmatch(custom_id)
    if match is None:
        return None
    kind, about = Kind(match["kind"]), match["about"] or ""
    return Pressed(
        kind,
        match["command"],
        match["words"] or "",
        asks=about if kind is Kind.ASK else "",
        leaf=int(about) if kind is Kind.LEAF and about.isdigit() else 1,
    )


def leaf(command: str, words: str, number: int) -> Pressed | None:
    """Return the press that shows another leaf; None when what was typed is too long to carry."""
    pressed = Pressed(Kind.LEAF, command, " ".join(words.split()), leaf=number)
    return pressed if read(pressed.write()) == pressed and _fits(pressed) else None


def _fits(pressed: Pressed) -> bool:
    written = pressed.write()
    return len(written) <= CUSTOM_ID_CHARS and written.isascii() and written.isprintable()


def of_step(step: Step) -> Pressed:
    """Return what a step's button carries."""
    if step.asks is None:
        return Pressed(Kind.STEP, step.command, step.words)
    code = step.asks.code if not step.asks.facts else ""
    asks = Pressed(Kind.ASK, step.command, step.words, asks=code)
    return asks if _fits(asks) else Pressed(Kind.ASK, step.command, step.words)


def question(pressed: Pressed, label: str, language: Language) -> str:
    """Return what a form asks; the button's own words where the question was not carried."""
    known = bool(pressed.asks) and has_text(pressed.asks, language)
    return said(Line(pressed.asks), language) if known else label


@runtime_checkable
class Stepping(Protocol):
    """The client, as far as a step needs it."""

    async def stepped(
        self, interaction: discord.Interaction[Any], pressed: Pressed, label: str
    ) -> None:
        """Take the step; ``label`` is what it was called on the screen."""
        ...


async def _take(interaction: discord.Interaction[Any], written: str, label: str) -> None:
    client, pressed = interaction.client, read(written)
    assert isinstance(client, Stepping)
    if pressed is not None:
        await client.stepped(interaction, pressed, label)


class StepButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=_TEMPLATE):
    """A step to press."""

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        _match: re.Match[str],
        /,
    ) -> Self:
        """Wrap a pressed button."""
        assert isinstance(item, discord.ui.Button)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the step to the client, whichever process it is."""
        await _take(interaction, self.custom_id, self.item.label or "")


class StepMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=_MENU):
    """Steps to choose from; each entry's value is what a button's custom id would be."""

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        _match: re.Match[str],
        /,
    ) -> Self:
        """Wrap a menu that was used."""
        assert isinstance(item, discord.ui.Select)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the chosen step to the client, whichever process it is."""
        [chosen] = self.item.values
        labels = {one.value: one.label for one in self.item.options}
        await _take(interaction, chosen, labels.get(chosen, ""))


Part = StepButton | StepMenu | discord.ui.Button[Any]


def _button(step: Step, language: Language) -> Part:
    label = said(step.label, language)[:LABEL_CHARS]
    if step.url:
        return discord.ui.Button[Any](label=label, url=step.url)
    style = discord.ButtonStyle.danger if step.is_grave else discord.ButtonStyle.secondary
    return made(of_step(step), label, style)


def made(pressed: Pressed, label: str, style: discord.ButtonStyle) -> StepButton:
    """Make a button with a label that is already in the person's language."""
    plain = discord.ui.Button[Any](style=style, label=label, custom_id=pressed.write())
    return StepButton(plain)


def _menu(number: int, steps: Sequence[Step], language: Language) -> StepMenu:
    options = [
        discord.SelectOption(
            label=said(step.label, language)[:_OPTION_CHARS], value=of_step(step).write()
        )
        for step in steps
    ]
    plain = discord.ui.Select[Any](
        custom_id=f"steps:{number}",
        placeholder=text("server-steps", language),
        options=options,
    )
    return StepMenu(plain)


def rows(steps: Sequence[Step], language: Language) -> tuple[tuple[Part, ...], ...]:
    """Lay steps out: menus where there are many, then buttons, what can't be undone last."""
    different = {(of_step(step), step.url): step for step in steps if len(step.url) <= URL_CHARS}
    known = list(different.values())
    grave = [step for step in known if step.is_grave]
    calm = [step for step in known if not step.is_grave]
    menus: list[tuple[Part, ...]] = []
    if len(known) > _BUTTONS_AT_MOST:
        leading = [step for step in calm if not step.url]
        calm = [step for step in calm if step.url]
        menus = [
            (_menu(number, leading[start : start + _OPTIONS_AT_MOST], language),)
            for number, start in enumerate(range(0, len(leading), _OPTIONS_AT_MOST))
        ]
    return (*menus, *_in_rows(calm, language), *_in_rows(grave, language))


def _in_rows(steps: Sequence[Step], language: Language) -> list[tuple[Part, ...]]:
    buttons = [_button(step, language) for step in steps]
    return [
        tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW)
    ]
