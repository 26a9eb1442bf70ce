"""What one message shows: words, pictures and rows of buttons, in components V2."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bots.discord.mentions import NO_MENTIONS, Mentions
from bots.discord.pictures import Attached

MAX_TEXT_CHARS = 4000
"""All text of one message together (Discord, "Components V2")."""
_ACCENT = 0x5B6CFF

Row = Sequence[discord.ui.Item[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A message that can be sent as often as needed: nothing in it is used up by a send."""

    lines: tuple[str, ...]
    gallery: tuple[Attached, ...] = ()
    """Pictures shown large, ten at most."""
    documents: tuple[Attached, ...] = ()
    """Files to keep, shown by name."""
    rows: tuple[Row, ...] = ()
    footnote: str = ""
    shown_before: str = field(default="")
    """``attachment://`` address of a picture that the message already has and keeps."""
    marker: int = field(default=0)
    """A number that the message carries unseen, by which it is found again; 0 for none."""

    def files(self) -> list[discord.File]:
        """Return the files for one send."""
        return [one.file() for one in (*self.gallery, *self.documents)]

    def view(self, mentions: Mentions = NO_MENTIONS) -> discord.ui.LayoutView:
        """Return the components for one send.

        The view is stopped at once: discord.py would otherwise remember it per message, and take
        our buttons' handler away when it forgets a private one after 15 minutes.
        """
        box = discord.ui.Container[Any](accent_colour=_ACCENT, id=self.marker or None)
        words = "\n".join(line for line in self.lines if line)
        note = f"-# {self.footnote}" if self.footnote else ""
        shown = "\n".join(part for part in (words, note) if part)
        shown = mentions.linked(shown[:MAX_TEXT_CHARS], MAX_TEXT_CHARS)
        box.add_item(discord.ui.TextDisplay[Any](shown))
        if self.gallery:
            box.add_item(discord.ui.MediaGallery[Any](*(_item(one) for one in self.gallery)))
        elif self.shown_before:
            kept = discord.MediaGalleryItem(self.shown_before)
            box.add_item(discord.ui.MediaGallery[Any](kept))
        for row in self.rows:
            box.add_item(discord.ui.ActionRow[Any](*row))
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(box)
        for one in self.documents:
            view.add_item(discord.ui.File[Any](one.uri, spoiler=one.is_veiled))
        view.stop()
        return view


def _item(one: Attached) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(
        one.uri, description=one.description or None, spoiler=one.is_veiled
    )
