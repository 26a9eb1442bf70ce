"""The frame of every page of the web edge: plain HTML without scripts, from escaped words only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib import resources

from core.kernel.people import LANGUAGES, Language, language_of
from core.messages.catalogue import text

_TAGS: dict[Language, str] = {"en": "en", "zh_Hans": "zh-Hans"}
_BETWEEN = re.compile(r" ?· ")
_QUALITY = re.compile(r"^q=([01](?:\.\d{0,3})?)$")
LANGUAGES_READ = 8
"""Wishes of the browser that are looked at; nobody has more."""


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go on: an address of this server, in words."""

    label: str
    address: str
    is_here: bool = False


def style_sheet() -> str:
    """Return the one style sheet."""
    return resources.files("core.web").joinpath("edge.css").read_text("utf-8")


def language_wished(accept: str, asked: str) -> Language:
    """Return the language of a page: the one asked for (``?lang=``), else the browser's first wish.

    Of the wishes the strongest counts that is spoken here; English if none is.
    """
    if asked:
        return language_of(asked[:16])
    wishes = []
    for nth, wish in enumerate(accept.split(",")[:LANGUAGES_READ]):
        tag, _, quality = wish.replace(" ", "").partition(";")
        known = _QUALITY.match(quality or "q=1")
        if known and tag.lower().split("-")[0] in ("en", "zh"):
            wishes.append((-float(known[1]), nth, tag))
    return language_of(min(wishes)[2]) if wishes and min(wishes)[0] < 0 else "en"


def tag_of(language: Language) -> str:
    """Return a language as the web names it."""
    return _TAGS[language]


def paragraph(words: str) -> str:
    """Set one line; its details, where it has any, as a list below what it is about."""
    lead, *details = _BETWEEN.split(words)
    if not details:
        return f"<p>{escape(words)}</p>"
    listed = "".join(f"<li>{escape(detail)}</li>" for detail in details)
    return f'<div class="detailed"><p>{escape(lead)}</p><ul>{listed}</ul></div>'


def navigation(links: Iterable[Link], label: str) -> str:
    """Set links in one row; the one that is shown now is marked."""
    items = "".join(f"<li>{_anchor(link)}</li>" for link in links)
    return f'<nav aria-label="{escape(label)}"><ul>{items}</ul></nav>'


def _anchor(link: Link) -> str:
    here = ' aria-current="page"' if link.is_here else ""
    return f'<a href="{escape(link.address)}"{here}>{escape(link.label)}</a>'


def button(label: str, address: str) -> str:
    """Set a button that posts nothing but the wish itself."""
    return f'<form method="post" action="{escape(address)}"><button>{escape(label)}</button></form>'


def document(
    language: Language,
    title: str,
    body: Iterable[str],
    *,
    service: str,
    path: str,
    is_signal_honoured: bool,
    links: Iterable[Link] = (),
) -> str:
    """Return a whole page. ``body`` is HTML from this module; everything else is escaped here.

    ``path`` is the page's own, for the links to its other languages.
    """
    honoured = ""
    if is_signal_honoured:
        honoured = f'<p class="signal" role="status">{escape(text("web-signal", language))}</p>'
    others = navigation(
        [
            Link(text(f"language-{one}", one), f"{path}?lang={tag_of(one)}", one == language)
            for one in LANGUAGES
        ],
        text("page-language", language),
    )
    shown = list(links)
    topics = navigation(shown, text("web-pages", language)) if shown else ""
    return (
        f'<!doctype html><html lang="{tag_of(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="/style.css"></head><body>'
        f'<header><p class="service">{escape(service)}</p>{others}</header>'
        f"{honoured}{topics}<main><h1>{escape(title)}</h1>{''.join(body)}</main>"
        f"<footer><p>{escape(text('web-foot', language))}</p></footer></body></html>"
    )
