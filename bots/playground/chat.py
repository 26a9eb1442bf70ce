"""What the person types: a command that is answered, or words to draw."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.playground import counter, notices
from bots.playground.bodies import Options, Say
from bots.playground.person import ROOM, spoken_with
from core.accounts.commands import known_person
from core.app import App
from core.generation.cancelling import cancel_all
from core.generation.commands import request_images
from core.generation.flags import apply_flags
from core.generation.values import Accepted, AgeNeeded, ImageWish, RequestImages
from core.kernel.errors import CoreError
from core.kernel.people import Actor, ReplyTo
from core.messages.catalogue import text
from core.quotas.queries import quota


@dataclass(frozen=True, slots=True)
class Asker:
    """Who typed, where the answer goes, and the key of this message."""

    app: App
    actor: Actor
    reply_to: ReplyTo
    request_key: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the page."""

    name: str
    about: str
    """Message id of what it does."""
    takes_words: bool = False


COMMANDS = (
    Command("imagine", "page-command-imagine", takes_words=True),
    Command("cancel", "page-command-cancel"),
    Command("quota", "page-command-quota"),
    Command("settings", "page-command-settings"),
    Command("verify", "page-command-verify"),
    Command("help", "page-command-help"),
)


class CommandUnknown(CoreError):
    """There is no such command here; nothing happened."""

    code = "page-no-command"

    def __init__(self, *, known: str) -> None:
        super().__init__(known=known)


Answer = Accepted | AgeNeeded | dict[str, object]


async def answer(asker: Asker, said: Say) -> Answer:
    """Answer one message.

    Raises:
        CommandUnknown: nothing happened.
        Everything that ``request_images`` raises, with what did or did not happen.
    """
    typed = said.text.strip()
    if not typed.startswith("/"):
        return await _imagine(asker, typed, said.options)
    name, _, words = typed[1:].partition(" ")
    if name.lower() == "imagine":
        return await _imagine(asker, words.strip(), said.options)
    if name.lower() in counter.COUNTER:
        shown = counter.without_secret(name.lower(), words)
        return {"answer": await _counter(asker, name.lower(), words.strip()), "asked": shown}
    answerer = _ANSWERS.get(name.lower())
    if answerer is None:
        names = (*(command.name for command in COMMANDS), *counter.COUNTER)
        raise CommandUnknown(known=" ".join(f"/{one}" for one in names))
    return await answerer(asker, words.strip())


async def _imagine(asker: Asker, words: str, options: Options | None) -> Accepted | AgeNeeded:
    chips = options or Options()
    start = ImageWish(
        prompt="",
        aspect=chips.aspect,
        count=chips.count,
        seed=chips.seed,
        style=chips.style,
        offering_id=chips.model,
    )
    # What is typed is nearer to the person's mind than a chip chosen before.
    wish = apply_flags(start, words)
    command = RequestImages(asker.actor, ROOM, wish, asker.reply_to, asker.request_key)
    return await request_images(asker.app, command)


async def _cancel(asker: Asker, _words: str) -> Answer:
    """Cancel everything of the person's that still waits or runs."""
    language = await spoken_with(asker.app, asker.actor)
    done = await cancel_all(asker.app, asker.actor)
    if not done.count:
        return {"notice": notices.notice("", text("page-nothing-to-cancel", language))}
    said = text("credits-returned", language, n=done.credits_returned)
    return {"notice": notices.notice(text("cancelled", language), said)}


async def _quota(asker: Asker, _words: str) -> Answer:
    language = await spoken_with(asker.app, asker.actor)
    return {"notice": notices.quota_of(await quota(asker.app, asker.actor), language)}


async def _counter(asker: Asker, command: str, words: str) -> counter.Card:
    return await counter.asked(
        asker.app, asker.actor, asker.reply_to, command=command, words=words, key=asker.request_key
    )


async def _help(asker: Asker, words: str) -> Answer:
    language = await spoken_with(asker.app, asker.actor)
    support = asker.app.settings.support_contact
    return {"notice": notices.help_of(words.lower(), support, language)}


async def _start(asker: Asker, _words: str) -> Answer:
    person = await known_person(asker.app, asker.actor)
    language = await spoken_with(asker.app, asker.actor)
    operator, age = asker.app.settings.operator, person.age if person else "unknown"
    return {"notice": notices.welcome_of(operator, age, language)}


async def _settings(_asker: Asker, _words: str) -> Answer:
    return {"open": "settings"}


async def _verify(_asker: Asker, _words: str) -> Answer:
    return {"open": "picture"}


_ANSWERS: dict[str, Callable[[Asker, str], Awaitable[Answer]]] = {
    "start": _start,
    "cancel": _cancel,
    "quota": _quota,
    "settings": _settings,
    "verify": _verify,
    "help": _help,
}
