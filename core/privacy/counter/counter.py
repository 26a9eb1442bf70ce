"""The counter: every command about one's rights, answered for anybody, in private, at once."""

import asyncio

from core.accounts.commands import find_person
from core.accounts.usage import OK, note_use
from core.accounts.values import Person
from core.app import App
from core.generation.errors import NotFound
from core.kernel.errors import CoreError
from core.kernel.people import Actor, language_of
from core.privacy.answers import Answer
from core.privacy.counter.consent import CONSENT
from core.privacy.counter.correcting import AGE, CORRECT, REGION
from core.privacy.counter.deletion import DELETE
from core.privacy.counter.errors import TooManyQuestions
from core.privacy.counter.notices import PRIVACY, TERMS
from core.privacy.counter.objecting import OBJECT
from core.privacy.counter.optout import OPTOUT, UNSUBSCRIBE
from core.privacy.counter.providers import PROVIDERS
from core.privacy.counter.requests import REQUESTS
from core.privacy.counter.restricting import RESTRICT
from core.privacy.counter.talking import APPEAL, PAYSUPPORT, SUPPORT
from core.privacy.counter.values import Ask, Asked, Command
from core.privacy.subject.mydata import MYDATA

COMMANDS: tuple[Command, ...] = (
    PRIVACY,
    TERMS,
    PROVIDERS,
    MYDATA,
    CORRECT,
    RESTRICT,
    REQUESTS,
    REGION,
    AGE,
    SUPPORT,
    APPEAL,
    PAYSUPPORT,
    OPTOUT,
    UNSUBSCRIBE,
    OBJECT,
    CONSENT,
    DELETE,
)
"""In the order in which people are shown them."""

_BY_NAME = {one.name: one for one in COMMANDS}


async def answer(app: App, ask: Ask) -> Answer:
    """Answer one command; banned, restricted and not yet age-checked people are all served.

    Somebody unknown gets an answer too, and asking makes no account.

    Raises:
        NotFound: there is no such command (any more); nothing happened.
        TooManyQuestions: too many within a minute; nothing happened.
        CoreError: what the command's own use-case refuses, with what did or did not happen.
    """
    command = _BY_NAME.get(ask.command)
    if command is None:
        raise NotFound
    _keep_pace(app, ask.actor)
    async with app.transaction() as tx:
        person = await find_person(app, tx, ask.actor)
    language = person.language if person else language_of(ask.actor.language_hint)
    try:
        told = await command.handle(Asked(app, ask, person, language))
    except CoreError as refusal:
        await _note(app, ask, person, refusal.code)
        raise
    await _note(app, ask, person, OK)
    return told


async def _note(app: App, ask: Ask, person: Person | None, outcome: str) -> None:
    """Record the use (AX-04): the command's name and how it ended, never a word behind it."""
    if person is None:
        return
    async with app.transaction() as tx:
        await note_use(
            tx,
            person.account_id,
            surface=ask.actor.surface,
            feature=ask.command,
            outcome=outcome,
            now=app.clock.now(),
        )


def _keep_pace(app: App, actor: Actor) -> None:
    now_s = asyncio.get_running_loop().time()
    wait_s = app.counter_pace.wait_s(f"{actor.surface}:{actor.native_id}", now_s)
    if wait_s > 0:
        raise TooManyQuestions(retry_after_s=int(wait_s) + 1)
