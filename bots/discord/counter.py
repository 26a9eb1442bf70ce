"""The counter for people's rights on Discord: asks it, shows what it says; makes no account."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.discord import modals, render, steps
from bots.discord.address import Address, is_alone
from bots.discord.answers import Asked as Source
from bots.discord.answers import page_of
from bots.discord.asking import Asked, actor_of, key_of, reply_to
from bots.discord.news import News
from bots.discord.page import Page
from bots.discord.post import brings_files
from bots.discord.reply import Manner, Reply
from bots.discord.wording import literal
from core.accounts.commands import known_person
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import RequestId
from core.kernel.people import Language, language_of
from core.messages.speech import refusal
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask, Traits
from core.privacy.letters.post import remember_letter

TRAITS = Traits(part_limit_bytes=9_000_000, allows_training=False, allows_advertising=False)
"""Discord's developer policy (21, 5, 6) forbids training on what people write, and advertising.

The smallest place takes 10 MiB in a file ("Uploading files")."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A command of the counter, typed or pressed."""

    command: str
    words: str = ""
    about: RequestId | None = None
    """The result whose message menu was used."""
    leaf: int = 1
    """Which part of a long answer to show."""


def _changes(asked: Asked) -> bool:
    """Say whether a press changes the pressed message.

    Answers are changed in place. A letter and whatever brought a file stay as they are.
    """
    message = asked.message
    if message is None or brings_files(message):
        return False
    return message.flags.ephemeral or message.interaction_metadata is not None


def manner_of(asked: Asked) -> Manner:
    """Say how an inquiry is answered when the answer takes longer."""
    if _changes(asked):
        return Manner.QUIET
    return Manner.PUBLIC if is_alone(asked) else Manner.HIDDEN


async def language_for(app: App, asked: Asked) -> Language:
    """Return what the person reads, also before first contact."""
    person = await known_person(app, actor_of(asked))
    return person.language if person else language_of(asked.locale.value)


def _refused(error: CoreError, language: Language) -> Page:
    return Page(lines=(literal(refusal(error, language)),))


async def serve(app: App, news: News, asked: Asked, reply: Reply, inquiry: Inquiry) -> None:
    """Ask the counter and show its answer, where only the person reads it."""
    ask = Ask(
        actor=actor_of(asked),
        command=inquiry.command,
        words=inquiry.words,
        reply_to=reply_to(asked),
        key=key_of(asked),
        traits=TRAITS,
        about=inquiry.about,
    )
    try:
        shown = await answer(app, ask)
    except CoreError as error:
        language = await language_for(app, asked)
        await reply.show(_refused(error, language), hidden=not is_alone(asked))
    else:
        await _show(app, asked, reply, shown, inquiry)
    person = await known_person(app, ask.actor)
    if person is not None:
        await news.tell(person, reply, hidden=not is_alone(asked))


async def look(
    app: App, news: News, asked: Asked, reply: Reply, draw: Callable[[Language], Awaitable[Page]]
) -> None:
    """Show what was looked at; whoever is unknown stays unknown."""
    person = await known_person(app, actor_of(asked))
    language = person.language if person else language_of(asked.locale.value)
    try:
        page = await draw(language)
    except CoreError as error:
        page = _refused(error, language)
    await reply.show(page, hidden=not is_alone(asked))
    if person is not None:
        await news.tell(person, reply, hidden=not is_alone(asked))


async def _show(app: App, asked: Asked, reply: Reply, shown: Answer, inquiry: Inquiry) -> None:
    page = page_of(shown, Source(inquiry.command, inquiry.words, inquiry.leaf))
    if _changes(asked):
        await reply.replace(page)
        assert asked.message is not None
        # A message that only one person sees can be changed by the token alone.
        message_id = 0 if asked.message.flags.ephemeral else asked.message.id
    else:
        message_id = await reply.show(page, hidden=not is_alone(asked))
        if not message_id:
            return
    if shown.letter_id:
        await remember_letter(app, shown.letter_id, Address.of(asked, message_id).write())


async def ask_first(
    app: App, asked: Asked, reply: Reply, pressed: steps.Pressed, label: str
) -> None:
    """Open the form of a step that asks for something."""
    language = await language_for(app, asked)
    if reply.can_open_modal:
        question = steps.question(pressed, label, language)
        await reply.open(modals.step_modal(pressed.command, pressed.words, label, question))
    else:
        page = render.says("server-press-again", language)
        await reply.show(page, hidden=not is_alone(asked))


def answered(filled: modals.Submitted) -> Inquiry:
    """Return the command of a form that was filled in: what was typed goes behind its words."""
    command, _, words = filled.target.partition(" ")
    typed = filled.fields.get(modals.TYPED, "")
    return Inquiry(command, f"{words} {typed}".strip())


def inquiry_of(pressed: steps.Pressed) -> Inquiry:
    """Return the command of a pressed step."""
    return Inquiry(pressed.command, pressed.words, leaf=pressed.leaf)
