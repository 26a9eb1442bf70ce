"""What a person is told while an erasure is under way and when it is done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.kernel.people import Language
from core.messages.speech import day
from core.privacy.erasure.copies import UNKNOWN
from core.privacy.erasure.receipt import LEDGER, RECORD, TOMBSTONES, CheckedReceipt
from core.privacy.erasure.values import EraseAccount
from core.privacy.notice.wording import CATEGORIES, Line, Page

_TOPIC = "erasure"
STORES = {
    "start": "erasure-store-start",
    "jobs": "erasure-store-jobs",
    "files": "erasure-store-files",
    "rows": "erasure-store-rows",
    "late-files": "erasure-store-files",
    "log": "erasure-store-log",
    "providers": "erasure-store-providers",
    "chat": "erasure-store-chat",
}
_KEPT = {
    TOMBSTONES: "erasure-kept-tombstones",
    LEDGER: "erasure-kept-ledger",
    RECORD: "erasure-kept-record",
}
_DETACHED = "erasure-kept-detached"


def _day(iso: str, language: Language) -> str:
    return day(datetime.fromisoformat(iso), language)


_WHY = {
    "retention": "erasure-why-closed",
    "minor": "erasure-why-minor",
    "operator": "erasure-why-operator",
}
_REASONS = {
    "asked": "erasure-why-asked",
    "law": "erasure-why-law",
    "mistake": "erasure-why-mistake",
    "shutdown": "erasure-why-shutdown",
}


def begun_page(cmd: EraseAccount, run_at: datetime, language: Language) -> Page:
    """Tell somebody who asked for nothing that their account is being erased, and why."""
    why = _REASONS.get(cmd.reason) or _WHY.get(cmd.requester, "erasure-why-operator")
    when = day(run_at, language)
    last = Line("erasure-begun-now") if cmd.is_now else Line("erasure-begun-later", {"day": when})
    return Page(_TOPIC, Line("erasure-begun-title"), (Line(why), last))


def partial_page(waiting: tuple[str, ...], *, is_unreadable: bool) -> Page:
    """Say what has not acknowledged yet; an erasure is never shown as done before all have."""
    names = dict.fromkeys(STORES[one] for one in waiting)
    first = "erasure-partial-unreadable" if is_unreadable else "erasure-partial-nothing-yet"
    return Page(
        _TOPIC,
        Line("erasure-partial-title"),
        (
            Line(first),
            Line("erasure-partial-waiting", {"stores": tuple(Line(one) for one in names)}),
            Line("erasure-partial-again"),
        ),
    )


def receipt_file_page() -> Page:
    """Say what the file is."""
    return Page(_TOPIC, Line("erasure-file-title"), (Line("erasure-file-what"),))


def receipt_page(receipt: Mapping[str, Any], language: Language) -> Page:
    """Say the receipt in words."""
    gone_by = receipt["gone_by"]
    lines = [
        _erased(receipt),
        Line("erasure-receipt-files", {"n": receipt["erased_files"]}),
        *(_kept(one, language) for one in receipt["kept"]),
        *(line for one in receipt["providers"] for line in _provider(one, language)),
        *_chat(receipt["chat_messages"]),
        Line(
            "erasure-receipt-backups",
            {
                "unreadable": _day(gone_by["backups_unreadable"], language),
                "gone": _day(gone_by["backups"], language),
            },
        ),
        Line("erasure-receipt-id", {"id": receipt["id"]}),
    ]
    return Page(_TOPIC, Line("erasure-receipt-title"), tuple(lines))


def _erased(receipt: Mapping[str, Any]) -> Line:
    counts = tuple(
        Line("erasure-receipt-count", {"what": Line(CATEGORIES[name]), "n": count})
        for name, count in receipt["erased"].items()
    )
    return Line("erasure-receipt-erased", {"counts": counts})


def _kept(one: Mapping[str, Any], language: Language) -> Line:
    code = _KEPT.get(one["what"])
    if code is None:
        return Line(_DETACHED, {"n": one["count"]})
    facts: dict[str, str | int | Line | tuple[Line, ...]] = {"until": _day(one["until"], language)}
    if one["what"] == TOMBSTONES:
        facts["n"] = one["count"]
    return Line(code, facts)


def _provider(one: Mapping[str, Any], language: Language) -> list[Line]:
    name: str | Line = one["processor"] or Line("erasure-this-machine")
    if name == UNKNOWN:
        name = Line("erasure-former-service")
    found = []
    if one["deleted"]:
        found.append(Line("erasure-provider-deleted", {"name": name, "n": one["deleted"]}))
    if one["expires"]:
        until = _day(one["until"], language)
        found.append(
            Line("erasure-provider-expires", {"name": name, "n": one["expires"], "until": until})
        )
    if one["cannot_be_asked"]:
        found.append(Line("erasure-provider-terms", {"name": name, "n": one["cannot_be_asked"]}))
    if one["nothing_stored"]:
        found.append(Line("erasure-provider-nothing", {"name": name, "n": one["nothing_stored"]}))
    return found


def _chat(counts: Mapping[str, int]) -> list[Line]:
    found = []
    if counts["removal_asked"]:
        found.append(Line("erasure-chat-asked", {"n": counts["removal_asked"]}))
    if counts["only_you_can_remove"]:
        found.append(Line("erasure-chat-left", {"n": counts["only_you_can_remove"]}))
    return found


_CHECKED = {
    "genuine": "erasure-checked-genuine",
    "foreign": "erasure-checked-foreign",
}


def checked_line(receipt: CheckedReceipt, language: Language) -> Line:
    """Say what a receipt that was brought turned out to be."""
    code = _CHECKED.get(receipt.state)
    if code is None:
        return Line("erasure-checked-changed")
    ended = _day(receipt.ended_at, language)
    return Line(code, {"id": receipt.erasure_id, "day": ended, "service": receipt.service})
