"""/delete account, undo and close: shown in full, confirmed by a code, undone in the grace."""

from collections.abc import Sequence
from datetime import timedelta

from core.accounts.values import Person
from core.messages.speech import day, duration
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked
from core.privacy.erasure.codes import GOOD_FOR, new_code
from core.privacy.erasure.commands import begin_erasure, close_account, undo_erasure
from core.privacy.erasure.pages import partial_page
from core.privacy.erasure.plan import category_of, count_rows
from core.privacy.erasure.queries import current_erasure
from core.privacy.erasure.values import EraseAccount, Erasure, TypedCode
from core.privacy.letters.post import draft, post
from core.privacy.notice.wording import CATEGORIES, Line, Page

NAME = "delete"
TOPIC = "delete"
ACCOUNT, UNDO, CLOSE = "account", "undo", "close"
NOW, LATER, YES = "now", "later", "yes"
_SAID = {"立即": NOW, "稍后": LATER, "是": YES}


def _page(asked: Asked, title: str, *lines: Line, steps: Sequence[Step] = ()) -> Answer:
    return Answer(Page(TOPIC, Line(title), lines), asked.language, tuple(steps))


async def account_words(asked: Asked, person: Person, words: list[str]) -> Answer:
    """Go on with the deletion of the account: the page, then a code, then the typed code."""
    when = _SAID.get(words[0], words[0]) if words else ""
    if when not in (NOW, LATER):
        erasure = await current_erasure(asked.app, person.account_id)
        if erasure is not None:
            return frozen_page(asked, erasure)
        return await _account_page(asked, person)
    typed = "".join(words[1:])
    if not typed:
        return await _code_page(asked, person, when)
    return await _confirmed(asked, person, when, typed)


async def _account_page(asked: Asked, person: Person) -> Answer:
    """Show what goes, what must stay, why and until when; offer the export first."""
    deletion = asked.app.profile.deletion
    counts: dict[str, int] = {}
    for table, count in (await count_rows(asked.app, person.account_id)).items():
        category = category_of(table)
        counts[category] = counts.get(category, 0) + count
    goes = tuple(
        Line("erasure-receipt-count", {"what": Line(CATEGORIES[name]), "n": n})
        for name, n in sorted(counts.items())
    )
    suppression = asked.app.profile.keeps_for("suppression") or timedelta(0)
    until = day(asked.app.clock.now() + suppression, asked.language)
    lines = (
        Line("delete-account-goes", {"counts": goes}),
        Line("delete-account-stays", {"until": until}),
        Line("delete-account-backups", {"days": deletion.backup_days}),
        Line("delete-account-export"),
        Line("delete-account-when", {"hours": deletion.grace_hours}),
        Line("delete-account-chat"),
    )
    steps = (
        Step(Line("delete-step-export"), "export"),
        Step(
            Line("delete-step-later", {"hours": deletion.grace_hours}), NAME, f"{ACCOUNT} {LATER}"
        ),
        Step(Line("delete-step-now"), NAME, f"{ACCOUNT} {NOW}", is_grave=True),
        Step(Line("delete-step-back"), NAME),
    )
    return _page(asked, "delete-account-title", *lines, steps=steps)


def _action(when: str) -> str:
    return f"{ACCOUNT}-{when}"


async def _code_page(asked: Asked, person: Person, when: str) -> Answer:
    code = await new_code(asked.app, person.account_id, _action(when))
    minutes = duration(GOOD_FOR.total_seconds(), asked.language)
    hours = asked.app.profile.deletion.grace_hours
    first = {
        NOW: Line("delete-code-now"),
        LATER: Line("delete-code-later", {"hours": hours}),
    }[when]
    step = Step(
        Line("delete-step-code"),
        NAME,
        f"{ACCOUNT} {when}",
        asks=Line("delete-asks-code"),
        is_grave=True,
    )
    how = Line("delete-code", {"code": code, "period": minutes, "command": f"{ACCOUNT} {when}"})
    back = Step(Line("delete-step-back"), NAME)
    return _page(asked, "delete-account-title", first, how, steps=(step, back))


async def _confirmed(asked: Asked, person: Person, when: str, typed: str) -> Answer:
    erasure = await begin_erasure(
        asked.app,
        EraseAccount(
            account_id=person.account_id,
            requester="minor" if person.age == "minor" else "person",
            is_now=when == NOW,
            reply_to=asked.ask.reply_to,
            language=asked.language,
            code=TypedCode(_action(when), typed),
        ),
    )
    answer = frozen_page(asked, erasure)
    if not erasure.letter_id or not erasure.is_new:
        return answer
    await _write(asked, erasure, answer)
    return Answer(answer.page, answer.language, answer.steps, erasure.letter_id)


async def _write(asked: Asked, erasure: Erasure, answer: Answer) -> None:
    """Post the one message that becomes the receipt; the surface shows it right now."""
    letter = await draft(
        asked.app,
        erasure.letter_id,
        account_id=None,
        about=erasure.erasure_id,
        reply_to=asked.ask.reply_to,
        answer=answer,
    )
    async with asked.app.transaction() as tx:
        await post(tx, letter, await asked.app.database.now(tx), opens_with_answer=True)


def frozen_page(asked: Asked, erasure: Erasure) -> Answer:
    """Say how far an erasure is: frozen until when, or at work, or waiting for somebody."""
    if erasure.state == "running":
        if erasure.waiting_for:
            page = partial_page(erasure.waiting_for, is_unreadable=True)
            return Answer(page, asked.language)
        return _page(asked, "delete-running-title", Line("delete-running"))
    left_s = (erasure.run_at - asked.app.clock.now()).total_seconds()
    lines = (
        Line("delete-frozen", {"day": day(erasure.run_at, asked.language)}),
        Line("delete-frozen-left", {"period": duration(left_s, asked.language)}),
    )
    steps = (
        Step(Line("delete-step-undo"), NAME, UNDO),
        Step(Line("delete-step-now"), NAME, f"{ACCOUNT} {NOW}", is_grave=True),
    )
    return _page(asked, "delete-frozen-title", *lines, steps=steps)


async def undo_words(asked: Asked, person: Person) -> Answer:
    """Give the account back while the grace lasts."""
    erasure = await undo_erasure(asked.app, person.account_id)
    answer = _page(asked, "delete-undone-title", Line("delete-undone"))
    if erasure.letter_id:
        letter = await draft(
            asked.app,
            erasure.letter_id,
            account_id=None,
            about=erasure.erasure_id,
            reply_to=asked.ask.reply_to,
            answer=answer,
            is_last=True,
        )
        async with asked.app.transaction() as tx:
            await post(tx, letter, await asked.app.database.now(tx))
    return answer


async def close_words(asked: Asked, person: Person, words: list[str]) -> Answer:
    """Close the account: out of use, kept for the policy's tail; closing is not erasing."""
    days = asked.app.profile.closure.account_days
    tail = Line("delete-close-tail", {"days": days}) if days else Line("delete-close-no-tail")
    if not words or _SAID.get(words[0], words[0]) != YES:
        yes = Step(Line("delete-step-close-yes"), NAME, f"{CLOSE} {YES}", is_grave=not days)
        lines = (Line("delete-close-what"), tail, Line("delete-close-not-erasing"))
        back = Step(Line("delete-step-back"), NAME)
        return _page(asked, "delete-close-title", *lines, steps=(yes, back))
    if not await close_account(asked.app, person.account_id):
        return _page(asked, "delete-close-title", Line("delete-closed-already"), tail)
    return _page(asked, "delete-close-title", Line("delete-closed"), tail)
