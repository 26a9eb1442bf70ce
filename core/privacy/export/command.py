"""/export: a copy of everything, into the chat or by a link, locked if the person likes."""

from core.accounts.values import Person
from core.privacy.answers import Answer
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.export import asking, pages
from core.privacy.export.links import address_of_export
from core.privacy.export.lock import LEAST_PASSPHRASE_CHARS
from core.privacy.export.values import Way, part_limit, usual_size
from core.privacy.notice.wording import Line
from core.privacy.subject.mydata import nothing_held

_WAYS: dict[str, Way] = {"protect": "files", "protect-link": "link"}


async def _export(asked: Asked) -> Answer:
    person = asked.person
    if person is None:
        return nothing_held(asked.app, asked.language, "export")
    if person.standing == "erasing":
        return pages.answer(asked.language, (Line("export-frozen"),))
    word, rest = [*asked.ask.words.split(maxsplit=1), "", ""][:2]
    match word.lower():
        case "":
            return await _overview(asked, person)
        case "send":
            return await _new(asked, person, "files")
        case "link":
            return await _link(asked, person)
        case "protect" | "protect-link" as name:
            return await _protected(asked, person, _WAYS[name], rest.strip())
        case "again":
            return await _again(asked, person)
        case "new":
            return await _offer(asked, person)
        case "stop":
            return await asking.stop(asked, person)
        case _:
            return await _offer(asked, person, Line("export-unknown-words"))


async def _overview(asked: Asked, person: Person) -> Answer:
    """Show the export that runs, else the one that is still there, else what there is to choose."""
    if await asking.newest(asked.app, person.account_id, "running") is not None:
        return await asking.joined(asked, person)
    found = await asking.finished(asked, person)
    if found is None:
        return await _offer(asked, person)
    row, parts = found
    limit = asked.ask.traits.part_limit_bytes
    return pages.still_there(
        asked.language,
        row,
        parts,
        address_of_export(asked.app, row),
        is_sendable=all(one.size_bytes <= limit for one in parts),
    )


async def _offer(asked: Asked, person: Person, *extra: Line) -> Answer:
    limit = usual_size(part_limit(asked.ask.traits.part_limit_bytes))
    guess = await asking.estimate(asked.app, person.account_id, limit)
    return pages.offer(
        asked.language,
        asked.app,
        size_bytes=guess.size_bytes,
        parts=guess.parts,
        extra=extra,
    )


async def _new(asked: Asked, person: Person, way: Way, passphrase: str | None = None) -> Answer:
    if await asking.newest(asked.app, person.account_id, "running") is not None:
        return await asking.joined(asked, person)
    return await asking.begin(asked, person, way, passphrase)


async def _link(asked: Asked, person: Person) -> Answer:
    if not asked.app.settings.public_url:
        return await _offer(asked, person, Line("export-no-link-here"))
    return await _new(asked, person, "link")


async def _protected(asked: Asked, person: Person, way: Way, passphrase: str) -> Answer:
    app = asked.app
    if way == "link" and not app.settings.public_url:
        return await _offer(asked, person, Line("export-no-link-here"))
    step = pages.PROTECT if way == "files" else pages.PROTECT_LINK
    if not passphrase:
        return pages.answer(asked.language, (Line("export-asks-passphrase"),), step)
    if len(passphrase) < LEAST_PASSPHRASE_CHARS:
        line = Line("export-passphrase-short", {"n": LEAST_PASSPHRASE_CHARS})
        return pages.answer(asked.language, (line,), step)
    return await _new(asked, person, way, passphrase)


async def _again(asked: Asked, person: Person) -> Answer:
    found = await asking.finished(asked, person)
    if found is None:
        return await _offer(asked, person, Line("export-none-there"))
    row, parts = found
    limit = asked.ask.traits.part_limit_bytes
    if any(one.size_bytes > limit for one in parts):
        return await _offer(asked, person, Line("export-too-large-here"))
    sent = await asking.send_again(asked, row, parts)
    if sent is None:
        return pages.answer(asked.language, (Line("export-sent-just-now"),))
    return sent


EXPORT = Command(
    "export",
    "export-about",
    _export,
    (
        Option(
            "how",
            "export-option-how",
            (
                Choice("send", "export-step-send"),
                Choice("protect", "export-step-protect"),
                Choice("link", "export-step-link"),
                Choice("protect-link", "export-step-protect-link"),
                Choice("again", "export-step-again"),
                Choice("stop", "export-step-stop"),
            ),
        ),
        Option("passphrase", "export-option-passphrase", is_secret=True),
    ),
)
