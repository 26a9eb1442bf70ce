"""What is asked at the counter: a command about one's rights, from whom, where news of it go."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.accounts.values import Person
from core.app import App
from core.kernel.ids import RequestId
from core.kernel.people import Actor, Language, ReplyTo
from core.privacy.answers import Answer


@dataclass(frozen=True, slots=True)
class Traits:
    """What a surface's platform allows; each surface declares its own."""

    part_limit_bytes: int
    """The largest file that can be sent to one person."""
    allows_training: bool
    """Whether the platform's terms let people be asked for training consent at all."""
    allows_advertising: bool
    """Whether the platform lets a bot send what is advertising, to those who asked for it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One command about rights; typed, or pressed as a step of an earlier answer."""

    actor: Actor
    command: str
    words: str
    """What stands behind the command, as typed."""
    reply_to: ReplyTo
    """Where news of it go: an address that only the person reads."""
    key: str
    """The native id of the update: the same twice does the thing once."""
    traits: Traits
    about: RequestId | None = None
    """The result that the command was a reply to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask with the person behind it, if there is one: asking makes no account."""

    app: App
    ask: Ask
    person: Person | None
    language: Language

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words behind the command, one by one."""
        return tuple(self.ask.words.split())


Handle = Callable[[Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that an option takes."""

    value: str
    label: str
    """The code of its name."""


@dataclass(frozen=True, slots=True)
class Option:
    """One word or more that a command takes, in order; for surfaces with typed options."""

    name: str
    """ASCII, one word."""
    label: str
    """The code of what it is about."""
    choices: tuple[Choice, ...] = ()
    """Empty for free words."""
    is_secret: bool = False
    """What is typed there is a secret: surfaces keep no copy of it where they can help it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the counter: offered, completed and described alike on every surface."""

    name: str
    about: str
    """The code of what it does, in a line of at most 100 characters."""
    handle: Handle
    options: tuple[Option, ...] = ()
    tells_law: bool = True
    """Its answers end with the rights and the authority of where the person is (14.2 to 14.4)."""


def holds_secret(command: Command, words: str) -> bool:
    """Say whether words typed behind a command reach an option that takes a secret."""
    typed = len(words.split())
    return any(option.is_secret and typed > at for at, option in enumerate(command.options))
