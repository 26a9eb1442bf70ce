"""/delete: what of it? One thing, a span, all of a kind: shown with counts, then gone at once."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from core.accounts.values import Person
from core.app import App
from core.kernel.ids import is_id
from core.messages.speech import day
from core.policy.retention import RetentionFloor
from core.privacy.answers import Answer, Step
from core.privacy.counter.account_deletion import (
    ACCOUNT,
    CLOSE,
    UNDO,
    account_words,
    close_words,
    frozen_page,
    undo_words,
)
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.desk.requests import note_request
from core.privacy.erasure.items import (
    DeletedItems,
    Owner,
    Span,
    count_kind,
    delete_kind,
    delete_one_picture,
    delete_request,
    delete_span,
)
from core.privacy.erasure.queries import current_erasure
from core.privacy.notice.wording import Line, Page

NAME = "delete"
TOPIC = "delete"
THIS, SINCE, YES = "this", "since", "yes"
_GOOD_FOR = timedelta(hours=1)
"""A button that deletes many things works for so long; later it shows anew what there is."""
_SAID = {
    "photo": "pictures",
    "photos": "pictures",
    "picture": "pictures",
    "images": "pictures",
    "image": "pictures",
    "图片": "pictures",
    "prompt": "prompts",
    "words": "prompts",
    "提示词": "prompts",
    "support": "talks",
    "客服": "talks",
    "导出": "exports",
    "使用记录": "usage",
    "all": ACCOUNT,
    "everything": ACCOUNT,
    "me": ACCOUNT,
    "账户": ACCOUNT,
    "账号": ACCOUNT,
    "全部": ACCOUNT,
    "撤销": UNDO,
    "关闭": CLOSE,
    "从": SINCE,
    "这张": THIS,
}
"""What people also type."""
KIND_TITLES = {
    "pictures": "delete-kind-pictures",
    "prompts": "delete-kind-prompts",
    "talks": "delete-kind-talks",
    "exports": "delete-kind-exports",
    "usage": "delete-kind-usage",
}
_COUNTS = {
    "pictures": "delete-count-pictures",
    "prompts": "delete-count-prompts",
    "talks": "delete-count-talks",
    "exports": "delete-count-exports",
    "usage": "delete-count-usage",
}


async def _delete(asked: Asked) -> Answer:
    if asked.person is None:
        return _page(asked, "delete-unknown-title", Line("delete-unknown"))
    words = [word.lower() for word in asked.words]
    first = _SAID.get(words[0], words[0]) if words else ""
    rest = words[1:]
    erasure = await current_erasure(asked.app, asked.person.account_id)
    if erasure is not None and first not in (ACCOUNT, UNDO):
        return frozen_page(asked, erasure)
    if first == ACCOUNT:
        return await account_words(asked, asked.person, rest)
    if first == UNDO:
        return await undo_words(asked, asked.person)
    if first == CLOSE:
        return await close_words(asked, asked.person, rest)
    if first == THIS:
        return await _this(asked, asked.person, rest)
    if first == SINCE:
        return await _since(asked, asked.person, rest)
    if first in KIND_TITLES:
        return await _kind(asked, asked.person, first, rest)
    return await _overview(asked, asked.person, is_nonsense=bool(first))


def _page(asked: Asked, title: str, *lines: Line, steps: tuple[Step, ...] = ()) -> Answer:
    return Answer(Page(TOPIC, Line(title), lines), asked.language, steps)


def _owner(asked: Asked, person: Person) -> Owner:
    return Owner(person.account_id, asked.language)


async def _overview(asked: Asked, person: Person, *, is_nonsense: bool) -> Answer:
    span = Span(asked.app.clock.now())
    counts = {
        kind: await count_kind(asked.app, person.account_id, kind, span) for kind in KIND_TITLES
    }
    lines = [Line("delete-nonsense")] if is_nonsense else []
    lines += [Line(_COUNTS[kind], {"n": n}) for kind, n in counts.items() if n]
    lines.append(Line("delete-what") if any(counts.values()) else Line("delete-empty"))
    steps = []
    if asked.ask.about is not None:
        steps.append(_this_step(asked.ask.about))
    steps.append(Step(Line("delete-step-since"), NAME, SINCE, asks=Line("delete-asks-since")))
    steps += [Step(Line(KIND_TITLES[kind]), NAME, kind) for kind, n in counts.items() if n]
    steps.append(Step(Line("delete-step-account"), NAME, ACCOUNT))
    steps.append(Step(Line("delete-step-close"), NAME, CLOSE))
    return _page(asked, "delete-title", *lines, steps=tuple(steps))


def _this_step(request_id: str) -> Step:
    return Step(Line("delete-step-this"), NAME, f"{THIS} {request_id}", is_grave=True)


async def _this(asked: Asked, person: Person, words: list[str]) -> Answer:
    """Delete the request that is named, or replied to; or one picture of it, by its number."""
    named = words[0] if words and is_id(words[0]) else None
    number = next((word for word in words if word.isdecimal()), "")
    request_id = named or asked.ask.about
    if request_id is None:
        return _page(asked, "delete-title", Line("delete-this-how"))
    owner = _owner(asked, person)
    if number:
        done = await delete_one_picture(asked.app, owner, request_id, int(number))
    else:
        done = await delete_request(asked.app, owner, request_id)
    return await _gone(asked, person, done)


async def _kind(asked: Asked, person: Person, kind: str, words: list[str]) -> Answer:
    until = _confirmed(asked.app, words)
    if until is not None:
        return await _answered(
            asked, person, delete_kind(asked.app, _owner(asked, person), kind, Span(until))
        )
    now = asked.app.clock.now()
    count = await count_kind(asked.app, person.account_id, kind, Span(now))
    if not count:
        return _page(asked, "delete-title", Line("delete-nothing"))
    lines = [Line(_COUNTS[kind], {"n": count})]
    if kind == "prompts":
        lines.append(Line("delete-prompts-keeps-pictures"))
    lines.append(Line("delete-no-way-back"))
    yes = Step(Line("delete-step-yes", {"n": count}), NAME, f"{kind} {_stamp(now)}", is_grave=True)
    return _page(asked, KIND_TITLES[kind], *lines, steps=(yes, _back()))


async def _since(asked: Asked, person: Person, words: list[str]) -> Answer:
    since = _date(words[0]) if words else None
    if since is None:
        ask = Step(Line("delete-step-since"), NAME, SINCE, asks=Line("delete-asks-since"))
        return _page(asked, "delete-title", Line("delete-since-how"), steps=(ask, _back()))
    until = _confirmed(asked.app, words[1:])
    if until is not None:
        span = Span(until, since)
        work = delete_span(asked.app, _owner(asked, person), span)
        return await _answered(asked, person, work)
    now = asked.app.clock.now()
    span = Span(now, since)
    counts = {
        kind: await count_kind(asked.app, person.account_id, kind, span) for kind in KIND_TITLES
    }
    total = sum(counts.values())
    if not total:
        return _page(asked, "delete-title", Line("delete-nothing"), steps=(_back(),))
    lines = [Line("delete-since-what", {"day": day(since, asked.language)})]
    lines += [Line(_COUNTS[kind], {"n": n}) for kind, n in counts.items() if n]
    lines.append(Line("delete-no-way-back"))
    yes = Step(
        Line("delete-step-yes", {"n": total}),
        NAME,
        f"{SINCE} {since:%Y-%m-%d} {_stamp(now)}",
        is_grave=True,
    )
    return _page(asked, "delete-title", *lines, steps=(yes, _back()))


def _back() -> Step:
    return Step(Line("delete-step-back"), NAME)


def _stamp(now: datetime) -> str:
    """Return the words that confirm what was shown now, and nothing that comes later."""
    return f"{YES} {int(now.timestamp()) + 1}"


def _confirmed(app: App, words: list[str]) -> datetime | None:
    """Return until when a press confirms; None when it is no confirmation, or an old one."""
    if len(words) != len((YES, "stamp")) or words[0] != YES or not words[1].isdecimal():
        return None
    now = app.clock.now()
    earliest = now - _GOOD_FOR
    seconds = int(words[1])
    if not earliest.timestamp() <= seconds <= now.timestamp() + 1:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _date(word: str) -> datetime | None:
    """Return the beginning of a day (UTC) as people write it: 2026-11-01, 2026年11月1日."""
    parts = word.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    numbers = parts.replace(".", "-").split("-")
    if len(numbers) != len(("year", "month", "day")) or not all(one.isdecimal() for one in numbers):
        return None
    year, month, date = (int(one) for one in numbers)
    try:
        return datetime(year, month, date, tzinfo=UTC)
    except ValueError:
        return None


async def _answered(asked: Asked, person: Person, work: Awaitable[DeletedItems]) -> Answer:
    try:
        done = await work
    except RetentionFloor as floor:
        await _record(asked, person, "held", refused=True)
        until = day(floor.until, asked.language)
        return _page(asked, "delete-title", Line("delete-held", {"until": until}))
    return await _gone(asked, person, done)


async def _record(asked: Asked, person: Person, outcome: str, *, refused: bool = False) -> None:
    async with asked.app.transaction() as tx:
        await note_request(tx, asked.app, person.account_id, NAME, outcome, refused=refused)


async def _gone(asked: Asked, person: Person, done: DeletedItems) -> Answer:
    """Say what is gone, and what is not for us to remove; the request stands in /requests."""
    if done.is_nothing:
        return _page(asked, "delete-title", Line("delete-nothing"), steps=(_back(),))
    await _record(asked, person, "deleted")
    lines = []
    named = {"pictures": "delete-gone-pictures", "requests": "delete-gone-requests"}
    lines += [
        Line(code, {"n": done.counts[table]})
        for table, code in named.items()
        if done.counts.get(table)
    ]
    others = sum(count for table, count in done.counts.items() if table not in named)
    if others:
        lines.append(Line("delete-gone-others", {"n": others}))
    if done.removable:
        lines.append(Line("delete-chat-removing", {"n": done.removable}))
    if done.left:
        lines.append(Line("delete-chat-left", {"n": done.left}))
    if done.providers:
        lines.append(Line("delete-providers-asked", {"n": done.providers}))
    if done.kept and done.kept_until is not None:
        until = day(done.kept_until, asked.language)
        lines.append(Line("delete-kept", {"n": done.kept, "until": until}))
    if not done.is_log_empty:
        lines.append(Line("delete-log-later"))
    return _page(asked, "delete-gone-title", *lines, steps=(_back(),))


DELETE = Command(
    NAME,
    "delete-about",
    _delete,
    (
        Option(
            "what",
            "delete-option-what",
            (
                Choice(THIS, "delete-step-this"),
                *(Choice(kind, title) for kind, title in KIND_TITLES.items()),
                Choice(SINCE, "delete-step-since"),
                Choice(ACCOUNT, "delete-step-account"),
                Choice(UNDO, "delete-step-undo"),
                Choice(CLOSE, "delete-step-close"),
            ),
        ),
        Option("more", "delete-option-more"),
    ),
)
