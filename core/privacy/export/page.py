"""The two pages that come with an export: the viewer, and the one that opens a locked part.

Both are one file, ask no network (and could not: their policy forbids it), and speak English and
Chinese.
"""

import base64
import hashlib
import html
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.privacy.export.lock import FRAME_BYTES
from core.privacy.export.spool import compact

_NAMES = {"en": "English", "zh_Hans": "中文"}
_VIEWER = (
    "viewer-skip",
    "viewer-title",
    "viewer-line",
    "viewer-search",
    "viewer-language",
    "viewer-unpack",
    "viewer-more",
    "viewer-close",
    "viewer-picture",
    "viewer-no-words",
    "viewer-none-found",
    "viewer-none-here",
    "viewer-tab-pictures",
    "viewer-tab-records",
    "viewer-tab-about",
    "viewer-tab-missing",
    "viewer-about-pictures",
    "viewer-about-records",
    "viewer-about-about",
    "viewer-about-missing",
    "viewer-missing-files",
    "viewer-missing-none",
    "viewer-missing-fields",
    "viewer-missing-fields-about",
    "viewer-own-machine",
    "viewer-made",
    "viewer-from-person",
    "viewer-from-platform",
    "viewer-from-provider",
    "viewer-why-expired",
    "viewer-why-unreadable",
    "viewer-why-third-party",
    "viewer-why-secret",
    "viewer-why-gone",
    "viewer-why-too-large",
    "viewer-yes",
    "viewer-no",
)
_OPENER = (
    "lock-title",
    "lock-about",
    "lock-file",
    "lock-passphrase",
    "lock-open",
    "lock-save",
    "lock-deriving",
    "lock-working",
    "lock-done",
    "lock-wrong",
    "lock-damaged",
    "lock-not-ours",
)


@cache
def _asset(name: str) -> str:
    return resources.files("core.privacy.export").joinpath("page", name).read_text("utf-8")


def _digest(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _policy(style: str, script: str, images: str) -> str:
    """Allow this very script and style, the pictures beside the page, and nothing else at all."""
    parts = (
        "default-src 'none'",
        f"script-src 'sha256-{_digest(script)}'",
        f"style-src 'sha256-{_digest(style)}'",
        f"img-src {images}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(parts)


def _texts(codes: tuple[str, ...]) -> dict[Language, dict[str, str]]:
    # The page fills the places itself.
    places = {name: f"{{{name}}}" for name in ("service", "day", "part", "n", "percent")}
    return {one: {code: text(code, one, **places) for code in codes} for one in LANGUAGES}


def _page(name: str, script_name: str, title: str, images: str, data: bytes) -> bytes:
    style, script = _asset("viewer.css"), _asset(script_name)
    shell = _asset(name)
    for mark, value in (
        ("%csp%", _policy(style, script, images)),
        ("%title%", html.escape(title)),
        ("%style%", style),
        ("%script%", script),
    ):
        shell = shell.replace(mark, value, 1)
    head, _, tail = shell.encode().partition(b"%data%")
    # No text of anybody's can end the element that it stands in.
    return head + data.replace(b"<", b"\\u003c") + tail


def viewer(
    facts: Mapping[str, Any], language: Language, records: Mapping[str, list[bytes]]
) -> bytes:
    """Return the viewer's page with a part's records in it."""
    shared = {
        "language": language,
        "names": _NAMES,
        "texts": _texts(_VIEWER),
        **facts,
    }
    tables = b",".join(
        compact(name) + b":[" + b",".join(lines) + b"]" for name, lines in records.items()
    )
    data = compact(shared)[:-1] + b',"records":{' + tables + b"}}"
    title = text("viewer-title", language)
    return _page("viewer.html", "viewer.js", title, "'self' file: data:", data)


def opener(language: Language) -> bytes:
    """Return the page that opens a locked part in a browser."""
    data = {
        "language": language,
        "names": _NAMES,
        "texts": _texts(_OPENER),
        "frame_bytes": FRAME_BYTES,
    }
    return _page("open.html", "open.js", text("lock-title", language), "data:", compact(data))
