"""Buttons that carry their own state, so that any process answers them after any restart."""

import re
from enum import StrEnum
from typing import Any, Protocol, Self, runtime_checkable

import discord

from core.kernel.people import Language
from core.messages.catalogue import text

NOTHING = "-"
"""The target of a button that is about no request."""


class Verb(StrEnum):
    """What a button does; written into its custom id, so a word once used keeps its meaning."""

    CANCEL = "cancel"
    AGAIN = "again"
    VARY = "vary"
    WORDS = "words"
    MODELS = "models"
    OPEN = "open"
    ORIGINAL = "original"
    DELETE = "delete"
    DROP = "drop"
    """Delete one picture of several."""
    ADULT = "adult"
    MINOR = "minor"
    LANGUAGE = "language"
    REGION = "region"


@runtime_checkable
class Pressable(Protocol):
    """The client, as far as a button needs it."""

    async def pressed(
        self,
        interaction: discord.Interaction[Any],
        verb: Verb,
        target: str,
        index: int,
    ) -> None:
        """Do what the button says."""
        ...


class PressButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=re.compile(
        rf"(?P<verb>{'|'.join(Verb)}):(?P<target>[0-9A-Za-z_-]{{1,26}})(?::(?P<index>[1-4]))?"
    ),
):
    """Any button of ours: ``<verb>:<request id>``, and the number where it is about one picture."""

    def __init__(self, button: discord.ui.Button[Any], verb: Verb, target: str, index: int) -> None:
        super().__init__(button)
        self.verb = verb
        self.target = target
        self.index = index

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the state out of a pressed button."""
        assert isinstance(item, discord.ui.Button)
        return cls(item, Verb(match["verb"]), match["target"], int(match["index"] or 0))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press to the client, whichever process it is."""
        client = interaction.client
        assert isinstance(client, Pressable)
        await client.pressed(interaction, self.verb, self.target, self.index)


_STYLES = {
    Verb.DELETE: discord.ButtonStyle.danger,
    Verb.DROP: discord.ButtonStyle.danger,
    Verb.ADULT: discord.ButtonStyle.primary,
}


def button(
    verb: Verb, target: str, label: str, *, index: int = 0, disabled: bool = False
) -> PressButton:
    """Make a button with a label that is already in the person's language."""
    custom_id = f"{verb}:{target}" + (f":{index}" if index else "")
    style = _STYLES.get(verb, discord.ButtonStyle.secondary)
    plain = discord.ui.Button[Any](style=style, label=label, custom_id=custom_id, disabled=disabled)
    return PressButton(plain, verb, target, index)


def labelled(verb: Verb, target: str, code: str, language: Language, index: int = 0) -> PressButton:
    """Make a button whose label is a message code."""
    return button(verb, target, text(code, language), index=index)
