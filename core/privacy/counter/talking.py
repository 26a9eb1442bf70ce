"""/support, /appeal and /paysupport: words for the people who run this, answered where asked."""

from collections.abc import Awaitable, Callable

from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Command, Option
from core.privacy.desk.pages import REQUESTS
from core.privacy.desk.talks import ASKS, TalkKind, open_talk
from core.privacy.notice.wording import Line, Page

_TITLES = {
    "support": "desk-title-support",
    "appeal": "desk-title-appeal",
    "paysupport": "desk-title-paysupport",
}
_HOW = {
    "support": "desk-support-how",
    "appeal": "desk-appeal-how",
    "paysupport": "desk-paysupport-how",
}
_PRIVACY = frozenset({"privacy", "隐私"})


def _answer(asked: Asked, kind: TalkKind, lines: list[Line], *steps: Step) -> Answer:
    page = Page(kind, Line(_TITLES[kind]), tuple(lines))
    return Answer(page, asked.language, steps)


def _contacts(asked: Asked) -> list[Line]:
    settings = asked.app.settings
    lines = []
    if settings.support_contact:
        lines.append(Line("desk-contact-support", {"contact": settings.support_contact}))
    if settings.privacy_contact:
        lines.append(Line("desk-contact-privacy", {"contact": settings.privacy_contact}))
    return lines or [Line("desk-contact-none")]


def _ask(asked: Asked, kind: TalkKind) -> Answer:
    lines = [Line(_HOW[kind]), Line("desk-talk-careful"), *_contacts(asked)]
    write = Step(Line("desk-step-write"), kind, asks=Line(ASKS[kind]))
    privacy = Step(Line("desk-step-write-privacy"), kind, "privacy", Line("desk-privacy-asks"))
    steps = (write, privacy, REQUESTS) if kind == "support" else (write, REQUESTS)
    return _answer(asked, kind, lines, *steps)


def _talk(kind: TalkKind) -> Callable[[Asked], Awaitable[Answer]]:
    async def handle(asked: Asked) -> Answer:
        """Ask for words, or keep those that were typed and say where the answer comes."""
        person = asked.person
        if person is None:
            # No account is made for a question, and without one no answer could come here.
            return _answer(asked, kind, [Line("desk-talk-unknown-person"), *_contacts(asked)])
        words = asked.ask.words.strip()
        first, _, rest = words.partition(" ")
        is_privacy = kind == "support" and first.casefold() in _PRIVACY
        words = rest.strip() if is_privacy else words
        if not words:
            return _ask(asked, kind)
        done = await open_talk(
            asked.app,
            person.account_id,
            kind,
            words,
            reply_to=asked.ask.reply_to,
            key=asked.ask.key,
            is_about_privacy=is_privacy,
        )
        lines = [Line("desk-talk-sent-privacy" if is_privacy else "desk-talk-sent")]
        if done.was_redacted:
            lines.append(Line("desk-talk-redacted"))
        return _answer(asked, kind, lines, REQUESTS)

    return handle


_WORDS = (Option("words", "desk-option-words"),)
SUPPORT = Command("support", "desk-about-support", _talk("support"), _WORDS, tells_law=False)
APPEAL = Command("appeal", "desk-about-appeal", _talk("appeal"), _WORDS, tells_law=False)
PAYSUPPORT = Command(
    "paysupport", "desk-about-paysupport", _talk("paysupport"), _WORDS, tells_law=False
)
