"""/link and /unlink: one account on two surfaces, and back; each says first what it will do."""

import asyncio

from core.accounts.values import Person
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Command, Option
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import Draft, draft, letter_id_of, post
from core.privacy.linking.codes import GOOD_FOR, make_code, normalised
from core.privacy.linking.errors import LinkTooManyTries, NotLinked
from core.privacy.linking.joining import Joining, join, look
from core.privacy.linking.splitting import look_at_split, split
from core.privacy.notice.wording import Line, Page

_YES = frozenset({"yes", "now", "ok", "是", "确认"})
_MAKE = frozenset({"code", "new", "代码"})


def _word(word: str) -> Line:
    return Line("policy-word", {"word": word})


def _names(surfaces: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(_word(one) for one in surfaces)


async def _link(asked: Asked) -> Answer:
    """Make a code, or look at one and join."""
    words = list(asked.words)
    is_sure = len(words) > 1 and words[-1].lower() in _YES
    typed = "".join(words[:-1] if is_sure else words)
    if not words or (words[0].lower() in _MAKE and len(words) == 1):
        return await _code(asked)
    if not normalised(typed):
        return _page(asked, "link-title", Line("link-usage"), step=_MAKE_ONE)
    _keep_pace(asked)
    if is_sure:
        return await _joined(asked, typed)
    found = await look(asked.app, asked.ask.actor, typed)
    return _page(
        asked,
        "link-title",
        Line("link-look", {"surfaces": _names(found.surfaces)}),
        Line("link-look-pictures", {"n": found.pictures}),
        Line("link-look-rules"),
        Line("link-look-warning"),
        step=Step(Line("link-step-join"), "link", f"{normalised(typed)} yes", is_grave=True),
    )


_MAKE_ONE = Step(Line("link-step-code"), "link")
_UNLINK = Step(Line("link-step-unlink"), "unlink")


def _page(asked: Asked, title: str, *lines: Line, step: Step | None = None) -> Answer:
    steps = () if step is None else (step,)
    return Answer(Page("link", Line(title), lines), asked.language, steps)


def _keep_pace(asked: Asked) -> None:
    """Few codes may be tried; there are 850,000,000,000 of them."""
    actor = asked.ask.actor
    now_s = asyncio.get_running_loop().time()
    wait_s = asked.app.link_pace.wait_s(f"{actor.surface}:{actor.native_id}", now_s)
    if wait_s > 0:
        raise LinkTooManyTries(retry_after_s=int(wait_s) + 1)


async def _code(asked: Asked) -> Answer:
    if asked.person is None:
        return _page(asked, "link-title", Line("link-nobody"))
    if asked.person.standing in ("erasing", "closed"):
        return _page(asked, "link-title", Line("link-not-now"))
    code = await make_code(asked.app, asked.person.account_id)
    minutes = int(GOOD_FOR.total_seconds() // 60)
    return _page(
        asked,
        "link-title",
        Line("link-code", {"code": code.text, "n": minutes}),
        Line("link-code-secret"),
    )


async def _joined(asked: Asked, typed: str) -> Answer:
    found = await join(asked.app, asked.ask.actor, typed)
    await _tell(asked, found)
    lines = [Line("link-done", {"surfaces": _names(found.surfaces)})]
    if found.pictures:
        lines.append(Line("link-done-pictures", {"n": found.pictures}))
    return _page(asked, "link-title", *lines, Line("link-done-rules"), step=_UNLINK)


async def _tell(asked: Asked, found: Joining) -> None:
    """Say it on the other surface too: whoever did not make the code themselves can undo it."""
    letter = await _letter(asked, found)
    if letter is not None:
        async with asked.app.transaction() as tx:
            await post(tx, letter, await asked.app.database.now(tx))


async def _letter(asked: Asked, found: Joining) -> Draft | None:
    app, actor = asked.app, asked.ask.actor
    reply_to = await private_reply_to(app, found.account_id, besides=actor.surface)
    if reply_to is None:
        return None
    told = Line("link-letter", {"surface": actor.surface})
    page = Page("link", Line("link-title"), (told, Line("link-letter-not-you")))
    return await draft(
        app,
        letter_id_of(app, found.account_id, f"joined {asked.ask.key}"),
        account_id=found.account_id,
        about=found.account_id,
        reply_to=reply_to,
        answer=Answer(page, asked.language, (_UNLINK,)),
        is_last=True,
    )


async def _unlink(asked: Asked) -> Answer:
    """Say what a split does, then do it."""
    person = asked.person
    if person is None:
        return _page(asked, "unlink-title", Line("link-nobody"))
    try:
        if asked.words and asked.words[0].lower() in _YES:
            return await _split(asked, person)
        found = await look_at_split(asked.app, asked.ask.actor)
    except NotLinked:
        return _page(asked, "unlink-title", Line("unlink-nothing"), step=_MAKE_ONE)
    return _page(
        asked,
        "unlink-title",
        Line("unlink-look", {"surfaces": _names(found.stays)}),
        Line("unlink-look-pictures", {"n": found.pictures}),
        Line("unlink-look-rules"),
        step=Step(Line("unlink-step-split"), "unlink", "yes", is_grave=True),
    )


async def _split(asked: Asked, person: Person) -> Answer:
    del person
    found = await split(asked.app, asked.ask.actor)
    lines = [Line("unlink-done", {"surfaces": _names(found.stays)})]
    if found.pictures:
        lines.append(Line("link-done-pictures", {"n": found.pictures}))
    return _page(asked, "unlink-title", *lines, step=_MAKE_ONE)


LINK = Command("link", "rights-about-link", _link, (Option("code", "link-option-code"),))
UNLINK = Command("unlink", "rights-about-unlink", _unlink)
