"""Promise, what keeps it, which tests prove it, how they ended: as rows, Markdown, HTML, JSON."""

import html
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from core.policy.evidence import Proof
from core.policy.registry import REASONS, Promise
from core.policy.values import Profile

State = Literal["proven", "open", "disclosure"]

TITLES = {
    "artiflux": "The policy “Artiflux”",
    "flux-art": "The policy “Flux Art”",
    "platform": "The chat platforms' terms",
    "law": "The law",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    id: str
    policy: str
    where: str
    says: str
    state: State
    mechanism: str
    tests: tuple[Proof, ...]
    reason: str
    """Why it is open; empty otherwise."""


def report_rows(
    promises: Iterable[Promise], evidence: Mapping[str, tuple[Proof, ...]], *, ran: bool
) -> tuple[Row, ...]:
    """Return a row for each promise.

    A promise is proven when a test names it and, with results (``ran``), all that name it passed.
    One that lost its tests, or whose test failed or did not run, is open and says so.
    """
    return tuple(_row(one, evidence.get(one.id, ()), ran=ran) for one in promises)


def _row(one: Promise, tests: tuple[Proof, ...], *, ran: bool) -> Row:
    state: State = "open"
    reason = REASONS.get(one.reason, "")
    if one.state == "disclosure":
        state = "disclosure"
    elif one.state == "built" and not tests:
        reason = "no test names it"
    elif one.state == "built":
        bad = sorted({proof.outcome for proof in tests if proof.outcome != "passed"})
        if ran and bad:
            reason = f"a test {' and one '.join(_ENDED[each] for each in bad)}"
        else:
            state, reason = "proven", ""
    return Row(one.id, one.policy, one.where, one.says, state, one.by, tests, reason)


_ENDED = {"failed": "failed", "skipped": "was skipped", "not run": "was not run"}


def registry_problems(
    promises: Sequence[Promise], tests: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return each promise that lost its test, and each test that names a promise nobody made."""
    known = {one.id for one in promises}
    lost = [
        f"{one.id} has no test" for one in promises if one.state == "built" and one.id not in tests
    ]
    return lost + [
        f"{name} names {promise}, which is no promise"
        for promise, names in tests.items()
        if promise not in known
        for name in names
    ]


def for_profile(rows: Iterable[Row], profile: Profile) -> tuple[Row, ...]:
    """Keep what a deployment under one profile owes: its policy, the platforms and the law."""
    owed = {profile.follows, "platform", "law"}
    return tuple(row for row in rows if row.policy in owed)


def count(rows: Iterable[Row]) -> Counter[str]:
    """Count the rows by state."""
    return Counter(row.state for row in rows)


def as_json(rows: Iterable[Row]) -> str:
    """Return a JSON list; ``tests`` are names, ``last`` says how each of them ended."""
    found = [
        {
            **asdict(row),
            "tests": [proof.test for proof in row.tests],
            "last": {proof.test: proof.outcome for proof in row.tests},
        }
        for row in rows
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_markdown(rows: Sequence[Row], *, ran: bool) -> str:
    """Return the report as Markdown; with results (``ran``) each test says how it ended."""
    lines = ["# Promises", "", _INTRODUCTION, "", _summary(rows), ""]
    for policy, title in TITLES.items():
        group = [row for row in rows if row.policy == policy]
        if group:
            lines += [f"## {title}", "", _summary(group), ""]
            lines += [
                "| Promise | What it says | State | Kept by | Tests |",
                "|---|---|---|---|---|",
            ]
            lines += [_line(row, ran=ran) for row in group]
            lines.append("")
    return "\n".join(lines)


_INTRODUCTION = (
    "What the policies, the platforms and the law make a deployment promise; what keeps each "
    "promise, and which tests prove it. Made by `limner policy report`, not by hand. A promise is "
    "proven when a test names it and every test that names it passes."
)


def _summary(rows: Sequence[Row]) -> str:
    found = count(rows)
    return (
        f"{len(rows)} promises: {found['proven']} proven, {found['disclosure']} "
        f"kept by saying so, {found['open']} open."
    )


def _line(row: Row, *, ran: bool) -> str:
    tests = "<br>".join(
        f"`{proof.test}`" + (f" {proof.outcome}" if ran else "") for proof in row.tests
    )
    state = f"{row.state}: {row.reason}" if row.reason else row.state
    cells = (f"{row.id} ({row.where})", row.says, state, f"`{row.mechanism}`", tests)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;"
    "color:#1c1b19;background:#fdfcfa}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ddd8cf;padding:.4rem .6rem;text-align:left;vertical-align:top}"
    "code{font-size:.85em;overflow-wrap:anywhere}.proven{color:#1d6b3a}.open{color:#9a3b12}"
    ".disclosure{color:#3d4f8f}"
)


def as_html(rows: Sequence[Row], *, ran: bool) -> str:
    """Return the report as one page that loads nothing from anywhere."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Promises</title>',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><h1>Promises</h1><p>{_summary(rows)}</p>",
    ]
    for policy, title in TITLES.items():
        group = [row for row in rows if row.policy == policy]
        if group:
            parts.append(f"<h2>{html.escape(title)}</h2><p>{_summary(group)}</p>")
            parts.append("<table><thead><tr><th>Promise<th>What it says<th>State<th>Kept by")
            parts.append("<th>Tests</tr></thead><tbody>")
            parts += [_html_row(row, ran=ran) for row in group]
            parts.append("</tbody></table>")
    return "\n".join([*parts, "</body></html>", ""])


def _html_row(row: Row, *, ran: bool) -> str:
    tests = "<br>".join(
        f"<code>{html.escape(proof.test)}</code>" + (f" {proof.outcome}" if ran else "")
        for proof in row.tests
    )
    why = f": {html.escape(row.reason)}" if row.reason else ""
    return (
        f'<tr id="{html.escape(row.id)}"><td>{html.escape(row.id)}<br>'
        f'{html.escape(row.where)}<td>{html.escape(row.says)}<td class="{row.state}">'
        f"{row.state}{why}<td><code>{html.escape(row.mechanism)}</code><td>{tests}</tr>"
    )
